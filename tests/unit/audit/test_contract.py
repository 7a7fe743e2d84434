"""The printed shape is a contract: docs/audit-output.md. A name that goes or changes its type breaks its readers."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from editorial.audit.alone import judge_stored
from editorial.audit.report import page_dict
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import read
from tests.unit.audit.rules.examples import FAILING, SOUND
from tests.unit.audit.test_report import english

Source = Literal["head", "body", "header"]
Severity = Literal["blocker", "error", "warning", "notice"]


class Shape(BaseModel):
    """Every name stands there, no other does, and nothing is taken for what it is not."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Canonical(Shape):
    url: str | None
    href: str
    source: Source


class RobotsTxt(Shape):
    allowed: bool
    line: str


class Robots(Shape):
    token: str
    directives: list[str]
    may_index: bool
    may_follow: bool
    robots_txt: RobotsTxt | None


class Engines(Shape):
    google: Robots
    bing: Robots
    baidu: Robots


class Directive(Shape):
    token: str
    name: str
    value: str
    source: Source


class Hreflang(Shape):
    code: str
    url: str | None
    href: str
    source: Source


class Heading(Shape):
    level: Annotated[int, Field(ge=1, le=6)]
    text: str
    hidden: bool


class Link(Shape):
    href: str | None
    url: str | None
    text: str
    rel: list[str]


class Image(Shape):
    src: str
    url: str | None
    alt: str | None
    width: int | None
    height: int | None


class JsonLdError(Shape):
    block: int
    message: str
    line: int
    column: int


class JsonLd(Shape):
    items: list[Any]
    types: list[str]
    errors: list[JsonLdError]


class Charset(Shape):
    name: str
    source: Literal["bom", "header", "meta", "detected", "default"]
    header: str | None
    meta: str | None


class Property(Shape):
    property: str
    content: str


class Hop(Shape):
    url: str
    status: int
    location: str


class FormField(BaseModel):
    """Forms may grow: rules learn to ask more of them."""

    kind: str
    name: str
    id: str
    label: str
    label_source: Literal["label-for", "label-wrap", "aria-labelledby", "aria-label", "title", ""]
    placeholder: str
    autocomplete: str
    required: bool
    disabled: bool
    readonly: bool
    checked: bool
    hidden: bool
    options: list[str]


class FormButton(BaseModel):
    kind: str
    text: str
    name: str
    disabled: bool


class Form(BaseModel):
    index: int
    origin: Literal["native", "virtual", "embedded", "inert"]
    id: str
    name: str
    action: str
    action_url: str | None
    method: str
    hidden: bool
    nested_in: int | None
    fields: list[FormField]
    buttons: list[FormButton]
    links: list[Link]
    text: str


class Facts(Shape):
    title: str | None
    titles: list[str]
    description: str | None
    canonicals: list[Canonical]
    robots: Engines
    robots_tokens: dict[str, Robots]
    robots_directives: list[Directive]
    hreflang: list[Hreflang]
    headings: list[Heading]
    links: list[Link]
    images: list[Image]
    jsonld: JsonLd
    language: str | None
    html_lang: str | None
    charset: Charset | None
    words: int
    characters: int
    media_type: str
    doctype: bool
    base: str | None
    viewports: list[str]
    refresh: str | None
    open_graph: list[Property]
    error: str | None
    challenge: str | None
    truncated: bool
    redirects: list[Hop]
    template: str | None
    forms: list[Form]
    depth: int | None
    rank: int | None
    links_in: int | None


class Outcome(Shape):
    rule: str
    outcome: Literal["fail", "pass", "not-applicable", "inconclusive"]
    severity: Severity
    message: str
    evidence: list[str]


class Page(Shape):
    id: str | int
    url: str
    status: int
    facts: Facts
    outcomes: list[Outcome]


URL = "https://example.com/guides/start"


def printed(**stored: Any) -> Page:
    """What is printed of a stored answer, read back by the contract."""
    judged = judge_stored(read(orjson.dumps({"url": URL, **stored})))
    return Page.model_validate(orjson.loads(orjson.dumps(page_dict(judged, BY_ID, english, every_outcome=True))))


@pytest.mark.parametrize("html", [SOUND, *FAILING.values()])
def test_every_example_keeps_the_contract(html: str):
    page = printed(html=html, robots_txt={"status": 200, "content": "User-agent: *\nDisallow: /"})

    assert {outcome.rule for outcome in page.outcomes} == set(BY_ID)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"status": 0, "error": "timeout"},
        {"status": 301, "headers": [["Location", "/x"]]},
        {"headers": [["Content-Type", "application/pdf"]], "body_b64": "JVBERi0="},
        {"status": 404, "html": ""},
        {"html": "<title>x", "headers": {"Link": '</c>; rel="canonical", </de>; rel=alternate; hreflang=de'}},
    ],
)
def test_what_is_no_page_keeps_the_contract(stored: dict[str, Any]):
    assert printed(**stored).facts.forms == []


PIECES: Sequence[str] = (
    *("<title>", "</title>", "<meta name=robots content='noindex, max-snippet:5'>", "<link rel=canonical href=/x>"),
    *("<link rel=alternate hreflang=de href=/de>", "<h1>", "<h6 hidden>", "<a href=x rel='a b'>", "<img alt src=y>"),
    *("<script type='application/ld+json'>", '{"@type":"A"}', "[1,", "</script>", "<form>", "<input>", "</form>"),
    *("<template>", "<noscript>", "<meta charset=gbk>", "<base href=//b/>", "\0", "\ud800", "中文", "<html lang=zh>"),
)


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_soup_keeps_the_contract(pieces: list[str]):
    judged = judge_stored(read(json.dumps({"url": URL, "html": "".join(pieces)}).encode()))

    Page.model_validate(orjson.loads(orjson.dumps(page_dict(judged, BY_ID, english, every_outcome=True))))
