"""A mail as bytes reads back as it was meant, and nobody can add a header to it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.adapters.mime import Letter, as_bytes, domain_of
from editorial.domain.jobs import Refused

LETTER = Letter(
    sender="Editorial <desk@northgauge.example>",
    name="Mei Lin",
    address="mei@northgauge.example",
    subject="Week 50",
    text="Hello\n",
    html="<p>Hello</p>",
    language="en",
    message_id="<mail-1.abc@northgauge.example>",
    date=datetime(2026, 12, 7, tzinfo=UTC),
    headers={"List-Unsubscribe": "<https://desk.northgauge.example/unsubscribe/" + "x" * 60 + ">"},
)


def read(letter: Letter):
    return message_from_bytes(as_bytes(letter), policy=policy.default)


@pytest.mark.parametrize(
    "subject",
    [
        "Week 50",
        "verspätet – KW 47 / 周报",  # EmailMessage of Python 3.11 loses a space here
        "【Northgauge】得分 84（−3），新问题 7 个，已修复 1 个" * 4,
        "a " * 140,
    ],
)
def test_the_subject_reads_back_as_it_was(subject) -> None:
    assert read(replace(LETTER, subject=subject))["Subject"] == subject.strip()


@given(subject=st.text(max_size=200), name=st.text(max_size=80), value=st.text(max_size=80))
def test_no_text_can_begin_a_header_or_the_body(subject, name, value) -> None:
    mail = read(
        replace(LETTER, subject=subject, name=name, headers={"X-Note": value + "\r\nBcc: all@example.org\r\n\r\nHi"})
    )

    assert "Bcc" not in mail
    assert mail.get_content_type() == "multipart/alternative"
    assert len(list(mail.iter_parts())) == 2


@given(text=st.text(max_size=3000))
def test_every_line_fits_and_every_byte_is_ascii(text) -> None:
    raw = as_bytes(replace(LETTER, text=text, html=f"<p>{text}</p>", subject=text[:200], name=text[:80]))

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("body", ["Grüße\n.\n..dot\nEnde", "食品厂的三条经验。\n" * 50, "a" * 5000])
def test_the_text_reads_back_as_it_was(body) -> None:
    text, _ = read(replace(LETTER, text=body)).iter_parts()

    assert text.get_content().replace("\r\n", "\n").rstrip("\n") == body.rstrip("\n")


def test_names_with_commas_quotes_and_han_stay_names() -> None:
    for name in ('Okafor, Sara "SO"', "陈宇（内容组）", "O'Neil; drop"):
        address = read(replace(LETTER, name=name))["To"].addresses[0]
        assert (address.display_name, address.addr_spec) == (name, "mei@northgauge.example")


def test_a_name_of_several_encoded_words_is_one_again() -> None:
    raw = message_from_bytes(as_bytes(replace(LETTER, name="陈" * 60)))["To"]  # the new parser of 3.11 adds spaces

    assert str(make_header(decode_header(raw))) == f"{'陈' * 60} <mei@northgauge.example>"


def test_an_id_is_never_folded() -> None:
    long_id = f"<{'m' * 120}@northgauge.example>"
    raw = as_bytes(replace(LETTER, message_id=long_id))

    assert f"Message-ID: {long_id}\r\n".encode() in raw


def test_a_han_domain_goes_out_in_ascii() -> None:
    assert read(replace(LETTER, address="mei@北规.example"))["To"].addresses[0].addr_spec == "mei@xn--djr658j.example"
    assert domain_of("Editorial <desk@北规.example>") == "xn--djr658j.example"


def test_a_han_mailbox_is_refused_with_a_way_on() -> None:
    with pytest.raises(Refused) as no:
        as_bytes(replace(LETTER, address="陈宇@northgauge.example"))

    assert "letters" in str(no.value)
