"""Headings, images and the declared language."""

import pytest

from editorial.audit.rules.headings import h1_missing
from editorial.audit.rules.images import img_alt_missing
from editorial.audit.rules.languages import html_lang_missing
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("<header><h1>In the header</h1></header>", False),
        ('<h1><img src="l.png" alt="Acme"></h1>', False),
        ('<h1><img src="l.png" alt=""></h1>', True),
        ("<h1> </h1><h2>x</h2>", True),
        ("<h1></h1><h1>Second</h1>", False),
        ("<template><h1>x</h1></template>", True),
    ],
)
def test_a_main_heading_needs_text_or_the_alt_of_an_image(body, missing):
    assert bool(list(h1_missing(page(document("", body))))) is missing


@pytest.mark.parametrize(
    "image",
    [
        '<img src="a" alt="">',
        "<img src=a alt>",
        "<img src=a role=presentation>",
        "<img src=a role=none>",
        "<img src=a aria-hidden=true>",
        "<div aria-hidden=true><img src=a></div>",
        "<img src=a width=1 height=1>",
        "<img src=a hidden>",
        "<noscript><img src=a></noscript>",
        "<template><img src=a></template>",
    ],
)
def test_images_that_need_no_alt(image):
    assert not list(img_alt_missing(page(document("", image))))


def test_each_image_file_is_named_once():
    facts = page(document("", "<img src=a><img src=a><img src=b width=200>"))

    assert [failure.key for failure in img_alt_missing(facts)] == ["a", "b"]


def test_an_image_in_the_page_itself_has_a_short_key():
    facts = page(document("", f"<img src='data:image/png;base64,{'A' * 5000}'>"))

    assert len(next(img_alt_missing(facts)).key) == 200


@pytest.mark.parametrize(
    ("attributes", "missing"), [("", True), (' lang=""', True), (" lang=en", False), (" xml:lang=en", True)]
)
def test_an_empty_language_is_none(attributes, missing):
    assert bool(list(html_lang_missing(page(document("", "", attributes))))) is missing
