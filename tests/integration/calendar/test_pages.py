"""The calendar's pages, as a browser without a script and as the month's own script ask for them."""

from datetime import date, datetime

import pytest

from editorial.domain.locales import Language
from editorial.services import planning
from tests.integration.plans import Desk
from tests.web import add_person, visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Pages write no SQL of their own; what they call is tested on both databases beside this file."""


def move(desk: Desk, item_id: int, day: str, **more: object) -> dict[str, object]:
    fields = {"day": day, "version": desk.item(item_id).version, "month": "2026-12"} | more
    answer = desk.as_(desk.writer).send(f"/items/{item_id}/day", **fields)
    return {"status": answer.status_code, **answer.get_json()}


def test_the_month_shows_cards_on_their_days(desk: Desk) -> None:
    desk.create(date(2026, 12, 16), title="What a CFO will ask")

    page = desk.as_(desk.viewer).get("/")

    cell = page[page.index('data-day="2026-12-16"') : page.index('data-day="2026-12-17"')]
    assert "What a CFO will ask" in cell
    assert 'data-fix="plan"' in cell
    assert "Idea, Whitepaper:" in cell


def test_the_month_speaks_chinese(desk: Desk) -> None:
    lin = add_person(desk.deps, "林梅", language=Language.ZH)
    desk.create(date(2026, 12, 16))

    page = visitor(desk.app, desk.deps, lin).get("/calendar/2026-12")

    assert "2026年12月" in page
    assert '<html lang="zh-Hans-CN"' in page
    assert "未排期" in page
    assert ">周三<" in page


@pytest.mark.parametrize(("typed", "leads_to"), [("/calendar", "/"), ("/calendar?status=idea", "/?status=idea")])
def test_the_address_that_people_type_leads_to_the_month(desk: Desk, typed: str, leads_to: str) -> None:
    answer = desk.as_(desk.viewer).client.get(typed)

    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


def test_an_empty_desk_names_three_ways_on(desk: Desk) -> None:
    page = desk.as_(desk.admin).get("/")

    assert "Nothing is planned yet" in page
    assert page.count('class="way"') == 3


def test_an_empty_month_of_a_filled_desk_keeps_its_grid(desk: Desk) -> None:
    desk.create(date(2026, 12, 16))

    page = desk.as_(desk.admin).get("/calendar/2027-06")

    assert "Nothing is planned yet" not in page
    assert 'role="grid"' in page


@pytest.mark.parametrize(
    "path",
    ["/calendar/2026-13", "/calendar/x", "/calendar/2026-1", "/calendar/days/2026-02-30", "/calendar/days/x/items"],
)
def test_there_is_no_such_day_or_month(desk: Desk, path: str) -> None:
    desk.as_(desk.viewer).get(path, status=404)


def test_a_full_day_leads_to_its_list(desk: Desk) -> None:
    for number in range(6):
        desk.create(date(2026, 12, 16), title=f"Piece {number}")
    reader = desk.as_(desk.viewer)

    month, day = reader.get("/calendar/2026-12"), reader.get("/calendar/days/2026-12-16")
    part = reader.get("/calendar/days/2026-12-16/items")

    assert "+2 more" in month
    assert [f"Piece {number}" in day for number in range(6)] == [True] * 6
    assert "<html" not in part


def test_a_viewer_can_neither_drag_nor_begin(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    reader = desk.as_(desk.viewer)

    page = reader.get("/")

    assert "data-write" not in page
    assert "New item" not in page
    assert reader.post(f"/items/{item_id}/day", day="2026-12-18", version=1).status_code == 403
    assert reader.post("/undos", token="x").status_code == 403


def test_a_move_answers_with_the_cells_it_changed(desk: Desk) -> None:
    answer = move(desk, desk.create(date(2026, 12, 16), title="Q&A: gateway"), "2026-12-18")

    cells = answer["cells"]
    assert isinstance(cells, dict)
    assert (answer["status"], answer["says"], set(cells)) == (
        200,
        "“Q&A: gateway” moved to Fri 18 Dec.",
        {"2026-12-16", "2026-12-18"},
    )
    assert "Q&amp;A: gateway" in cells["2026-12-18"]
    assert "card" not in cells["2026-12-16"]


def test_a_move_is_taken_back_by_its_token(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    token = move(desk, item_id, "2026-12-18")["undo"]

    answer = desk.as_(desk.writer).send("/undos", token=token, month="2026-12")

    assert answer.status_code == 200
    assert desk.item(item_id).target_date == date(2026, 12, 16)


def test_a_stale_move_names_who_moved_it_where(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    old = desk.item(item_id).version
    with desk.deps.sessions.begin() as session:
        planning.plan_day(session, desk.deps, desk.admin, item_id, date(2026, 12, 22), version=old)

    answer = move(desk, item_id, "2026-12-18", version=old)

    assert (answer["status"], answer["stale"], answer["version"]) == (409, True, old + 1)
    assert answer["says"] == "Mei Lin changed this item; it now stands on Tue 22 Dec. Keep yours, or take theirs?"
    assert desk.item(item_id).target_date == date(2026, 12, 22)


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "2026-12-18T10:00", "99999999-01-01"])
def test_a_day_that_is_none_changes_nothing(desk: Desk, day: str) -> None:
    item_id = desk.create(date(2026, 12, 16))

    answer = move(desk, item_id, day)

    assert answer["status"] == 422
    assert "such as 2026-12-15" in str(answer["says"])
    assert desk.item(item_id).target_date == date(2026, 12, 16)


def test_without_a_script_an_item_moves_by_a_form(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    writer = desk.as_(desk.writer)

    form = writer.get(f"/items/{item_id}/day")
    answer = writer.post(f"/items/{item_id}/day", day="2027-01-05", version=1)

    assert 'value="2026-12-16"' in form
    assert answer.headers["Location"] == "/calendar/2027-01#d-2027-01-05"
    assert "moved to Tue 5 Jan" in writer.get("/calendar/2027-01")


def test_the_form_of_a_scheduled_item_asks_about_its_publish_time(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))

    writers, publishers = (desk.as_(one).get(f"/items/{item_id}/day") for one in (desk.writer, desk.admin))

    assert 'value="moves"' in publishers
    assert 'value="moves"' not in writers
    assert "Only a publisher may set the publish time." in writers


def test_a_stale_form_keeps_what_was_typed_and_takes_it_the_second_time(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    desk.save(item_id, brief="Newer.")
    writer = desk.as_(desk.writer)

    refused = writer.post(f"/items/{item_id}/day", day="2026-12-18", version=1)
    accepted = writer.post(f"/items/{item_id}/day", day="2026-12-18", version=desk.item(item_id).version)

    assert (refused.status_code, accepted.status_code) == (409, 302)
    assert 'value="2026-12-18"' in refused.text
    assert 'name="version" value="2"' in refused.text


def test_a_move_without_the_pages_token_is_refused(desk: Desk) -> None:
    item_id = desk.create(date(2026, 12, 16))
    client = desk.as_(desk.writer).client

    assert client.post(f"/items/{item_id}/day", data={"day": "2026-12-18", "version": "1"}).status_code == 400
    assert desk.item(item_id).target_date == date(2026, 12, 16)


def test_a_title_is_text_and_nothing_else(desk: Desk) -> None:
    desk.create(date(2026, 12, 16), title='<script>x</script>"><img src=x>')

    page = desk.as_(desk.viewer).get("/")

    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_the_page_has_no_style_or_script_of_its_own(desk: Desk) -> None:
    desk.create(date(2026, 12, 16))
    page = desk.as_(desk.admin).get("/")

    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick=" not in page


def test_the_form_moves_the_publish_time_to_an_hour(desk: Desk) -> None:
    item_id = desk.scheduled()
    version = desk.item(item_id).version

    desk.as_(desk.admin).post(
        f"/items/{item_id}/day", day="2026-12-17", at="14:15", publish_time="moves", version=version
    )

    assert desk.item(item_id).publish_wall == datetime(2026, 12, 17, 14, 15)


def test_a_person_chooses_what_colours_mean_and_keeps_it(desk: Desk) -> None:
    desk.create(date(2026, 12, 16), title="Coloured by its owner")
    reader = desk.as_(desk.viewer)

    answer = reader.post("/calendar/colour", colour="owner", back="/calendar/2026-12?text=Coloured")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/calendar/2026-12?text=Coloured")
    page = desk.as_(desk.viewer).get("/calendar/2026-12")
    assert "Li Hang" in page[page.index('class="legend"') : page.index("</ul>", page.index('class="legend"'))]


@pytest.mark.parametrize("back", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", ""])
def test_a_choice_of_colours_leads_nowhere_else(desk: Desk, back: str) -> None:
    assert desk.as_(desk.viewer).post("/calendar/colour", colour="type", back=back).headers["Location"] == "/"
