"""robots.txt by RFC 9309, and which of its lines decided.

Where the RFC is silent we do as Google's published parser does: typos of the common words are read, a missing colon is
forgiven, unknown words never spoil a group, and to Google itself an allowed index.html opens its folder. Where they
differ (unreserved escapes) the RFC wins. docs/decisions/0012-robots-txt-by-the-standard.md has the differences.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from editorial.domain.urls import path_of

MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: parse at least 500 KiB; what follows is ignored
MAX_DELAY = 30.0  # seconds; a longer Crawl-delay is obeyed up to here
_WORDS = (  # as the words of a line may begin: `Disallowed` and `Sitemaps` are read, too
    ("user-agent", "user-agent"), ("useragent", "user-agent"), ("user agent", "user-agent"),
    ("disallow", "disallow"), ("dissallow", "disallow"), ("dissalow", "disallow"), ("disalow", "disallow"),
    ("diasllow", "disallow"), ("disallaw", "disallow"),
    ("allow", "allow"), ("sitemap", "sitemap"), ("site-map", "sitemap"),
    ("crawl-delay", "crawl-delay"), ("crawldelay", "crawl-delay"),
)  # fmt: skip
MAX_LINE = 8 * 2083 - 1  # bytes; Google reads no more of a line
_WORD = 40  # bytes; longer than each of these
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TOKEN = re.compile(r"[\w-]*")  # the RFC knows letters alone; 360Spider and MJ12bot are obeyed by their whole names
_LETTERS = re.compile(r"[a-z_-]*")
_MARKS = (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef")  # a byte-order mark, and what broken tools leave of it
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BEYOND = re.compile(rb"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]")  # no address has them but escaped
_GOOGLE = "googlebot"
PARENTS = dict.fromkeys(("googlebot-news", "googlebot-image", "googlebot-video"), _GOOGLE)
"""Who obeys the group of another without one of their own (Google's crawlers): token of a part, and of the whole."""
_INDEX = re.compile(r"(.*/)index\.htm[^/]*")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DECODED = _UNRESERVED | frozenset(b"'")  # which browsers escape in a query, and authors do not


@dataclass(frozen=True)
class Line:
    """An allow or disallow line."""

    number: int
    """Counted from 1."""
    text: str
    allows: bool
    pattern: str
    """Path pattern in one spelling of its escapes; `*` and a final `$` are special, `%2A` and `%24` are not."""


@dataclass(frozen=True)
class Verdict:
    """Whether an address may be fetched, and by which line. Without a line nothing spoke about it."""

    allowed: bool
    line_number: int | None = None
    line_text: str = ""


@dataclass(frozen=True)
class Oddity:
    """A line without effect, at least for some: `syntax` (no word of ours, no colon), `colon` (one of ours without its
    colon, which Google forgives), `orphan` (a rule before any user agent)."""

    number: int
    text: str
    kind: str


@dataclass
class Group:
    """Lines that belong to some product tokens. Several groups with one token count as one (RFC 9309, 2.2.1)."""

    tokens: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds by token: a delay is for the agents before it, not for those that join them after it."""


@dataclass(frozen=True, eq=False)
class Robots:
    """A parsed robots.txt."""

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    cut: bool = False
    """Whether there was more than `MAX_BYTES`."""

    def decide(self, token: str, url: str) -> Verdict:
        """May the crawler with this product token fetch the N1 address? The longest pattern wins; a tie allows."""
        path = _literal(_one_spelling(path_of(url).encode()))
        if path == "/robots.txt":
            return Verdict(allowed=True)
        for line in _lines_for(self, product_token(token)):
            if matches(line.pattern, path):
                return Verdict(line.allows, line.number, line.text)
        return Verdict(allowed=True)

    def crawl_delay(self, token: str) -> float | None:
        """Seconds between two requests that the site asks of this crawler, at most `MAX_DELAY`."""
        names = _names_of(self, product_token(token))
        delays = [seconds for group in self.groups for name, seconds in group.delays.items() if name in names]
        return min(max(delays), MAX_DELAY) if delays else None


def _names_of(robots: Robots, token: str) -> set[str]:
    """What the groups that speak to a token call it: groups of its own replace those of `*` entirely.

    Where nobody says `ab42bot`, the crawler `ab` is meant by it: by the RFC a token ends before the first digit.
    """
    known = {name for group in robots.groups for name in group.tokens}
    cut = {name for name in known if token and _LETTERS.match(name)[0] == token}  # type: ignore[index]
    for names in ({token} & known, cut, {PARENTS.get(token, "")} & known):
        if names:
            return names
    return {"*"}


@lru_cache(maxsize=512)
def _lines_for(robots: Robots, token: str) -> tuple[Line, ...]:
    """The lines that speak to a token, the most specific first and allow before disallow."""
    names = _names_of(robots, token)
    lines = [line for group in robots.groups if not names.isdisjoint(group.tokens) for line in group.lines]
    if token.startswith(_GOOGLE):
        lines += [
            _of_folder(line, found[1]) for line in lines if line.allows and (found := _INDEX.fullmatch(line.pattern))
        ]
    return tuple(sorted(lines, key=lambda line: (-len(line.pattern), not line.allows)))


def _of_folder(line: Line, folder: str) -> Line:
    """Google alone takes an allowed `/folder/index.html` for `/folder/` as well (its parser, `HandleAllow`)."""
    return replace(line, pattern=folder + "$")


def parse(content: bytes) -> Robots:
    """Read a robots.txt. Never fails: what can't be read is passed over, as the RFC asks."""
    cut = len(content) > MAX_BYTES
    reader = _Reader()
    mark = next(filter(content.startswith, _MARKS), b"")
    for number, raw in enumerate(_LINE_END.split(content[len(mark) : MAX_BYTES]), start=1):
        reader.read(number, raw[:MAX_LINE])
    return Robots(tuple(reader.groups), tuple(reader.sitemaps), tuple(reader.oddities), cut)


def product_token(agent: str) -> str:
    """`EditorialBot/1.0 (+https://...)` is known to robots.txt as `editorialbot`."""
    match = _TOKEN.match(agent.strip())
    return match[0].lower() if match else ""


def matches(pattern: str, path: str) -> bool:
    """Whether a path pattern covers a path, whose own `*` and `$` are not escaped (RFC 9309, 2.2.3).

    No backtracking: a hostile pattern costs no more than a plain one.
    """
    anchored = pattern.endswith("$")
    parts = (pattern[:-1] if anchored else pattern).split("*")
    head, *rest = map(_literal, parts) if "%2" in pattern else parts
    if not path.startswith(head):
        return False
    if not rest:
        return not anchored or len(path) == len(head)
    place = len(head)
    last = rest.pop() if anchored else ""
    for part in rest:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return not anchored or (len(path) - len(last) >= place and path.endswith(last))


class _Reader:
    """Goes through the lines and keeps which group is open."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.sitemaps: list[str] = []
        self.oddities: list[Oddity] = []
        self._open: Group | None = None
        self._asked: list[str] = []
        """The agents a delay would be for."""
        self._told = False

    def read(self, number: int, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace").strip()
        word, value, colon = _word_and_value(raw)
        if word and not colon:
            self.oddities.append(Oddity(number, text, "colon"))
        if word == "user-agent":
            self._agent(value)
        elif word in ("allow", "disallow"):
            self._rule(number, text, word == "allow", value)
        elif word == "sitemap" and value:
            self.sitemaps.append(value.decode("utf-8", "replace"))
        elif word == "crawl-delay" and self._open:
            self._delay(self._open, _seconds(value))
        elif word == "" and text.partition("#")[0].strip():
            self.oddities.append(Oddity(number, text, "syntax"))

    def _agent(self, value: bytes) -> None:
        text = value.decode("utf-8", "replace")
        token = "*" if text == "*" or (text[:1] == "*" and text[1:2].isspace()) else product_token(text)
        if self._open is None or self._open.lines:
            self._open = Group()
            self.groups.append(self._open)
            self._told = True
        if self._told:
            self._asked, self._told = [], False
        if token:
            self._open.tokens.append(token)
            self._asked.append(token)

    def _delay(self, group: Group, seconds: float | None) -> None:
        self._told = True
        if seconds is not None:
            group.delays.update(dict.fromkeys(self._asked, seconds))

    def _rule(self, number: int, text: str, allows: bool, value: bytes) -> None:
        if self._open is None:
            self.oddities.append(Oddity(number, text, "orphan"))
            return
        # An empty line closes the list of agents like any other, but says nothing about any path.
        self._open.lines.append(Line(number, text, allows or not value, _one_spelling(value)))


def _word_and_value(raw: bytes) -> tuple[str, bytes, bool]:
    """The known word of a line, its value, whether it has a colon; "?" for words of others, "" for no line at all."""
    line = raw.partition(b"#")[0].strip()
    word, colon, value = line.partition(b":")
    if colon and (name := _known(word.strip()[:_WORD])):
        return name, value.strip(), True
    parts = line.split()  # `Sitemap https://...` lacks its colon, too
    if len(parts) == 2 and b":" not in parts[0] and (name := _known(parts[0][:_WORD])):
        return name, parts[1], False
    return ("?" if colon else ""), b"", bool(colon)


@lru_cache(maxsize=64)
def _known(word: bytes) -> str:
    """The word of ours that a word begins with, or empty."""
    said = word.lower().decode("ascii", "replace")
    if b" " in word and said != "user agent":  # a sentence
        return ""
    return next((name for start, name in _WORDS if said.startswith(start)), "")


def _one_spelling(path: bytes) -> str:
    """Unreserved escapes decoded, what no address has escaped, escapes in upper case (RFC 9309, 2.2.2)."""
    if b"%" in path:
        path = _ESCAPE.sub(_plain_escape, path)
    return _BEYOND.sub(lambda found: b"%%%02X" % found[0][0], path).decode()


def _literal(text: str) -> str:
    """With the two characters that have to be escaped to be meant as they are."""
    return text.replace("%2A", "*").replace("%24", "$")


def _plain_escape(match: re.Match[bytes]) -> bytes:
    octet = int(match[1], 16)
    return bytes([octet]) if octet in _DECODED else match[0].upper()


def _seconds(value: bytes) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None


def disallow_all(line_text: str = "") -> Robots:
    """What a robots.txt that can't be read (5xx, no answer) means: fetch nothing (RFC 9309, 2.3.1.4)."""
    return Robots((Group(["*"], [Line(0, line_text, allows=False, pattern="/")]),))
