"""How fast one host may be asked: a rate, a number of connections, and what the host itself says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 300.0  # seconds of Retry-After that a crawl sits out; more stops it
SLOWEST = 30.0  # seconds between two requests that we slow down to by ourselves
BURST = 0.1  # seconds worth of requests that may leave together on a fast rate, to keep two cores busy
FAST = 0.02  # seconds between two requests below which they may leave together


@dataclass
class Host:
    """The pace of one host. Times are monotonic seconds, passed in."""

    interval: float
    """Seconds between two requests."""
    connections: int
    next_at: float = 0.0
    active: int = 0
    floor: float = field(init=False)

    def __post_init__(self) -> None:
        self.floor = self.interval

    def obey(self, crawl_delay: float | None, now: float) -> None:
        """Take the robots.txt's Crawl-delay where it is slower than ours, and then one connection."""
        if crawl_delay and crawl_delay > self.interval:
            self.interval = self.floor = crawl_delay
            self.connections = 1
            self.next_at = max(self.next_at, now + crawl_delay)

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

    def slow_down(self, now: float, wait: float | None) -> float:
        """The host said 429 or 503: half the pace, and a pause. Returns when it may be asked again."""
        self.interval = min(max(self.interval, 0.5) * 2, max(SLOWEST, self.floor))
        self.next_at = max(self.next_at, now + (self.interval if wait is None else min(wait, LONGEST_WAIT)))
        return self.next_at

    def recover(self) -> None:
        """An answer as it should be: come back to the pace that was asked for, little by little."""
        if self.interval > self.floor:
            self.interval = max(self.floor, self.interval * 0.9)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date), or None."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
