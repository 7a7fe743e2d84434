"""What an audit that was broken off may say: nothing about the pages that it did not see."""

import pytest
from sqlalchemy import select

from editorial.audit.crawl.records import StopReason
from editorial.audit.facts import PageFacts
from editorial.services import comparable, sites, weekly_data
from editorial.services.audit_pages import Overview, overview
from editorial.services.deps import Deps
from editorial.services.weekly_mail import Seen
from editorial.store import content
from editorial.store.audit import Finding
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, unseen, untitled

PAGES = [good("a"), good("b"), good("c"), untitled("d")]


@pytest.fixture
def site(deps: Deps) -> int:
    return add_site(deps)


@pytest.fixture
def run(deps: Deps, clock: Clock, site: int):
    """Run an audit a day after the last one."""

    def run(pages: list[PageFacts], reason: StopReason = StopReason.COMPLETE, known: int | None = None) -> int:
        clock.forward(days=1)
        return audit(deps, site, pages, reason=reason, known=known)

    return run


def shown(deps: Deps, site: int) -> Overview:
    with deps.sessions() as session:
        return overview(session, content.get_site(session, site), deps.now())


def told(deps: Deps, site: int) -> Seen:
    with deps.sessions() as session:
        report = weekly_data.gather(session, content.get_site(session, site), "2026-W50", deps.now())
    assert report.seen is not None
    return report.seen


def discovered(deps: Deps, number: int) -> dict[str, bool]:
    """Whether a finding of this audit was called newly discovered, by the end of its address."""
    wanted = select(Finding.url, Finding.newly_discovered).where(
        Finding.first_audit_id == number, Finding.rule == "title-missing"
    )
    with deps.sessions() as session:
        return {url.rsplit("/", 1)[1]: new for url, new in session.execute(wanted)}


def test_a_defect_on_a_page_that_an_audit_before_the_last_saw_is_new(deps: Deps, run):
    run(PAGES)
    run(PAGES[:1], StopReason.CANCELLED, known=4)

    number = run([good("a"), untitled("b"), untitled("e")])

    assert discovered(deps, number) == {"b": False, "e": True}


def test_a_page_is_remembered_through_many_audits_that_were_broken_off(deps: Deps, run):
    run(PAGES)
    for _ in range(6):
        run(PAGES[:1], StopReason.CANCELLED, known=4)

    assert discovered(deps, run([good("a"), untitled("b")])) == {"b": False}


def test_in_a_first_audit_everything_is_new_and_the_overview_says_so(deps: Deps, site: int, run):
    assert discovered(deps, run(PAGES)) == {"d": False}
    assert shown(deps, site).is_first


@pytest.mark.parametrize("reason", [StopReason.CANCELLED, StopReason.PAGE_CAP, StopReason.BLOCKED, StopReason.TIME_CAP])
def test_an_audit_that_was_broken_off_is_not_the_score_of_its_site(deps: Deps, site: int, run, reason: StopReason):
    run(PAGES)
    whole = run(PAGES)
    broken_off = run(PAGES[:1], reason, known=4)

    view = shown(deps, site)
    with deps.sessions() as session:
        row = sites.overview(session)[0]
    seen = told(deps, site)

    assert (view.partial and view.partial.id, view.scored and view.scored.id) == (broken_off, whole)
    assert (view.score, view.delta, len(view.curve)) == (98, 0, 2)
    assert row.scored is not None
    assert row.scored.id == whole
    assert (seen.score, seen.before, [score for _, score in seen.scores]) == (98, 98, [98, 98])
    assert (seen.fetched, seen.known) == (1, 4)


def test_the_next_whole_audit_is_compared_with_the_last_whole_one(deps: Deps, site: int, run):
    whole = run(PAGES)
    run([untitled("a")], StopReason.CANCELLED, known=4)
    run([untitled("a"), *PAGES[1:]])

    view = shown(deps, site)

    assert view.before is not None
    assert (view.before.id, view.delta, view.partial) == (whole, -3, None)
    assert [line.rule for line in view.why.lines] == ["title-missing"]  # which the audit between them saw first
    assert told(deps, site).delta == -3


def test_a_site_that_ends_at_its_limit_each_week_is_compared_with_the_week_before(deps: Deps, site: int, run):
    before = run(PAGES, StopReason.PAGE_CAP, known=400)
    last = run([good("a"), *PAGES[1:3], good("d")], StopReason.PAGE_CAP, known=430)

    view = shown(deps, site)

    assert view.before is not None
    assert view.scored is not None
    assert (view.scored.id, view.before.id, view.delta, view.saw_whole) == (last, before, 2, False)


def test_a_limit_that_stays_becomes_what_the_site_shows(deps: Deps, site: int, run):
    run(PAGES)
    first = run(PAGES[:1], StopReason.PAGE_CAP, known=4)
    run(PAGES[:1], StopReason.PAGE_CAP, known=4)

    view = shown(deps, site)

    assert view.before is not None
    assert (view.before.id, view.partial) == (first, None)


def test_a_week_in_which_half_of_the_pages_did_not_answer_does_not_compare(deps: Deps, site: int, run):
    whole = run(PAGES)
    run([*PAGES[:2], unseen("c", "timeout"), unseen("d", "timeout")])

    view = shown(deps, site)

    assert (view.scored and view.scored.id, view.score) == (whole, 98)


def test_pages_that_never_answer_keep_no_site_from_being_compared(deps: Deps, site: int, run):
    closed = [unseen("x", "robots"), unseen("y", "robots")]
    run([*PAGES, *closed])
    run([*PAGES, good("e"), *closed])

    assert shown(deps, site).delta is not None


def test_what_ended_by_itself_is_shown_before_what_somebody_stopped(deps: Deps, site: int, run):
    capped = run(PAGES[:3], StopReason.PAGE_CAP, known=40)
    run(PAGES[:1], StopReason.CANCELLED, known=40)

    view = shown(deps, site)

    assert (view.scored and view.scored.id, view.delta) == (capped, None)


def test_a_first_audit_that_was_stopped_is_shown_for_what_it_saw(deps: Deps, site: int, run):
    run(PAGES[:1], StopReason.CANCELLED, known=4)

    view = shown(deps, site)

    assert (view.score, view.delta, view.partial, view.saw_whole) == (100, None, None, False)


def test_a_site_that_was_never_audited_has_no_line(deps: Deps, site: int):
    with deps.sessions() as session:
        assert comparable.line_of(session, site).last is None
