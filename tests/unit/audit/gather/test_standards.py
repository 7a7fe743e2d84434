"""Odd pages, read as the HTML and URL standards read them; Chromium, scripts off, was asked about each."""

import pytest

from editorial.audit.gather import gather
from editorial.audit.gather.trees import LexborTree, TurboTree
from tests.unit.audit.pages import answer, document, page

TITLES = {
    "a drawing in the head pushes the title into the body": ("<svg><title>Icon</title></svg><title>One</title>", ""),
    "so does an element that no head holds": ("<my-el></my-el><title>One</title>", ""),
    "so does an image in noscript": ("<noscript><img src=x></noscript><title>One</title>", ""),
    "a link in noscript does not": ("<noscript><link rel=stylesheet href=x></noscript><title>One</title>", "One"),
    "markup within a title is its text": ("<title>A &lt;b&gt; <b>x</b> &copy</title>", "A <b> <b>x</b> ©"),
    "old references are those of Windows": ("<title>A &#150; B&#x80;</title>", "A – B€"),
    "a slash closes no title": ("<title/>One</title>", "One"),
    "a conditional comment is a comment": ("<!--[if IE]><title>x</title><![endif]-->", ""),
    "a revealed one is none": ("<![if !IE]><title>One</title><![endif]>", "One"),
    "a formula has no title of the page": ("<title>One</title><math><title>Two</title></math>", "One"),
    "of a zero-width space nothing can be seen": ("<title>&#8203;&#65279;</title>", ""),
}


