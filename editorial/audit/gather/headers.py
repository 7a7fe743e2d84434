"""What response headers say about a page: media type, robots directives, Link."""

import re
from collections.abc import Iterable, Iterator

from editorial.audit.facts import RobotsDirective, Where

# Headers that rules read; cookies and the rest stay out of the facts.
KEPT = frozenset(
    {
        *(
            "cache-control",
            "content-encoding",
            "content-length",
            "content-security-policy",
            "content-type",
            "date",
            "etag",
        ),
        *("last-modified", "link", "location", "refresh", "retry-after", "server", "strict-transport-security", "vary"),
        "x-robots-tag",
    }
)
VALUE = 100  # characters of a directive and of its value
LINKS = 20_000  # characters of a Link header; servers that name what to load early write long ones
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_BOTS = frozenset(
    {
        *("robots", "bingpreview", "slurp", "teoma", "yandex", "applebot-extended", "baiduspider-render"),
        *("google-extended", "google-inspectiontool", "googleother", "adsbot-google", "storebot-google"),
        *("facebookexternalhit", "ia_archiver"),
    }
)
_WEEKDAY = re.compile(r"[A-Za-z]{3,9}")
_MONTH_DAY = re.compile(r"[A-Za-z]{3,9}\.? +\d{1,2}")
_YEAR = re.compile(r"\d{4}\b")
_AGENT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_*-]{0,60})\s*:\s*(.*)", re.DOTALL)
_TYPE = re.compile(r"\s*[^\s;,]+")
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<title", b"<meta", b"<!--")
_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAM = re.compile(r"\s*;\s*([^\s=;,\"]*)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;,\"]*)))?", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def media_type(content_type: str, body: bytes) -> str:
    """Type and subtype in lower case; sniffed only where the header is absent. A missing semicolon is forgiven."""
    if found := _TYPE.match(content_type):
        return found[0].strip().lower()
    start = body[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "text/html" if start.startswith(_HTML) else ""


def upgrades_insecure(policy: str) -> bool:
    """Whether a Content-Security-Policy has browsers ask for http resources over https."""
    return any(part.strip().lower() == "upgrade-insecure-requests" for part in policy.replace(",", ";").split(";"))


def is_robots_name(name: str) -> bool:
    """True for the name of a meta that speaks to crawlers: `robots`, or an engine's product token."""
    return name in _BOTS or name.endswith(("bot", "spider", "bot-news", "bot-image", "bot-video"))


def directives(content: str, agent: str, where: Where) -> Iterator[RobotsDirective]:
    """The directives of one robots meta. Only commas separate; names and values are case-insensitive."""
    parts = content.split(",")
    position = 0
    while position < len(parts):
        name, _, value = parts[position].strip().partition(":")
        name, value = " ".join(name.lower().split()), value.strip()
        if name == "unavailable_after" and position + 1 < len(parts) and _goes_on(value, parts[position + 1]):
            position += 1
            value = f"{value}, {parts[position].strip()}"
        position += 1
        if name:
            value = value[:VALUE] if name == "unavailable_after" else value[:VALUE].lower()
            yield RobotsDirective(agent, name[:VALUE], value, where)


def _goes_on(value: str, part: str) -> bool:
    """Whether the comma belongs to the date: `Friday, 01-Jan-2027`, `June 25, 2027`."""
    return bool(_WEEKDAY.fullmatch(value) or (_MONTH_DAY.fullmatch(value) and _YEAR.match(part.strip())))


def header_directives(lines: Iterable[str]) -> Iterator[RobotsDirective]:
    """The directives of X-Robots-Tag lines. A product token before a colon holds until the next."""
    for line in lines:
        agent = ""
        pending: list[str] = []
        for part in line.split(","):
            found = _AGENT.fullmatch(part)
            if not found or found[1].lower() in _VALUED:
                pending.append(part)
                continue
            yield from directives(",".join(pending), agent, "header")
            while (inner := _AGENT.fullmatch(found[2])) and is_robots_name(inner[1].lower()):  # the first says nothing
                found = inner
            agent, pending = found[1].lower(), [found[2]]
        yield from directives(",".join(pending), "" if agent == "robots" else agent, "header")


def links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Target and parameters (names in lower case, the first of each) of each entry of a Link header.

    Read as RFC 8288, appendix B asks: a stray semicolon or an escaped quote spoils nothing.
    """
    value, place = value[:LINKS], 0
    while entry := _TARGET.match(value, place):
        place, params = entry.end(), dict[str, str]()
        while param := _PARAM.match(value, place):
            place = param.end()
            quoted = param[2] is not None
            said = _ESCAPED.sub(r"\1", param[2]) if quoted else (param[3] or "").strip()
            if param[1]:
                params.setdefault(param[1].lower(), said)
        yield entry[1].strip(), params
        comma = value.find(",", place)
        place = len(value) if comma < 0 else comma + 1
