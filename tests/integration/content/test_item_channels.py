"""The section "Channels" on the page of an item: what its forms do, and how they refuse."""

import pytest
from bs4 import BeautifulSoup

from editorial.domain.jobs import Nature
from editorial.domain.plans import DAY
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.services.pieces import piece_for_preview
from editorial.services.plan_views import plan_view
from editorial.store.channel_plans import find_row, texts_of
from editorial.store.content import get_item
from editorial.store.distribution import Channel, ChannelMessage
from tests.integration.distribution.test_channel_plans import add_channel, live, save
from tests.integration.plans import Desk, make_desk


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


@pytest.fixture
def chat(desk: Desk) -> int:
    return add_channel(desk, "Chat")


def row(desk: Desk, item_id: int, channel_id: int, variant: str = "") -> ChannelMessage | None:
    with desk.deps.sessions() as session:
        return find_row(session, item_id, channel_id, variant)


def fields(desk: Desk, item_id: int, **of: object) -> dict[str, object]:
    return {"version": desk.item(item_id).version, "variant": "", "carried": "1", "when": "publish", **of}


def test_every_channel_of_the_site_has_a_row(desk: Desk, chat: int) -> None:
    page = desk.as_(desk.admin).get(f"/items/{desk.create()}")

    assert (">Website<" in page, ">Chat<" in page, "does not carry it" in page) == (True, True, True)


def test_an_item_of_a_site_without_channels_leads_to_where_one_is_connected(desk: Desk) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        website = session.get_one(Channel, 1)
        website.enabled = False
    page = desk.as_(desk.admin).get(f"/items/{item_id}")

    assert "No publishing channel is connected to this site." in page


def test_an_offset_in_days_is_kept_in_minutes(desk: Desk, chat: int) -> None:
    item_id = desk.create()
    typed = fields(desk, item_id, when="after", offset="3", unit="days")
    answer = desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}", **typed)
    saved = row(desk, item_id, chat)

    assert answer.status_code == 302
    assert saved is not None
    assert (saved.carried, saved.offset_minutes) == (True, 3 * DAY)


def test_a_box_that_is_not_ticked_takes_the_channel_out(desk: Desk) -> None:
    item_id = desk.create()
    typed = fields(desk, item_id)
    del typed["carried"]
    desk.as_(desk.admin).post(f"/items/{item_id}/channels/1", **typed)
    saved = row(desk, item_id, 1)

    assert saved is not None
    assert not saved.carried


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"when": "own"}, "Its own time is missing."),
        ({"when": "own", "own_day": "2027-03-28", "own_time": "02:30", "own_zone": "Europe/Berlin"}, "does not occur"),
        (
            {"when": "own", "own_day": "2026-12-01", "own_time": "10:00", "own_zone": "Asia/Shanghai"},
            "lies in the past",
        ),
        ({"when": "own", "own_day": "2026-12-20", "own_time": "10:00", "own_zone": "Mars/Olympus"}, "no time zone"),
        ({"when": "after", "offset": "many", "unit": "days"}, "does not fit here"),
        ({"when": "after", "offset": "-3", "unit": "days"}, "does not fit here"),
        ({"when": "after", "offset": "2000", "unit": "days"}, "more than a year away"),
        ({"when": "before", "offset": "1", "unit": "hours"}, "points at the page"),
        ({"utm_source": "Grüße"}, "cannot be a campaign parameter"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    desk: Desk, chat: int, typed: dict[str, str], says: str
) -> None:
    item_id = desk.create()
    sent = fields(desk, item_id, text="Read this.", **typed)
    answer = desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}", **sent)

    assert answer.status_code in {409, 422}
    assert says in answer.text
    assert "Read this." in answer.text
    assert row(desk, item_id, chat) is None


def test_a_writer_saves_words_and_leaves_the_time_alone(desk: Desk, chat: int) -> None:
    item_id = desk.create()
    typed = {"version": desk.item(item_id).version, "variant": "", "text": "Read this."}
    answer = desk.as_(desk.writer).post(f"/items/{item_id}/channels/{chat}", **typed)
    with desk.deps.sessions() as session:
        words = set(texts_of(session, item_id))

    assert (answer.status_code, words) == (302, {(chat, "", "Read this.")})


def test_a_viewer_sees_the_plan_and_no_form(desk: Desk, chat: int) -> None:
    page = desk.as_(desk.viewer).get(f"/items/{desk.create()}/channels")

    assert (">Chat<" in page, "This channel carries the item" in page) == (True, False)


