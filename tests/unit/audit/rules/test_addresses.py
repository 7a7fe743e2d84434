"""Links that lead nowhere, hreflang codes, canonicals, contradictions."""

import pytest

from editorial.audit.rules.canonicals import canonical_invalid
from editorial.audit.rules.indexability import robots_meta_conflict
from editorial.audit.rules.languages import is_hreflang
from editorial.audit.rules.links import link_localhost_staging, link_uncrawlable
from editorial.audit.rules.structured_data import jsonld_invalid
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<a href="javascript:go()">x</a>', True),
        ('<a onclick="go()">x</a>', True),
        ('<a href="#" onclick="go()">x</a>', True),
        ('<a routerlink="/x">x</a>', True),
        ('<a id="part">x</a>', False),
        ('<a href="">x</a>', False),
        ('<a href="#part">x</a>', False),
        ('<a href="#">x</a>', False),
        ('<a href="/x" onclick="track()">x</a>', False),
        ('<a role="button" href="javascript:void(0)">x</a>', False),
        ('<a href="mailto:a@example.com" onclick="open()">x</a>', False),
    ],
)
def test_a_link_needs_an_address(link, found):
    assert bool(list(link_uncrawlable(page(document("", link))))) is found


@pytest.mark.parametrize(
    ("body", "hosts"),
    [
        ('<a href="http://127.0.0.1:5000/a">x</a><img src="//localhost/i.png">', ["127.0.0.1", "localhost"]),
        ('<script src="http://10.1.2.3/x.js"></script>', ["10.1.2.3"]),
        ('<a href="https://desk.acme.local/">x</a><a href="https://desk.acme.local/b">y</a>', ["desk.acme.local"]),
        ('<a href="http://[::1]/">x</a>', ["::1"]),
        ("<code>http://localhost:8000/</code>", []),
        ('<a href="https://8.8.8.8/">x</a><a href="https://localhost.example.com/">y</a>', []),
    ],
)
def test_readers_cannot_reach_our_own_machines(body, hosts):
    assert [failure.key for failure in link_localhost_staging(page(document("", body)))] == hosts


def test_a_site_on_our_own_machine_may_link_to_itself():
    facts = page(document("", '<a href="/a">x</a>'), "http://127.0.0.1:8000/")

    assert not link_localhost_staging.applies(facts)


@pytest.mark.parametrize("code", ["en", "EN-gb", "zh-Hans", "zh-hant-HK", "x-default", "X-Default", "pt-BR", "de-AT"])
def test_codes_that_exist(code):
    assert is_hreflang(code)


@pytest.mark.parametrize(
    "code",
    [
        "en-UK",
        "zh-ZZ",
        "us",
        "xx",
        " x-default",
        "en ",
        "",
        "english",
        "zh_CN",
        "es-419",
        "cn",
        "de-DE-1996",
        "x-defualt",
    ],
)
def test_codes_that_do_not(code):
    assert not is_hreflang(code)


@pytest.mark.parametrize("href", ["", "#a", "ftp://example.com/", "{{ url }}", "http://"])
def test_a_canonical_must_lead_somewhere(href):
    assert list(canonical_invalid(page(document(f'<link rel="canonical" href="{href}">'))))


@pytest.mark.parametrize(
    ("head", "header", "keys"),
    [
        ("<meta name=robots content='index, follow'>", "", []),
        ("<meta name=robots content='index'>", "noindex", ["index"]),
        ("<meta name=robots content='index, follow'><meta name=googlebot content=none>", "", ["index", "follow"]),
        ("<meta name=robots content='all, noindex'>", "", []),
        ("<meta name=robots content='index, unavailable_after: 2020-01-01'>", "", []),
        ("<meta name=robots content=index><meta name=googlebot-news content=noindex>", "", []),
        ("<meta name=robots content='none, follow'>", "", ["follow"]),
        ("<meta name=robots content=index>", "bingbot: noindex", ["index"]),
        ("<meta name=googlebot content='index'><meta name=bingbot content=noindex>", "", []),
    ],
)
def test_directives_contradict_each_other_for_one_engine(head, header, keys):
    headers = (("X-Robots-Tag", header),) if header else ()

    assert [failure.key for failure in robots_meta_conflict(page(document(head), headers=headers))] == keys


def test_broken_json_is_shown_with_its_line():
    facts = page(document('<script type="application/ld+json">{"a": 1,\n "b": 2,}</script>'))
    failure = next(jsonld_invalid(facts))

    assert failure.params == {"line": 2, "column": 9}
    assert failure.evidence[1] == ' "b": 2,}'


def test_structured_data_of_a_hidden_page_does_not_matter():
    facts = page(document('<meta name=robots content=noindex><script type="application/ld+json">{</script>'))

    assert not jsonld_invalid.applies(facts)
