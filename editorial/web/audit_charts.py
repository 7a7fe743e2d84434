"""Charts of the audit pages: numbers in, places in an SVG out. The templates draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from editorial.domain.slots import shown_in
from editorial.services.rule_pages import Count
from editorial.store.audit import Audit

LEFT, RIGHT, TOP, BOTTOM = 4.0, 312.0, 20.0, 130.0  # of the SVG's 340 x 152
WIDEST_BAR = 20.0


@dataclass(frozen=True)
class Point:
    """A place in the chart, in units of its view box."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """The score over the last audits, ready to be drawn."""

    points: Sequence[Point]
    lines: Sequence[Point]
    values: str
    first: date
    last: date


@dataclass(frozen=True)
class Bar:
    """One audit's pages that failed. `count` is None where the rule did not run: there is nothing to draw."""

    x: float
    y: float
    width: float
    height: float
    count: int | None


@dataclass(frozen=True)
class Bars:
    """Failed pages over the last audits, ready to be drawn."""

    bars: Sequence[Bar]
    most: int
    first: date
    last: date


def score_chart(audits: Sequence[Audit], zone: ZoneInfo) -> Chart:
    """The scores as points: the highest and lowest round ten frame them."""
    scores = [(audit.score or 0.0, shown_in(audit.ended_at, zone).date()) for audit in audits if audit.ended_at]
    low = min(int(min(value for value, _ in scores) // 10) * 10, 90)
    high = max(int(-(-max(value for value, _ in scores) // 10)) * 10, low + 10)
    step = (RIGHT - LEFT) / (len(scores) - 1)

    def height(value: float) -> float:
        return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 1)

    middle = (low + high) / 2
    marks = (high, middle, low) if middle.is_integer() else (high, low)
    return Chart(
        points=[Point(round(LEFT + n * step, 1), height(value)) for n, (value, _) in enumerate(scores)],
        lines=[Point(0, height(value), f"{value:g}") for value in marks],
        values=", ".join(str(round(value)) for value, _ in scores),
        first=scores[0][1],
        last=scores[-1][1],
    )


def trend_bars(trend: Sequence[Count], zone: ZoneInfo) -> Bars | None:
    """One bar an audit, oldest first; none where there is nothing to compare. A count of 0 keeps a thin line."""
    if len(trend) < 2:
        return None
    most = max(1, *(count.failed or 0 for count in trend))
    step = (RIGHT - LEFT) / len(trend)
    width = round(min(WIDEST_BAR, step * 0.7), 1)
    bars = []
    for n, count in enumerate(trend):
        height = round(max((count.failed or 0) / most * (BOTTOM - TOP), 1.5), 1) if count.failed is not None else 0.0
        x = round(LEFT + n * step + (step - width) / 2, 1)
        bars.append(Bar(x, round(BOTTOM - height, 1), width, height, count.failed))
    days = [shown_in(count.at, zone).date() for count in trend]
    return Bars(bars, most, days[0], days[-1])
