"""The pages of an item: made, written, reviewed, given a publish time; what is refused keeps what was typed."""

from datetime import date, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.store.people import Person
from tests.integration.plans import Desk
from tests.web import add_person, visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Pages write no SQL of their own; what they call is tested on both databases beside this file."""


def fields(desk: Desk, item_id: int, **of: object) -> dict[str, Any]:
    """The item's form as the page would send it."""
    item = desk.item(item_id)
    return {
        "version": item.version,
        "title": item.title,
        "slug": item.slug,
        "description": item.description,
        "brief": item.brief,
        "body": item.body,
        "type": item.type_id,
        "language": item.language.value,
        "owner": item.owner_id or "",
        "site": item.site_id or "",
        "cells": [f"{cell.role_id}-{cell.step_id}" for cell in item.cells],
    } | of


def send(desk: Desk, item_id: int, who: Person, part: str = "", **of: object) -> TestResponse:
    return desk.as_(who).post(f"/items/{item_id}{part}", **fields(desk, item_id, **of))


def slot(desk: Desk, item_id: int, **of: object) -> TestResponse:
    typed = {"publish_day": "2026-12-15", "publish_time": "10:00", "publish_zone": "Asia/Shanghai", "what": "schedule"}
    return desk.as_(desk.admin).post(f"/items/{item_id}/slot", **(typed | {"version": desk.item(item_id).version} | of))


def in_review(desk: Desk) -> int:
    item_id = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    return item_id


def test_the_form_of_a_new_item_knows_the_day_and_cell_it_was_opened_from(desk: Desk) -> None:
    page = desk.as_(desk.writer).get("/items/new?day=2026-12-16&role=decision_maker&step=6")

    assert 'value="2026-12-16"' in page
    assert 'value="4-6" form="item-form" checked' in page


def test_a_new_item_is_planned(desk: Desk) -> None:
    answer = desk.as_(desk.writer).post(
        "/items", title="What a CFO will ask", type=1, day="2026-12-16", language="en", cells=["4-6", "2-4"]
    )
    item = desk.item(int(answer.headers["Location"].rsplit("/", 1)[1]))

    assert (item.title, item.target_date, len(item.cells)) == ("What a CFO will ask", date(2026, 12, 16), 2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": " "}, "This field is empty."),
        ({"title": "x" * 201}, "too long by 1 character"),
        ({"type": ""}, "No content type is chosen."),
        ({"type": "x"}, "does not fit here"),
        ({"day": "2026-02-30"}, "such as 2026-12-15"),
        ({"slug": "Ä Ö"}, "cannot stand in an address"),
        ({"cells": ["1-99"]}, "no such decision role or buying step"),
        ({"cells": ["x"]}, "no such decision role or buying step"),
        ({"site": "99"}, "There is no such site."),
        ({"language": "fr"}, "Choose one from the list."),
    ],
)
def test_a_refused_item_keeps_what_was_typed(desk: Desk, wrong: dict[str, object], says: str) -> None:
    typed = {"title": "What a CFO will ask", "type": 1, "day": "", "brief": "Arm the CFO.", "language": "en"}

    answer = desk.as_(desk.writer).post("/items", **(typed | wrong))

    assert answer.status_code == 422
    assert says in answer.text
    assert "Arm the CFO." in answer.text


def test_the_item_page_speaks_both_languages(desk: Desk) -> None:
    item_id = in_review(desk)
    lin = add_person(desk.deps, "林梅", language=Language.ZH)

    english, chinese = (
        desk.as_(desk.admin).get(f"/items/{item_id}"),
        visitor(desk.app, desk.deps, lin).get(f"/items/{item_id}"),
    )

    assert ("In review" in english, "Approve" in english) == (True, True)
    assert ("审核中" in chinese, "批准" in chinese) == (True, True)


def test_an_item_that_does_not_exist_is_not_found(desk: Desk) -> None:
    desk.as_(desk.viewer).get("/items/99", status=404)


def test_saving_keeps_the_text_as_typed(desk: Desk) -> None:
    item_id = desk.create()

    send(desk, item_id, desk.writer, body="\r\nFirst line.\r\n\r\n  indented\r\n")

    assert desk.item(item_id).body == "\nFirst line.\n\n  indented\n"


