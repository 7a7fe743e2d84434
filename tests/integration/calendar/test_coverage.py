"""The matrix counts rows, and a gap leads to a brief."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from editorial.domain.calendar import Filter
from editorial.domain.coverage import Cover
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.services import coverage
from editorial.services.cards import Viewer
from editorial.services.coverage import MatrixCell
from editorial.store.base import reading
from editorial.store.content import ContentItem
from tests.integration.plans import Desk
from tests.web import add_person, visitor

CELL = frozenset({(3, 5)})


def cell(desk: Desk, wanted: Filter | None = None, *, at: tuple[int, int] = (3, 5)) -> MatrixCell:
    looks = Viewer(ZoneInfo("Asia/Shanghai"), desk.deps.now())
    with reading(desk.deps.sessions) as session:
        found = coverage.matrix(session, looks, wanted or Filter())
    return next(one for one in found.cells if (one.role.id, one.step.position) == at)


def change(desk: Desk, item_id: int, **values: Any) -> None:
    with desk.deps.sessions.begin() as session:
        item = session.get_one(ContentItem, item_id)
        for name, value in values.items():
            setattr(item, name, value)


def test_each_status_does_its_own_for_a_cell(desk: Desk) -> None:
    desk.create(cells=CELL, primary=None)
    desk.approved(cells=CELL, primary=None)
    desk.scheduled(datetime(2026, 12, 15, 10, 0), cells=CELL, primary=None)
    change(desk, desk.published(cells=CELL, primary=None), published_at=desk.deps.now(), review_by=None)
    desk.move(desk.create(cells=CELL, primary=None), Status.ARCHIVED)

    found = cell(desk).cover

    assert found.counts == {Cover.IDEA: 1, Cover.WORK: 1, Cover.COMING: 1, Cover.LIVE: 1}
    assert (found.state, found.next_on) == (Cover.LIVE, date(2026, 12, 15))


def test_live_goes_stale_by_its_day_or_by_its_types_interval(desk: Desk) -> None:
    item = desk.published(cells=CELL, primary=None)
    now = desk.deps.now()

    change(desk, item, published_at=now - timedelta(days=2), review_by=now.date() - timedelta(days=1))
    assert cell(desk).cover.state is Cover.STALE
    change(desk, item, published_at=now - timedelta(days=4000), review_by=now.date() + timedelta(days=9))
    assert cell(desk).cover.state is Cover.LIVE
    change(desk, item, review_by=None)
    assert cell(desk).cover.state is Cover.STALE


def test_a_cell_whose_items_work_for_another_is_thin(desk: Desk) -> None:
    item = desk.published(cells=CELL | {(1, 1)}, primary=(1, 1))
    change(desk, item, published_at=desk.deps.now(), review_by=None)

    assert cell(desk).cover.thin
    assert not cell(desk, at=(1, 1)).cover.thin


def test_filters_narrow_the_matrix(desk: Desk) -> None:
    desk.approved(cells=CELL, primary=None, language=Language.ZH)

    assert cell(desk, Filter(language=frozenset({Language.ZH}))).cover.state is Cover.WORK
    assert cell(desk, Filter(language=frozenset({Language.EN}))).cover.state is Cover.NONE
    assert cell(desk, Filter(site=frozenset({0}))).cover.state is Cover.NONE


def test_the_page_leads_from_a_gap_to_a_brief_with_everything_filled_in(desk: Desk) -> None:
    found = cell(desk)
    writer = desk.as_(desk.writer)

    page = writer.get("/coverage")
    address = f"/items/new?role=3&step={found.step.id}&type={found.fitting[0].id}"
    form = writer.get(address)

    assert address.replace("&", "&amp;") in page
    assert f'<option value="{found.fitting[0].id}" selected>' in form
    assert page.count('<th scope="row">') == 7
    assert writer.get("/coverage?steps=9").count('<th scope="row">') == 9


def test_the_page_speaks_chinese_and_a_reader_may_only_look(desk: Desk) -> None:
    page = visitor(desk.app, desk.deps, add_person(desk.deps, "林梅", language=Language.ZH)).get("/coverage")

    assert "空缺" in page
    assert "/items/new" not in desk.as_(desk.viewer).get("/coverage")
