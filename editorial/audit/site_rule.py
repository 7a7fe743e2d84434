"""What a site rule is: a function that writes one SELECT over the tables of an audit, and the metadata around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import ColumnElement, Select, false, select

from editorial.audit.engine import NO_ANSWER, inconclusive, settled
from editorial.audit.rule import LACKS, Failure, Need, Outcome, Result, Rule, Severity, Told, id_of
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

NOT_LOOKED_UP = N_("What this page names was not fetched, or did not answer.")

SiteCheck = Callable[[AuditTables], Select[Any]]
Condition = Callable[[AuditTables], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class SiteRule(Rule):
    """Judges a whole audit in the database.

    `check` returns a SELECT with the columns `page_id`, `key`, any `evidence...` and `param_<name>`, and `severity`
    where it is not the rule's own: one row a failure.
    `applies` is the condition on `audit.page` under which a page without a row passes, and `silence_needs` what must be
    complete for that: a duplicate seen is a duplicate, a duplicate not seen in half a crawl is not known.
    """

    check: SiteCheck
    applies: Condition
    needs: frozenset[Need] = frozenset()
    silence_needs: frozenset[Need] = frozenset({Need.CRAWL})
    about: str = "page"
    """Which relation has the subjects: `page`, or `file` for robots.txt and sitemaps."""
    unsure: Condition | None = None
    """Of the subjects, those about which this audit cannot say that nothing is wrong."""
    open_ends: SiteCheck | None = None
    """A SELECT of `page_id` and `key` whose silence says nothing, though that of other keys of the page does."""

    def __call__(self, audit: AuditTables) -> Select[Any]:
        """The SELECT of the failures."""
        return self.check(audit)

    def subjects(self, audit: AuditTables, only: int | None = None) -> Select[Any]:
        """The ids the rule applies to, and whether nothing can be said of their silence (`id`, `unsure`).

        Args:
            only: ask about this id alone.
        """
        relation = audit.file if self.about == "file" else audit.page
        unsure = self.unsure(audit) if self.unsure is not None else false()
        found = select(relation.c.id, unsure.label("unsure")).where(self.applies(audit))
        return found if only is None else found.where(relation.c.id == only)


def site_rule(
    *,
    applies: Condition,
    unsure: Condition | None = None,
    open_ends: SiteCheck | None = None,
    silence_needs: frozenset[Need] = frozenset({Need.CRAWL}),
    about: str = "page",
    **told: Unpack[Told],
) -> Callable[[SiteCheck], SiteRule]:
    """Make a function a site rule."""

    def made(check: SiteCheck) -> SiteRule:
        return SiteRule(
            id=id_of(check),
            check=check,
            applies=applies,
            unsure=unsure,
            open_ends=open_ends,
            silence_needs=silence_needs,
            about=about,
            **told,
        )

    return made


def failure_of(row: Mapping[Any, Any]) -> tuple[int, Failure]:
    """Page id and failure of one row of a site rule's SELECT (`result.mappings()`)."""
    evidence = tuple(str(value) for name, value in row.items() if name.startswith("evidence") and value is not None)
    params = {name.removeprefix("param_"): value for name, value in row.items() if name.startswith("param_")}
    severity = Severity(row["severity"]) if row.get("severity") else None
    return row["page_id"], Failure(str(row["key"]), params, evidence, severity)


def site_outcome(
    rule: SiteRule,
    failures: Sequence[Failure],
    *,
    applies: bool,
    complete: frozenset[Need],
    fetched: bool = True,
    whole: bool = True,
    unsure: bool = False,
) -> Outcome:
    """What a site rule says about one page, from the rows its SELECT gave for that page.

    Args:
        applies: what `rule.applies` gave for the page's row.
        complete: what is complete about the audit as a whole.
        fetched: whether the page answered.
        whole: whether it was read to its end.
        unsure: whether `rule.unsure` holds for the page.
    """
    if lacking := sorted(rule.needs - complete):
        return inconclusive(rule, LACKS[lacking[0]])
    if failures:
        return settled(rule, tuple(failures))
    if not fetched:
        return inconclusive(rule, NO_ANSWER)
    if not applies:
        return Outcome(rule.id, rule.version, Result.NOT_APPLICABLE, rule.severity)
    if lacking := sorted(rule.silence_needs - complete) or ([] if whole else [Need.BODY]):
        return inconclusive(rule, LACKS[lacking[0]])
    return inconclusive(rule, NOT_LOOKED_UP) if unsure else settled(rule, ())
