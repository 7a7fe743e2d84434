"""The facts of a page as reports print them: what an engine understands, not how we keep it.

The names are a contract (docs/audit-output.md): they may grow in number and never change.
"""

from typing import Any

import orjson

from editorial.audit.facts import Form, Image, JsonLd, Link, PageFacts, RobotsDirective
from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import Kind, kind_of, lead_type
from editorial.audit.gather.data import unwrapped
from editorial.audit.plain import to_plain
from editorial.audit.predicates import directives_for
from editorial.audit.robots_access import EVERYONE
from editorial.audit.rule import Engine
from editorial.audit.templates import key_alone
from editorial.domain.robots import PARENTS


def facts_dict(page: PageFacts) -> dict[str, Any]:
    """Everything seen of a page, by the names of the contract."""
    return {
        "title": page.title or None,
        "titles": [found.text for found in page.titles],
        "description": page.description or None,
        "canonicals": [{"url": found.target, "href": found.href, "source": found.where} for found in page.canonicals],
        "robots": {engine.value: _robots(page, engine.agent) for engine in Engine},
        "robots_tokens": {token: _robots(page, token) for token in _tokens(page)},
        "robots_directives": [_directive(found) for found in page.robots],
        "hreflang": [
            {"code": found.code, "url": found.target, "href": found.href, "source": found.where}
            for found in page.alternates
        ],
        "headings": [{"level": found.level, "text": found.text, "hidden": found.hidden} for found in page.headings],
        "links": [_link(found) for found in page.links],
        "images": [_image(found) for found in page.images],
        "jsonld": {
            "items": [item for block in page.jsonld if not block.error for item in _items(block)],
            "types": list(dict.fromkeys(kind for block in page.jsonld for kind in block.types)),
            "errors": [_broken(number, block) for number, block in enumerate(page.jsonld) if block.error],
        },
        "language": page.language or None,
        "html_lang": page.html_lang,
        "charset": _charset(page),
        "words": page.text.words,
        "characters": page.text.characters,
        "media_type": page.media_type,
        "doctype": page.doctype,
        "base": page.base_href,
        "viewports": list(page.viewports),
        "refresh": page.refresh,
        "open_graph": [{"property": name, "content": content} for name, content in page.open_graph],
        "error": page.error,
        "challenge": page.challenge or None,
        "truncated": page.truncated,
        "redirects": [to_plain(hop) for hop in page.redirects],
        "template": key_alone(page.final_url, page.layout) if page.layout else None,
        "forms": [_form(form, page) for form in page.forms],
    }


def _tokens(page: PageFacts) -> list[str]:
    """Everyone, the engines, the parts of engines, and whomever else the page speaks to."""
    known = [EVERYONE, *(engine.agent for engine in Engine), *PARENTS]
    return list(dict.fromkeys([*known, *(found.agent for found in page.robots if found.agent)]))


def _robots(page: PageFacts, token: str) -> dict[str, Any]:
    parent = PARENTS.get(token, "")
    names = directives_for(page, *filter(None, (parent, token)))
    verdicts = {verdict.agent: verdict for verdict in page.robots_txt}
    said = verdicts.get(token) or verdicts.get(parent)
    return {
        "token": token,
        "directives": sorted(names),
        "may_index": "noindex" not in names,
        "may_follow": "nofollow" not in names,
        "robots_txt": {"allowed": said.allowed, "line": said.line} if said is not None else None,
    }


def _directive(found: RobotsDirective) -> dict[str, Any]:
    return {"token": found.agent or EVERYONE, "name": found.name, "value": found.value, "source": found.where}


def _link(link: Link) -> dict[str, Any]:
    return {"href": link.href, "url": link.url, "text": link.text, "rel": list(link.rel)}


def _image(image: Image) -> dict[str, Any]:
    return {"src": image.src, "url": image.url, "alt": image.alt, "width": image.width, "height": image.height}


def _charset(page: PageFacts) -> dict[str, Any] | None:
    found = page.charset
    if not found.name:
        return None
    return {"name": found.name, "source": found.source, "header": found.header or None, "meta": found.meta or None}


def _form(form: Form, page: PageFacts) -> dict[str, Any]:
    """What is known of a form, and what it is for; of one whose fields a service brings, nobody can say."""
    found = to_plain(form)
    kind = kind_of(form, page) if form.fields or form.buttons else None
    found["kind"] = kind
    found["type"] = lead_type(form, page) if kind is Kind.LEAD else None
    for field, plain in zip(form.fields, found["fields"], strict=True):
        plain["meaning"] = meaning_of(field) or None
    found["links"] = [_link(link) for link in form.links]
    return found


def _items(block: JsonLd) -> list[Any]:
    try:
        data = orjson.loads(unwrapped(block.raw))
        orjson.dumps(data)  # it reads deeper than it writes
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return [{"@type": list(block.types)}]  # cut, too deep, or readable by a looser parser alone
    return [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]


def _broken(number: int, block: JsonLd) -> dict[str, Any]:
    return {"block": number, "message": block.error, "line": block.line, "column": block.column}
