"""An item with several jobs is moved by keyboard: what moves and what stays is shown first, one undo takes it back."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from editorial.domain.jobs import Nature
from editorial.domain.locales import Language
from editorial.domain.plans import HOUR
from editorial.domain.slots import slot, zone_named
from editorial.domain.workflow import Status
from editorial.services import channel_plans
from editorial.services.channel_plans import Wanted
from editorial.store.content import ContentItem, get_item
from editorial.store.distribution import Channel, live_jobs
from editorial.store.people import Person
from tests.browser.conftest import Desk
from tests.browser.test_calendar import LANGUAGES
from tests.world import World, add_item, make_world

ZONE = "Asia/Shanghai"
WORDS = {
    Language.EN: {
        "both": "Move both",
        "all": "Move all of it",
        "stays": "stays: it has a time of its own",
        "undo": "Undo",
    },
    Language.ZH: {"both": "一起移动", "all": "全部移动", "stays": "不动：它有自己的时间", "undo": "撤销"},
}


def due(desk: Desk, item_id: int) -> list[datetime]:
    with desk.deps.sessions() as session:
        return [job.due_at for job in live_jobs(session, item_id)]


def scheduled(desk: Desk, world: World) -> ContentItem:
    """An item whose page comes first, a chat two hours later, and a reminder with a time of its own."""
    item = add_item(world, 6)
    assert item.status is Status.SCHEDULED
    with desk.deps.sessions.begin() as session:
        chat = Channel(kind="webhook", name="Chat", site_id=world.site.id, created_at=desk.deps.now(), by_default=False)
        chat.settings, chat.nature = {"url": "https://hooks.northgauge.example/in"}, Nature.POINTING
        session.add(chat)
        session.flush()
        own = slot(datetime.combine(world.today + timedelta(days=40), datetime.min.time()), zone_named(ZONE))
        for variant, wanted in (
            ("", Wanted(carried=True, offset_minutes=2 * HOUR)),
            ("reminder", Wanted(carried=True, own=own)),
        ):
            version = get_item(session, item.id).version
            channel_plans.save_line(
                session, desk.deps, world.mei, item.id, (chat.id, variant), wanted=wanted, version=version
            )
    with desk.deps.sessions() as session:
        return session.get_one(ContentItem, item.id)


@LANGUAGES
def test_moving_several_jobs_is_shown_first_and_taken_back_by_one_undo(
    desk: Desk, open_window, tmp_path, language: Language
) -> None:
    world, say = make_world(desk.deps, tmp_path, items=0), WORDS[language]
    item = scheduled(desk, world)
    before = due(desk, item.id)
    with desk.deps.sessions.begin() as session:
        session.get_one(Person, world.mei.id).language = language
    visit = open_window(desk, world.mei, language=language)
    page = visit.page
    assert item.target_date is not None
    page.goto(f"/calendar/{item.target_date:%Y-%m}")

    page.locator(f'.days [data-day="{item.target_date}"] .card').first.focus()
    page.keyboard.press("Shift+ArrowRight")
    dialog = page.locator("#ask")
    dialog.get_by_role("button", name=say["both"]).click()
    expect(dialog.get_by_text(say["stays"])).to_be_visible()
    assert due(desk, item.id) == before
    dialog.get_by_role("button", name=say["all"]).click()

    expect(page.get_by_role("button", name=say["undo"])).to_be_visible()
    day = timedelta(days=1)
    assert due(desk, item.id) == [before[0] + day, before[1] + day, before[2]]
    page.get_by_role("button", name=say["undo"]).click()
    expect(page.locator(f'.days [data-day="{item.target_date}"] .card')).to_be_visible()
    assert due(desk, item.id) == before
    assert [fault for fault in visit.faults if "409" not in fault] == []  # the browser notes the question
