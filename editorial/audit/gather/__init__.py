"""From a response to the facts of a page, in one pass over its tree."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from editorial.audit.facts import Alternate, Canonical, Charset, PageFacts, Response, RobotsDirective, RobotsTxt
from editorial.audit.gather import charset, headers
from editorial.audit.gather.challenges import by_headers, challenge_of
from editorial.audit.gather.embeds import with_embeds
from editorial.audit.gather.forms import read_forms
from editorial.audit.gather.page import EVIDENCE, OF_A_VERSION, PageReader, destination
from editorial.audit.gather.signature import layout_of
from editorial.audit.gather.text import measure
from editorial.audit.gather.trees import Tree, TurboTree
from editorial.domain.urls import n1

_DOCTYPE = re.compile(r"\s{0,999}(?:<!--.{0,999}?-->\s{0,999}){0,9}<!doctype\s+html", re.IGNORECASE | re.DOTALL)


def gather(
    response: Response, *, robots_txt: tuple[RobotsTxt, ...] = (), parse: Callable[[str], Tree] = TurboTree
) -> PageFacts:
    """Read everything the rules judge from one response.

    Never raises on content: what cannot be read is missing in the facts. The caller limits bytes and CPU time.

    Args:
        robots_txt: what robots.txt says of this page, one entry an engine, where it is known.
        parse: the parser; selectolax's `LexborTree` gives the same facts.
    """
    media = headers.media_type(response.header("content-type"), response.body)
    header = _read_header(response)
    facts = PageFacts(
        url=response.url,
        final_url=response.final_url,
        status=response.status,
        media_type=media,
        error=response.error,
        truncated=response.truncated,
        elapsed_ms=response.elapsed_ms,
        swollen=response.swollen,
        body_bytes=len(response.body),
        header_bytes=sum(len(name) + len(value) + 4 for name, value in response.headers),
        headers=tuple((n.lower(), v[:2000]) for n, v in response.headers if n.lower() in headers.KEPT),
        redirects=response.redirects,
        canonicals=header.canonicals,
        alternates=header.alternates,
        robots=header.robots,
        robots_txt=robots_txt,
        challenge=by_headers(response.headers),
        upgrades_insecure=headers.upgrades_insecure(
            ",".join(value for name, value in response.headers if name.lower() == "content-security-policy")
        ),
    )
    if media not in headers.HTML_TYPES or not response.body:
        return facts
    html, encoding = charset.decode(response.body, response.header("content-type"))
    facts = _read_html(facts, html, encoding, parse)
    found = challenge_of(facts, html)
    return replace(facts, challenge=found) if found else facts


def _read_html(facts: PageFacts, html: str, encoding: Charset, parse: Callable[[str], Tree]) -> PageFacts:
    page = PageReader(parse(html), html, facts.final_url, encoding.name)
    page.is_xml = facts.media_type == "application/xhtml+xml"
    page.read()
    forms = read_forms(page, html, parse)
    scripts = [found.href for found in page.resources if found.kind in ("script", "data")]
    return replace(
        facts,
        charset=encoding,
        doctype=_DOCTYPE.match(html) is not None,
        base_href=page.base_href,
        html_lang=page.html_lang,
        titles=tuple(page.titles),
        descriptions=tuple(page.descriptions),
        canonicals=(*page.canonicals, *facts.canonicals),
        robots=(*page.robots, *facts.robots),
        alternates=(*page.alternates, *facts.alternates),
        viewports=tuple(page.viewports),
        refresh=page.refresh,
        open_graph=tuple(page.open_graph),
        headings=tuple(page.headings),
        links=tuple(page.links),
        images=tuple(page.images),
        resources=tuple(page.resources),
        jsonld=tuple(page.jsonld),
        forms=with_embeds(forms, html, scripts, page.resolve),
        layout=layout_of(page.tree, page.root),  # before the tree is taken apart
        text=measure(page.tree.main_text()),
        upgrades_insecure=facts.upgrades_insecure or page.upgrades_insecure,
        inline_scripts=page.inline_scripts,
    )


class _Header(NamedTuple):
    """What stands in header lines and may stand in the head as well."""

    canonicals: tuple[Canonical, ...]
    alternates: tuple[Alternate, ...]
    robots: tuple[RobotsDirective, ...]


def _is_about(anchor: str, url: str) -> bool:
    """Whether a Link header speaks of the page itself (RFC 8288, 3.2), not of another one or of a part."""
    return not anchor.strip() or ("#" not in anchor and n1(anchor, url) == url)


def _read_header(response: Response) -> _Header:
    def target(href: str) -> str | None:
        return destination(href, lambda address: n1(address, response.final_url))

    canonicals: list[Canonical] = []
    alternates: list[Alternate] = []
    for name, value in response.headers:
        for href, params in headers.links(value) if name.lower() == "link" else ():
            rel = params.get("rel", "").lower().split()
            if not _is_about(params.get("anchor", ""), response.final_url):
                continue
            if "canonical" in rel and OF_A_VERSION.isdisjoint(params):
                canonicals.append(
                    Canonical(href, "header", target(href), f'Link: <{href}>; rel="canonical"'[:EVIDENCE])
                )
            elif "alternate" in rel and "hreflang" in params:
                alternates.append(Alternate(params["hreflang"], href, target(href), "header"))
    tags = [value for name, value in response.headers if name.lower() == "x-robots-tag"]
    return _Header(tuple(canonicals), tuple(alternates), tuple(headers.header_directives(tags)))
