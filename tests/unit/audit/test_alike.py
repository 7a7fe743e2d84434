"""Groups of texts that are alike, found without comparing each with each."""

from binascii import a2b_base64

from editorial.audit import alike
from editorial.audit.alike import Text, near_copies
from editorial.audit.gather.signature import sketch_of


def _text(no: int, *words: str, language: str = "en", weight: tuple[int, ...] = (0,)) -> Text:
    sketch = sketch_of(" ".join(words).encode(), words=len(words), by_character=False)
    return Text(no, language, len(words), a2b_base64(sketch), (*weight, no))


def _words(name: str, count: int = 300) -> list[str]:
    return [f"{name}{number}" for number in range(count)]


def _pairs(*texts: Text, **said) -> list[tuple[int, int, int]]:
    return [(each.no, each.other, each.pages) for each in near_copies(texts, **said)]


def test_pages_that_differ_in_a_word_are_alike():
    assert _pairs(_text(1, *_words("a")), _text(2, *_words("b")), _text(3, *_words("a"), "more")) == [
        (1, 3, 2),
        (3, 1, 2),
    ]


def test_texts_of_two_languages_or_of_very_different_length_are_not_alike():
    long = [*_words("a"), *(["again"] * 300)]  # the same runs of words, over and over

    assert _pairs(_text(1, *_words("a")), _text(2, *_words("a"), language="de"), _text(3, *long)) == []


def test_pages_that_name_each_other_as_translations_are_not_alike():
    texts = _text(1, *_words("a")), _text(2, *_words("a"), "colour")

    assert _pairs(*texts, apart=lambda one, other: {one, other} == {1, 2}) == []


def test_the_page_to_keep_is_the_one_with_the_best_weight():
    found = near_copies(
        [_text(no, *_words("a"), f"end{no}", weight=(-links,)) for no, links in ((1, 3), (2, 9), (3, 0))]
    )

    assert {each.main for each in found} == {2}


def test_thousands_of_pages_of_one_template_are_not_compared_each_with_each(monkeypatch):
    compared: list[int] = []
    real = alike.likeness

    def counted(one: Text, other: Text) -> float:
        compared.append(one.no)
        return real(one, other)

    monkeypatch.setattr(alike, "likeness", counted)
    same = _text(0, *_words("a", 60))
    texts = [same._replace(no=no) for no in range(2000)]

    assert {each.pages for each in near_copies(texts)} == {2000}
    assert len(compared) < 60 * len(texts)
