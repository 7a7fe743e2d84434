"""What a rule is, and what comes of it.

A page rule is a pure function of facts that yields failures; a decorator puts the metadata around the function, and its
id is its name with hyphens. Site rules, which are SQL, stand in `site_rule`: worker programs load page rules alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, NotRequired, TypedDict, Unpack

from editorial.audit.facts import PageFacts
from editorial.domain.messages import N_, Message


class Severity(StrEnum):
    """How much a failure costs, the worst first."""

    BLOCKER = "blocker"
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts."""
        return list(Severity).index(self)

    def at_least(self, other: "Severity") -> bool:
        """True where this is as bad as `other`, or worse."""
        return self.rank <= other.rank


class Result(StrEnum):
    """The four answers of a rule about a page."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 -- an answer, not a password
    NOT_APPLICABLE = "not-applicable"
    INCONCLUSIVE = "inconclusive"


class Need(StrEnum):
    """What must be complete before a rule may judge."""

    BODY = "body"
    HEADERS = "headers"
    ROBOTS = "robots"
    CRAWL = "crawl"
    LINKS = "links"
    HISTORY = "history"
    PLAN = "plan"
    RENDER = "render"


class Engine(StrEnum):
    """A search engine a rule speaks for; the value is the switch of the site's settings."""

    GOOGLE = "google"
    BING = "bing"
    BAIDU = "baidu"

    @property
    def agent(self) -> str:
        """The product token its crawler obeys, in lower case."""
        return {"google": "googlebot", "bing": "bingbot", "baidu": "baiduspider"}[self.value]


ALL_ENGINES = frozenset(Engine)

LACKS: Mapping[Need, str] = {
    Need.BODY: N_("The page was not read to its end."),
    Need.HEADERS: N_("The answer's headers are not known."),
    Need.ROBOTS: N_("The site's robots.txt was not read."),
    Need.CRAWL: N_("The site was not crawled to its end."),
    Need.LINKS: N_("Some pages were left out by a pattern or a trap; a link may stand there."),
    Need.HISTORY: N_("There is no earlier audit to compare with."),
    Need.PLAN: N_("The content plan was not consulted."),
    Need.RENDER: N_("The page was not rendered in a browser."),
}


@dataclass(frozen=True)
class Param:
    """A threshold a site may change, within its bounds."""

    default: float
    at_least: float
    at_most: float


Params = Mapping[str, float]


@dataclass(frozen=True)
class Many:
    """From so many pages of one audit on, a failure weighs `severity`: then it is no slip but a template."""

    pages: int
    severity: Severity


@dataclass(frozen=True)
class Failure:
    """One thing wrong. `key` stays the same from week to week and tells two failures of a rule on one page apart.

    `params` fill the rule's sentence; `evidence` is what was seen, each at most some 200 characters. `severity` is set
    where this failure weighs other than the rule's own.
    """

    key: str
    params: Mapping[str, str | int | float | Sequence[str]] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    severity: Severity | None = None


class CannotSay(Exception):
    """A rule cannot judge this page, for a reason (an id of the catalogue): its outcome is inconclusive."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


PageCheck = Callable[[PageFacts, Params], Iterator[Failure]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What both kinds of rule have.

    `title` is a short name of the failing state, `says` the sentence with the failure's params, `why` and `fix` explain
    and mend; all four are ids of the catalogue. `source` is the page that says so. `needs` must be complete or the
    answer is inconclusive. `caps` marks a failure that alone keeps a page out of the index. `of_named`: it speaks of
    addresses that somebody names, and not of those on the way of a redirect alone.
    """

    id: str
    version: int
    category: str
    severity: Severity
    title: str
    says: str
    why: str
    fix: str
    source: str
    needs: frozenset[Need] = frozenset({Need.BODY})
    engines: frozenset[Engine] = ALL_ENGINES
    params: Mapping[str, Param] = field(default_factory=dict)
    ref: str = ""
    caps: bool = False
    many: Many | None = None
    of_named: bool = False
    others: Mapping[str, str] = field(default_factory=dict)
    """Sentences in place of `says`, by the param `case` of a failure."""

    def defaults(self) -> dict[str, float]:
        """The thresholds nobody changed."""
        return {name: param.default for name, param in self.params.items()}

    @cached_property
    def usual(self) -> Params:
        """As `defaults`, one for all pages: nobody changes it."""
        return MappingProxyType(self.defaults())

    @cached_property
    def passed(self) -> "Outcome":
        """The outcome where nothing is wrong; the same for all pages, as most outcomes are of this kind."""
        return Outcome(self.id, self.version, Result.PASS, self.severity)

    @cached_property
    def nothing(self) -> "Outcome":
        """The outcome where the rule does not apply."""
        return Outcome(self.id, self.version, Result.NOT_APPLICABLE, self.severity)

    def sentence(self, failure: Failure) -> Message:
        """What a person reads of one failure."""
        return Message(self.says_of(failure.params), {**self.defaults(), **failure.params})

    def says_of(self, params: Mapping[str, Any]) -> str:
        """The sentence (an id of the catalogue) that the params of a failure fill."""
        return self.others.get(str(params.get("case", "")), self.says)


@dataclass(frozen=True, kw_only=True)
class PageRule(Rule):
    """Judges one page by its facts. `applies` tells "does not apply" apart from "passes"."""

    check: PageCheck
    applies: Callable[[PageFacts], bool]

    def __call__(self, page: PageFacts, params: Params | None = None) -> Iterator[Failure]:
        """The failures of one page the rule applies to."""
        return self.check(page, params if params is not None else self.defaults())


@dataclass(frozen=True)
class Outcome:
    """What a rule answered about a page. `failures` with FAIL, `reason` with INCONCLUSIVE; `more` were left out."""

    rule: str
    version: int
    result: Result
    severity: Severity
    failures: tuple[Failure, ...] = ()
    reason: Message | None = None
    more: int = 0


class Told(TypedDict):
    """What a decorator takes for every kind of rule; `Rule` says what it means."""

    version: int
    category: str
    severity: Severity
    title: str
    says: str
    why: str
    fix: str
    source: str
    needs: NotRequired[frozenset[Need]]
    engines: NotRequired[frozenset[Engine]]
    params: NotRequired[Mapping[str, Param]]
    ref: NotRequired[str]
    caps: NotRequired[bool]
    many: NotRequired[Many]
    of_named: NotRequired[bool]
    others: NotRequired[Mapping[str, str]]


def page_rule(*, applies: Callable[[PageFacts], bool], **told: Unpack[Told]) -> Callable[[PageCheck], PageRule]:
    """Make a function a page rule."""

    def made(check: PageCheck) -> PageRule:
        return PageRule(id=id_of(check), check=check, applies=applies, **told)

    return made


def id_of(check: Callable[..., object]) -> str:
    """The function's name with hyphens."""
    return check.__name__.replace("_", "-")
