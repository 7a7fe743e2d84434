"""Days at the edge of the calendar, and the health of a desk that has only just started."""

import pytest

from editorial.services.deps import Deps
from tests.conftest import Clock
from tests.web import add_person, add_workspace, application, visitor


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2200-01-01"])
def test_a_day_outside_the_calendar_is_answered_with_a_sentence(deps: Deps, day: str) -> None:
    add_workspace(deps)
    person = visitor(application(deps), deps, add_person(deps))

    page = person.get(f"/calendar/days/{day}", status=404)

    assert "That day lies outside the calendar." in page or "There is nothing at this address." in page


@pytest.mark.parametrize("place", ["9999-12-31__5", "0001-01-01__5", "2199-12-31__5", "2199-12-31_1_5"])
def test_a_place_at_the_end_of_time_is_no_fault(deps: Deps, place: str) -> None:
    add_workspace(deps)

    visitor(application(deps), deps, add_person(deps)).get(f"/calendar/list?after={place}", status=200)


def test_a_desk_that_has_just_started_is_healthy_and_one_whose_clock_never_ran_is_not(deps: Deps, clock: Clock) -> None:
    expecting = deps.config.model_copy(update={"clock_enabled": True})
    object.__setattr__(deps, "config", expecting)
    guest = visitor(application(deps), deps)

    at_once = guest.client.get("/healthz").status_code
    clock.forward(seconds=16)

    assert (at_once, guest.client.get("/healthz").status_code) == (200, 503)
