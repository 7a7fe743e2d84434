"""Muting: a finding, a rule on a page or a rule on a site, for a reason and until something."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from editorial.audit.facts import PageFacts
from editorial.domain.errors import NotFound
from editorial.domain.findings import FindingState, MuteEnd
from editorial.services import muting
from editorial.services.deps import Deps
from editorial.services.muting import MuteRefused, MuteScope
from editorial.store import history
from editorial.store.audit import Audit, Finding
from editorial.store.muting import Mute, MutedFinding
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, untitled, with_images
from tests.web import add_person, add_workspace

NEXT_MONTH = date(2027, 1, 9)


@pytest.fixture
def mei(deps: Deps) -> Person:
    add_workspace(deps)
    return add_person(deps, "Mei Lin")


@pytest.fixture
def site(deps: Deps, mei: Person) -> int:
    return add_site(deps)


def seen(deps: Deps, clock: Clock, site: int, pages: Sequence[PageFacts]) -> int:
    """A week later, an audit that sees these pages."""
    clock.forward(days=7)
    return audit(deps, site, pages)


def mute(deps: Deps, mei: Person, finding_id: int, until: date | None = None, **others: MuteScope) -> int:
    with deps.sessions.begin() as session:
        return muting.mute(session, deps, mei, finding_id, reason="It is meant so.", until=until, **others).id


def states(deps: Deps) -> dict[tuple[str, str], FindingState]:
    with deps.sessions() as session:
        return {(one.rule, one.url.rsplit("/", 1)[-1]): one.state for one in session.scalars(select(Finding))}


def finding(deps: Deps, page: str = "a") -> int:
    with deps.sessions() as session:
        return session.scalars(
            select(Finding.id).where(Finding.url.endswith(f"/{page}")).order_by(Finding.id).limit(1)
        ).one()


TITLE = ("title-missing", "a")


def test_a_muted_finding_stays_muted_while_it_looks_the_same(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps))

    audit_id = seen(deps, clock, site, [untitled("a")])

    assert states(deps)[TITLE] is FindingState.MUTED
    with deps.sessions() as session:
        assert session.get_one(Audit, audit_id).counts["findings"] == {"muted": 1}


def test_what_is_muted_until_it_changes_comes_back_when_it_does(
    deps: Deps, clock: Clock, site: int, mei: Person
) -> None:
    audit(deps, site, [good("a")])
    audit(deps, site, [with_images("a", 1)])
    with deps.sessions.begin() as session:
        shown = session.scalars(select(Finding)).one()
        finding_id = shown.id
        mute_id = muting.mute(session, deps, mei, shown.id, reason="An ornament.", until=None).id
        shown.evidence = ["<img src=/other.png>"]
        session.get_one(MutedFinding, shown.id).seen = "what it was"

    seen(deps, clock, site, [with_images("a", 1)])

    assert states(deps)["img-alt-missing", "a"] is FindingState.PERSISTING
    with deps.sessions() as session:
        ended = session.get_one(Mute, mute_id)
        assert (ended.ended_how, ended.ended_by) == (MuteEnd.CHANGED, None)
        told = [event.action for event in history.of_entity(session, "finding", finding_id)]
        assert told == ["finding.came_back", "finding.muted"]


def test_what_is_muted_until_a_day_comes_back_on_it_without_an_audit(
    deps: Deps, clock: Clock, site: int, mei: Person
) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps), NEXT_MONTH)
    before = muting.end_expired(deps)
    clock.forward(days=31)

    after = muting.end_expired(deps)

    assert (before, after) == (0, 1)
    assert states(deps)[TITLE] is FindingState.PERSISTING
    with deps.sessions() as session:
        assert session.scalars(select(Mute)).one().ended_how is MuteEnd.EXPIRED


def test_a_day_begins_by_the_clocks_of_the_site(deps: Deps, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])

    mute(deps, mei, finding(deps), NEXT_MONTH)

    with deps.sessions() as session:
        assert session.scalars(select(Mute.until)).one() == datetime(2027, 1, 8, 16, tzinfo=UTC)  # Shanghai


def test_an_audit_after_the_day_finds_it_open(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps), NEXT_MONTH)
    clock.forward(days=31)

    seen(deps, clock, site, [untitled("a")])

    assert states(deps)[TITLE] is FindingState.PERSISTING


def test_what_is_mended_is_fixed_though_it_was_muted(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps))

    seen(deps, clock, site, [good("a")])
    fixed = states(deps)[TITLE]
    seen(deps, clock, site, [untitled("a")])

    assert (fixed, states(deps)[TITLE]) == (FindingState.FIXED, FindingState.REOPENED)


def test_a_mute_with_a_day_outlives_a_fix(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps), NEXT_MONTH)

    seen(deps, clock, site, [good("a")])
    seen(deps, clock, site, [untitled("a")])

    assert states(deps)[TITLE] is FindingState.MUTED


def test_a_rule_muted_on_a_page_covers_what_comes_there(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [with_images("a", 1), with_images("b", 1)])
    mute(deps, mei, finding(deps), NEXT_MONTH, scope=MuteScope.PAGE)

    seen(deps, clock, site, [with_images("a", 2), with_images("b", 1)])

    with deps.sessions() as session:
        found = {(one.url[-1], one.state) for one in session.scalars(select(Finding))}
    assert found == {("a", FindingState.MUTED), ("b", FindingState.PERSISTING)}


def test_a_rule_muted_on_a_site_covers_every_page(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    mute(deps, mei, finding(deps), NEXT_MONTH, scope=MuteScope.SITE)

    seen(deps, clock, site, [untitled("a"), untitled("b"), untitled("c")])

    assert set(states(deps).values()) == {FindingState.MUTED}
    with deps.sessions() as session:
        assert len(session.scalars(select(MutedFinding)).all()) == 3


def test_unmuting_brings_back_everything_the_mute_covered(deps: Deps, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    mute(deps, mei, finding(deps), NEXT_MONTH, scope=MuteScope.SITE)

    with deps.sessions.begin() as session:
        muting.unmute(session, deps, mei, session.scalars(select(MutedFinding.finding_id)).all()[-1])

    assert set(states(deps).values()) == {FindingState.PERSISTING}


def test_what_two_mutes_cover_stays_muted_when_one_ends(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    mute(deps, mei, finding(deps), date(2026, 12, 20))
    mute(deps, mei, finding(deps, "b"), NEXT_MONTH, scope=MuteScope.SITE)
    clock.forward(days=14)

    muting.end_expired(deps)

    assert set(states(deps).values()) == {FindingState.MUTED}


@pytest.mark.parametrize(
    ("reason", "until", "field"),
    [
        ("  ", NEXT_MONTH, "reason"),
        ("x" * 501, NEXT_MONTH, "reason"),
        ("Meant so.", date(2026, 12, 9), "until"),
        ("Meant so.", date(2029, 1, 1), "until"),
        ("Meant so.", None, "until"),
    ],
)
def test_a_mute_of_a_site_without_reason_or_day_is_refused(
    deps: Deps, site: int, reason: str, until: date | None, field: str
) -> None:
    audit(deps, site, [untitled("a")])
    ed, finding_id = add_person(deps, "Ed"), finding(deps)

    with pytest.raises(MuteRefused) as refused, deps.sessions.begin() as session:
        muting.mute(session, deps, ed, finding_id, scope=MuteScope.SITE, reason=reason, until=until)

    assert refused.value.field == field
    assert states(deps)[TITLE] is FindingState.NEW


def test_only_what_is_open_can_be_muted(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps))

    with pytest.raises(MuteRefused):
        mute(deps, mei, finding(deps))
    with pytest.raises(NotFound):
        mute(deps, mei, 987654)


def test_the_history_names_who_muted_and_who_ended_it(deps: Deps, clock: Clock, site: int, mei: Person) -> None:
    audit(deps, site, [untitled("a")])
    mute(deps, mei, finding(deps))
    with deps.sessions.begin() as session:
        muting.unmute(session, deps, mei, session.scalars(select(MutedFinding.finding_id)).one())
    clock.forward(minutes=1)
    mute(deps, mei, finding(deps), NEXT_MONTH, scope=MuteScope.PAGE)

    with deps.sessions() as session:
        views = muting.views(session, session.get_one(Finding, finding(deps)))

    assert [(one.by, one.ended_by, one.scope, one.active) for one in views] == [
        ("Mei Lin", "Mei Lin", MuteScope.FINDING, False),
        ("Mei Lin", None, MuteScope.PAGE, True),
    ]
