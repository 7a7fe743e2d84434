"""JSON-LD blocks: their types, or where they break.

A byte-order mark, an HTML comment or a CDATA section around the whole block is looked through, as search engines do;
everything else is JSON to the letter (RFC 8259). Of a key that stands twice the last counts.
"""

import json
import re
from typing import Any, NoReturn

import orjson

from editorial.audit.facts import JsonLd

KEPT = 65_536  # characters of a block
MOST_TYPES = 50
MOST_NODES = 10_000

_SPACE = " \t\n\r"  # JSON knows no other (RFC 8259, 2)
_BEFORE = re.compile(
    r"\ufeff?[ \t\n\r]*(?:(?:<!--(?://-->)?|(?://|/\*)?\s*<!\[CDATA\[(?://>)?\s*(?:\*/)?)[ \t\n\r]*){0,3}"
)
_AFTER = re.compile(r"(?:(?://|/\*)?\s*(?:(?:--><!)?\]\]>\s*(?:\*/)?|-->)[ \t\n\r]*){1,3}\Z")
_TAIL = 100  # characters at the end in which a wrapper is looked for


def read_jsonld(raw: str) -> JsonLd:
    """One block as it stands between its tags."""
    text = raw.strip(_SPACE)
    kept = text[:KEPT]
    try:
        return JsonLd(kept, _types(orjson.loads(text)), "", 0, 0)
    except orjson.JSONDecodeError:
        text = unwrapped(text)
    try:
        return JsonLd(kept, _types(json.loads(text, parse_constant=_refuse, parse_int=_number)), "", 0, 0)
    except json.JSONDecodeError as error:
        return JsonLd(kept, (), error.msg, error.lineno, error.colno)
    except (ValueError, RecursionError) as error:
        return JsonLd(kept, (), str(error)[:200] or "not JSON", 1, 1)


def unwrapped(text: str) -> str:
    """A block with spaces where a mark, a comment or a CDATA section is put around it; places stay what they were.

    What is opened and not closed, or closed and not opened, is not around the block.
    """
    before, after = _BEFORE.match(text), _AFTER.search(text, max(0, len(text) - _TAIL))
    opening, closing = before[0] if before else "", after[0] if after else ""
    comments = opening.count("<!--") - opening.count("-->") - closing.count("-->")
    if comments or opening.count("[CDATA[") != closing.count("]]>"):
        return text
    return _blank(opening) + text[len(opening) : len(text) - len(closing)] + _blank(closing)


def _blank(text: str) -> str:
    return "".join("\n" if char == "\n" else " " for char in text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _number(digits: str) -> float:
    """JSON sets no limit to a number's length, Python does; none that long is read again."""
    return float(digits)


def _writable(kind: str) -> str:
    """A type as text that can be stored: JSON may spell half a surrogate pair, which is no character."""
    return kind[:80].encode("utf-8", "replace").decode()


def _types(value: Any) -> tuple[str, ...]:
    """Every @type in document order, without repeats."""
    found: dict[str, None] = {}
    waiting, seen = [value], 0
    while waiting and seen < MOST_NODES and len(found) < MOST_TYPES:
        node = waiting.pop()
        seen += 1
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            kinds = node.get("@type", ())
            named = (kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str))
            found.update(dict.fromkeys(map(_writable, named)))
            waiting.extend(reversed([child for child in node.values() if isinstance(child, dict | list)]))
    return tuple(found)
