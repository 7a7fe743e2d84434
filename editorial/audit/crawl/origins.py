"""robots.txt and sitemaps of each origin of a crawl."""

from dataclasses import dataclass, field
from typing import Any

from editorial.audit.crawl.frontier import Frontier
from editorial.audit.crawl.records import FileRow
from editorial.audit.crawl.sitemaps import Sitemap
from editorial.audit.crawl.traps import LONGEST_KEPT
from editorial.domain.robots import Robots, Verdict, disallow_all, parse
from editorial.domain.urls import n2, origin_of

MAX_HOPS = 5  # redirects of a robots.txt (RFC 9309, 2.3.1.2); more count as "there is none"
MAX_SITEMAPS = 50  # files of one crawl


@dataclass
class FileWanted:
    """A robots.txt or sitemap on its way."""

    kind: str
    origin: str
    url: str
    hops: int = 0
    asked: str = ""
    """Where it was asked for first, if redirects led to `url`."""
    listed: bool = True
    """Whether somebody named it; False for a sitemap looked for by its usual name."""
    nested: bool = False
    """Whether an index named it."""
    tries: int = 0
    not_before: float = 0.0

    @property
    def name(self) -> str:
        """The address it goes by."""
        return self.asked or self.url


@dataclass
class Origins:
    """What is known of each origin's robots.txt. Unknown origins are asked for first, everything of theirs waits."""

    token: str
    robots: dict[str, Robots] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    """Origins whose robots.txt answered 429 or 5xx or not at all, and what it said."""
    asked: set[str] = field(default_factory=set)

    def verdict(self, origin: str, url: str) -> Verdict | None:
        """Whether we may fetch the address; None while robots.txt is not known yet."""
        robots = self.robots.get(origin)
        return robots.decide(self.token, url) if robots is not None else None

    def learn(self, origin: str, status: int, error: str | None, content: bytes, *, led: bool = False) -> Robots:
        """Take in the answer to a request for robots.txt (RFC 9309, 2.3.1): 4xx allows all, 429 and 5xx nothing.

        Args:
            origin: whose robots.txt it is.
            status: of the answer.
            error: code of `Response.error`, or None.
            content: the file.
            led: whether a redirect led there.
        """
        if error == "redirects" or (error is None and 400 <= status < 500 and status != 429):
            robots = Robots()
        elif error is None and 200 <= status < 300:
            robots = parse(content)
        elif error == "address" and not led:
            robots = Robots()  # every page of it will end at the guard as well, and say so
        else:
            self.unreachable[origin] = error or str(status)
            robots = disallow_all()
        self.robots[origin] = robots
        return robots


def file_row(wanted: FileWanted, message: dict[str, Any], blob: bytes, no: int) -> FileRow:
    """What is kept of the answer; a sitemap's text is not, its addresses are.

    Args:
        no: number of the file's address.
    """
    content = blob[: 512 * 1024] if wanted.kind == "robots" else b""
    listed = wanted.listed and (wanted.kind != "robots" or origin_of(wanted.url) == wanted.origin)
    challenged = bool(message.get("challenge"))
    return FileRow(wanted.kind, wanted.name, message["status"], message["error"], content, no, listed, challenged)


def keep_named(row: FileRow, read: Sitemap, frontier: Frontier) -> FileRow:
    """Queue what a sitemap names (an index names no pages), and keep which addresses those were."""
    names: list[int] = []
    alternates: list[tuple[int, str, str]] = []
    for entry in () if read.is_index else read.entries:
        no = frontier.want(entry.url, None, source="")
        if no is not None:
            names.append(no)
            named = [each for each in entry.alternates if len(each[1]) <= LONGEST_KEPT]
            alternates += [(no, code, n2(target) or target) for code, target in named]
    return row._replace(notes=read.notes, names=names, alternates=alternates)
