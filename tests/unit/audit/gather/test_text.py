"""Measures of the main text."""

import pytest

from editorial.audit.gather.text import measure, script_of
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Plan, publish & audit", 3),
        ("state-of-the-art — it's 3.5", 3),
        ("", 0),
        ("内容日历", 4),
        ("内容 calendar 日历。", 5),
        ("用 Editorial 发布，并且诊断！", 8),
        ("“Quoted” … text", 2),
        ("- - -", 0),
        ("★★★★★ good ✔ ☎ 123 → €", 2),
        ("done 😀 ☀️ now", 2),
        ("① Ⅷ ℃", 3),
    ],
)
def test_words_are_counted_in_any_script(text, words):
    assert measure(text).words == words


def test_a_thousand_han_are_not_a_thin_page():
    assert page(document("", f"<p>{'内容日历' * 250}</p>")).text.words == 1000


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("用 Editorial 管理 内容 日历 与 发布", "zh"),
        ("Editorial（内容日历）is a planning desk for teams", "latin"),
        ("コンテンツの計画", "ja"),
        ("Контент план", "other"),
        ("123 !", ""),
        ("Überschrift für Gärten", "latin"),
    ],
)
def test_the_script_is_that_of_the_letters(text, script):
    assert script_of(text) == script


def test_characters_are_not_bytes_and_not_spaces():
    assert measure("内容 a\n b").characters == 4


def test_navigation_and_scripts_are_no_main_text():
    html = document("", "<header>Top</header><nav>Menu</nav><p>One two</p><script>var x</script><footer>Foot</footer>")

    assert page(html).text.opening == "One two"


def test_within_main_a_header_counts():
    html = document(
        "", "<header>Top</header><main><article><header>Lead</header><p>text</p></article></main><aside>x</aside>"
    )

    assert page(html).text.opening == "Lead text"


def test_a_role_makes_the_main_part_too():
    html = document("", '<div role="main"><p>text</p></div><div class="footer">© Somebody, under a licence.</div>')

    assert page(html).text.opening == "text"


def test_the_digest_ignores_white_space_alone():
    assert measure("a  b\n").digest == measure(" a b").digest != measure("ab").digest
