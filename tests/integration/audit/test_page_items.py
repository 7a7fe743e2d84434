"""Which item a page is, where addresses, redirects, canonicals and claims do not agree."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.audit.facts import Canonical, PageFacts
from editorial.domain.locales import Language
from editorial.domain.statuses import Status
from editorial.domain.urls import n2
from editorial.services import page_facts, page_items, task_pages, tasks
from editorial.services.deps import Deps
from editorial.services.page_items import near
from editorial.store.audit import Audit, Finding
from editorial.store.content import ContentItem
from editorial.store.people import Person
from tests.integration.web.audited import BASE, add_site, audit, good, untitled
from tests.web import add_person, add_workspace

NONE = (None, None, None)


@pytest.fixture
def mei(deps: Deps) -> Person:
    add_workspace(deps)
    return add_person(deps, "Mei Lin")


@pytest.fixture
def site(deps: Deps, mei: Person) -> int:
    return add_site(deps)


def add_item(
    deps: Deps,
    url: str,
    *,
    site: int | None = None,
    owner: Person | None = None,
    status: Status = Status.PUBLISHED,
    days_ago: int = 9,
) -> int:
    with deps.sessions.begin() as session:
        item = ContentItem(
            type_id=3,
            title="How we price",
            language=Language.EN,
            status=status,
            owner_id=owner.id if owner else None,
            site_id=site,
            url=url,
            url_n2=n2(url),
            content_hash="0" * 64,
            published_at=deps.now() - timedelta(days=days_ago),
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        return item.id


def canonical(page: PageFacts, target: str) -> PageFacts:
    return replace(page, canonicals=(Canonical(target, "head", target, f'<link rel="canonical" href="{target}">'),))


def leads_to(page: PageFacts, target: str) -> PageFacts:
    return replace(page, final_url=target)


def joined(deps: Deps, site: int, *pages: PageFacts) -> dict[str, int]:
    """Item by the path of its page, of the pages of one audit."""
    number = audit(deps, site, pages)
    with deps.sessions() as session:
        found = page_items.items_by_page(session, session.get_one(Audit, number))
    return {address.removeprefix(BASE): item for address, item in found.items()}


def test_the_address_itself_says_it_whatever_brought_the_visitor(deps: Deps, site: int) -> None:
    item = add_item(deps, f"{BASE}pricing?utm_source=mail")

    assert joined(deps, site, good("pricing"), good("about")) == {"pricing": item}


def test_where_a_redirect_leads_says_it(deps: Deps, site: int) -> None:
    item = add_item(deps, f"{BASE}pricing")

    assert joined(deps, site, leads_to(good("old"), f"{BASE}pricing")) == {"old": item}


def test_an_item_whose_page_moved_is_found_where_its_address_leads(deps: Deps, site: int) -> None:
    """A slug that was changed on the site: the desk still knows the old address."""
    item = add_item(deps, f"{BASE}old")
    pages = (leads_to(good("old"), f"{BASE}new"), good("new"), leads_to(good("older"), f"{BASE}new"))

    assert joined(deps, site, *pages) == {"old": item, "new": item, "older": item}


def test_a_canonical_elsewhere_says_it_for_a_page_of_nobody(deps: Deps, site: int) -> None:
    item = add_item(deps, f"{BASE}pricing")

    assert joined(deps, site, canonical(good("pricing?lang=en"), f"{BASE}pricing")) == {"pricing?lang=en": item}


def test_what_a_page_says_of_itself_does_not_give_away_the_page_of_an_item(deps: Deps, site: int) -> None:
    mine, other = add_item(deps, f"{BASE}pricing"), add_item(deps, BASE)

    assert joined(deps, site, canonical(good("pricing"), BASE), good("")) == {"pricing": mine, "": other}


def test_a_redirect_outweighs_a_canonical(deps: Deps, site: int) -> None:
    moved, named = add_item(deps, f"{BASE}old"), add_item(deps, f"{BASE}pricing")
    target = canonical(good("new"), f"{BASE}pricing")

    for pages in ((leads_to(good("old"), f"{BASE}new"), target), (target, leads_to(good("old"), f"{BASE}new"))):
        assert joined(deps, site, *pages) == {"old": moved, "new": moved}
    assert joined(deps, site, target) == {"new": named}


@pytest.mark.parametrize(
    "typed",
    [
        "http://northgauge.example/pricing",
        "https://www.northgauge.example/pricing",
        "https://northgauge.example/pricing/",
        "http://www.northgauge.example/pricing/",
    ],
)
def test_an_address_that_was_typed_nearly_right_is_understood(deps: Deps, site: int, typed: str) -> None:
    item = add_item(deps, typed)

    assert joined(deps, site, good("pricing")) == {"pricing": item}


def test_near_is_not_enough_where_two_items_are_near(deps: Deps, site: int) -> None:
    first, second = add_item(deps, f"{BASE}a/"), add_item(deps, "http://northgauge.example/a")

    assert joined(deps, site, good("a")) == {}
    assert joined(deps, site, good("a/")) == {"a/": first}
    assert first != second


def test_another_query_or_host_is_another_page(deps: Deps, site: int) -> None:
    add_item(deps, f"{BASE}pricing?plan=big")
    add_item(deps, "https://docs.northgauge.example/pricing")

    assert joined(deps, site, good("pricing")) == {}


def test_of_two_items_at_one_address_the_one_that_is_out_wins(deps: Deps, site: int) -> None:
    out = add_item(deps, f"{BASE}pricing", days_ago=30)
    add_item(deps, f"{BASE}pricing", status=Status.ARCHIVED, days_ago=1)
    add_item(deps, f"{BASE}pricing", status=Status.IDEA, days_ago=1)

    assert joined(deps, site, good("pricing")) == {"pricing": out}


def test_of_two_that_are_out_that_of_the_site_wins_then_the_later(deps: Deps, site: int) -> None:
    elsewhere = add_site(deps, "Second", "https://second.example/")
    early = add_item(deps, f"{BASE}a", site=site, days_ago=5)
    add_item(deps, f"{BASE}a", site=elsewhere, days_ago=1)
    late = add_item(deps, f"{BASE}b", site=site, days_ago=1)
    add_item(deps, f"{BASE}b", site=site, days_ago=5)

    assert joined(deps, site, good("a"), good("b")) == {"a": early, "b": late}


def test_a_page_whose_item_was_put_away_is_still_its_page(deps: Deps, site: int) -> None:
    item = add_item(deps, f"{BASE}pricing", status=Status.ARCHIVED)

    assert joined(deps, site, good("pricing")) == {"pricing": item}


def test_the_join_reaches_owner_card_item_and_task(deps: Deps, site: int, mei: Person) -> None:
    ed = add_person(deps, "Ed")
    item = add_item(deps, f"{BASE}old", site=site, owner=mei)
    audit(deps, site, [leads_to(untitled("old"), f"{BASE}new"), untitled("new")])

    with deps.sessions.begin() as session:
        numbers = session.scalars(select(Finding.id).where(Finding.rule == "title-missing")).all()
        made = [tasks.make_for_finding(session, deps, ed, number).assignee_id for number in numbers]
    with deps.sessions() as session:
        items = set(session.scalars(select(Finding.content_item_id)))
        detail = page_facts.finding_detail(session, numbers[0])
        marks = task_pages.marks_of_items(session, [item], [item])
    assert (items, set(made)) == ({item}, {mei.id})
    assert detail.item is not None
    assert detail.item.id == item
    assert (marks.tasks[item], marks.findings[item] >= len(numbers)) == (len(numbers), True)


def test_one_page_alone_is_joined_like_a_whole_audit(deps: Deps, site: int) -> None:
    item = add_item(deps, f"{BASE}pricing", site=site)
    add_item(deps, f"{BASE}pricing", site=site, status=Status.ARCHIVED)
    pages = (
        good("pricing"),
        good("pricing/"),
        leads_to(good("old"), f"{BASE}pricing"),
        canonical(good("x"), f"{BASE}pricing"),
        good("about"),
    )
    found = joined(deps, site, *pages)

    with deps.sessions() as session:
        alone = [
            page_items.item_of(session, site, n2(page.url) or "", page.final_url, next(iter(page.canonicals), NONE)[2])
            for page in pages
        ]
    assert alone == [item, item, item, item, None]
    assert found == {"pricing": item, "pricing/": item, "old": item, "x": item}


def test_a_finding_follows_its_page_to_another_item(deps: Deps, site: int) -> None:
    first = add_item(deps, f"{BASE}pricing", days_ago=30)
    audit(deps, site, [untitled("pricing")])
    with deps.sessions.begin() as session:
        session.get_one(ContentItem, first).status = Status.ARCHIVED
    second = add_item(deps, f"{BASE}pricing", days_ago=1)

    audit(deps, site, [untitled("pricing")])

    with deps.sessions() as session:
        assert set(session.scalars(select(Finding.content_item_id))) == {second}


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://www.example.com/", "example.com"),
        ("http://example.com/a/", "example.com/a"),
        ("https://example.com/a/?b=/", "example.com/a?b=/"),
    ],
)
def test_near_keeps_what_tells_pages_apart(address: str, left: str) -> None:
    assert near(address) == left
