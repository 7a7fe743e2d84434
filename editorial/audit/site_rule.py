"""What a site rule is: a function that writes one SELECT over the tables of an audit, and the metadata around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select

from editorial.audit.engine import NO_ANSWER, inconclusive, settled
from editorial.audit.rule import ALL_ENGINES, LACKS, Engine, Failure, Need, Outcome, Result, Rule, Severity, id_of
from editorial.audit.tables import AuditTables

SiteCheck = Callable[[AuditTables], Select[Any]]


@dataclass(frozen=True, kw_only=True)
class SiteRule(Rule):
    """Judges a whole audit in the database.

    `check` returns a SELECT with the columns `page_id`, `key`, any `evidence...` and `param_<name>`: one row a failure.
    `applies` is the condition on `audit.page` under which a page without a row passes, and `silence_needs` what must be
    complete for that: a duplicate seen is a duplicate, a duplicate not seen in half a crawl is not known.
    """

    check: SiteCheck
    applies: Callable[[AuditTables], ColumnElement[bool]]
    silence_needs: frozenset[Need] = frozenset({Need.CRAWL})

    def __call__(self, audit: AuditTables) -> Select[Any]:
        """The SELECT of the failures."""
        return self.check(audit)


def site_rule(
    *,
    version: int,
    category: str,
    severity: Severity,
    title: str,
    says: str,
    why: str,
    fix: str,
    source: str,
    applies: Callable[[AuditTables], ColumnElement[bool]],
    needs: frozenset[Need] = frozenset(),
    silence_needs: frozenset[Need] = frozenset({Need.CRAWL}),
    engines: frozenset[Engine] = ALL_ENGINES,
    ref: str = "",
    caps: bool = False,
) -> Callable[[SiteCheck], SiteRule]:
    """Make a function a site rule."""

    def made(check: SiteCheck) -> SiteRule:
        return SiteRule(
            id=id_of(check),
            version=version,
            category=category,
            severity=severity,
            title=title,
            says=says,
            why=why,
            fix=fix,
            source=source,
            applies=applies,
            needs=needs,
            silence_needs=silence_needs,
            engines=engines,
            ref=ref,
            caps=caps,
            check=check,
        )

    return made


def failure_of(row: Mapping[Any, Any]) -> tuple[int, Failure]:
    """Page id and failure of one row of a site rule's SELECT (`result.mappings()`)."""
    evidence = tuple(str(value) for name, value in row.items() if name.startswith("evidence") and value is not None)
    params = {name.removeprefix("param_"): value for name, value in row.items() if name.startswith("param_")}
    return row["page_id"], Failure(key=str(row["key"]), params=params, evidence=evidence)


def site_outcome(
    rule: SiteRule, failures: Sequence[Failure], *, applies: bool, complete: frozenset[Need], fetched: bool = True
) -> Outcome:
    """What a site rule says about one page, from the rows its SELECT gave for that page.

    Args:
        applies: what `rule.applies` gave for the page's row.
        complete: what is complete about the audit as a whole.
        fetched: whether the page answered.
    """
    if lacking := sorted(rule.needs - complete):
        return inconclusive(rule, LACKS[lacking[0]])
    if failures:
        return settled(rule, tuple(failures))
    if not fetched:
        return inconclusive(rule, NO_ANSWER)
    if not applies:
        return Outcome(rule.id, rule.version, Result.NOT_APPLICABLE, rule.severity)
    if lacking := sorted(rule.silence_needs - complete):
        return inconclusive(rule, LACKS[lacking[0]])
    return settled(rule, ())
