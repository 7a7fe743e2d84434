"""One look at a target outside: HEAD, then the beginning of a GET, along its redirects, at the pace of each host.

robots.txt is heeded on every hop, as it is for pages of our own sites: docs/decisions/0037.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from editorial.adapters.curl import without_user
from editorial.adapters.fetch import PRODUCT_TOKEN, REDIRECTS
from editorial.adapters.link_ask import Answer, Method
from editorial.audit.crawl.origins import MAX_HOPS, Origins
from editorial.audit.gather.challenges import by_headers
from editorial.domain.external import MOST_HOPS, NO_HOST, Heard, needs_get
from editorial.domain.http_dates import retry_after
from editorial.domain.robots import MAX_BYTES, Robots
from editorial.domain.urls import host_of, origin_of
from editorial.store import external as store
from editorial.store.base import Sessions, reading
from editorial.store.external import ExternalRobots

GAP = timedelta(seconds=2)
"""Between two requests to one host, whoever sends them."""
SLOWEST = timedelta(seconds=30)
"""The longest gap that a Crawl-delay gets."""
PATIENCE = timedelta(seconds=40)
"""How long one look waits for a host's turn; others are then before us."""
LONGEST = timedelta(minutes=3)
"""After so long a look is given up: no server may keep it busy for longer."""
ROBOTS_FRESH = timedelta(hours=24)  # RFC 9309, 2.4
SILENCE_FRESH = timedelta(hours=1)
"""How long an origin counts as silent whose robots.txt did not come."""
REST, LONGEST_REST = timedelta(hours=1), timedelta(days=1)
"""How long a host is left alone that says 429, without and with a Retry-After."""
RESOLVER = "resolver"
"""The name could not be looked up, and that may be our own resolver's fault."""


class Ask(Protocol):
    """Sends one request: `adapters.link_ask.LinkAsker.ask`."""

    def __call__(self, method: Method, url: str, *, most: int = 0) -> Answer:
        """The answer; `most` bytes of its body."""


class PutOff(Exception):
    """The look was not finished, and nothing is known of the target: it is done another time.

    `host` is the one whose turn is too far off; None where this process is about to end.
    """

    def __init__(self, host: str | None = None) -> None:
        super().__init__(host)
        self.host = host


