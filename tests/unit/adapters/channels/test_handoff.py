"""The hand-off: what a person gets to copy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.adapters.channels.base import SettingsRefused, Surroundings, read_settings
from editorial.adapters.channels.handoff import HandoffChannel
from editorial.adapters.channels.handoff_settings import SERVICES, HandoffSettings
from editorial.domain.addresses import NOTHING_PRIVATE
from editorial.domain.jobs import Nature, Refused
from editorial.domain.limits import left
from editorial.domain.rendering import Piece

AT = datetime(2026, 12, 9, 10, tzinfo=UTC)
LINK = "https://acme.example/posts/gateway/?utm_source=wechat"


def _channel(**settings: Any) -> HandoffChannel:
    around = Surroundings(NOTHING_PRIVATE, Path("/nowhere"), lambda: AT)
    return HandoffChannel(read_settings(HandoffSettings, settings), around)


def _piece(**others: Any) -> Piece:
    values: dict[str, Any] = {
        "title": "How to choose a gateway",
        "description": "Five questions to ask.",
        "html": "<p>Ask <em>first</em>.</p>",
        "link": LINK,
        "body": "Ask *first*.",
    }
    return Piece(item_id=1, slug="gateway", language="en", published_at=AT, **(values | others))


def test_a_post_is_its_own_words_with_the_link_below() -> None:
    sent = _channel(service="linkedin").render(_piece(text="Five questions.\r\nWorth a minute."))

    assert sent.name == "message.txt"
    assert sent.data.decode() == f"Five questions.\nWorth a minute.\n\n{LINK}\n"


def test_without_own_words_the_item_speaks_for_itself() -> None:
    assert _channel(service="teams").prepare(_piece()).text == "How to choose a gateway\n\nFive questions to ask."


def test_a_link_that_stands_in_the_words_is_not_put_twice() -> None:
    assert _channel().prepare(_piece(text=f"Read {LINK} now")).message.count(LINK) == 1


def test_a_page_elsewhere_gets_the_whole_text_and_its_digest() -> None:
    channel = _channel(service="wechat", does="page")
    ready = channel.prepare(_piece(title="A < B"))

    assert (ready.title, ready.text, ready.html) == ("A < B", "Five questions to ask.", "<p>Ask <em>first</em>.</p>")
    assert channel.render(_piece(title="A < B")).data.decode() == "<h1>A &lt; B</h1>\n<p>Ask <em>first</em>.</p>\n"
    assert channel.nature is Nature.PAGE_MAKING


def test_a_title_too_long_for_its_place_is_told() -> None:
    notes = _channel(service="wechat", does="page").prepare(_piece(title="长" * 40)).notes

    assert notes[0].params == {"count": 40, "most": 32}


def test_own_words_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        _channel(service="x").render(_piece(text="中" * 128))

    assert refused.value.says.params["count"] == 1  # 2 * 128 + 23 + the empty line, of 280


def test_what_is_too_long_can_still_be_copied_and_shortened() -> None:
    ready = _channel(service="x").prepare(_piece(text="中" * 128))

    assert ready.text == "中" * 128
    assert ready.notes[0].params["count"] == 1


@given(title=st.text(min_size=1).filter(str.split), description=st.text(), service=st.sampled_from(sorted(SERVICES)))
def test_what_is_prepared_always_fits(title: str, description: str, service: str) -> None:
    channel = _channel(service=service)
    try:
        ready = channel.prepare(_piece(title=title, description=description))
    except Refused:
        return
    room = left(ready.text, channel.limits, ready.link)

    assert room is None or room >= 0


def test_a_limit_of_its_own_counts_for_any_service() -> None:
    assert _channel(service="mastodon", text_limit=5000).limits.text == 5000


@pytest.mark.parametrize("settings", [{"service": "myspace"}, {"asked": "Li Na"}, {"text_limit": "-1"}, {"does": ""}])
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused):
        read_settings(HandoffSettings, settings)


def test_nothing_is_ever_sent_by_itself() -> None:
    channel = _channel()

    assert channel.by_hand
    assert channel.find("key") is None
    with pytest.raises(Refused):
        channel.publish(_piece(), key="key")
