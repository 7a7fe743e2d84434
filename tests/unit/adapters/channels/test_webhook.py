"""What a webhook's settings refuse, and what an answer means."""

from datetime import UTC, datetime

import pytest

from editorial.adapters.channels.base import SettingsRefused, read_settings
from editorial.adapters.channels.signature import checked_secret
from editorial.adapters.channels.webhook_answers import outcome
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.adapters.channels.webhook_trace import KEPT, answered, beginning, without_values
from editorial.adapters.post import Answer
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import NotSent, Receipt, Refused, Trace, Unclear

NOW = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)


def result(status: int, body: bytes = b"", **headers: str) -> Receipt:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    answer = Answer(status, named, body)
    return outcome(answer, Trace(), host="h", webhook_id="msg_1", url=None, makes_page=True, now=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "hook.example.com/path"),
        ("url", "ftp://hook.example.com/"),
        ("url", "https://mei:secret@hook.example.com/"),
        ("url", ""),
        ("url_pattern", "https://www.example.com/one-for-all/"),
        ("remembers_hours", "-1"),
        ("timeout", "51"),
        ("does", "anything"),
    ],
)
def test_settings_that_cannot_be_are_refused_beside_their_field(field: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings(WebhookSettings, {"url": "https://hook.example.com/"} | {field: value})

    assert refused.value.field == field


def test_an_address_of_another_script_is_kept_as_it_is_sent() -> None:
    assert read_settings(WebhookSettings, {"url": "https://例子.example/挂钩"}).url.startswith("https://xn--fsqu00a.")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("Tue, 15 Dec 2026 10:02:00 GMT", 120), ("Tue, 15 Dec 2026 09:00:00 GMT", 0), ("9" * 30, 604_800)],
)
def test_both_forms_of_retry_after_are_understood(said: str, seconds: float) -> None:
    with pytest.raises(NotSent) as answer:
        result(503, retry_after=said)

    assert answer.value.retry_after == seconds


@pytest.mark.parametrize("said", ["soon", "-5", "١٢", "1.5"])
def test_a_retry_after_that_is_none_leaves_503_unclear(said: str) -> None:
    with pytest.raises(Unclear):
        result(503, retry_after=said)


@pytest.mark.parametrize("status", [408, 425, 429])
def test_what_says_by_its_definition_that_nothing_was_done_is_not_sent(status: int) -> None:
    with pytest.raises(NotSent):
        result(status)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 409, 413, 422, 451])
def test_what_will_never_do_is_refused(status: int) -> None:
    with pytest.raises(Refused):
        result(status, b"no")


@pytest.mark.parametrize("status", [500, 502, 504, 599])
def test_what_says_nothing_about_the_delivery_is_unclear(status: int) -> None:
    with pytest.raises(Unclear):
        result(status)


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b'{"url": 5, "id": {}}', b'{"url": "//x/y"}', b"\xff\xfe"])
def test_whatever_stands_in_the_answer_a_2xx_is_taken(body: bytes) -> None:
    assert result(202, body) == Receipt("msg_1", evidence={"webhook-id": "msg_1", "status": "202"}, trace=Trace())


def test_the_answer_names_the_page() -> None:
    assert result(201, b'{"id": 9, "url": "https://www.example.com/a b"}').url == "https://www.example.com/a%20b"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/p?token=abc&x=1", "https://h/p?token=…&x=…"),
        ("https://h/p?abcdef", "https://h/p?…"),
        ("https://u:p@h/p#f", "https://h/p"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert without_values(url) == shown


def test_a_body_is_cut_between_characters() -> None:
    assert beginning("字".encode() * 1000).startswith("字" * 682 + "…")


@pytest.mark.parametrize("before", [KEPT - 10, KEPT - 1, 0])
def test_a_secret_is_hidden_wherever_the_body_is_cut(before: int) -> None:
    secret = "whsec_" + "A" * 32
    answer = Answer(200, (), b"x" * before + secret.encode() + b"y" * KEPT)
    said = answered(Trace(), answer, "https://hooks.example.com/in", [secret]).answer["body"]

    assert "whsec" not in said
    assert said.endswith(f"({len(answer.body)} B)")


def test_what_is_no_text_does_not_part_a_secret() -> None:
    assert beginning(b"whsec_\x00AAAA", ["whsec_AAAA"]) == "…"


@pytest.mark.parametrize("typed", ["", "whsec_", "whsec_AAAA", "abc", "whsec_" + "A" * 200, "whsec_!!!!" + "A" * 40])
def test_what_is_no_signing_secret_is_refused(typed: str) -> None:
    with pytest.raises(EditorialError):
        checked_secret(typed)


def test_a_secret_may_be_pasted_with_its_line_end() -> None:
    assert checked_secret(" whsec_" + "A" * 32 + "\n") == "whsec_" + "A" * 32
