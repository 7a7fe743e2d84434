"""Why the score is what it is: what each rule costs, what repairing it wins, and what is muted."""

import pytest
from sqlalchemy import select

from editorial.services import muting, score_explained
from editorial.services.audit_pages import latest_two, overview
from editorial.services.deps import Deps
from editorial.store import content
from editorial.store.audit import Audit, Finding
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, untitled, with_images
from tests.web import add_person


@pytest.fixture
def mei(deps: Deps) -> Person:
    return add_person(deps, "Mei Lin")


def mute(deps: Deps, by: Person, path: str) -> None:
    """Mute every finding of the page that ends with this path."""
    with deps.sessions.begin() as session:
        for finding in session.scalars(select(Finding.id).where(Finding.url.endswith(path))).all():
            muting.mute(session, deps, by, finding, reason="It is meant so.", until=None)


def costs_of(deps: Deps, audit_id: int) -> score_explained.Costs:
    with deps.sessions() as session:
        return score_explained.costs(session, session.get_one(Audit, audit_id))


def test_muting_leaves_the_score_of_the_next_audit_as_it_is(deps: Deps, clock: Clock, mei: Person) -> None:
    site = add_site(deps)
    audit(deps, site, [untitled("a"), good("b")])
    mute(deps, mei, "/a")
    clock.forward(days=7)
    audit(deps, site, [untitled("a"), good("b")])

    with deps.sessions() as session:
        latest, before = latest_two(session, site)

    assert latest is not None
    assert before is not None
    assert latest.score == before.score == 95.0


def test_the_overview_says_what_is_muted_and_what_it_costs(deps: Deps, mei: Person) -> None:
    site = add_site(deps)
    audit(deps, site, [untitled("a"), good("b")])
    mute(deps, mei, "/a")

    with deps.sessions() as session:
        view = overview(session, content.get_site(session, site), deps.now())

    assert (view.muted, view.muted_points, view.open_findings) == (1, 5.0, 0)
    assert view.repairs == []


def test_what_repairing_wins_leaves_out_what_is_muted(deps: Deps, mei: Person) -> None:
    site = add_site(deps)
    number = audit(deps, site, [untitled("a"), untitled("b")])
    mute(deps, mei, "/a")

    costs = costs_of(deps, number)

    assert costs.lost["title-missing"] == 10.0
    assert costs.won["title-missing"] == 5.0


def test_of_a_page_that_is_half_muted_repairing_the_rest_wins_nothing(deps: Deps, mei: Person) -> None:
    site = add_site(deps)
    number = audit(deps, site, [with_images("a", 2), good("b")])
    with deps.sessions.begin() as session:
        first = session.scalars(select(Finding.id).order_by(Finding.id)).first()
        muting.mute(session, deps, mei, first or 0, reason="It is meant so.", until=None)

    costs = costs_of(deps, number)

    assert (costs.lost["img-alt-missing"], costs.won["img-alt-missing"], costs.muted) == (2.0, 0.0, 0.0)


def test_the_lines_and_their_rest_make_up_the_change(deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [good("a"), with_images("b", 1)])
    clock.forward(days=7)
    audit(deps, site, [untitled("a"), good("b"), good("c"), good("d")])

    with deps.sessions() as session:
        latest, before = latest_two(session, site)
        assert latest is not None
        assert before is not None
        costs = [score_explained.costs(session, each) for each in (latest, before)]
        why = score_explained.why(session, latest, before, *costs)

    assert latest.score is not None
    assert before.score is not None
    lines = sum(line.points or 0.0 for line in why.lines)
    assert round(lines + (why.rest or 0.0), 1) == round(latest.score - before.score, 1)


def test_the_parts_of_a_site_are_scored_apart_the_dearest_first(deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [good("blog/a"), good("blog/b"), good("cases/c"), good("about")])
    clock.forward(days=7)
    audit(deps, site, [untitled("blog/a"), good("blog/b"), with_images("cases/c", 1), good("about"), good("new/")])

    with deps.sessions() as session:
        view = overview(session, content.get_site(session, site), deps.now())

    assert [(each.path, each.pages, each.score, each.change, each.rule, each.hit) for each in view.sections] == [
        ("/blog/", 2, 95.0, -5.0, "title-missing", 1),
        ("/cases/", 1, 96.0, -4.0, "img-alt-missing", 1),
        ("/", 1, 100.0, 0.0, None, 0),
        ("/new/", 1, 100.0, None, None, 0),
    ]


def test_a_part_names_what_costs_it_most_and_not_what_is_said_most(deps: Deps) -> None:
    site = add_site(deps)
    long = [good("blog/" + "long-" * 12 + str(n)) for n in range(3)]
    audit(deps, site, [good("about"), *long, untitled("blog/x")])

    with deps.sessions() as session:
        view = overview(session, content.get_site(session, site), deps.now())

    blog = next(each for each in view.sections if each.path == "/blog/")
    assert (blog.rule, blog.hit) == ("title-missing", 1)


def test_a_site_of_one_part_is_not_taken_apart(deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [untitled("blog/a"), good("blog/b")])

    with deps.sessions() as session:
        assert overview(session, content.get_site(session, site), deps.now()).sections == ()


def test_pages_that_come_are_the_rest_of_a_change(deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [untitled("a")])
    clock.forward(days=7)
    audit(deps, site, [untitled("a"), good("b")])

    with deps.sessions() as session:
        latest, before = latest_two(session, site)
        assert latest is not None
        assert before is not None
        costs = [score_explained.costs(session, each) for each in (latest, before)]
        why = score_explained.why(session, latest, before, *costs)

    assert (why.lines, why.rest) == ([], 5.0)
