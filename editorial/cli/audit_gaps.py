"""What kept `editorial audit` from seeing everything, for every format that it prints."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from editorial.audit.crawl.records import StopReason
from editorial.audit.report import COMMA
from editorial.cli import lists, sources
from editorial.cli.printing import silenced
from editorial.domain.messages import N_, NP_, Message
from editorial.services import crawl_course, seeing
from editorial.services.stop_reasons import why_it_stopped
from editorial.store.audit import Audit

Say = Callable[[Message], str]

LEFT_OUT = NP_(
    "%(count)s address was left out at %(pattern)s. %(why)s",
    "%(count)s addresses were left out at %(pattern)s. %(why)s",
)
EXAMPLES = N_("%(sentence)s Examples: %(examples)s")


@dataclass(frozen=True)
class Gap:
    """One thing that was not seen."""

    kind: str
    """`list`, `page`, `left-out` or `stopped`."""
    says: Message
    where: str = ""
    """Where it shows, before a colon; nothing where the sentence says it."""
    shown: str = ""
    """What stands there."""

    def line(self, say: Say) -> str:
        """For a terminal."""
        place = f"{self.where}: " if self.where else ""
        return silenced(f"{place}{say(self.says)} {self.shown}".rstrip())


@dataclass(frozen=True)
class Gaps:
    """All of it. `unfit`: not all of what was named could be read, so that the command does not end well."""

    listed: Sequence[Gap]
    pages: Sequence[Gap]
    crawl: Sequence[Gap]
    site: dict[str, Any]
    """`site` of docs/audit-output.md but for its sentences; empty where all was seen."""
    unfit: bool = False

    def told(self, say: Say) -> list[tuple[str, str]]:
        """Kind and sentence of each gap."""
        return [(gap.kind, gap.line(say)) for gap in (*self.listed, *self.pages, *self.crawl)]

    def as_json(self, say: Say) -> dict[str, Any]:
        """`site` of docs/audit-output.md, or nothing."""
        if not self.site:
            return {}
        said = [{"kind": kind, "message": sentence} for kind, sentence in self.told(say)]
        traps = [trap | {"message": say(trap["message"])} for trap in self.site["left_out"]]
        return {"site": self.site | {"left_out": traps, "gaps": said}}


NO_GAPS = Gaps((), (), (), {})


def gaps_of(
    audit: Audit, told: Sequence[lists.Told], pages: Sequence[tuple[str, str]], *, unfit: bool, say: Say
) -> Gaps:
    """What an ended audit did not see.

    Args:
        told: what could not be read of a list.
        pages: that gave no answer, and the codes of the reasons.
        unfit: whether the command ends with `COULD_NOT_RUN` for them.
        say: puts examples in a row.
    """
    listed = [of_list(each) for each in told]
    unseen = [Gap("page", sources.unread(url, error)) for url, error in pages]
    crawl = list(_of_crawl(audit, say))
    if not (listed or unseen or crawl):
        return NO_GAPS
    traps = [
        {**trap, "message": shown.why}
        for trap, shown in zip(audit.course.get("traps", ()), crawl_course.told(audit).traps, strict=True)
    ]
    site = {
        "stop_reason": audit.stop_reason,
        "excluded": int(audit.course.get("excluded", 0)),
        "links_seen": seeing.hides_none(audit),
        "left_out": traps,
    }
    return Gaps(listed, unseen, crawl, site, unfit)


def of_list(told: lists.Told) -> Gap:
    """What could not be read of a list, and where."""
    return Gap("list", told.says, f"{told.name}:{told.line}" if told.line else told.name, told.text)


def _of_crawl(audit: Audit, say: Say) -> Iterator[Gap]:
    told = crawl_course.told(audit)
    for trap in told.traps:
        left = Message.counted(LEFT_OUT, trap.count, pattern=trap.pattern, why=trap.why)
        examples = say(COMMA).join(trap.examples)
        yield Gap("left-out", Message(EXAMPLES, {"sentence": left, "examples": examples}) if examples else left)
    for said in told.lines if audit.whole_site else ():  # of a list nobody asks how its pages hang together
        if said.id != crawl_course.ALLOW:
            yield Gap("left-out", said)
    if audit.stop_reason != StopReason.COMPLETE or (audit.whole_site and not seeing.saw_all(audit)):
        yield Gap("stopped", why_it_stopped(audit))
