"""What Hugo is given reads, with raw HTML and every address allowed, as the preview does without."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from editorial.adapters.channels.hugo_text import hugo_text

PREVIEW = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
SITE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SITE.validateLink = lambda url: True  # type: ignore[method-assign]
COMMENT = re.compile(r"(\{\{[<%])/\*(.*?)\*/([>%]\}\})", re.DOTALL)


def as_the_site_reads(body: str) -> str:
    """Hugo takes its comment form away, then reads the Markdown."""
    return str(SITE.render(COMMENT.sub(r"\1\2\3", hugo_text(body)))).replace("\u2060", "")


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("{{< figure >}}", "{{</* figure */>}}"),
        ("`{{% note %}}`", "`{{%/* note */%}}`"),
        ("`{{</* told */>}}`", "`{{</*/* told */*/>}}`"),
        ("{{< open", "{{&lt; open"),
        ("{{% open", "{{&#37; open"),
        ("`{{% open`", "`{{\u2060% open`"),
        ("{{<script>alert(1)</script>}}", "{{&lt;script>alert(1)&lt;/script>}}"),
    ],
)
def test_a_shortcode_is_text(body: str, sent: str) -> None:
    assert hugo_text(body) == sent


@pytest.mark.parametrize(
    "body",
    [
        "# A < b\n\nText with `<b>` and ![alt](a.png) and <https://a.example>\n\n```html\n<b>\n```",
        '[x](<a b> "<i>") and \\<b>',
        "[x][y]\n\n[y]: <https://a.example/a b>",
        "para\n\n    <b>indented</b>",
    ],
)
def test_what_shows_as_it_was_meant_goes_out_as_it_is(body: str) -> None:
    assert hugo_text(body) == body


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<div\nonclick=x>\n*a* `<b>`\n</div>",
        "> <b> `<b>\n> <c>`",
        "- <img src=x onerror=alert(1)>\n\n      <b>\n",
        "| a | b |\n|-|-|\n| `<b>` <i> | <u> `\\|<s>` |",
        "![<b> `<c>`](x)",
        "[x](javascript:alert(1)) ![x](javascript:a) <javascript:a>",
        "[a](&#106;avascript:x) [![a](javascript:x)](javascript:y)",
        "[x]\n\n[x]: javascript:a",
        "[x](javascript:a)\n\n[x]: https://a.example",
        "<\0script>alert(1)</script>",
        "\\\\<b>\r\n<!-- x -->\r<?x?>",
    ],
)
def test_what_the_preview_shows_as_text_is_text(body: str) -> None:
    assert as_the_site_reads(body) == PREVIEW.render(body.replace("\0", ""))


SIGNS = [*'<>`[]()!\\*>-#|:\n\t"', "{{<", ">}}", "{{%", "%}}", "<b>", "</b>", "<!--", "<script>", "](", "[x]: "]
WORDS = ["javascript:a", "https://a.example", "x", " ", "    ", "\n\n", "```\n", "|-|-|\n", "1. "]
PIECES = st.lists(st.sampled_from([*SIGNS, *WORDS]), max_size=25)


@given(PIECES)
@example(["<", "```\n", "<!--", "```\n"])
def test_no_tag_and_no_refused_address_gets_through(pieces: list[str]) -> None:
    html = as_the_site_reads("".join(pieces))

    assert not re.search(r"<(?:b|script|!--)", html.replace("<blockquote", "").replace("<br", ""))
    assert not re.search(r'(?:href|src)="javascript:', html)
