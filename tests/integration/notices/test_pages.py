"""The bell, the list of notices, and what a person wants by mail."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, select, text

from editorial.domain.messages import Message
from editorial.services import notices
from editorial.store.notices import Notice
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.plans import Desk

SAYS = Message("%(name)s mentions you in “%(title)s”.", {"name": "Jonas", "title": "Bearings"})


def tell(desk: Desk, person: Person, *keys: str) -> list[int]:
    with desk.deps.sessions.begin() as session:
        for key in keys:
            notices.notify(
                session,
                desk.deps,
                [person],
                kind="mention",
                dedupe_key=key,
                message=Message(SAYS.id, {"name": "Jonas", "title": key}),
                link="/items/new",
                by_mail=False,
            )
        return list(session.scalars(select(Notice.id).where(Notice.person_id == person.id).order_by(Notice.id)))


def titles(page: str) -> list[str]:
    return [row.get_text().split("“")[1].split("”")[0] for row in BeautifulSoup(page, "html.parser").select(".to")]


def bell(page: str) -> str:
    found = BeautifulSoup(page, "html.parser").select_one(".bell .sr")
    return found.get_text() if found else ""


def test_the_bell_says_how_many_are_unread(desk: Desk) -> None:
    visitor = desk.as_(desk.writer)
    before = bell(visitor.get("/coverage"))
    tell(desk, desk.writer, "a", "b")

    assert (before, bell(visitor.get("/coverage"))) == ("Notices", "Notices, 2 unread")


def test_the_bell_counts_no_further_than_ninety_nine(desk: Desk) -> None:
    tell(desk, desk.writer, *(f"n{number}" for number in range(120)))

    assert ">99+</span>" in desk.as_(desk.writer).get("/coverage")


def test_the_bell_costs_one_look_into_an_index(desk: Desk, database: Engine) -> None:
    tell(desk, desk.writer, "a")
    visitor, asked = desk.as_(desk.writer), []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "notice" in statement.lower().split("from person")[0] and "count" in statement:
            asked.append(statement)

    engine = desk.deps.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    visitor.get("/coverage")
    event.remove(engine, "before_cursor_execute", note)

    assert len(asked) == 1
    if database.dialect.name == "sqlite":
        with database.connect() as connection:
            plan = connection.execute(
                text("EXPLAIN QUERY PLAN SELECT id FROM notice WHERE person_id = 1 AND read_at IS NULL LIMIT 100")
            ).all()
        assert "USING INDEX ix_notice_unread" in str(plan)


def test_unread_notices_stand_above_those_that_were_read(desk: Desk) -> None:
    ids = tell(desk, desk.writer, "first", "second", "third")
    visitor = desk.as_(desk.writer)

    visitor.post(f"/notices/{ids[2]}/reading")

    assert titles(visitor.get("/notices")) == ["second", "first", "third"]


def test_every_notice_stands_on_exactly_one_page(desk: Desk) -> None:
    keys = [f"n{number}" for number in range(130)]
    ids = tell(desk, desk.writer, *keys)
    visitor = desk.as_(desk.writer)
    with desk.deps.sessions.begin() as session:
        notices.read_all(session, desk.deps, desk.writer.id, up_to=ids[59])
    seen, path, pages = [], "/notices", 0
    while path:
        page = visitor.get(path)
        seen += titles(page)
        older = BeautifulSoup(page, "html.parser").find("a", string="Older")
        path, pages = str(older["href"]) if older else "", pages + 1

    assert seen == keys[:59:-1] + keys[59::-1]
    assert pages == 3


@pytest.mark.parametrize("after", ["x", "read-", "unread-99999999999999", "read-²", "-1"])
def test_a_page_that_cannot_be_is_the_first_one(desk: Desk, after: str) -> None:
    assert "Nothing older" in desk.as_(desk.writer).get(f"/notices?after={after}")


def test_to_go_where_a_notice_leads_is_to_have_read_it(desk: Desk) -> None:
    notice_id = tell(desk, desk.writer, "a")[0]
    visitor = desk.as_(desk.writer)

    answer = visitor.post(f"/notices/{notice_id}/visit")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/items/new")
    assert bell(visitor.get("/coverage")) == "Notices"


def test_a_look_at_the_list_reads_nothing(desk: Desk) -> None:
    tell(desk, desk.writer, "a")
    visitor = desk.as_(desk.writer)

    visitor.get("/notices")

    assert bell(visitor.get("/coverage")) == "Notices, 1 unread"


def test_what_came_since_the_page_was_opened_stays_unread(desk: Desk) -> None:
    shown = tell(desk, desk.writer, "a", "b")[-1]
    tell(desk, desk.writer, "c")
    visitor = desk.as_(desk.writer)

    visitor.post("/notices/reading", up_to=shown)

    assert bell(visitor.get("/coverage")) == "Notices, 1 unread"


@pytest.mark.parametrize("act", ["visit", "reading"])
def test_nobody_reads_the_notices_of_others(desk: Desk, act: str) -> None:
    theirs = tell(desk, desk.writer, "a")[0]

    answer = desk.as_(desk.viewer).post(f"/notices/{theirs}/{act}")

    assert answer.status_code == 404
    assert bell(desk.as_(desk.writer).get("/coverage")) == "Notices, 1 unread"


def test_a_desk_with_nothing_to_tell_says_when_it_will(desk: Desk) -> None:
    assert "When somebody mentions you" in desk.as_(desk.viewer).get("/notices")


def test_a_notice_that_was_swept_is_a_page_that_says_so(desk: Desk, clock: Clock) -> None:
    notice_id = tell(desk, desk.writer, "a")[0]
    visitor = desk.as_(desk.writer)
    visitor.post(f"/notices/{notice_id}/reading")
    with desk.deps.sessions.begin() as session:
        session.delete(session.get_one(Notice, notice_id))

    answer = visitor.post(f"/notices/{notice_id}/visit")

    assert (answer.status_code, "forgotten after 90 days" in answer.text) == (404, True)


def test_a_person_stops_notices_by_mail_on_their_account(desk: Desk) -> None:
    visitor = desk.as_(desk.writer)
    fields = {"name": desk.writer.name, "language": "en", "zone": "Asia/Shanghai", "theme": "system"}

    visitor.post("/account", **fields, weekly_mail="on")

    with desk.deps.sessions() as session:
        person = session.get_one(Person, desk.writer.id)
    assert (person.notice_mail, person.weekly_mail) == (False, True)
    assert "They do not come by mail." in visitor.get("/notices")
