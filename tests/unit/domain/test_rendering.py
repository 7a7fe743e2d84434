"""Pages with front matter read back as they were meant, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.rendering import BrokenPage, one_line, page, parse_page

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
TRICKY = [
    "Gateway: how to choose", "yes", "1e3", "2026-12-09", "~", "'single' and \"double\"", "# no comment", "- no list",
    "{braces}", "选型：什么时候换网关？", "🎉 launch", "a\u2028b", "\x85", "\ufeffbom", "---", "%TAG", "!tag", "&a",
    "*a", "\\",
]  # fmt: skip


@given(title=TEXT.map(one_line), description=TEXT.map(one_line), body=TEXT)
def test_any_text_reads_back(title: str, description: str, body: str) -> None:
    front, text = parse_page(page({"title": title, "description": description, "draft": False}, body))

    assert front == {"title": title, "description": description, "draft": False}
    assert text == body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


@pytest.mark.parametrize("title", TRICKY)
def test_titles_that_look_like_yaml_stay_text(title: str) -> None:
    assert parse_page(page({"title": one_line(title)}, ""))[0]["title"] == one_line(title)


@pytest.mark.parametrize("title", TRICKY)
def test_every_text_value_stands_in_double_quotes(title: str) -> None:
    assert page({"title": title}, "").split(b"\n")[1].startswith(b'title: "')


def test_a_body_with_a_fence_in_it_stays_whole() -> None:
    assert parse_page(page({"title": "t"}, "a\n---\nb: c\n---\nd"))[1] == "a\n---\nb: c\n---\nd"


@given(TEXT)
def test_one_line_has_no_break_and_no_edge(text: str) -> None:
    line = one_line(text)

    assert line == line.strip()
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize("data", [b"", b"# no front matter", b"---\n- a\n---\n", b"---\na: b: c\n---\n", b"\xff"])
def test_what_is_no_page_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BrokenPage):
        parse_page(data)
