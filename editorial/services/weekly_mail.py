"""The weekly mail of a site: what it says, as plain values. Pure; `weekly_data.py` reads them from the tables."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from editorial.domain.jobs import JobState
from editorial.domain.messages import N_, NP_, Message

SPOTS = 5  # addresses shown of one rule; the rest is counted
GROUPS = 8  # rules shown under one heading
OLDEST = 5  # long-standing findings
PIECES = 12  # pieces shown under one heading
CHANGED_FORMS = 6  # changes of lead forms
FEW = 3  # of everything, where the whole is too long
BAR_PIXELS = 36  # height of a bar for a score of 100
LONGEST_LINK = 200  # characters; a longer address is shown, not linked, so that the mail keeps its size
LONGEST_SHOWN = 90


@dataclass(frozen=True)
class Spot:
    """Where a finding is."""

    url: str
    title: str = ""  # of the piece, where the page is one of ours
    owner: str = ""

    @property
    def link(self) -> str:
        """The address to follow, or nothing where it is too long for a mail."""
        return self.url if len(self.url) <= LONGEST_LINK else ""

    def shown_on(self, site_url: str) -> str:
        """The address as it is read: without its scheme, and without the host of the site that the mail is about."""
        origin, bare = "/".join(site_url.split("/")[:3]), self.url.partition("://")[2] or self.url
        if self.url.startswith(f"{origin}/"):
            bare = self.url[len(origin) :]
        return bare if len(bare) <= LONGEST_SHOWN else bare[: LONGEST_SHOWN - 1] + "…"


@dataclass(frozen=True)
class Group:
    """The findings of one rule."""

    title: Message
    severity: str  # blocker, error, warning, notice
    count: int
    spots: tuple[Spot, ...]
    owners: tuple[str, ...] = ()
    returned: int = 0
    """How many of them were fixed once and are back."""
    rule: str = ""
    addresses: int = 0
    """How many pages they are on; 0: each on one of its own."""
    templates: tuple[tuple[str, int], ...] = ()
    """Patterns of the templates that make many of these pages, and how many each; the most first."""

    @property
    def pages(self) -> int:
        """How many pages they are on."""
        return self.addresses or self.count

    @property
    def more(self) -> int:
        """How many pages are not listed."""
        return self.pages - len(self.spots)


@dataclass(frozen=True)
class OldFinding:
    """A finding that has been there for a while."""

    title: Message
    severity: str
    spot: Spot
    days: int
    """From the day it was first seen to that of the audit."""

    @property
    def age(self) -> Message:
        """How long it has been there, in whole weeks or days; never rounded up."""
        if self.days < 1:
            return Message(N_("since today"))
        if self.days < 7:
            return Message.counted(NP_("%(count)s day", "%(count)s days"), self.days)
        return Message.counted(NP_("%(count)s week", "%(count)s weeks"), self.days // 7)


@dataclass(frozen=True)
class Changes:
    """What happened to the findings of a site in a while."""

    new: tuple[Group, ...] = ()
    discovered: int = 0
    fixed: tuple[Group, ...] = ()


@dataclass(frozen=True)
class FormChange:
    """What became of a lead form since the audit before."""

    form: str
    """How people know it: the words on its button, or its heading."""
    says: Message
    loses: bool
    """Whether it may cost leads."""
    spot: Spot
    """The first page it happened on."""
    pages: int = 1
    edits: tuple[Message, ...] = ()
    """What is different about it."""


@dataclass(frozen=True)
class Forms:
    """The lead forms of the site: how many there are, what became of them, and what is wrong with them."""

    count: int
    pages: int
    """On which they stand."""
    changes: tuple[FormChange, ...] = ()
    """What costs leads first."""
    changes_more: int = 0
    open: tuple[Group, ...] = ()
    """Open findings about forms, whether new or not."""
    whole: bool = True
    """Whether every known page was seen: that there is none can only be said then."""

    @property
    def says(self) -> Message | None:
        """How many there are, in a sentence; None where nobody knows."""
        if not self.count:
            if not self.whole:
                return None
            return Message(N_("No lead form was seen on any page."))
        forms = Message.counted(NP_("%(count)s lead form", "%(count)s lead forms"), self.count)
        return Message(N_("%(forms)s on %(pages)s."), {"forms": forms, "pages": _pages(self.pages)})


@dataclass(frozen=True)
class Seen:
    """What the last audit saw, compared with the one before the last mail; before a first mail, with the first."""

    at: datetime
    score: int | None
    before: int | None
    """Score of the audit compared with; None where there is none."""
    same_rules: bool
    fetched: int
    known: int
    stopped: Message | None
    """Why it did not see everything, where it did not."""
    cut_short: bool = False
    """Whether it stopped before its end; pages that gave no answer may do so every week."""
    hidden: tuple[tuple[Message, int], ...] = ()
    """What kept pages from being seen, and how many."""
    new: tuple[Group, ...] = ()
    discovered: int = 0
    """Findings on pages seen for the first time: not newly broken."""
    fixed: tuple[Group, ...] = ()
    moved: Message | None = None
    """Why the score moved; None where it did not, or does not compare."""
    oldest: tuple[OldFinding, ...] = ()
    open: int = 0
    forms: Forms | None = None
    scores: tuple[tuple[date, int], ...] = ()

    @property
    def delta(self) -> int | None:
        """Points won or lost."""
        return None if self.score is None or self.before is None else self.score - self.before

    @property
    def new_count(self) -> int:
        """Findings that were not there before, and those that came back."""
        return sum(group.count for group in self.new)

    @property
    def fixed_count(self) -> int:
        """Findings that an audit saw mended."""
        return sum(group.count for group in self.fixed)

    @property
    def percent(self) -> int:
        """Share of the known pages that were seen; 100 only if it was all of them."""
        return 100 if self.fetched >= self.known else min(99, round(100 * self.fetched / self.known))

    @property
    def bars(self) -> tuple[tuple[date, int, int], ...]:
        """Day, score and height in pixels of each bar; the ground lies a little below the lowest score."""
        if not self.scores:
            return ()
        ground = max(0, min(score for _, score in self.scores) // 10 * 10 - 10)
        return tuple(
            (day, score, 2 + round((score - ground) * BAR_PIXELS / (100 - ground))) for day, score in self.scores
        )


@dataclass(frozen=True)
class Piece:
    """A piece that went out or comes."""

    title: str
    at: datetime | None = None  # of what went out, and of what has a publish time
    on: date | None = None  # the planned day of what has none yet
    url: str = ""
    owner: str = ""
    status: Message | str = ""
    found: int | None = None
    """Open findings on its page; None where no audit has seen it yet."""

    @property
    def verdict(self) -> Message:
        """What audits have to say about its page since it went out."""
        if self.found is None:
            return Message(N_("not audited yet"))
        return _open(self.found) if self.found else Message(N_("nothing wrong found"))

    @property
    def spot(self) -> Spot:
        """Its address, as a place to follow."""
        return Spot(self.url)


@dataclass(frozen=True)
class Trouble:
    """A job that needs a person."""

    title: str
    channel: str
    state: JobState
    due_at: datetime
    path: str  # on the desk


@dataclass(frozen=True)
class Report:
    """Everything the mail of one site and week says."""

    site: str
    site_url: str
    week: str  # ISO, as 2026-W50
    at: datetime  # when it is written
    since: datetime  # of the mail before; all that happened from then on is told
    seen: Seen | None
    failure: Message | None
    """Why there is no audit of this week; such a mail is always written, because silence would look like health."""
    unfinished: bool = False
    """Whether that is because it still runs, waits or is paused."""
    unaudited: bool = False
    """Whether no audit of the site has ended yet, well or badly."""
    found: tuple[Group, ...] = ()
    """What broke according to an audit that could see nothing else: a robots.txt that shuts everybody out."""
    troubles: tuple[Trouble, ...] = ()
    went_out: tuple[Piece, ...] = ()
    went_out_more: int = 0
    coming: tuple[Piece, ...] = ()
    coming_more: int = 0


def is_empty(report: Report) -> bool:
    """Whether there is nothing to tell: such a week gets no mail."""
    if report.failure is not None or report.troubles or report.went_out or report.coming:
        return False
    seen = report.seen
    return seen is not None and not (
        seen.new or seen.discovered or seen.fixed or seen.oldest or seen.delta is None or seen.delta or seen.cut_short
    )


def shortened(report: Report) -> Report:
    """The same week in fewer words: a mail that is too long must still arrive, and counts what it leaves out."""
    out, coming = report.went_out[:FEW], report.coming[:FEW]
    seen = report.seen
    if seen is not None:
        forms = seen.forms and _fewer_changes(seen.forms)
        seen = replace(seen, new=_with_one_spot(seen.new), oldest=seen.oldest[:FEW], forms=forms)
    return replace(
        report,
        seen=seen,
        found=_with_one_spot(report.found),
        troubles=report.troubles[:FEW],
        went_out=out,
        went_out_more=report.went_out_more + len(report.went_out) - len(out),
        coming=coming,
        coming_more=report.coming_more + len(report.coming) - len(coming),
    )


def _with_one_spot(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(replace(one, spots=one.spots[:1]) for one in groups)


def _fewer_changes(forms: Forms) -> Forms:
    told = forms.changes[:FEW]
    return replace(forms, changes=told, changes_more=forms.changes_more + len(forms.changes) - len(told))


def headline(report: Report) -> Message:
    """The one sentence of the week; the subject is the site and this."""
    seen = report.seen
    if report.failure is not None or seen is None:
        return _without_audit(report)
    if seen.score is None:
        return _counts(seen)
    if seen.before is None:
        return Message(
            N_("Score %(score)s in the first audit, %(open)s"), {"score": seen.score, "open": _open(seen.open)}
        )
    return Message(
        N_("Score %(score)s (%(delta)s), %(new)s, %(fixed)s"),
        {
            "score": seen.score,
            "delta": _signed(seen.score - seen.before),
            "new": _new(seen.new_count),
            "fixed": _fixed(seen.fixed_count),
        },
    )


def _without_audit(report: Report) -> Message:
    if report.unfinished:
        return Message(N_("The audit has not ended"))
    if report.unaudited:
        return Message(N_("This site has not been audited yet"))
    return Message(N_("The audit could not run"))


def title(report: Report) -> Message:
    """What stands large above the numbers: why the score moved, or the headline where that says more."""
    if report.failure is None and report.seen is not None and report.seen.delta:
        return explanation(report.seen)
    return headline(report)


def beside(report: Report) -> Message:
    """What stands small below the score: whatever of headline and explanation is not the title."""
    if report.seen is None:
        return Message(N_("There is no audit to explain."))
    if report.failure is None and report.seen.delta:
        return _counts(report.seen)
    return explanation(report.seen)


def _counts(seen: Seen) -> Message:
    return Message(N_("%(new)s, %(fixed)s"), {"new": _new(seen.new_count), "fixed": _fixed(seen.fixed_count)})


def explanation(seen: Seen) -> Message:
    """Why the score stands where it stands."""
    if seen.score is None:
        return Message(N_("No page could be scored."))
    if seen.before is None or seen.delta is None:
        return Message(N_("There is no earlier audit to compare with."))
    if not seen.same_rules:
        return Message(N_("The rules have changed since the last audit, so the two scores do not compare."))
    return seen.moved or Message(N_("As last time."))


def _new(count: int) -> Message:
    return Message.counted(NP_("%(count)s new finding", "%(count)s new findings"), count)


def _fixed(count: int) -> Message:
    return Message.counted(NP_("%(count)s fixed", "%(count)s fixed"), count)


def _open(count: int) -> Message:
    return Message.counted(NP_("%(count)s finding", "%(count)s findings"), count)


def _pages(count: int) -> Message:
    return Message.counted(NP_("%(count)s page", "%(count)s pages"), count)


def _signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "±0"
