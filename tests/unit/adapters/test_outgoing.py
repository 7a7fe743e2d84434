"""HTML on its way out."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from editorial.adapters.markdown import to_html
from editorial.adapters.outgoing import Destination, link_to, outgoing_html
from editorial.domain.urls import n1, scope_of

PAGE = "https://www.acme.example/posts/gateway/"
OWN = (scope_of("https://www.acme.example/", subdomains=True),)
AWAY = Destination(PAGE, OWN, {"utm_source": "mail", "utm_id": "7"})
HOME = Destination(PAGE, OWN)
SET = "utm_source=mail&utm_id=7"


def _href(markdown: str, to: Destination = AWAY) -> str | None:
    link = BeautifulSoup(outgoing_html(to_html(markdown), to), "html.parser").a
    assert link is not None
    return str(link["href"]) if link.has_attr("href") else None


@pytest.mark.parametrize(
    ("target", "want"),
    [
        ("../pumps/", f"https://www.acme.example/posts/pumps/?{SET}"),
        ("/demo?plan=a", f"https://www.acme.example/demo?plan=a&{SET}"),
        ("https://acme.example/x#form", f"https://acme.example/x?{SET}#form"),
        ("https://blog.acme.example/", f"https://blog.acme.example/?{SET}"),
        ("#prices", f"{PAGE}?{SET}#prices"),
        ("https://evilacme.example/", "https://evilacme.example/"),
        ("https://other.example/a?x=1#y", "https://other.example/a?x=1#y"),
        ("//other.example/a", "https://other.example/a"),
        ("mailto:sales@acme.example", "mailto:sales@acme.example"),
        ("tel:+493012", "tel:+493012"),
        ("/demo?utm_source=old", f"https://www.acme.example/demo?{SET}"),
    ],
)
def test_a_link_is_whole_and_carries_the_set_to_our_own_sites(target: str, want: str) -> None:
    assert _href(f"[x]({target})") == want


@pytest.mark.parametrize(
    ("target", "want"),
    [("/demo", "https://www.acme.example/demo"), ("#prices", "#prices"), ("https://o.example/", "https://o.example/")],
)
def test_on_our_own_page_nothing_is_tagged(target: str, want: str) -> None:
    assert _href(f"[x]({target})", HOME) == want


def test_what_cannot_be_made_whole_loses_its_address_and_keeps_its_words() -> None:
    assert outgoing_html('<a href="/demo">Try</a>', Destination(None, OWN, {})) == "<a>Try</a>"


def test_images_and_media_get_whole_addresses() -> None:
    html = outgoing_html(
        '<img src="a.png" srcset="a.png 1x, /b.png 2x, javascript:x 3x" alt="A">'
        '<video poster="p.jpg" src="v.mp4"></video><picture><source srcset="c.webp 300w"></picture>',
        AWAY,
    )

    assert 'src="https://www.acme.example/posts/gateway/a.png"' in html
    assert 'srcset="https://www.acme.example/posts/gateway/a.png 1x, https://www.acme.example/b.png 2x"' in html
    assert 'poster="https://www.acme.example/posts/gateway/p.jpg"' in html
    assert 'srcset="https://www.acme.example/posts/gateway/c.webp 300w"' in html
    assert "utm_" not in html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" JaVaScRiPt:alert(1)">x</a>',
        '<img src="data:image/svg+xml,<svg onload=x>">',
        '<img src=x onerror="alert(1)">',
        '<video poster="javascript:alert(1)"></video>',
        '<img srcset="javascript:alert(1) 1x">',
        '<iframe src="https://evil.example/"></iframe>',
        "<style>*{}</style>",
    ],
)
def test_nothing_in_it_can_act(html: str) -> None:
    out = outgoing_html(html, AWAY).lower()

    assert not any(word in out for word in ("script", "data:", "onerror", "onload", "iframe", "style"))


def test_the_same_text_gives_the_same_bytes() -> None:
    markdown = '# A\n\n[x](/a?b=1&c=2) ![y](z.png "T") *ok* `a<b`\n\n| a | b |\n|---|---|\n| 1 | 2 |'

    assert len({outgoing_html(to_html(markdown), AWAY) for _ in range(5)}) == 1


def test_what_is_out_stays_as_it_is_when_it_goes_out_again() -> None:
    once = outgoing_html(to_html("[x](/a?b=1&c=2) ![y](z.png) [m](mailto:a@b.example)"), AWAY)

    assert outgoing_html(once, AWAY) == once


def test_deep_nesting_is_survived() -> None:
    assert "x" in outgoing_html("<blockquote>" * 3000 + "x", AWAY)


@given(html=st.text(max_size=300))
def test_no_html_makes_it_raise(html: str) -> None:
    outgoing_html(html, AWAY)


@given(
    attribute=st.sampled_from(["href", "src", "srcset", "poster"]),
    tag=st.sampled_from(["a", "img", "source", "video"]),
    value=st.text(alphabet=st.sampled_from([*"ahtps:/?#.,%&=[]@\\ \t\n\"'<>中é1x"]), max_size=60),
)
def test_no_address_makes_it_raise_or_stays_half(attribute: str, tag: str, value: str) -> None:
    quoted = value.replace('"', "&quot;")
    out = BeautifulSoup(outgoing_html(f'<{tag} {attribute}="{quoted}">x</{tag}>', AWAY), "html.parser").find(tag)

    if out is not None and out.has_attr("src"):
        assert n1(str(out["src"])) == str(out["src"])


@given(markdown=st.text(alphabet=st.sampled_from([*"[](!)# `*_-\n|<>/a:.中"]), max_size=200))
def test_no_markdown_makes_it_raise(markdown: str) -> None:
    outgoing_html(to_html(markdown), HOME)


def test_an_address_of_somebody_else_is_not_tagged() -> None:
    assert link_to("https://partner.example/p", AWAY) == "https://partner.example/p"
