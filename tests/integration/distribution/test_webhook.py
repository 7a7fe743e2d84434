"""The webhook channel against a real receiver that takes, refuses and misbehaves."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.signature import make_secret
from editorial.adapters.channels.webhook import WebhookChannel
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.jobs import Gone, Nature, NotSent, Receipt, Refused, Trace, Unclear
from editorial.domain.rendering import Piece
from tests.receiver import Mode, Receiver

SECRET = make_secret(bytes(range(32)))
LOOPBACK = AllowList.of(["127.0.0.0/8"])
KEY = "k7"
PIECE = Piece(
    7,
    "Gateway: “how to choose” 选型指南 🎉",
    "gateway",
    "Five questions",
    "# Body\n",
    "zh-Hans-CN",
    datetime(2026, 12, 15, 18, 0, tzinfo=UTC),
    html="<h1>Body</h1>",
)


def now() -> datetime:
    """The reference library compares with the real clock."""
    return datetime.now(UTC)


def channel(
    url: str, allow: AllowList = LOOPBACK, secrets: dict[str, str] | None = None, **settings: object
) -> WebhookChannel:
    around = Surroundings(allow, Path("/none"), now, {"secret": SECRET} if secrets is None else secrets)
    return WebhookChannel(read_settings(WebhookSettings, {"url": url} | settings), around)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(SECRET, answer={"id": "post-9"}) as receiver:
        yield receiver


def answer_of(receiver: Receiver, mode: Mode) -> Exception:
    """What `publish` raises when the receiver behaves so."""
    receiver.always(mode)
    with pytest.raises((Refused, NotSent, Unclear)) as answer:
        channel(receiver.url, timeout=1).publish(PIECE, key=KEY)
    return answer.value


def trace_of(answer: object) -> Trace:
    trace = getattr(answer, "trace", None)
    assert isinstance(trace, Trace)
    return trace


class TestTaken:
    def test_the_reference_library_verifies_what_we_send(self, receiver: Receiver) -> None:
        channel(receiver.url).publish(PIECE, key=KEY)

        assert [each.verified for each in receiver.deliveries] == [True]

    def test_the_receipt_is_the_webhook_id_with_what_was_answered(self, receiver: Receiver) -> None:
        receipt = channel(receiver.url).publish(PIECE, key=KEY)

        assert receipt.external_id == "msg_k7"
        assert receipt.evidence == {"webhook-id": "msg_k7", "status": "200", "id": "post-9"}

    def test_every_try_has_the_same_id_and_body(self, receiver: Receiver) -> None:
        for _ in range(2):
            channel(receiver.url).publish(PIECE, key=KEY)

        first, second = receiver.of("msg_k7")
        assert first.body == second.body

    def test_while_a_secret_is_replaced_both_verify(self) -> None:
        old = make_secret(bytes(32))
        until = (now() + timedelta(hours=1)).isoformat()
        secrets = {"secret": SECRET, "secret.previous": old, "secret.previous_until": until}
        for known in (SECRET, old):
            with Receiver(known) as receiver:
                channel(receiver.url, secrets=secrets).publish(PIECE, key=KEY)

                assert receiver.deliveries[0].verified

    def test_after_its_time_the_old_secret_signs_no_more(self) -> None:
        old = make_secret(bytes(32))
        secrets = {"secret": SECRET, "secret.previous": old, "secret.previous_until": now().isoformat()}
        with Receiver(old) as receiver:
            channel(receiver.url, secrets=secrets).publish(PIECE, key=KEY)

            assert receiver.deliveries[0].verified is False

    def test_the_page_is_where_the_pattern_says(self, receiver: Receiver) -> None:
        receipt = channel(receiver.url, url_pattern="https://www.example.com/{slug}/").publish(PIECE, key=KEY)

        assert receipt.url == "https://www.example.com/gateway/"

    def test_the_answer_knows_better_where_the_page_is(self, receiver: Receiver) -> None:
        receiver.answer["url"] = "https://www.example.com/2026/gateway"
        receipt = channel(receiver.url, url_pattern="https://www.example.com/{slug}/").publish(PIECE, key=KEY)

        assert receipt.url == "https://www.example.com/2026/gateway"

    def test_an_address_that_is_none_of_the_web_is_not_believed(self, receiver: Receiver) -> None:
        receiver.answer["url"] = "javascript:alert(1)"

        assert channel(receiver.url).publish(PIECE, key=KEY).url is None

    def test_a_receiver_that_points_has_no_page(self, receiver: Receiver) -> None:
        receiver.answer["url"] = "https://www.example.com/a"
        pointing = channel(receiver.url, does="points", url_pattern="https://www.example.com/{slug}/", live_check=True)

        assert pointing.nature is Nature.POINTING
        assert not pointing.live_check
        assert pointing.publish(PIECE, key=KEY).url is None

    @pytest.mark.parametrize("mode", [Mode.HUGE, Mode.EARLY_HINTS])
    def test_the_status_counts_whatever_stands_around_it(self, receiver: Receiver, mode: Mode) -> None:
        receiver.always(mode)

        assert isinstance(channel(receiver.url).publish(PIECE, key=KEY), Receipt)

    def test_an_answer_that_drips_is_left_when_the_time_is_over(self, receiver: Receiver) -> None:
        receiver.always(Mode.DRIP)

        assert channel(receiver.url, timeout=1).publish(PIECE, key=KEY).external_id == "msg_k7"


class TestNotTaken:
    @pytest.mark.parametrize("mode", [Mode.BUSY, Mode.CLOSED_FOR_NOW])
    def test_busy_is_not_sent_and_waits_as_asked(self, receiver: Receiver, mode: Mode) -> None:
        answer = answer_of(receiver, mode)

        assert isinstance(answer, NotSent)
        assert answer.retry_after == 7

    def test_gone_switches_off(self, receiver: Receiver) -> None:
        assert isinstance(answer_of(receiver, Mode.GONE), Gone)

    def test_a_refusal_is_quoted_as_plain_text(self, receiver: Receiver) -> None:
        answer = answer_of(receiver, Mode.FORBIDDEN)

        assert isinstance(answer, Refused)
        assert answer.says.params["said"] == "<b>no entry</b> for you"

    def test_a_redirect_is_named_and_not_followed(self, receiver: Receiver) -> None:
        answer = answer_of(receiver, Mode.REDIRECT)

        assert isinstance(answer, Refused)
        assert answer.says.params["to"] == "https://elsewhere.example/hook?token=…"
        assert len(receiver.deliveries) == 1

    def test_nobody_listens_so_nothing_was_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(NotSent):
            channel(url).publish(PIECE, key=KEY)

    def test_no_name_so_nothing_was_sent(self) -> None:
        with pytest.raises(NotSent):
            channel("https://receiver.invalid/").publish(PIECE, key=KEY)

    def test_https_to_a_port_without_it_sends_nothing(self, receiver: Receiver) -> None:
        with pytest.raises(NotSent):
            channel(receiver.url.replace("http:", "https:"), timeout=2).publish(PIECE, key=KEY)
        assert receiver.deliveries == []

    def test_a_private_address_gets_nothing(self, receiver: Receiver) -> None:
        with pytest.raises(Refused) as refused:
            channel(receiver.url, NOTHING_PRIVATE).publish(PIECE, key=KEY)

        assert refused.value.field == "url"
        assert receiver.connections == 0

    def test_a_name_that_leads_inside_gets_nothing(self, receiver: Receiver) -> None:
        with pytest.raises(Refused):
            channel(f"http://localhost:{receiver.port}/", NOTHING_PRIVATE).publish(PIECE, key=KEY)
        assert receiver.connections == 0

    def test_plain_http_to_a_public_address_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            channel("http://1.1.1.1/hook").publish(PIECE, key=KEY)

        assert "unencrypted" in str(refused.value)

    def test_without_a_secret_nothing_leaves(self, receiver: Receiver) -> None:
        with pytest.raises(Refused):
            channel(receiver.url, secrets={}).publish(PIECE, key=KEY)
        assert receiver.connections == 0


class TestNobodyKnows:
    @pytest.mark.parametrize(
        "mode", [Mode.HANG_UP, Mode.RESET, Mode.LATE, Mode.BROKEN, Mode.BAD_GATEWAY, Mode.DOWN, Mode.HALF_HEADERS]
    )
    def test_a_lost_or_senseless_answer_is_unclear(self, receiver: Receiver, mode: Mode) -> None:
        assert isinstance(answer_of(receiver, mode), Unclear)

    def test_a_receiver_that_hangs_up_is_never_given_it_again_by_the_library(self, receiver: Receiver) -> None:
        """libcurl sends again on a fresh connection when a kept one dies before the first byte of the answer."""
        channel(receiver.url).publish(PIECE, key="before")  # leaves a connection that could be kept
        answer_of(receiver, Mode.HANG_UP)

        assert receiver.taken("msg_k7") == 1

    def test_it_cannot_be_asked_what_it_has(self, receiver: Receiver) -> None:
        with pytest.raises(Unclear):
            channel(receiver.url).find(KEY)


class TestTrace:
    def test_it_shows_what_was_said_without_what_is_secret(self, receiver: Receiver) -> None:
        signed = receiver.url + "?token=very-secret"
        receiver.answer |= {"echo": f"{SECRET} very-secret"}
        trace = trace_of(channel(signed).publish(PIECE, key=KEY))

        shown = json.dumps([trace.request, trace.answer])
        sent = receiver.deliveries[0].headers["webhook-signature"]
        assert not [secret for secret in (SECRET, "very-secret", sent, sent.partition(",")[2]) if secret in shown]
        assert trace.request["address"].endswith("/hook?token=…")
        assert trace.answer["status"] == "200"

    def test_of_a_long_body_only_the_beginning_is_kept(self, receiver: Receiver) -> None:
        trace = trace_of(channel(receiver.url).publish(replace(PIECE, body="字" * 5000), key=KEY))

        assert len(trace.request["body"].encode()) < 2200

    @pytest.mark.parametrize("mode", [Mode.GONE, Mode.REDIRECT, Mode.BUSY, Mode.BROKEN, Mode.HANG_UP])
    def test_every_answer_carries_one(self, receiver: Receiver, mode: Mode) -> None:
        assert trace_of(answer_of(receiver, mode)).request["webhook-id"] == "msg_k7"


class TestProbe:
    def test_it_delivers_nothing(self, receiver: Receiver) -> None:
        channel(receiver.url).check()

        assert receiver.deliveries == []

    def test_it_says_that_nobody_listens(self) -> None:
        with pytest.raises(NotSent):
            channel("http://127.0.0.1:9/").check()


def test_eight_threads_deliver_side_by_side(receiver: Receiver) -> None:
    shared = channel(receiver.url)
    threads = [threading.Thread(target=shared.publish, args=(PIECE,), kwargs={"key": f"k{n}"}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(receiver.counts().values()) == {1}
    assert len(receiver.counts()) == 8


def test_a_secret_of_ours_is_what_the_specification_asks_for() -> None:
    made = make_secret(bytes(range(40)))

    assert made.startswith("whsec_")
    assert len(base64.b64decode(made.removeprefix("whsec_"))) == 32
