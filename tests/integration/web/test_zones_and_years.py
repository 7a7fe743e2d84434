"""What every page writes alike: days of another year with their year, zones each once and by their city."""

import re
from datetime import date, datetime
from zoneinfo import available_timezones

import pytest

from editorial.domain.locales import Language
from editorial.services.deps import Deps
from tests.integration.plans import Desk, make_desk
from tests.web import add_person


@pytest.fixture
def desk(deps: Deps) -> Desk:
    """It is 9 December 2026."""
    return make_desk(deps)


def test_a_publish_time_of_another_year_names_its_year(desk: Desk) -> None:
    item = desk.scheduled(datetime(2027, 1, 15, 10, 0))

    assert "Scheduled: Fri 15 Jan 2027, 10:00 (Shanghai)" in desk.as_(desk.admin).get(f"/items/{item}")


def test_a_day_of_this_year_needs_no_year(desk: Desk) -> None:
    item = desk.create(date(2026, 12, 15))

    assert "Planned for Tue 15 Dec</a>" in desk.as_(desk.admin).get(f"/items/{item}")


def test_zones_are_offered_once_by_their_city_in_the_readers_language(desk: Desk) -> None:
    page = desk.as_(add_person(desk.deps, "Chen Yu", language=Language.ZH)).get("/account")

    offered = re.findall(r'<option value="([A-Z][^"]+/[^"]+)"(?: selected)?>([^<]+)<', page)
    assert ("Asia/Shanghai", "上海") in offered
    assert len({name for _, name in offered}) == len(offered)
    assert {zone for zone, _ in offered} < available_timezones()
    assert not {"Asia/Chongqing", "Asia/Calcutta", "US/Pacific"} & {zone for zone, _ in offered}
    assert '<optgroup label="亚洲">' in page


def test_somebody_whose_zone_has_an_older_name_keeps_it(desk: Desk) -> None:
    page = desk.as_(add_person(desk.deps, "Chen Yu", zone="Asia/Chongqing")).get("/account")

    assert '<option value="Asia/Chongqing" selected>' in page
