"""The outbox pages and the way out, through the real application."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from editorial.background.ticks.mails import enqueue_weekly_mails, send_mails
from editorial.domain.people import Role
from editorial.services import mail
from editorial.store import mail as store
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from tests.integration.mail.conftest import free_port
from tests.web import Visitor, add_person, add_workspace, application, visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def written(deps, team):
    """Two weekly mails in the outbox, no mail server."""
    enqueue_weekly_mails(deps)
    return deps


def rows(deps) -> list[OutgoingMail]:
    with deps.sessions() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def of(deps, person_id: int) -> int:
    return next(row.id for row in rows(deps) if row.person_id == person_id)


def sign_in(deps, person_id: int) -> Visitor:
    with deps.sessions() as session:
        somebody = session.get_one(Person, person_id)
    return visitor(application(deps), deps, somebody)


def wanted(deps, person_id: int) -> bool:
    with deps.sessions() as session:
        return bool(session.get_one(Person, person_id).weekly_mail)


# -- the outbox ---------------------------------------------------------------------------------------------------


def test_an_administrator_sees_every_mail_and_which_settings_to_make(written, team) -> None:
    page = sign_in(written, team.admin).get("/outbox")

    assert "陈宇" in page
    assert "Mei Lin" in page
    assert "EDITORIAL_SMTP_HOST" in page


def test_the_banner_goes_once_a_server_is_set_up(written, team, with_smtp) -> None:
    assert "EDITORIAL_SMTP_HOST" not in sign_in(with_smtp(written, 25), team.admin).get("/outbox")


def test_everybody_else_sees_their_own_mails_alone(written, team) -> None:
    mei = sign_in(written, team.mei)

    assert "陈宇" not in mei.get("/outbox")
    mei.get(f"/outbox/{of(written, team.mei)}")
    mei.get(f"/outbox/{of(written, team.chen)}", status=404)
    mei.get(f"/outbox/{of(written, team.chen)}/document", status=404)


def test_the_mail_itself_is_boxed_in(written, team) -> None:
    answer = sign_in(written, team.mei).client.get(f"/outbox/{of(written, team.mei)}/document")

    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "How a dairy halved its downtime" in answer.text


def test_the_list_can_be_narrowed_and_turned_over(written, team) -> None:
    admin = sign_in(written, team.admin)

    assert "Mei Lin" in admin.get("/outbox?view=waiting")
    assert "Mei Lin" not in admin.get("/outbox?view=sent")
    assert "Mei Lin" not in admin.get("/outbox?before=1")
    admin.get("/outbox?view=nonsense", status=404)


def test_only_administrators_act_on_mails(written, team) -> None:
    editor, number = sign_in(written, team.mei), of(written, team.mei)
    answers = [
        editor.post(f"/outbox/{number}/{step}").status_code for step in ("dispatch", "confirmation", "cancellation")
    ]

    assert (answers, rows(written)[0].state.value) == ([403, 403, 403], "waiting")


def test_a_waiting_mail_can_be_passed_on_by_hand_or_cancelled(written, team) -> None:
    admin = sign_in(written, team.admin)
    admin.post(f"/outbox/{of(written, team.mei)}/confirmation")
    admin.post(f"/outbox/{of(written, team.chen)}/cancellation")

    assert sorted(row.state.value for row in rows(written)) == ["cancelled", "sent"]
    assert "Passed on by hand" in admin.get(f"/outbox/{of(written, team.mei)}")


def test_sending_before_a_server_is_set_up_is_refused_with_the_way_on(written, team) -> None:
    answer = sign_in(written, team.admin).post(f"/outbox/{of(written, team.mei)}/dispatch")

    assert answer.status_code == 409
    assert "Set EDITORIAL_SMTP_HOST" in answer.text


def test_an_unknown_mail_asks_its_question_with_two_buttons(written, team, with_smtp, scripted) -> None:
    cut = with_smtp(written, scripted(end=None).port)
    send_mails(cut)
    page = sign_in(cut, team.admin).get(f"/outbox/{of(cut, team.mei)}")

    assert "Did it arrive?" in page
    assert "Yes, it arrived" in page
    assert "No, send it again" in page
    assert "Cancel this mail" not in page


def test_what_the_server_said_stands_on_the_page_escaped(written, team, with_smtp, scripted) -> None:
    rude = with_smtp(written, scripted(rcpt="550 <script>no</script>").port)
    send_mails(rude)
    page = sign_in(rude, team.admin).get(f"/outbox/{of(rude, team.mei)}")

    assert "&lt;script&gt;no" in page
    assert "<script>no" not in page


def test_this_weeks_mail_can_be_looked_at_and_written_by_hand(deps, team) -> None:
    admin = sign_in(deps, team.admin)
    assert "Score 84" in admin.get(f"/sites/{team.site}/mail")
    admin.get(f"/sites/{team.site}/mail/document")
    admin.post(f"/sites/{team.site}/mail")

    assert len(rows(deps)) == 2


def test_an_editor_may_look_but_not_write_it(deps, team) -> None:
    editor = sign_in(deps, team.mei)
    editor.get(f"/sites/{team.site}/mail")

    assert (editor.post(f"/sites/{team.site}/mail").status_code, rows(deps)) == (403, [])


def test_every_link_of_the_mail_leads_to_a_page_of_the_desk(written, team) -> None:
    app = application(written)
    links = re.findall(rf'href="{re.escape(written.config.public_url)}([^"]*)"', rows(written)[0].html)
    urls = app.url_map.bind("desk.example")

    assert f"/audits/sites/{team.site}/findings" in links
    assert all(urls.test(link.partition("?")[0] or "/", "GET") for link in links)


# -- the way out --------------------------------------------------------------------------------------------------


def way_out(deps, team, person_id: int) -> str:
    return f"/unsubscribe/{mail.unsubscribe_token(deps, person_id, team.site)}"


def site_wanted(deps, team, person_id: int) -> bool:
    with deps.sessions() as session:
        return bool(store.wants_weekly(session, session.get_one(Person, person_id), team.site))


def test_looking_at_the_link_changes_nothing(deps, team) -> None:
    page = visitor(application(deps), deps).get(way_out(deps, team, team.chen))

    assert "不再接收 northgauge.example 的周报？" in page  # the reader's language, whoever's browser it is
    assert site_wanted(deps, team, team.chen)


def test_one_click_works_without_a_session_a_cookie_or_a_form_token(deps, team) -> None:
    click = {"List-Unsubscribe": "One-Click"}
    answer = application(deps).test_client().post(way_out(deps, team, team.chen), data=click)

    assert (answer.status_code, site_wanted(deps, team, team.chen)) == (200, False)
    assert wanted(deps, team.chen)  # the other sites go on
    assert site_wanted(deps, team, team.mei)


def test_one_click_may_come_as_a_form_of_several_parts(deps, team) -> None:
    """RFC 8058, 3.2 allows both kinds."""
    click = {"data": {"List-Unsubscribe": "One-Click"}, "content_type": "multipart/form-data"}
    application(deps).test_client().post(way_out(deps, team, team.chen), **click)

    assert not site_wanted(deps, team, team.chen)


def test_a_link_of_an_older_mail_stops_them_all(deps, team) -> None:
    client = application(deps).test_client()
    page = client.post(f"/unsubscribe/{mail.unsubscribe_token(deps, team.chen)}")

    assert (page.status_code, wanted(deps, team.chen)) == (200, False)


def test_twice_is_as_good_as_once_and_the_way_back_is_open(deps, team) -> None:
    client, path = application(deps).test_client(), way_out(deps, team, team.mei)
    client.post(path)
    client.post(path)
    off = site_wanted(deps, team, team.mei)
    client.post(path, data={"again": "yes"})

    assert (off, site_wanted(deps, team, team.mei)) == (False, True)


def test_the_page_offers_to_stop_every_site_as_well(deps, team) -> None:
    client, path = application(deps).test_client(), way_out(deps, team, team.mei)
    offered = client.get(path).text
    stopped = client.post(path, data={"everywhere": "yes"}).text

    assert "Stop it for every site" in offered
    assert "You get no more weekly mail</h1>" in stopped
    assert not wanted(deps, team.mei)


def test_a_forged_token_changes_nothing(deps, team) -> None:
    forged = f"{team.chen}-{team.site}.{mail.unsubscribe_token(deps, team.mei, team.site).partition('.')[2]}"
    answer = application(deps).test_client().post(f"/unsubscribe/{forged}")

    assert (answer.status_code, site_wanted(deps, team, team.chen)) == (404, True)


def test_the_address_with_the_token_is_told_to_nobody(deps, team) -> None:
    answer = application(deps).test_client().get(way_out(deps, team, team.mei))

    assert (answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_everybody_switches_the_mail_of_a_site_on_and_off_where_they_look_at_it(deps, team) -> None:
    chen, path = sign_in(deps, team.chen), f"/sites/{team.site}/mail"
    before = chen.get(path)
    chen.post(f"{path}/subscription")
    off, page = site_wanted(deps, team, team.chen), chen.get(path)
    chen.post(f"{path}/subscription", wanted="yes")

    assert "不要发给我" in before
    assert "发给我" in page
    assert (off, site_wanted(deps, team, team.chen)) == (False, True)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PUBLISHER])
def test_a_desk_without_mails_and_sites_says_what_comes_next(deps, role) -> None:
    add_workspace(deps)
    down = replace(deps, config=deps.config.model_copy(update={"smtp_port": free_port()}))
    page = visitor(application(down), down, add_person(deps, "Ann", role)).get("/outbox")

    assert "No mail yet" in page