class _Ended(Exception):
    """The look has come to its end."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(heard)
        self.heard = heard


@dataclass
class Pace:
    """The pace at which hosts are asked. It stands in the database, so all processes keep it together."""

    sessions: Sessions
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool] = lambda: False

    def wait(self, host: str, gap: timedelta) -> None:
        """Come back when a request may leave for the host.

        Raises:
            PutOff: its turn is too far off, or this process is about to end.
        """
        if self.stopping():
            raise PutOff
        with self.sessions.begin() as session:
            at = store.take_turn(session, host[:255], self.now(), gap, PATIENCE)
        if at is None:
            raise PutOff(host)
        left = (at - self.now()).total_seconds()
        if left > 0:
            self.sleep(left)

    def rest(self, host: str, asked: str) -> None:
        """Leave a host alone for as long as it says by Retry-After, at most a day."""
        with self.sessions.begin() as session:
            store.let_rest(session, host[:255], self.now() + _rest(asked, self.now()))


@dataclass
class Looker:
    """Looks at targets, one after the other; keeps the robots.txt files that it read."""

    sessions: Sessions
    pace: Pace
    ask: Ask
    exists: Callable[[str], bool | None]
    """Whether DNS knows a name; None where nobody can say."""
    now: Callable[[], datetime]
    controls: tuple[str, ...] = ()
    """Hosts that are known to be there. Where the resolver knows none of them, its word counts for nothing."""
    _robots: dict[str, Robots | Heard] = field(default_factory=dict)

    def look(self, url: str) -> Heard:
        """What a target (N1) answers in the end.

        Raises:
            PutOff: the pace does not allow it now.
        """
        path, until = [without_user(url)], self.now() + LONGEST
        while True:
            try:
                answer = self._answer(path[-1], until)
            except _Ended as ended:
                heard = ended.heard
            else:
                target = _target(answer, path[-1])
                if target is not None and target not in path and len(path) <= MOST_HOPS:
                    path.append(target)
                    continue
                heard = _heard(answer, target, path)
            return Heard(heard.status, heard.error, heard.challenged, len(path) - 1, path[-1] if len(path) > 1 else "")

    def _answer(self, url: str, until: datetime) -> Answer:
        rules = self._rules(origin_of(url), until)
        if not rules.decide(PRODUCT_TOKEN, url).allowed:
            raise _Ended(Heard(error="robots"))
        delay = timedelta(seconds=rules.crawl_delay(PRODUCT_TOKEN) or 0.0)
        gap = min(max(GAP, delay), SLOWEST)
        answer = self._request("HEAD", url, gap, until)
        if needs_get(answer.status, answer.error):
            answer = self._request("GET", url, gap, until)
        if answer.error is not None:
            raise _Ended(self._silent(url, answer.error))
        return answer

    def _request(self, method: Method, url: str, gap: timedelta, until: datetime, most: int = 0) -> Answer:
        if self.now() > until:
            raise _Ended(Heard(error="timeout"))
        host = host_of(url)
        self.pace.wait(host, gap)
        answer = self.ask(method, url, most=most)
        if answer.status == 429 or (answer.status == 503 and answer.header("retry-after")):
            self.pace.rest(host, answer.header("retry-after"))
        return answer

    def _silent(self, url: str, error: str) -> Heard:
        """Nothing came. A name that does not exist is proven by a resolver that knows others."""
        if error != NO_HOST:
            return Heard(error=error)
        known = self.exists(host_of(url))
        proven = known is False and (not self.controls or any(self.exists(control) for control in self.controls))
        return Heard(error=NO_HOST if proven else RESOLVER)

    # -- robots.txt -----------------------------------------------------------------------------------------------

    def _rules(self, origin: str, until: datetime) -> Robots:
        """The robots.txt of an origin. Where it does not come, the target would not either."""
        if origin not in self._robots:
            self._robots[origin] = self._known(origin) or self._read(origin, until)
        found = self._robots[origin]
        if isinstance(found, Heard):
            raise _Ended(found)
        return found

    def _known(self, origin: str) -> Robots | Heard | None:
        with reading(self.sessions) as session:
            row = session.get(ExternalRobots, origin[:300])
        if row is None:
            return None
        fresh = ROBOTS_FRESH if row.error is None else SILENCE_FRESH
        stale = not timedelta(0) <= self.now() - row.read_at < fresh  # also where the machine's clock was set back
        return None if stale else self._learned(origin, row.status, row.error, row.content)

    def _read(self, origin: str, until: datetime) -> Robots | Heard:
        """Ask for it, along at most five redirects, and keep the answer."""
        url, path = f"{origin}/robots.txt", []
        while True:
            answer = self._request("GET", url, GAP, until, MAX_BYTES + 1)
            path.append(url)
            target = _target(answer, url)
            if target is None or target in path or len(path) > MAX_HOPS:
                break
            url = target
        error = answer.error if target is None else "redirects"
        if error == NO_HOST:
            error = self._silent(url, error).error
        status, content = answer.status, answer.body
        with self.sessions.begin() as session:
            session.merge(
                ExternalRobots(origin=origin[:300], read_at=self.now(), status=status, error=error, content=content)
            )
        return self._learned(origin, status, error, content)

    def _learned(self, origin: str, status: int, error: str | None, content: bytes) -> Robots | Heard:
        if error is not None and error != "redirects":
            return Heard(error=error)
        origins = Origins(PRODUCT_TOKEN)
        rules = origins.learn(origin, status, error, content)
        return Heard(error="robots-unread") if origin in origins.unreachable else rules


def _target(answer: Answer, url: str) -> str | None:
    found = answer.location(url)
    return without_user(found) if found is not None else None


def _heard(answer: Answer, target: str | None, path: list[str]) -> Heard:
    if target is not None:
        return Heard(error="redirect-loop" if target in path else "redirects")
    if answer.status in REDIRECTS and answer.header("location"):
        return Heard(error="protocol")  # it leads into an app, or nowhere
    return Heard(answer.status, challenged=bool(by_headers(answer.headers)))


def _rest(asked: str, now: datetime) -> timedelta:
    seconds = retry_after(asked, now)
    return min(timedelta(seconds=seconds), LONGEST_REST) if seconds is not None else REST
