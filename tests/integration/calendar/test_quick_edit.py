"""Quick edit: all of it or nothing, and nothing that somebody else wrote is lost."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from editorial.domain.workflow import Status
from tests.integration.plans import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def edit(desk: Desk, item_id: int, **fields: Any) -> tuple[int, dict[str, Any]]:
    item = desk.item(item_id)
    values = {
        "title": item.title,
        "owner": item.owner_id or "",
        "day": item.target_date or "",
        "version": item.version,
        "month": "2026-12",
    }
    answer = desk.as_(desk.writer).send(f"/items/{item_id}/quick", **(values | fields))
    return answer.status_code, answer.get_json()


def test_title_owner_day_and_status_change_together(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16), brief="Kept.")

    status, body = edit(desk, item_id, title="New title", owner=desk.admin.id, day="2026-12-18", to="brief")

    item = desk.item(item_id)
    assert (status, body["says"]) == (200, "“New title” is saved.")
    assert (item.title, item.owner_id, item.target_date, item.status) == (
        "New title",
        desk.admin.id,
        date(2026, 12, 18),
        Status.BRIEF,
    )
    assert (item.brief, item.body, len(item.cells)) == ("Kept.", "A finance chief hears a number.", 2)
    assert set(body["cells"]) == {"2026-12-16", "2026-12-18"}


def test_a_day_alone_can_be_taken_back(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))

    _, body = edit(desk, item_id, day="2026-12-18")
    desk.as_(desk.writer).send("/undos", token=body["undo"])

    assert desk.item(item_id).target_date == date(2026, 12, 16)


def test_a_refused_step_changes_nothing(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16), cells=frozenset(), primary=None)

    status, body = edit(desk, item_id, title="New title", to="brief")

    assert status == 409
    assert "Nobody is named" in body["says"]
    assert desk.item(item_id).title == "What a CFO will ask"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": "  "}, "empty"),
        ({"day": "tomorrow"}, "2026-12-15"),
        ({"to": "done"}, "list"),
        ({"owner": "x"}, "number"),
    ],
)
def test_a_wrong_value_is_named(desk: Desk, fields: dict[str, str], says: str) -> None:
    item_id = desk.create(date(2026, 12, 16))

    status, body = edit(desk, item_id, **fields)

    assert status == 422
    assert says in body["says"]
    assert set(body["errors"]) == set(fields)


def test_a_stale_edit_shows_both_versions(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    old = desk.item(item_id).version
    desk.save(item_id, title="Theirs", brief="Newer.")

    status, body = edit(desk, item_id, title="Mine", version=old)

    assert (status, body["stale"], body["version"]) == (409, True, desk.item(item_id).version)
    assert body["differences"] == [{"label": "Title", "theirs": "Theirs", "yours": "Mine"}]
    assert desk.item(item_id).title == "Theirs"


def test_the_popover_offers_only_ways_that_are_open_to_the_person(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)

    writers, approvers = (desk.as_(who).get(f"/items/{item_id}/quick") for who in (desk.writer, desk.admin))

    assert 'value="approved"' not in writers
    assert 'value="approved"' in approvers


def in_status(desk: Desk, status: Status) -> int:
    """An item that went there by a short way."""
    match status:
        case Status.SCHEDULED:
            return desk.scheduled()
        case Status.PUBLISHED | Status.REFRESH_DUE:
            item_id = desk.published()
        case Status.APPROVED:
            return desk.approved()
        case _:
            item_id = desk.create(date(2026, 12, 16))
    if status not in {Status.IDEA, Status.PUBLISHED}:
        desk.move(item_id, status, comment="Legal looks at it")
    return item_id


@pytest.mark.parametrize(
    "status", ["approved", "scheduled", "published", "refresh_due", "on_hold", "archived", "rejected"]
)
def test_every_other_way_is_a_link_to_its_place_on_the_items_page(desk: Desk, status: str) -> None:
    item_id = in_status(desk, Status(status))
    admin = desk.as_(desk.admin)

    links = BeautifulSoup(admin.get(f"/items/{item_id}/quick"), "html.parser").select(".ways-there a")
    page = BeautifulSoup(admin.get(f"/items/{item_id}"), "html.parser")

    places = [str(link["href"]).partition("#")[2] for link in links]
    assert places
    assert [place for place in places if page.find(id=place) is None] == []


def test_a_writer_gets_no_link_to_what_only_a_publisher_may_do(desk: Desk) -> None:
    item_id = desk.approved()

    page = desk.as_(desk.writer).get(f"/items/{item_id}/quick")

    assert "#step-scheduled" not in page
    assert "#step-archived" in page


def test_a_step_that_asks_for_words_takes_them_along(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))

    without, body = edit(desk, item_id, to="rejected")
    status, _ = edit(desk, item_id, to="rejected", words="Nobody asks for it.")

    assert (without, status) == (409, 200), body
    assert (desk.item(item_id).status, desk.item(item_id).rejected_reason) == (Status.REJECTED, "Nobody asks for it.")


def test_a_text_is_given_back_with_a_comment_from_the_popover(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    item = desk.item(item_id)
    fields = {"title": item.title, "owner": item.owner_id, "day": item.target_date, "version": item.version}

    answer = desk.as_(desk.admin).send(
        f"/items/{item_id}/quick", to="changes_requested", words="Name the source.", **fields
    )

    assert (answer.status_code, desk.item(item_id).status) == (200, Status.CHANGES_REQUESTED)


def test_a_viewer_edits_nothing(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))

    assert desk.as_(desk.viewer).send(f"/items/{item_id}/quick", title="x", version=1).status_code == 403
    desk.as_(desk.viewer).get(f"/items/{item_id}/quick", status=403)


def test_an_empty_filter_says_what_it_hides(desk: Desk) -> None:
    for _ in range(3):
        desk.create(date(2026, 12, 16))
    reader = desk.as_(desk.viewer)

    for path in (
        "/calendar/2026-12",
        "/calendar/weeks/2026-12-16",
        "/calendar/days/2026-12-16",
        "/calendar/list?from=2026-12-01",
    ):
        page = reader.get(f"{path}{'&' if '?' in path else '?'}status=published")

        assert "Your filters hide 3 items." in page, path
        assert "Status: Published" in page, path


def test_an_empty_filter_says_which_part_hides_how_many(desk: Desk) -> None:
    for title in ("A CFO will ask", "Another", "One more"):
        desk.create(date(2026, 12, 16), title=title)
    reader = desk.as_(desk.viewer)

    for path in (
        "/calendar/2026-12",
        "/calendar/weeks/2026-12-16",
        "/calendar/days/2026-12-16",
        "/calendar/list?from=2026-12-01",
    ):
        page = reader.get(f"{path}{'&' if '?' in path else '?'}status=published&status=archived&text=cfo&language=en")
        banner = BeautifulSoup(page, "html.parser").select_one(".hides")
        parts = [" ".join(part.text.split()) for part in banner.select("li")] if banner else []

        assert parts == [
            "Status: Published, Archived Take this filter away hides 3 items · 1 shows without it",
            "Language: English Take this filter away hides nothing",
            "Title: cfo Take this filter away hides 2 items",
        ], path


def test_each_part_of_an_empty_filter_is_taken_away_alone(desk: Desk) -> None:
    desk.create(date(2026, 12, 16), title="A CFO will ask")
    page = desk.as_(desk.viewer).get("/calendar/2026-12?status=published&text=cfo")

    links = [link["href"] for link in BeautifulSoup(page, "html.parser").select(".hides li a")]

    assert links == ["?text=cfo", "?status=published"]
    assert "A CFO will ask" in desk.as_(desk.viewer).get(f"/calendar/2026-12{links[0]}")


def test_the_filter_stays_from_view_to_view(desk: Desk) -> None:
    desk.create(date(2026, 12, 16))

    page = desk.as_(desk.viewer).get("/calendar/2026-12?owner=2&text=cfo")

    assert "/calendar/2027-01?owner=2&amp;text=cfo" in page
    assert "/calendar/weeks/2026-12-09?owner=2&amp;text=cfo" in page


def test_the_drawer_is_searched_on_the_server(desk: Desk) -> None:
    desk.create(title="Find me")
    desk.create(title="Not this one")

    part = desk.as_(desk.viewer).get("/calendar/drawer?text=find")

    assert "Find me" in part
    assert "Not this one" not in part
    assert "<html" not in part
