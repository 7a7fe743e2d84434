"""How a crawl goes: what it asked for and saved, how fast it may ask whom, what it leaves out. Kept with every batch.

People read it on the audit's page; a crawl that was interrupted goes on from it as politely as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from editorial.audit.crawl.frontier import Frontier, LeftOut
from editorial.audit.crawl.records import PageRecord, StopReason
from editorial.audit.crawl.standing import Standing
from editorial.audit.crawl.traffic import Traffic

CAPS = {
    LeftOut.DEPTH: StopReason.DEPTH_CAP,
    LeftOut.FOLDER: StopReason.FOLDER_CAP,
    LeftOut.ADDRESSES: StopReason.ADDRESS_CAP,
}
MOST_TRIES = 1000  # entries that wait for another try and are remembered


@dataclass
class Course:
    """Counters of a crawl over all of its interruptions."""

    reused: int = 0
    """Pages that did not change since the last audit."""
    saved_bytes: int = 0
    """That they would have been on the wire."""
    wire_bytes: int = 0
    """Bodies as they were sent."""
    seconds: float = 0.0
    """Of the processes before this one."""
    tries: dict[int, int] = field(default_factory=dict)
    """By number, what was tried and is to be tried again."""

    def count(self, record: PageRecord) -> None:
        """Take in one page."""
        if record.reused:
            self.reused += 1
            self.saved_bytes += record.wire_bytes
        else:
            self.wire_bytes += record.wire_bytes

    def as_json(
        self, *, seconds: float, now: datetime, standing: Standing, traffic: Traffic, frontier: Frontier
    ) -> dict[str, Any]:
        """For `Audit.course`. `seconds` are those of this process."""
        return {
            "at": now.isoformat(),
            "seconds": round(self.seconds + seconds, 1),
            "reused": self.reused,
            "saved_bytes": self.saved_bytes,
            "wire_bytes": self.wire_bytes,
            "errors": standing.errors,
            "blocked": standing.blocked,
            "hosts": traffic.pictures(),
            "traps": [trap.as_json() for trap in frontier.traps.found],
            "queries": frontier.traps.counted(),
            "excluded": frontier.excluded,
            "cut": {why.value: count for why, count in frontier.cut.items()},
            "tries": {str(no): tries for no, tries in self.tries.items()},
            "hides": frontier.hides,
            "full": frontier.most if frontier.full else 0,
        }

    @classmethod
    def go_on(
        cls, before: Mapping[str, Any], *, now: datetime, standing: Standing, traffic: Traffic, frontier: Frontier
    ) -> "Course":
        """From where an interrupted crawl was. Nothing is known of one that was interrupted before its first batch."""
        if not before:
            return cls()
        passed = max(0.0, (now - datetime.fromisoformat(before["at"])).total_seconds())
        standing.errors, standing.blocked = int(before["errors"]), int(before["blocked"])
        traffic.take_up(before["hosts"], passed)
        frontier.traps.take_up(before["traps"], before["queries"])
        frontier.excluded = int(before["excluded"])
        frontier.full = bool(before.get("full"))
        frontier.crowded_out = int(before["cut"].get(LeftOut.ADDRESSES, 0))
        numbers = int(before["reused"]), int(before["saved_bytes"]), int(before["wire_bytes"])
        tries = {int(no): int(count) for no, count in before["tries"].items()}
        return cls(*numbers, float(before["seconds"]), tries)

    def tried(self, no: int, tries: int) -> None:
        """An address is to be tried again."""
        if len(self.tries) < MOST_TRIES or no in self.tries:
            self.tries[no] = tries


def reason_of(standing: Standing, frontier: Frontier) -> tuple[StopReason, str]:
    """Why a crawl ended: what stopped it, or the limit behind which addresses wait still."""
    if standing.stop is not None:
        return standing.stop
    beyond = frontier.cut
    if not beyond:
        return StopReason.COMPLETE, ""
    return CAPS[max(beyond, key=lambda why: beyond[why])], ""