def test_a_stale_form_comes_back_with_what_was_typed(desk: Desk, chat: int) -> None:
    item_id = desk.create()
    old = fields(desk, item_id, text="Mine.")
    save(desk, item_id, chat, text="Theirs.")
    answer = desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}", **old)

    assert (answer.status_code, "Mine." in answer.text) == (409, True)


def test_another_variant_is_added_and_removed(desk: Desk, chat: int) -> None:
    item_id = desk.scheduled()
    typed = fields(desk, item_id, new="1", variant="reminder", when="after", offset="7", unit="days")
    desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}", **typed)
    added = set(live(desk, item_id))
    gone = {"version": desk.item(item_id).version, "variant": "reminder"}
    desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}/removal", **gone)

    assert (added, set(live(desk, item_id))) == ({("Website", ""), ("Chat", "reminder")}, {("Website", "")})


def test_what_is_published_is_shared_again(desk: Desk, chat: int) -> None:
    item_id = desk.published()
    page = desk.as_(desk.admin).get(f"/items/{item_id}")
    typed = {"version": desk.item(item_id).version, "variant": ""}
    answer = desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}/share", **typed)

    assert ("Share it now" in page, answer.status_code) == (True, 302)
    assert set(live(desk, item_id)) == {("Chat", "")}


def test_new_words_say_that_the_item_is_in_review_again(desk: Desk, chat: int) -> None:
    item_id = desk.scheduled()
    visitor = desk.as_(desk.admin)
    visitor.post(f"/items/{item_id}/channels/{chat}", **fields(desk, item_id, text="Read this."))

    assert desk.item(item_id).status is Status.IN_REVIEW
    assert "its jobs are held back" in visitor.get(f"/items/{item_id}")


def add_linkedin(desk: Desk) -> int:
    with desk.deps.sessions.begin() as session:
        channel = Channel(kind="handoff", name="LinkedIn", site_id=desk.site_id, created_at=desk.deps.now())
        channel.settings, channel.nature = {"service": "linkedin"}, Nature.POINTING
        session.add(channel)
        session.flush()
        return channel.id


def test_a_refused_variant_comes_back_with_all_that_was_typed_and_its_room(desk: Desk) -> None:
    item_id, linkedin = desk.create(), add_linkedin(desk)
    typed = fields(
        desk, item_id, new="1", variant="reminder", when="after", offset="5", unit="hours", text="word " * 700
    )

    answer = desk.as_(desk.admin).post(f"/items/{item_id}/channels/{linkedin}", **typed)
    form = BeautifulSoup(answer.text, "html.parser").find("input", attrs={"name": "new"}).find_parent("form")  # type: ignore[union-attr]

    assert answer.status_code == 422
    assert form.find("input", attrs={"name": "offset"})["value"] == "5"  # type: ignore[union-attr, index]
    assert form.find("option", selected=True)["value"] == "hours"  # type: ignore[union-attr, index]
    assert form.find("textarea")["data-limit"] == "3000"  # type: ignore[union-attr, index]


def test_the_room_for_words_leaves_out_the_whole_link_with_its_campaign(desk: Desk) -> None:
    item_id, linkedin = desk.create(), add_linkedin(desk)
    with desk.deps.sessions.begin() as session:
        get_item(session, item_id).url = "https://northgauge.example/posts/a/"
    with desk.deps.sessions() as session:
        plan = plan_view(session, desk.deps, get_item(session, item_id))
        link = piece_for_preview(
            session, desk.deps, session.get_one(Channel, linkedin), get_item(session, item_id)
        ).link
    view = next(one for one in plan.lines if one.channel.id == linkedin)

    assert "utm_source=linkedin" in link
    assert view.reserved == len(f"\n\n{link}&utm_id=9999999")


def test_the_second_of_two_equal_hours_survives_a_save(desk: Desk, chat: int) -> None:
    item_id = desk.create()
    typed = fields(desk, item_id, when="own", own_day="2027-10-31", own_time="02:30", own_zone="Europe/Berlin")
    desk.as_(desk.admin).post(f"/items/{item_id}/channels/{chat}", **typed, own_fold="1")
    page = BeautifulSoup(desk.as_(desk.admin).get(f"/items/{item_id}"), "html.parser")

    assert [box.has_attr("checked") for box in page.find_all("input", attrs={"name": "own_fold"})] == [True]