@pytest.mark.parametrize(("head", "title"), TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("parse", [TurboTree, LexborTree])
def test_the_title_is_that_of_the_browser(head, title, parse):
    facts = gather(answer(document(head)), parse=parse)

    assert facts.title == title
    assert sum(found.in_head for found in facts.titles) <= 1


@pytest.mark.parametrize(
    ("html", "titles"),
    [
        ("<!doctype html><title>One</title><head><title>Two</title></head>", ["One", "Two"]),
        ("<!doctype html><html><head></head><title>One</title><body>x", ["One"]),
        ("<!doctype html>Hello<title>One</title>", []),
        ("<!doctype html>\ufeff<html><head><title>One</title></head>", []),
        ("<html><head><title>One</title></head><frameset cols='*'><frame src=a></frameset>", ["One"]),
        ("<!doctype html><head><title>One <body><h1>Two</h1>", ["One <body><h1>Two</h1>"]),
    ],
    ids=[
        "a title before the head tag opens the head",
        "one behind the head goes into it",
        "text closes the head",
        "a mark within the page is text",
        "a frameset has a head",
        "an open title eats the page",
    ],
)
def test_what_stands_in_the_head_is_what_the_parser_puts_there(html, titles):
    assert [found.text for found in page(html).titles if found.in_head] == titles


TEXTS = {
    "an alt stands where its image does": ("Foo <img src=i alt=Pic> bar", "Foo Pic bar"),
    "alone it is the text": ("<span><img src=i alt='Pic  one'></span>", "Pic one"),
    "its twin in noscript is silent": ("<img alt=Pic><noscript>x<img alt=Pic></noscript>", "Pic x"),
    "blocks and line breaks separate, inlines do not": ("fo<b>o</b>bar<br>baz<div>qux</div>", "foobar baz qux"),
    "scripts and styles are no text": ("foo<script>x()</script><style>a{}</style>", "foo"),
}


@pytest.mark.parametrize(("markup", "text"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("parse", [TurboTree, LexborTree])
def test_the_text_of_links_and_headings_is_read_in_order(markup, text, parse):
    facts = gather(answer(document(body=f"<a href=/x>{markup}</a><h2>{markup}</h2>")), parse=parse)

    assert facts.links[0].text == facts.headings[0].text == text


HIDDEN = {
    "<h2>x</h2>": False,
    "<h2 hidden>x</h2>": True,
    "<div hidden><p><h2>x</h2></div>": True,
    "<div style='color:red; Display : none'><h2>x</h2></div>": True,
    "<div aria-hidden=true><h2>x</h2></div>": False,
    "<details><h2>x</h2></details>": False,
}


@pytest.mark.parametrize(("body", "hidden"), HIDDEN.items(), ids=HIDDEN)
def test_a_heading_is_hidden_by_its_own_markup_or_what_is_around_it(body, hidden):
    assert page(document(body=body)).headings[0].hidden is hidden


BASES = {
    "the first base with an address counts": ("<base target=_blank><base href='/one/'><base href='/two/'>", "/one/x"),
    "a base stands against the page, not against another": ("<base href=r/>", "/guides/r/x"),
    "a script is no base": ("<base href='javascript:1'>", "/guides/x"),
    "data are no base": ("<base href=' DaTa:,x'>", "/guides/x"),
    "an address that cannot be read is no base": ("<base href='http://[::1'><base href=/two/>", "/guides/x"),
    "a base in a template is none": ("<template><base href=/t/></template>", "/guides/x"),
    "below another scheme nothing is a page": ("<base href='ftp://example.com/'>", None),
    "below no place nothing is a page": ("<base href='about:blank'>", None),
}


@pytest.mark.parametrize(("head", "path"), BASES.values(), ids=BASES)
def test_relative_addresses_are_resolved_by_the_base(head, path):
    facts = page(document(head, "<a href=x>a</a><a href=https://example.org/>b</a>"))

    assert [link.url for link in facts.links] == [path and f"https://example.com{path}", "https://example.org/"]


@pytest.mark.parametrize(
    ("charset", "query"),
    [
        ("gbk", "%D6%D0"),
        ("shift_jis", "%92%86%26%23128512%3B"),
        ("big5", "%A4%A4%26%23128512%3B"),
        ("utf-8", "%E4%B8%AD%F0%9F%98%80"),
    ],
)
def test_a_query_is_sent_in_the_encoding_of_its_page(charset, query):
    """The path never is. A character that the encoding does not know is sent as a reference."""
    smile = "" if charset == "gbk" else "&#128512;"
    html = document(f"<meta charset={charset}>", f"<a href='/s?q=中{smile}'>a</a><a href='/中'>b</a>")
    facts = page(html.encode(charset), headers=(("Content-Type", "text/html"),))

    assert [link.url for link in facts.links] == [f"https://example.com/s?q={query}", "https://example.com/%E4%B8%AD"]


@pytest.mark.parametrize(
    ("kind", "html", "lang"),
    [
        ("text/html", "<html xml:lang=en>", None),
        ("application/xhtml+xml", "<html xml:lang=en>", "en"),
        ("text/html", "<html><html lang=fr>", "fr"),
        ("text/html", "<html lang=en><html lang=fr>", "en"),
        ("text/html", "<!doctype html><title>x</title><body>x<html lang=de>", "de"),
        ("text/html", "<!doctype html><math><html lang=de>", None),
        ("text/html", "<!doctype html><body lang=en>x", None),
    ],
)
def test_the_language_stands_on_the_html_element(kind, html, lang):
    assert page(html, headers=(("Content-Type", kind),)).html_lang == lang


MAIN = {
    "what is hidden is no text": ("one<p hidden>two<p style='display: none'>three", 1),
    "but the panel of a tab": ("one<div role=tabpanel hidden>two</div><p hidden=until-found>three", 3),
    "a closed dialog is shown to nobody": ("one<dialog>two</dialog><dialog open>three</dialog>", 2),
    "what stands in for a frame or a film is no text": ("one<iframe>two</iframe><video>three</video>", 1),
    "a hidden main is not the main": ("<main hidden>one two</main><main>three</main>", 1),
    "what accompanies is no text": ("<div role=main>one<div role=complementary>two</div></div>", 1),
}


@pytest.mark.parametrize(("body", "words"), MAIN.values(), ids=MAIN)
@pytest.mark.parametrize("parse", [TurboTree, LexborTree])
def test_the_main_text_is_what_readers_see(body, words, parse):
    assert gather(answer(document(body=body)), parse=parse).text.words == words
