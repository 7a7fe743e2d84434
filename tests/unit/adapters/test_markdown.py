"""Markdown made safe to show."""

import pytest

from editorial.adapters.markdown import to_html


def test_markdown_becomes_html() -> None:
    assert to_html("## Why\n\nIt *pays*.") == "<h2>Why</h2>\n<p>It <em>pays</em>.</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![x](data:text/html,<script>)",
        "<style>*{display:none}</style>",
        "[x](vbscript:x)",
    ],
)
def test_nothing_in_a_text_can_act(text: str) -> None:
    shown = to_html(text).replace("&lt;", "").replace("&gt;", "")

    assert "<script" not in shown
    assert "<img src=x" not in shown
    assert "<style" not in shown
    assert 'href="javascript' not in shown
    assert 'href="vbscript' not in shown
    assert 'src="data:' not in shown


def test_tables_are_kept() -> None:
    assert "<td>1</td>" in to_html("| a |\n|---|\n| 1 |")