def test_a_stale_save_shows_both_versions_and_loses_neither(desk: Desk) -> None:
    item_id = desk.create()
    mine = fields(desk, item_id, body="My number.")
    desk.save(item_id, body="Their number.")

    answer = desk.as_(desk.writer).post(f"/items/{item_id}", **mine)

    assert answer.status_code == 409
    assert "Li Hang saved this item in the meantime." in answer.text
    assert "<del>Their</del><ins>My</ins> number." in answer.text
    assert desk.item(item_id).body == "Their number."


def test_a_stale_save_sent_again_keeps_mine(desk: Desk) -> None:
    item_id = desk.create()
    mine = fields(desk, item_id, body="My number.")
    desk.save(item_id, body="Their number.")
    writer = desk.as_(desk.writer)

    shown = writer.post(f"/items/{item_id}", **mine)
    again = writer.post(f"/items/{item_id}", **(mine | {"version": desk.item(item_id).version}))

    assert f'name="version" value="{desk.item(item_id).version - 1}"' in shown.text
    assert (again.status_code, desk.item(item_id).body) == (302, "My number.")


def test_a_refused_save_keeps_the_text_and_the_ticked_cells(desk: Desk) -> None:
    item_id = desk.create()

    answer = send(desk, item_id, desk.writer, title="", body="A long thought.", cells=["3-3"])

    assert answer.status_code == 422
    assert "A long thought." in answer.text
    assert 'value="3-3" form="item-form" checked' in answer.text
    assert desk.item(item_id).body != "A long thought."


def test_a_step_on_saves_the_form_too(desk: Desk) -> None:
    item_id = desk.create()

    send(desk, item_id, desk.writer, "/status", to="brief", brief="Arm the CFO.")
    item = desk.item(item_id)

    assert (item.status, item.brief) == (Status.BRIEF, "Arm the CFO.")


def test_a_refused_step_saves_nothing_and_keeps_the_form(desk: Desk) -> None:
    item_id = desk.create()

    answer = send(desk, item_id, desk.writer, "/status", to="brief", cells=[], brief="Arm the CFO.")

    assert answer.status_code == 409
    assert "Tick at least one decision role and buying step." in answer.text
    assert "Arm the CFO." in answer.text
    assert desk.item(item_id).brief == ""


def test_the_page_says_what_a_step_still_lacks(desk: Desk) -> None:
    page = desk.as_(desk.writer).get(f"/items/{desk.create(cells=frozenset())}")

    assert "Missing so far: Nobody is named whom this item should convince." in page


def test_an_approver_who_may_not_write_approves(desk: Desk) -> None:
    item_id = in_review(desk)
    sara = desk.as_(desk.approver)

    page = sara.get(f"/items/{item_id}")
    answer = sara.post(f"/items/{item_id}/decision", to="approved", version=desk.item(item_id).version)

    assert 'name="body"' not in page
    assert (answer.status_code, desk.item(item_id).status) == (302, Status.APPROVED)


def test_an_approval_of_a_text_that_changed_meanwhile_is_refused(desk: Desk) -> None:
    item_id = in_review(desk)
    seen = desk.item(item_id).version
    desk.save(item_id, body="Another number.")

    answer = desk.as_(desk.approver).post(f"/items/{item_id}/decision", to="approved", version=seen)

    assert (answer.status_code, desk.item(item_id).status) == (409, Status.IN_REVIEW)


def test_changes_are_asked_for_with_a_comment_or_not_at_all(desk: Desk) -> None:
    item_id = in_review(desk)
    sara = desk.as_(desk.approver)
    version = desk.item(item_id).version

    silent = sara.post(f"/items/{item_id}/decision", to="changes_requested", version=version, comment=" ")
    said = sara.post(f"/items/{item_id}/decision", to="changes_requested", version=version, comment="Source?")

    assert (silent.status_code, said.status_code) == (409, 302)
    assert "Source?" in desk.as_(desk.writer).get(f"/items/{item_id}")


def test_a_publish_time_is_shown_on_both_clocks(desk: Desk) -> None:
    item_id = desk.approved()
    anna = add_person(desk.deps, "Anna Berg", zone="Europe/Berlin")

    answer = slot(desk, item_id)
    page = visitor(desk.app, desk.deps, anna).get(f"/items/{item_id}")

    assert (answer.status_code, desk.item(item_id).status) == (302, Status.SCHEDULED)
    assert "10:00 Shanghai" in page
    assert "= Tue 15 Dec, 03:00 in Berlin" in page


