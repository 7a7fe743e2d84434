"""Facts as an audit stores them."""

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import orjson
import pytest

from editorial.audit.crawl.records import packed, unpacked
from editorial.audit.facts import PageFacts, Response
from editorial.audit.gather import gather
from editorial.audit.plain import from_plain


class Pair(NamedTuple):
    number: int
    letter: str = "a"


@dataclass(frozen=True)
class Holder:
    pairs: tuple[Pair, ...]


PAGE = """<!doctype html><html lang="en"><head><title>Talk to us</title>
<link rel="canonical" href="/talk/"><link rel="alternate" hreflang="de" href="/de/">
<meta name="robots" content="noindex, max-snippet:5"><meta name="description" content="Hello">
<script type="application/ld+json">{"@type": "FAQPage", "a": [1, 2.5, null, {"b": true}]}</script></head>
<body><main><h1>Talk <em>to</em> us</h1><a href="/a" rel="nofollow ugc">A</a><a href="mailto:x@y.z">m</a>
<img src="/i.png" alt=""><form action="/send" method="post"><label for="e">E-mail</label>
<input id="e" name="email" type="email" required><select name="s"><option>1</select><button>Send</button></form>
<iframe src="https://share.hsforms.com/1abc"></iframe></main></body></html>"""


@pytest.fixture
def facts() -> PageFacts:
    headers = (("content-type", "text/html; charset=utf-8"), ("x-robots-tag", "googlebot: nofollow"))
    return gather(Response("https://example.com/talk", "https://example.com/talk", 200, headers, PAGE.encode()))


def test_what_is_stored_is_read_again(facts: PageFacts) -> None:
    assert all((facts.forms, facts.links, facts.images, facts.alternates, facts.robots))
    assert unpacked(packed(facts)) == facts


def test_facts_that_were_stored_with_names_are_read(facts: PageFacts) -> None:
    assert unpacked(zlib.compress(orjson.dumps(facts.to_dict()))) == facts


def test_a_tuple_that_has_grown_since_takes_its_defaults() -> None:
    assert from_plain(Holder, {"pairs": [[1], [2, "b"]]}) == Holder((Pair(1), Pair(2, "b")))
