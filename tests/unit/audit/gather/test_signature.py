"""What pages are compared by comes out the same everywhere, and tells texts apart by what they share."""

import random
from binascii import a2b_base64

import pytest

from editorial.audit.alike import Text, likeness
from editorial.audit.gather.signature import layout_of, sketch_of
from editorial.audit.gather.trees import LexborTree, TurboTree

WORDS = [f"word{number}" for number in range(900)]
SKETCH = "YKbMZE3pRt5p0kzD3tGy1ImdsJ2zkoAI"
HAN_SKETCH = "KsquZhyAbGaBL6c3vg4bj2GOMWJz3CSf"
HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))


def _text(words: str | list[str], *, by_character: bool = False) -> Text:
    flat = words if isinstance(words, str) else " ".join(words)
    count = len(words)
    sketch = sketch_of(flat.encode(), words=count, by_character=by_character)
    return Text(1, "en", count, a2b_base64(sketch), (1,))


def test_the_sketch_of_a_text_is_the_same_in_every_process_and_version():
    assert sketch_of(" ".join(WORDS[:60]).encode(), words=60, by_character=False)[:32] == SKETCH
    assert sketch_of(HAN.encode(), words=300, by_character=True)[:32] == HAN_SKETCH


@pytest.mark.parametrize(("words", "by_character", "length"), [(49, False, 0), (50, False, 172), (99, True, 0)])
def test_a_short_text_is_not_compared(words, by_character, length):
    flat = HAN[:words] if by_character else " ".join(WORDS[:words])

    assert len(sketch_of(flat.encode(), words=words, by_character=by_character)) == length


@pytest.mark.parametrize("size", [60, 200, 800])
def test_texts_are_as_like_as_the_runs_of_words_they_share(size):
    chance = random.Random(7)
    for changed in (0, 1, size // 100 + 1, size // 30):
        other = list(WORDS[:size])
        for place in chance.sample(range(size), changed):
            other[place] = "another"
        one, two = ({*zip(*(text[start:] for start in range(5)), strict=False)} for text in (WORDS[:size], other))

        assert likeness(_text(WORDS[:size]), _text(other)) == pytest.approx(len(one & two) / len(one | two), abs=0.08)


def test_chinese_texts_are_compared_by_runs_of_characters():
    shared = HAN[:280] + HAN[:20]  # 273 of 293 runs, and 20 of its own

    assert likeness(_text(HAN, by_character=True), _text(shared, by_character=True)) == pytest.approx(0.88, abs=0.08)


def test_a_text_that_says_one_thing_over_and_over_is_not_compared():
    flat = "each gateway connects machines of a factory " * 40

    assert sketch_of(flat.encode(), words=280, by_character=False) == ""


def test_what_has_no_words_in_it_makes_no_fuss():
    for flat in (b"", b"a" * 5000, "\ud800 ".encode("utf-8", "surrogatepass") * 80, b"x " * 3000):
        for by_character in (False, True):
            assert len(sketch_of(flat, words=4000, by_character=by_character)) in (0, 172)


POST = '<html><body class="post-1"><header class="top"></header>%s<main class="p7 post tag-x"><p>a</p></main></body>'


def _layout(html: str, parse=TurboTree) -> str:
    tree = parse(html)
    return layout_of(tree, tree.elements()[0][1])


def test_pages_of_one_template_have_one_layout_whatever_their_text():
    other = POST.replace("post-1", "post-2").replace("tag-x", "tag-y").replace("<p>a</p>", "<h2>b</h2><ul><li>c</ul>")

    assert _layout(POST % "") == _layout(other % "<script></script>") == _layout(POST % "", LexborTree)


def test_another_template_has_another_layout():
    assert _layout(POST % "") != _layout(POST % '<aside class="offer"></aside>')


def test_a_page_without_a_body_has_no_layout():
    assert layout_of(TurboTree(""), None) == ""