def test_a_time_in_a_gap_is_refused_with_a_suggestion_and_kept_in_the_form(desk: Desk) -> None:
    item_id = desk.approved()

    answer = slot(desk, item_id, publish_day="2027-03-28", publish_time="02:30", publish_zone="Europe/Berlin")

    assert answer.status_code == 422
    assert "does not occur in Europe/Berlin" in answer.text
    assert "Choose Sun 28 Mar 2027, 03:30 instead." in answer.text
    assert 'value="02:30"' in answer.text
    assert desk.item(item_id).status is Status.APPROVED


def test_of_an_hour_that_comes_twice_the_page_says_which_is_meant(desk: Desk) -> None:
    item_id = desk.approved()

    slot(desk, item_id, publish_day="2027-10-31", publish_time="02:30", publish_zone="Europe/Berlin")

    assert "the first one is meant" in desk.as_(desk.admin).get(f"/items/{item_id}")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"publish_day": "2026-12-01"}, "The publish time lies in the past."),
        ({"publish_time": ""}, "The time is missing."),
        ({"publish_day": ""}, "The day is missing."),
        ({"publish_day": "", "publish_time": ""}, "There is no publish time."),
        ({"publish_time": "25:00"}, "such as 09:30"),
        ({"publish_zone": "Beijing"}, "Did you mean Asia/Shanghai?"),
        ({"version": "1"}, "in the meantime"),
    ],
)
def test_a_refused_publish_time_says_why_beside_the_form(desk: Desk, wrong: dict[str, object], says: str) -> None:
    item_id = desk.approved()

    answer = slot(desk, item_id, **wrong)

    assert answer.status_code in {409, 422}
    assert says in answer.text
    assert desk.item(item_id).publish_at is None


def test_the_schedule_is_cancelled_from_the_page(desk: Desk) -> None:
    item_id = desk.scheduled()

    answer = slot(desk, item_id, what="cancel")

    assert (answer.status_code, desk.item(item_id).status) == (302, Status.APPROVED)


def test_a_text_that_was_scheduled_says_what_its_edit_did(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))
    writer = desk.as_(desk.writer)

    writer.post(f"/items/{item_id}", **fields(desk, item_id, body="Another number."))
    page = writer.get(f"/items/{item_id}")

    assert "its jobs are held back, and it is in review again" in page


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/items", "viewer"),
        ("/items/1", "viewer"),
        ("/items/1/status", "viewer"),
        ("/items/1/archive", "viewer"),
        ("/items/1/preview", "viewer"),
        ("/items/1/decision", "writer"),
        ("/items/1/slot", "writer"),
        ("/items/1/publication", "writer"),
    ],
)
def test_who_may_not_is_refused_and_nothing_changes(desk: Desk, path: str, who: str) -> None:
    item_id = desk.create()
    before = desk.item(item_id).version

    answer = desk.as_(getattr(desk, who)).post(path, **fields(desk, item_id, to="archived", title="Changed"))

    assert (answer.status_code, desk.item(item_id).version) == (403, before)


def test_the_preview_is_boxed_in_and_runs_nothing(desk: Desk) -> None:
    item_id = desk.create(body="<script>x()</script>\n\n[y](javascript:z)\n\n## Why")

    answer = desk.as_(desk.viewer).client.get(f"/items/{item_id}/preview")

    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "<script" not in answer.text
    assert 'href="javascript' not in answer.text
    assert "<h2>Why</h2>" in answer.text


def test_the_preview_shows_what_is_typed_and_saves_nothing(desk: Desk) -> None:
    item_id = desk.create()

    answer = send(desk, item_id, desk.writer, "/preview", body="## Typed now")

    assert "<h2>Typed now</h2>" in answer.text
    assert "Typed now" not in desk.item(item_id).body


def test_an_archived_item_is_brought_back_from_its_history(desk: Desk) -> None:
    item_id = desk.create()
    writer = desk.as_(desk.writer)
    writer.post(f"/items/{item_id}/archive", version=1)

    page = writer.get(f"/items/{item_id}")
    token = page.split('name="token" value="')[1].split('"')[0]
    writer.post("/undos", token=token)

    assert desk.item(item_id).status is Status.IDEA


def test_the_page_has_no_style_or_script_of_its_own(desk: Desk) -> None:
    page = desk.as_(desk.admin).get(f"/items/{desk.approved()}")

    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
