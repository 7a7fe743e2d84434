"""robots.txt as rules see it, and what is common to all files that crawlers read: what is odd about them.

Kinds of `Note`, of robots.txt: `syntax`, `colon` and `orphan` (lines without effect, `domain.robots.Oddity`), `value`
(a path that begins with neither a slash nor a star), `dollar` (a `$` before the end of a path), `html`, `encoding`
(UTF-16 or NUL bytes), `size`, and `blocks` (`subject` is the product token that the file keeps from the whole origin).
Those of a sitemap stand at `sitemaps.Sitemap`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from editorial.audit.rule import Engine
from editorial.domain.robots import MAX_BYTES, Robots
from editorial.domain.urls import host_of

MOST_LINES = 100  # of one robots.txt
ANY_PAGE = "/a-page-that-no-line-names"

STAGING = re.compile(r"(?:.*[.-])?(?:staging|stage|stg|dev|test|testing|preview|preprod|uat|qa|sandbox)\d*[.-].*")
"""Hosts of sites that are being built: they close robots.txt on purpose. Source: our own experience of such names."""

_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_BOM = b"\xef\xbb\xbf"


class Note(NamedTuple):
    """Something odd about a file. `line` counts from 1, 0 is the whole file; `text` at most 200 characters."""

    kind: str
    subject: str = ""
    line: int = 0
    text: str = ""


def robots_notes(origin: str, content: bytes, robots: Robots) -> list[Note]:
    """What is odd about a robots.txt that answered 200.

    Args:
        origin: whose file it is.
        content: its bytes, as far as they were read.
        robots: what was read from them.
    """
    if looks_like_html(content):
        return [Note("html", "", 1, first_line(content))]
    if b"\0" in content[:MAX_BYTES]:
        return [Note("encoding", "", 1)]
    notes = [Note("size", "", len(content[:MAX_BYTES].splitlines()))] if robots.cut else []
    notes += [Note("blocks", agent, number, text) for agent, number, text in _closed_to(origin, robots)]
    lines = [Note(odd.kind, "", odd.number, odd.text[:200]) for odd in robots.oddities]
    for group in robots.groups:
        for line in group.lines:
            if line.pattern and line.pattern[0] not in "/*":
                lines.append(Note("value", "", line.number, line.text[:200]))
            elif "$" in line.pattern[:-1]:
                lines.append(Note("dollar", "", line.number, line.text[:200]))
    return notes + sorted(lines, key=lambda note: note.line)[:MOST_LINES]


def _closed_to(origin: str, robots: Robots) -> Iterator[tuple[str, int, str]]:
    """Engines that may fetch neither the first page nor any other, and the line that says so. Not of staging hosts."""
    if STAGING.fullmatch(host_of(origin + "/")):
        return
    for engine in Engine:
        first = robots.decide(engine.agent, origin + "/")
        if not first.allowed and not robots.decide(engine.agent, origin + ANY_PAGE).allowed:
            yield engine.agent, first.line_number or 0, first.line_text[:200]


def looks_like_html(content: bytes) -> bool:
    """A page where a file should be, as servers send it that answer every address with their first page."""
    return _HTML.match(content[:4096].removeprefix(_BOM)) is not None


def first_line(content: bytes) -> str:
    """The beginning of a file, to show what it is; at most 200 characters."""
    return content[:400].decode("utf-8", "replace").strip().partition("\n")[0].strip()[:200]
