"""How a crawl went, for people: what did not have to be sent again, who was asked slowly and why, what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from editorial.adapters.fetch import PRODUCT_TOKEN
from editorial.audit.crawl.politeness import Slowed
from editorial.audit.crawl.records import StopReason
from editorial.audit.crawl.traps import MAX_COPIES, MAX_SEGMENTS, MAX_URL, REPEATS, TrapKind
from editorial.domain.messages import N_, NP_, Message
from editorial.services import seeing
from editorial.store.audit import Audit

MEGABYTE = 1_000_000
SLOWED = {
    Slowed.BUSY: NP_(
        "it answered %(count)s time that we ask too often (429)",
        "it answered %(count)s times that we ask too often (429)",
    ),
    Slowed.DOWN: NP_(
        "it answered %(count)s time that it is out of service (503)",
        "it answered %(count)s times that it is out of service (503)",
    ),
    Slowed.LATE: NP_(
        "its answers came three times as late as usual, %(count)s time",
        "its answers came three times as late as usual, %(count)s times",
    ),
}
DELAY = N_("its robots.txt asks for it")
TRAPS = {
    TrapKind.QUERIES: N_("They differ in their query alone, and name each other."),
    TrapKind.REPEATS: N_("A part of the path comes %(repeats)s times or more."),
    TrapKind.SEGMENTS: N_("The path has more than %(segments)s parts."),
    TrapKind.LENGTH: N_("The address has more than %(length)s characters."),
    TrapKind.COPIES: N_("%(copies)s pages and more of this kind say the very same."),
    TrapKind.CHAIN: N_("Each was reached by another of its kind alone, more than fifty clicks deep."),
}
PARAMS = {"repeats": REPEATS, "segments": MAX_SEGMENTS, "length": MAX_URL, "copies": MAX_COPIES}
REUSED = NP_(
    "%(count)s page did not change since the last audit and was not sent again: %(size)s MB saved.",
    "%(count)s pages did not change since the last audit and were not sent again: %(size)s MB saved.",
)
EXCLUDED = NP_(
    "%(count)s address was left out by the patterns of the site.",
    "%(count)s addresses were left out by the patterns of the site.",
)
FULL = N_("The pages name more than %(most)s addresses, as many as an audit keeps: further ones were left out.")
ALLOW = N_("Let the firewall of the site pass %(agent)s, or lower the rate in the settings of the site.")


@dataclass(frozen=True)
class Pace:
    """A host that was asked more slowly than we were told to. Rates in requests a second."""

    host: str
    rate: float
    slowest: float
    why: Sequence[Message]


@dataclass(frozen=True)
class LeftOut:
    """A trap with its examples."""

    pattern: str
    count: int
    why: Message
    examples: Sequence[str]


@dataclass(frozen=True)
class Told:
    """How one crawl went. Empty where nothing is worth telling."""

    lines: Sequence[Message]
    paces: Sequence[Pace]
    traps: Sequence[LeftOut]

    def __bool__(self) -> bool:
        return bool(self.lines or self.paces or self.traps)


def told(audit: Audit, agent: str = PRODUCT_TOKEN) -> Told:
    """What is worth telling of an audit's crawl.

    Args:
        agent: how we introduce ourselves.
    """
    course: Mapping[str, Any] = audit.course
    lines = []
    if reused := int(course.get("reused", 0)):
        lines.append(Message.counted(REUSED, reused, size=megabytes(course["saved_bytes"])))
    if excluded := int(course.get("excluded", 0)):
        lines.append(Message.counted(EXCLUDED, excluded))
    if most := int(course.get("full", 0)):
        lines.append(Message(FULL, {"most": most}))
    if (silent := seeing.why_no_links(audit) or (Message(seeing.HIDDEN) if course.get("hides") else None)) is not None:
        lines.append(silent)
    if audit.stop_reason == StopReason.BLOCKED:
        lines.append(Message(ALLOW, {"agent": agent}))
    return Told(lines, _paces(course), [_left_out(trap) for trap in course.get("traps", ())])


def megabytes(size: int) -> float:
    """In millions of bytes, with as many digits as say something."""
    exact = size / MEGABYTE
    return round(exact, 1 if exact >= 1 else 3)


def _paces(course: Mapping[str, Any]) -> list[Pace]:
    slowed = [(host, each) for host, each in course.get("hosts", {}).items() if each["why"]]
    return [
        Pace(host, _rate(each["interval"]), _rate(each["slowest"]), [_why(*reason) for reason in each["why"].items()])
        for host, each in sorted(slowed)
    ]


def _rate(interval: float) -> float:
    return round(1 / interval, 2) if interval else 0.0


def _why(reason: str, count: int) -> Message:
    plural = SLOWED.get(Slowed(reason))
    return Message.counted(plural, count) if plural is not None else Message(DELAY)


def _left_out(trap: Mapping[str, Any]) -> LeftOut:
    says = TRAPS[TrapKind(trap["kind"])]
    return LeftOut(trap["pattern"], int(trap["count"]), Message(says, PARAMS), trap["examples"])
