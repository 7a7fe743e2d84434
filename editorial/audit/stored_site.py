"""Stored answers as one site: the crawl of a folder, with lines in place of files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO
from urllib.parse import urljoin

from editorial.audit.crawl.redirects import MAX_HOPS
from editorial.audit.facts import Hop, Response
from editorial.audit.stored import LONGEST, TWICE, Stored, Unreadable, read
from editorial.domain.messages import Message
from editorial.domain.robots import Robots
from editorial.domain.urls import n1, n2, origin_of


@dataclass(frozen=True)
class Broken:
    """A line that is no stored answer, or the second one of its address."""

    line: int
    error: Unreadable


@dataclass(frozen=True)
class _Line:
    number: int
    place: int
    id: str | int | float | None
    url: str


class StoredSite:
    """Answers for the addresses of the lines of a file. Lines are read again when they are wanted, and never kept.

    Args:
        source: a file that can be read anywhere.
        received: a Date header in place of the answers' own.
    """

    def __init__(self, source: IO[bytes], *, received: str) -> None:
        self._source, self._received = source, received
        self._lines: dict[str, _Line] = {}
        self.broken: list[Broken] = []
        for number, place in _places(source):
            try:
                self._add(number, place)
            except Unreadable as error:
                self.broken.append(Broken(number, error))
        self.addresses = tuple(line.url for line in self._lines.values())
        """Addresses (N1) in the order of the lines."""

    def id_of(self, url: str) -> str | int | float | None:
        """What the line of an address calls itself."""
        line = self._lines.get(n2(url) or url)
        return line.id if line is not None else None

    def fetch(self, url: str) -> Response:
        """The stored answer; `outside` for an address without a line. Redirects are followed from line to line."""
        stored = self._stored(url)
        if stored is None:
            return Response(url, url, 0, error="outside")
        response, hops = stored.response, list(stored.response.redirects)
        while 300 <= response.status < 400 and (location := response.header("location")):
            target = n1(urljoin(response.final_url, location))
            following = self._stored(target) if target is not None else None
            if target is None or following is None or target == response.final_url:
                break
            hops.append(Hop(response.final_url, response.status, target))
            if any(hop.url == target for hop in hops) or len(hops) > MAX_HOPS:
                loops = "redirect-loop" if len(hops) <= MAX_HOPS else "redirects"
                return Response(url, url, response.status, redirects=tuple(hops), error=loops)
            response = following.response
        return replace(response, url=url, redirects=tuple(hops))

    def robots(self, url: str) -> Robots | None:
        """The robots.txt that stands in the line of an address."""
        stored = self._stored(url)
        return stored.robots if stored is not None else None

    def file(self, url: str) -> tuple[int, bytes] | None:
        """The robots.txt that the first line of its origin has. Lines hold no other files."""
        origin = origin_of(url)
        line = next((line for line in self._lines.values() if origin_of(line.url) == origin), None)
        if line is None or url != f"{origin}/robots.txt":
            return None
        return self._read(line.place).robots_file

    def _add(self, number: int, place: int) -> None:
        stored = self._read(place)
        key = n2(stored.response.url) or stored.response.url
        if key in self._lines:
            raise Unreadable(Message(TWICE, {"line": self._lines[key].number}), stored.id)
        self._lines[key] = _Line(number, place, stored.id, stored.response.url)

    def _stored(self, url: str) -> Stored | None:
        line = self._lines.get(n2(url) or url)
        return self._read(line.place) if line is not None else None

    def _read(self, place: int) -> Stored:
        self._source.seek(place)
        line = self._source.readline(LONGEST + 1)
        return read(line if len(line) <= LONGEST else None, received=self._received)


def _places(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Number and offset of each line that is not blank."""
    number = place = 0
    while True:
        source.seek(place)
        line = source.readline(LONGEST + 1)
        if not line:
            return
        number, start, place = number + 1, place, place + len(line)
        while not line.endswith(b"\n") and len(line) > LONGEST and (rest := source.readline(LONGEST)):
            place += len(rest)
            if rest.endswith(b"\n"):
                break
        if line.strip():
            yield number, start
