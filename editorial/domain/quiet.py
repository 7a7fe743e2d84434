"""Quiet hours of a channel: wall times in which nothing goes out, also over midnight and in nights of summer time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from editorial.domain.slots import shown_in


@dataclass(frozen=True)
class QuietHours:
    """From `begin` until just before `end`, by the clocks of `zone`. Equal times are no quiet hours at all."""

    begin: time
    end: time
    zone: ZoneInfo

    @classmethod
    def of(cls, begin: str | None, end: str | None, zone: ZoneInfo) -> "QuietHours | None":
        """The hours that a channel keeps as `HH:MM`; None where it has none."""
        if not begin or not end or begin == end:
            return None
        return cls(time.fromisoformat(begin), time.fromisoformat(end), zone)

    def covers(self, instant: datetime) -> bool:
        """Whether the wall clock at this instant shows a quiet time."""
        wall = shown_in(instant, self.zone).time()
        if self.begin < self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end

    def leaves(self, instant: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours it lies in.

        An end that the clocks jump over comes when they have jumped; of an end that comes twice in a night the first
        counts, unless the instant lies after it: then the second.
        """
        if not self.covers(instant):
            return instant
        day = shown_in(instant, self.zone).date()
        for ahead in range(3):  # the end lies today or tomorrow; a zone that skips a whole day needs one more
            for candidate in self._ends(day + timedelta(days=ahead)):
                if candidate > instant and not self.covers(candidate):
                    return candidate
        return instant

    def _ends(self, day: date) -> list[datetime]:
        """The instants at which the quiet hours end on a day: one, or two where that wall time comes twice."""
        wall = datetime.combine(day, self.end)
        found = {wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return sorted(found | {_after_jump(wall, self.zone)})


def _after_jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant whose wall time is not before `wall`: of a time inside a gap, the instant of the jump."""
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # inside a gap fold=1 answers with the offset after it
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    low, high = min(early, late), max(early, late)
    if shown_in(low, zone) >= wall:
        return low
    while high - low > timedelta(seconds=1):  # the jump itself lies between them
        middle = low + (high - low) / 2
        low, high = (low, middle) if shown_in(middle, zone) >= wall else (middle, high)
    return high.replace(microsecond=0)
