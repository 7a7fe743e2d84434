"""How a crawl stands: what it counted, and why it should stop."""

from dataclasses import dataclass

from editorial.audit.crawl.politeness import LONGEST_WAIT
from editorial.audit.crawl.records import PageRecord, StopReason

SAMPLE = 20  # pages before shares of errors mean anything
MOST_BLOCKED = 0.2  # of the pages
MOST_ERRORS = 0.5
REFUSED = frozenset({401, 403, 429})


@dataclass
class Standing:
    """Counters of one crawl; the first reason to stop counts."""

    fetched: int = 0
    failures: int = 0
    errors: int = 0
    blocked: int = 0
    of_list: bool = False
    """Of a list nobody expects that its pages are sound, or of one host."""
    stop: tuple[StopReason, str] | None = None
    """The reason, and what a person may want to know of it."""

    def halt(self, reason: StopReason, detail: str = "") -> None:
        """Ask the crawl to stop."""
        if self.stop is None:
            self.stop = (reason, detail)

    def asked_to_wait(self, status: int, seconds: float | None) -> None:
        """A 429 or 503 named a pause (None: it named none). One longer than we sit out ends the crawl.

        Status and seconds are kept, since that is when to come back.
        """
        if seconds is not None and seconds > LONGEST_WAIT:
            self.halt(StopReason.BLOCKED, f"{status} {seconds:.0f}")

    def count(self, record: PageRecord, *, is_start: bool) -> None:
        """Take in one answer; the crawl stops where a site refuses us, or falls over."""
        self.fetched += 1
        self.failures += len(record.failures)
        self.errors += record.error is not None or record.status >= 500
        self.blocked += record.status in REFUSED or record.challenged
        if is_start and record.error is not None:
            self.halt(StopReason.START_UNREACHABLE, record.error)
        if self.fetched >= SAMPLE:
            if self.blocked > self.fetched * MOST_BLOCKED:
                self.halt(StopReason.BLOCKED)
            elif not self.of_list and self.errors > self.fetched * MOST_ERRORS:
                self.halt(StopReason.ERROR_RATE)
