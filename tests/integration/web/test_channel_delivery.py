"""When and how a channel sends: what its form takes, refuses and keeps."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.people import Role
from editorial.services.channels import KINDS
from editorial.services.deps import Deps
from editorial.store import history
from editorial.store.distribution import Channel
from tests.integration.web.audited import add_site
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def admin(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Cara", Role.CHANNEL_ADMIN))


@pytest.fixture
def typed(deps: Deps) -> dict[str, object]:
    """A hand-off channel that keeps the night, posts thrice an hour, and comes two hours after the page."""
    return {
        "kind": "handoff",
        "name": "LinkedIn",
        "site": add_site(deps),
        "service": "linkedin",
        "does": "points",
        "text_limit": "0",
        "by_default": "true",
        "offset": "2",
        "unit": "hours",
        "side": "after",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "quiet_zone": "Europe/Berlin",
        "rate_count": "3",
        "rate_minutes": "60",
        "late_ok_minutes": "1440",
        "spacing_seconds": "90",
        "utm_source": "linkedin",
        "utm_medium": "social",
    }


def stored(deps: Deps) -> Channel:
    with deps.sessions() as session:
        return session.scalars(select(Channel)).one()


def test_everything_that_was_typed_is_kept(admin: Visitor, deps: Deps, typed: dict[str, object]) -> None:
    admin.post("/channels", **typed)

    made = stored(deps)
    assert (made.by_default, made.offset_minutes, made.late_ok_minutes, made.spacing_seconds) == (True, 120, 1440, 90)
    assert (made.quiet_from, made.quiet_until, made.quiet_zone) == ("22:00", "07:30", "Europe/Berlin")
    assert (made.rate_count, made.rate_minutes, made.utm_source, made.utm_medium) == (3, 60, "linkedin", "social")


def test_the_form_shows_what_the_channel_has(admin: Visitor, deps: Deps, typed: dict[str, object]) -> None:
    admin.post("/channels", **typed)

    page = admin.get(f"/channels/{stored(deps).id}")

    assert 'name="offset" type="number" min="0" inputmode="numeric" aria-label="How many" value="2"' in page
    assert '<option value="hours" selected>' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_saving_what_stands_there_changes_nothing(admin: Visitor, deps: Deps, typed: dict[str, object]) -> None:
    admin.post("/channels", **typed)
    before = stored(deps)

    admin.post(f"/channels/{before.id}", **typed | {"version": str(before.version)})

    with deps.sessions() as session:
        saved = history.of_entity(session, "channel", before.id)[0]
    assert (saved.action, saved.before) == ("channel.saved", saved.after)


@pytest.mark.parametrize(
    "fault",
    [
        ("quiet_until", "", "Quiet hours need a beginning and an end."),
        ("quiet_until", "22:00", "The quiet hours end when they begin."),
        ("quiet_zone", "Europe/Atlantis", "There is no time zone “Europe/Atlantis”."),
        ("rate_minutes", "", "A rate needs a number and a length of time."),
        ("rate_count", "0", "Choose a number between 1 and 10,000."),
        ("spacing_seconds", "4000", "This is no number of seconds that makes sense."),
        ("late_ok_minutes", "", "This is no number of minutes that makes sense."),
        ("side", "before", "It points at the page, so it cannot go out before it."),
        ("offset", "20000", "That is more than a year away from the publish time."),
        ("offset", "-1", "“-1” does not fit here."),
        ("utm_source", "Linked In", "such as linked-in."),
        ("text_limit", "x", "“x” does not fit here."),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_saved(
    admin: Visitor, deps: Deps, typed: dict[str, object], fault: tuple[str, str, str]
) -> None:
    field, value, says = fault

    answer = admin.post("/channels", **typed | {field: value})

    assert answer.status_code == 422
    assert says in answer.text
    with deps.sessions() as session:
        assert session.scalars(select(Channel)).all() == []


def test_all_faults_are_said_at_once(admin: Visitor, typed: dict[str, object]) -> None:
    answer = admin.post("/channels", **typed | {"text_limit": "x", "rate_minutes": "", "utm_medium": "Ü"})

    assert [answer.text.count(f'id="f-{name}-error"') for name in ("text_limit", "rate_minutes", "utm_medium")] == [
        1
    ] * 3


def test_a_page_may_come_before_the_publish_time(
    admin: Visitor, deps: Deps, typed: dict[str, object], tmp_path: Path
) -> None:
    admin.post("/channels", **typed | {"does": "page", "side": "before"})

    assert stored(deps).offset_minutes == -120


def test_a_new_channel_begins_with_the_question_of_its_kind(admin: Visitor, typed: dict[str, object]) -> None:
    page = admin.get("/channels/new")

    assert [f'href="/channels/new?kind={kind.key}"' in page for kind in KINDS] == [True] * len(KINDS)


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS])
def test_the_form_of_each_kind_opens(admin: Visitor, typed: dict[str, object], kind: str) -> None:
    assert 'name="quiet_from"' in admin.get(f"/channels/new?kind={kind}")
