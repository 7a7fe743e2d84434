"""How fast one host may be asked: a rate, a number of connections, and what the host itself says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LONGEST_WAIT = 300.0  # seconds of Retry-After that a crawl sits out; more stops it
SLOWEST = 30.0  # seconds between two requests that we slow down to by ourselves
BURST = 0.1  # seconds worth of requests that may leave together on a fast rate, to keep two cores busy
FAST = 0.02  # seconds between two requests below which they may leave together
LEARNING = 10  # answers after which we know what is usual for a host
SLOWLY = 0.01  # share that each later answer has in what is usual
TIRED = 3  # times as slow as usual
NOTICED = 0.5  # seconds that an answer must be late at least: below that it is the network, or this machine
CALM = 5  # answers as they should be, after which a host that slowed us is asked a little faster
EASING = 0.95  # of the pause between two requests, for each further one; half the way back takes 14


class Slowed(StrEnum):
    """Why a host is asked more slowly than we were told to."""

    BUSY = "429"
    DOWN = "503"
    LATE = "late"
    DELAY = "crawl-delay"


@dataclass
class Host:
    """The pace of one host. Times are monotonic seconds, passed in."""

    interval: float
    """Seconds between two requests."""
    connections: int
    next_at: float = 0.0
    active: int = 0
    floor: float = field(init=False)
    slowest: float = field(init=False)
    why: dict[str, int] = field(default_factory=dict)
    """How often each reason slowed us."""
    _answers: int = 0
    _calm: int = CALM
    _usual: float = 0.0
    _lately: float = 0.0

    def __post_init__(self) -> None:
        self.floor = self.slowest = self.interval

    def obey(self, crawl_delay: float | None, now: float) -> None:
        """Take the robots.txt's Crawl-delay where it is slower than ours, and then one connection."""
        if crawl_delay and crawl_delay > self.floor:
            self.floor = crawl_delay
            self.interval = max(self.interval, crawl_delay)
            self.connections = 1
            self.next_at = max(self.next_at, now + crawl_delay)
            self.why[Slowed.DELAY] = 1
            self.slowest = max(self.slowest, self.interval)

    @property
    def _credit(self) -> float:
        """Seconds of the past that count: what was not asked then may be asked now."""
        return BURST if self.interval < FAST else 0.0

    def may_take(self, now: float) -> int:
        """How many requests may leave now."""
        if now < self.next_at:
            return 0
        return max(1, int(min(self._credit, now - self.next_at) / self.interval))

    def took(self, count: int, now: float) -> None:
        """So many requests left."""
        self.active += count
        self.next_at = max(self.next_at, now - self._credit) + count * self.interval

    def answered(self) -> None:
        """One request came back."""
        self.active -= 1

    def slow_down(self, now: float, wait: float | None, why: str = Slowed.BUSY) -> float:
        """The host said 429 or 503: half the pace, and a pause. Returns when it may be asked again."""
        self._double(max(self.interval, 0.5), why)
        self.next_at = max(self.next_at, now + (self.interval if wait is None else min(wait, LONGEST_WAIT)))
        return self.next_at

    def _double(self, interval: float, why: str) -> None:
        self.interval = min(interval * 2, max(SLOWEST, self.floor))
        self.slowest = max(self.slowest, self.interval)
        self.why[why] = self.why.get(why, 0) + 1
        self._calm = 0

    def recover(self, waited: float = 0.0) -> None:
        """An answer as it should be, `waited` seconds after it was asked for.

        One that tires (three times as slow as is usual for this host) is asked half as often; otherwise we come back to
        the pace that was asked for, little by little.
        """
        self._answers += 1
        self._calm += 1
        share = max(0.3, 1 / self._answers)
        self._lately += share * (waited - self._lately)
        if self.interval <= self.floor:  # what is usual is learned while we are no burden
            share = 1 / self._answers if self._answers <= LEARNING else SLOWLY
            self._usual += share * (waited - self._usual)
        tires = self._lately > max(TIRED * self._usual, self._usual + NOTICED)
        if tires and self._answers > LEARNING and self._calm >= CALM:
            self._double(self.interval, Slowed.LATE)
        elif not tires and self._calm > CALM and self.interval > self.floor:
            self.interval = max(self.floor, self.interval * EASING)

    def picture(self, now: float) -> dict[str, Any]:
        """How the host is asked, JSON-able: for people, and for a crawl that goes on later."""
        return {
            "floor": self.floor,
            "interval": self.interval,
            "slowest": self.slowest,
            "why": dict(self.why),
            "wait": max(0.0, self.next_at - now),
        }

    def take_up(self, picture: Mapping[str, Any], now: float, passed: float) -> None:
        """Ask as slowly as before an interruption; a pause that was asked for goes on.

        Args:
            picture: as it was saved, `passed` seconds ago.
        """
        self.interval = max(self.interval, min(float(picture["interval"]), SLOWEST))
        self.slowest = max(self.slowest, float(picture["slowest"]))
        self.why = {str(name): int(count) for name, count in picture["why"].items()}
        self.next_at = max(self.next_at, now + min(float(picture["wait"]), LONGEST_WAIT) - passed)
        self._calm = 0
