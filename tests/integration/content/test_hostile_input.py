"""What nobody types by hand: it is refused in one sentence and kept in the form, or saved harmless; never a crash."""

from typing import Any

import pytest

from tests.integration.content.test_pages import fields
from tests.integration.plans import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": ""}, "This field is empty. Fill it in."),
        ({"title": "\u200b \u2060"}, "This field is empty. Fill it in."),
        ({"title": "x" * 201}, "This is too long by 1 character. Shorten it."),
        ({"slug": "x" * 300}, "This is too long by 180 characters. Shorten it."),
        ({"slug": "../../etc/passwd"}, "cannot stand in an address."),
        ({"slug": "a\u202egnp.exe"}, "cannot stand in an address."),
        ({"body": "x" * 1_000_001}, "This is too long by 1 character. Shorten it."),
        ({"type": "1 OR 1=1"}, "“1 OR 1=1” does not fit here. Write a whole number."),
        ({"type": "99"}, "There is no such content type. Choose one from the list."),
        ({"owner": "99999999999999999999"}, "does not fit here. Write a whole number."),
        ({"owner": "99"}, "There is no such person. Choose one from the list."),
        ({"site": "99"}, "There is no such site. Choose one from the list."),
        ({"campaign": "99"}, "There is no such campaign. Choose one from the list."),
        ({"priority": "9"}, "There is no such priority. Choose one from the list."),
        ({"language": "klingon"}, "“klingon” does not fit here. Choose one from the list."),
        ({"query_intent": "evil"}, "“evil” does not fit here. Choose one from the list."),
        ({"review_by": "soon"}, "“soon” does not fit here. Write the day as year-month-day"),
        ({"target_query": "q" * 201}, "This is too long by 1 character. Shorten it."),
        ({"cells": ["9-99"]}, "There is no such decision role or buying step."),
        ({"cells": ["<b>"]}, "There is no such decision role or buying step."),
        ({"primary": "1-"}, "There is no such decision role or buying step."),
    ],
)
def test_a_wrong_value_gets_one_sentence_and_changes_nothing(desk: Desk, wrong: dict[str, Any], says: str) -> None:
    item_id = desk.create()
    before = desk.item(item_id).version

    answer = desk.as_(desk.writer).post(f"/items/{item_id}", **fields(desk, item_id, **({"brief": "Kept."} | wrong)))

    assert answer.status_code == 422
    assert says in answer.text
    assert "Kept." in answer.text
    assert desk.item(item_id).version == before


@pytest.mark.parametrize(
    "title",
    ["a\x00b", "a\ud800b", "a\udfff", "\u202eevil\u202c", "😀" * 50, "é\u0301" * 60, "'; DROP TABLE person; --"],
)
def test_a_strange_title_is_saved_or_refused_but_never_breaks_a_page(desk: Desk, title: str) -> None:
    visitor, item_id = desk.as_(desk.writer), desk.create()
    sent = fields(desk, item_id, title=title.encode("utf-8", "surrogatepass"))

    answer = visitor.post(f"/items/{item_id}", **sent)

    assert answer.status_code in {302, 422}
    visitor.get(f"/items/{item_id}")
    visitor.get("/calendar/list")


def test_a_script_in_title_and_text_is_shown_as_text(desk: Desk) -> None:
    visitor, item_id = desk.as_(desk.writer), desk.create()
    visitor.post(f"/items/{item_id}", **fields(desk, item_id, title=SCRIPT, body=SCRIPT, brief=SCRIPT, slug=""))

    assert desk.item(item_id).title == SCRIPT
    for path in ("", "/preview", "/revisions?from=1&to=2"):
        assert SCRIPT not in visitor.get(f"/items/{item_id}{path}")


def test_a_megabyte_of_text_is_saved_and_shown(desk: Desk) -> None:
    visitor, item_id = desk.as_(desk.writer), desk.create()

    answer = visitor.post(f"/items/{item_id}", **fields(desk, item_id, body="x" * 1_000_000))

    assert answer.status_code == 302
    assert len(desk.item(item_id).body) == 1_000_000


def test_more_than_the_desk_takes_is_refused_in_words(desk: Desk) -> None:
    visitor, item_id = desk.as_(desk.writer), desk.create()

    answer = visitor.post(f"/items/{item_id}", **fields(desk, item_id, body="x" * 5_000_000))

    assert answer.status_code == 413
    assert "That is too large." in answer.text
