"""How a crawl went, in words."""

import pytest

from editorial.adapters.catalog import Catalogs
from editorial.audit.crawl.records import StopReason
from editorial.audit.crawl.traps import TrapKind
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.services.crawl_course import TRAPS, megabytes, told
from editorial.services.stop_reasons import SAYS
from editorial.store.audit import Audit


def english(message: Message) -> str:
    """A sentence as an English reader sees it."""
    return Catalogs()[Language.EN].say(message)


def test_a_crawl_like_any_other_is_not_worth_a_word():
    course = {"reused": 0, "hosts": {}, "traps": [], "excluded": 0, "hides": False}

    assert not told(Audit(course=course, stop_reason="complete"), "Bot")
    assert not told(Audit(course={}, stop_reason=None), "Bot")


def test_what_was_saved_left_out_and_refused_is_told():
    course = {"reused": 1, "saved_bytes": 1_234_567, "excluded": 2, "hides": True}

    lines = told(Audit(course=course, stop_reason="blocked"), "EditorialBot/1").lines

    assert [english(line) for line in lines] == [
        "1 page did not change since the last audit and was not sent again: 1.2 MB saved.",
        "2 addresses were left out by the patterns of the site.",
        "A link may stand on a page that was left out, so nothing is said about orphans and depth.",
        "Let the firewall of the site pass EditorialBot/1, or lower the rate in the settings of the site.",
    ]


def test_a_crawl_that_knows_all_it_may_says_so():
    (first, *_) = told(Audit(course={"full": 200_000, "hides": True}, stop_reason="complete"), "Bot").lines

    assert english(first).startswith("The pages name more than 200,000 addresses, as many as an audit keeps")


def test_a_slowed_host_is_told_with_its_reasons():
    pace = {"interval": 2.0, "slowest": 8.0, "why": {"429": 1, "503": 2, "late": 3, "crawl-delay": 1}}

    (shown,) = told(Audit(course={"hosts": {"a.example": pace, "b.example": pace | {"why": {}}}}), "Bot").paces

    assert (shown.host, shown.rate, shown.slowest) == ("a.example", 0.5, 0.12)
    assert [english(why) for why in shown.why] == [
        "it answered 1 time that we ask too often (429)",
        "it answered 2 times that it is out of service (503)",
        "its answers came three times as late as usual, 3 times",
        "its robots.txt asks for it",
    ]


@pytest.mark.parametrize(("size", "shown"), [(0, 0.0), (12_345, 0.012), (999_999, 1.0), (8_123_456, 8.1)])
def test_megabytes_have_the_digits_that_say_something(size: int, shown: float):
    assert megabytes(size) == shown


def test_every_trap_and_every_end_has_its_words():
    assert set(TRAPS) == set(TrapKind)
    assert set(SAYS) == set(StopReason)
