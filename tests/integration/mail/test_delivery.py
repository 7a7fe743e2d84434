"""From the tables to a reader's mailbox: the weekly mail arrives at a real listener and reads back right."""

import re

import pytest
from sqlalchemy import select

from editorial.background.ticks.mails import enqueue_weekly_mails, send_mails
from editorial.domain.mails import MailState
from editorial.store.mail import OutgoingMail

pytestmark = [
    pytest.mark.usefixtures("team"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),  # test_sending.py shows the way on both
]


def stored(deps) -> list[OutgoingMail]:
    with deps.sessions() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


@pytest.fixture
def sent(deps, inbox, with_smtp):
    deps = with_smtp(deps, inbox.port)
    assert enqueue_weekly_mails(deps) == 2
    assert send_mails(deps) == 2
    return deps


def test_everybody_who_wants_it_receives_it_at_the_mail_hour(sent, inbox) -> None:
    assert sorted(inbox.readers) == ["chen@northgauge.example", "mei@northgauge.example"]


def test_the_subject_tells_score_new_and_fixed(sent, inbox) -> None:
    assert (
        inbox.to("mei@northgauge.example")["Subject"] == "[northgauge.example] Score 84 (−3), 7 new findings, 1 fixed"
    )


def test_the_chinese_reader_gets_a_chinese_subject(sent, inbox) -> None:
    assert (
        inbox.to("chen@northgauge.example")["Subject"]
        == "【northgauge.example】得分 84（−3），新问题 7 个，已修复 1 个"
    )


def test_both_parts_say_the_same_in_order_text_first(sent, inbox) -> None:
    parts = list(inbox.to("mei@northgauge.example").iter_parts())
    text, html = (part.get_content() for part in parts)

    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for words in ("How a dairy halved its downtime", "双十二不停机", "northgauge.example/case/4", "Mei Lin", "2 more"):
        assert words in text
        assert words in html


def test_what_people_typed_is_escaped_in_the_html_alone(sent, inbox) -> None:
    text, html = (part.get_content() for part in inbox.to("mei@northgauge.example").iter_parts())

    assert "Q&A: security <of> the gateway" in text
    assert "Q&amp;A: security &lt;of&gt; the gateway" in html


def test_times_stand_in_the_readers_own_language_and_zone(sent, inbox) -> None:
    _, html = (part.get_content() for part in inbox.to("chen@northgauge.example").iter_parts())

    assert "12月9日周三 10:00" in html.replace("日 周", "日周")


def test_the_message_id_is_the_stored_one_under_our_own_domain(sent, inbox) -> None:
    ids = {row.address: row.message_id for row in stored(sent)}

    assert inbox.to("mei@northgauge.example")["Message-ID"] == ids["mei@northgauge.example"]
    assert all(str(message_id).endswith("@mail.northgauge.example>") for message_id in ids.values())


def test_one_click_leads_out_by_a_token_of_the_reader(sent, inbox) -> None:
    mine, yours = inbox.to("mei@northgauge.example"), inbox.to("chen@northgauge.example")

    assert re.fullmatch(r"<https://desk\.northgauge\.example/unsubscribe/\d+-\d+\.[\w-]{43}>", mine["List-Unsubscribe"])
    assert mine["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mine["List-Unsubscribe"] != yours["List-Unsubscribe"]


def test_the_other_headers_of_a_good_mail_are_there(sent, inbox) -> None:
    mail = inbox.to("chen@northgauge.example")

    assert mail["Content-Language"] == "zh-Hans-CN"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == sent.now()
    assert mail["From"].addresses[0].display_name == "Editorial 编辑部"
    assert mail["To"].addresses[0].display_name == "陈宇"
    assert set(inbox.senders) == {"desk@mail.northgauge.example"}


def test_no_line_is_longer_than_smtp_allows_and_every_byte_is_ascii(sent, inbox) -> None:
    for raw in inbox.raw:
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
        assert raw.isascii()


def test_the_html_stays_below_what_mail_programs_cut_off_and_fetches_nothing(sent, inbox) -> None:
    _, html = (part.get_content() for part in inbox.to("mei@northgauge.example").iter_parts())

    assert len(html.encode()) < 100_000
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import", html)


def test_a_sent_mail_is_not_sent_again(sent, inbox) -> None:
    send_mails(sent)

    assert (len(inbox.raw), {row.state for row in stored(sent)}) == (2, {MailState.SENT})
