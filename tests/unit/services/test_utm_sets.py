"""Campaign parameters made of names."""

import pytest

from editorial.domain.jobs import Nature
from editorial.domain.utm import UtmRefused
from editorial.services.utm_sets import campaign_of, checked_own, medium_of, source_of, utm_of, warnings
from editorial.store.campaigns import Campaign
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel


def _channel(name: str = "Partner mail", **others: object) -> Channel:
    values: dict[str, object] = {"utm_source": "", "utm_medium": "", "settings": {}, "kind": "handoff"}
    return Channel(id=3, name=name, **(values | {"nature": Nature.POINTING} | others))


@pytest.mark.parametrize(
    ("name", "want"), [("Partner mail", "partner-mail"), ("公司公众号", "gong-si-gong-zhong-hao"), ("🎉", "channel-3")]
)
def test_a_source_is_made_of_the_channels_name(name: str, want: str) -> None:
    assert source_of(_channel(name)) == want


def test_what_was_typed_comes_first() -> None:
    channel = _channel(utm_source="acme_mail", utm_medium="email")

    assert (source_of(channel), medium_of(channel)) == ("acme_mail", "email")


@pytest.mark.parametrize(
    ("kind", "settings", "nature", "want"),
    [
        ("handoff", {"service": "wechat"}, Nature.POINTING, "social"),
        ("handoff", {"service": "mail"}, Nature.POINTING, "email"),
        ("handoff", {"service": "teams"}, Nature.POINTING, "chat"),
        ("webhook", {}, Nature.POINTING, "referral"),
        ("git", {}, Nature.PAGE_MAKING, "website"),
    ],
)
def test_a_medium_is_what_the_service_is(kind: str, settings: dict[str, str], nature: Nature, want: str) -> None:
    assert medium_of(_channel(kind=kind, settings=settings, nature=nature)) == want


def test_a_campaign_names_itself_and_none_says_nothing() -> None:
    assert campaign_of(Campaign(id=1, name="春季 2027", utm_campaign="")) == "chun-ji-2027"
    assert campaign_of(Campaign(id=1, name="春季 2027", utm_campaign="spring27")) == "spring27"
    assert campaign_of(None) == ""


def test_the_job_is_never_typed() -> None:
    item = ContentItem(id=9, slug="gateway")

    assert utm_of(_channel(), item, job_id=7, own={"utm_id": "1", "utm_content": "hero"}) == {
        "utm_source": "partner-mail",
        "utm_medium": "social",
        "utm_content": "hero",
        "utm_id": "7",
    }
    assert checked_own({"utm_id": "1", "utm_source": " x ", "utm_medium": ""}) == {"utm_source": "x"}


def test_a_typed_value_that_cannot_be_names_its_field() -> None:
    with pytest.raises(UtmRefused) as refused:
        checked_own({"utm_medium": "E Mail"})

    assert refused.value.field == "utm_medium"


def test_channels_that_could_not_be_told_apart_are_named() -> None:
    plan: list[tuple[Channel, dict[str, object]]] = [
        (_channel("A", utm_source="x"), {}),
        (_channel("B", utm_source="x"), {}),
        (_channel("C"), {}),
    ]

    assert len(warnings(ContentItem(id=9, slug="gateway"), plan)) == 1
