"""When the weekly mail is written, to whom, and what it says."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from editorial.background.ticks.mails import enqueue_weekly_mails, send_mails
from editorial.domain.errors import NotFound
from editorial.domain.findings import FindingEvent
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.services import mail, weekly, weekly_data
from editorial.services.mail import Reader
from editorial.store import mail as store
from editorial.store.audit import Audit, AuditState, Finding
from editorial.store.content import ContentItem, Site
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.mail import OutgoingMail, WeeklyIssue
from editorial.store.people import Person
from tests.integration.mail.conftest import MONDAY, audit, finding, make_site, person


def mails(deps) -> list[OutgoingMail]:
    with deps.sessions() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def subject(deps) -> str:
    """The subject as Mei reads it."""
    return next(row.subject for row in mails(deps) if row.name == "Mei Lin")


def body(deps) -> str:
    return next(row.text for row in mails(deps) if row.name == "Mei Lin")


# -- when ---------------------------------------------------------------------------------------------------------


def test_not_a_minute_before_its_hour(deps, team, clock) -> None:
    clock.instant = MONDAY - timedelta(minutes=1)

    assert enqueue_weekly_mails(deps) == 0


def test_once_however_often_the_clock_ticks(deps, team, clock) -> None:
    written = [enqueue_weekly_mails(deps)]
    for _ in range(3):
        clock.forward(hours=30)
        written.append(enqueue_weekly_mails(deps))

    assert written == [2, 0, 0, 0]


def test_once_for_each_of_the_weeks(deps, team, clock) -> None:
    enqueue_weekly_mails(deps)
    clock.forward(days=7)
    with deps.sessions.begin() as session:
        audit(session, team.site, clock() - timedelta(hours=2), score=90)

    assert enqueue_weekly_mails(deps) == 2
    assert {row.week for row in mails(deps)} == {"2026-W50", "2026-W51"}


def test_four_clocks_at_once_write_one_mail_a_reader(deps, team) -> None:
    together, written = threading.Barrier(4), []

    def run() -> None:
        together.wait()
        written.append(enqueue_weekly_mails(deps))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(written), len(mails(deps))) == ([0, 0, 0, 2], 2)


def test_after_a_downtime_one_mail_is_written_and_not_three(deps, team, clock) -> None:
    clock.forward(days=16)
    with deps.sessions.begin() as session:
        audit(session, team.site, clock() - timedelta(hours=1))

    assert (enqueue_weekly_mails(deps), {row.week for row in mails(deps)}) == (2, {"2026-W52"})


def test_a_new_site_waits_for_its_own_first_monday(deps, team, clock) -> None:
    clock.forward(days=2)
    enqueue_weekly_mails(deps)
    with deps.sessions.begin() as session:
        make_site(session, "new.example").created_at = clock()

    assert enqueue_weekly_mails(deps) == 0


def test_somebody_who_wants_it_from_wednesday_on_waits_for_monday(deps, team, clock) -> None:
    enqueue_weekly_mails(deps)
    clock.forward(days=2)
    with deps.sessions.begin() as session:
        session.get_one(Person, team.admin).weekly_mail = True

    assert enqueue_weekly_mails(deps) == 0


@pytest.mark.parametrize("site_zone", ["Europe/Berlin", "America/New_York"])
def test_the_hour_is_that_of_the_sites_own_wall(deps, team, clock, site_zone) -> None:
    with deps.sessions.begin() as session:
        session.get_one(Site, team.site).zone = site_zone
        hour = 7 if site_zone == "Europe/Berlin" else 13
        audit(session, team.site, datetime(2026, 12, 7, hour - 1, tzinfo=UTC))
    clock.instant = datetime(2026, 12, 7, hour, tzinfo=UTC) - timedelta(minutes=1)
    early = enqueue_weekly_mails(deps)
    clock.forward(minutes=1)

    assert (early, enqueue_weekly_mails(deps)) == (0, 2)


def test_the_mail_of_an_audit_late_on_sunday_comes_on_monday_and_tells_that_audit(deps, team, clock) -> None:
    with deps.sessions.begin() as session:
        site = session.get_one(Site, team.site)
        site.audit_weekday, site.audit_time, site.mail_time = 6, "22:00", "08:00"
    clock.instant = MONDAY - timedelta(hours=24)
    on_sunday = enqueue_weekly_mails(deps)
    clock.instant = MONDAY

    assert (on_sunday, enqueue_weekly_mails(deps)) == (0, 2)
    assert {row.week for row in mails(deps)} == {"2026-W50"}


def test_a_site_at_rest_gets_no_mail(deps, team) -> None:
    with deps.sessions.begin() as session:
        session.get_one(Site, team.site).active = False

    assert enqueue_weekly_mails(deps) == 0


def test_one_broken_site_does_not_keep_the_others_from_their_mail(deps, team, monkeypatch) -> None:
    with deps.sessions.begin() as session:
        broken = make_site(session, "broken.example").id
    gather = weekly_data.gather

    def sometimes(session, site, *others):
        if site.id == broken:
            raise RuntimeError("broken")
        return gather(session, site, *others)

    monkeypatch.setattr(weekly_data, "gather", sometimes)
    with deps.sessions.begin() as session:  # its audit ran, so that nothing is waited for
        audit(session, broken, MONDAY - timedelta(hours=1))

    assert enqueue_weekly_mails(deps) == 2


# -- the audit it waits for ---------------------------------------------------------------------------------------


def without_audits(deps, site: int) -> None:
    with deps.sessions.begin() as session:
        session.query(Finding).delete()
        session.query(Audit).delete()


def test_it_waits_for_an_audit_that_is_under_way(deps, team, clock) -> None:
    with deps.sessions.begin() as session:
        running = audit(
            session, team.site, MONDAY, score=None, state=AuditState.RUNNING, heartbeat_at=MONDAY, worker="w"
        ).id
    first = enqueue_weekly_mails(deps)
    clock.forward(minutes=20)
    with deps.sessions.begin() as session:
        done = session.get_one(Audit, running)
        done.state, done.ended_at, done.score, done.ruleset = AuditState.DONE, clock(), 90, "r1"
    second = enqueue_weekly_mails(deps)

    assert (first, second) == (0, 2)
    assert "Score 90 (+3)" in subject(deps)


def test_it_does_not_wait_for_ever_and_says_so(deps, team, clock) -> None:
    without_audits(deps, team.site)
    with deps.sessions.begin() as session:
        audit(session, team.site, MONDAY, score=None, state=AuditState.RUNNING, heartbeat_at=MONDAY, worker="w")
    clock.forward(hours=8)

    assert enqueue_weekly_mails(deps) == 2
    assert subject(deps) == "[northgauge.example] The audit has not ended"
    assert "This week's audit is still under way." in body(deps)


def test_an_audit_that_somebody_paused_is_told_as_that(deps, team, clock) -> None:
    without_audits(deps, team.site)
    with deps.sessions.begin() as session:
        audit(session, team.site, MONDAY, score=None, state=AuditState.QUEUED, paused=True)
    clock.forward(hours=8)

    assert enqueue_weekly_mails(deps) == 2
    assert subject(deps) == "[northgauge.example] The audit has not ended"
    assert "This week's audit is paused: somebody asked it to wait." in body(deps)


def test_where_nobody_asked_for_the_audit_it_does_and_waits(deps, team, clock) -> None:
    clock.forward(days=7)
    first = enqueue_weekly_mails(deps)
    with deps.sessions() as session:
        asked = session.scalars(select(Audit.state).where(Audit.requested_at == clock())).all()

    assert (first, asked) == (0, [AuditState.QUEUED])


WHY = [
    (
        "robots_unreachable",
        "503",
        "robots.txt could not be read (503), so nothing was fetched. Make it answer 200 or 404.",
    ),
    ("robots_forbids", "", "robots.txt forbids EditorialBot to fetch the first page."),
    ("start_unreachable", "dns", "The name northgauge.example does not resolve."),
    ("start_unreachable", "connect", "northgauge.example refused the connection."),
    ("start_unreachable", "redirect-loop", "The first page could not be fetched: its redirects go round in a circle."),
    ("cancelled", "", "Somebody stopped the audit."),
    ("crashed", "", "The audit failed because of an error on this machine."),
]


@pytest.mark.parametrize(("reason", "detail", "said"), WHY)
def test_an_audit_that_failed_is_told_with_its_reason(deps, team, reason, detail, said) -> None:
    without_audits(deps, team.site)
    with deps.sessions.begin() as session:
        audit(
            session,
            team.site,
            MONDAY - timedelta(hours=2),
            score=None,
            state=AuditState.FAILED,
            stop_reason=reason,
            stop_detail=detail,
        )

    assert enqueue_weekly_mails(deps) == 2
    assert subject(deps) == "[northgauge.example] The audit could not run"
    assert said in body(deps)


def test_an_old_audit_is_not_told_as_this_weeks(deps, team, clock) -> None:
    enqueue_weekly_mails(deps)
    clock.forward(days=7)
    enqueue_weekly_mails(deps)  # asks for the audit, which never comes
    clock.forward(hours=8)
    enqueue_weekly_mails(deps)
    with deps.sessions() as session:
        latest = session.scalars(select(OutgoingMail).where(OutgoingMail.week == "2026-W51")).first()

    assert latest is not None
    assert latest.subject == "[northgauge.example] The audit could not run"
    assert "The audit was asked for on Mon 14 Dec, 08:00, and nothing has begun it yet." in latest.text


# -- what it says -------------------------------------------------------------------------------------------------


def test_a_week_in_which_nothing_happened_gets_no_mail(deps, clock) -> None:
    clock.instant = MONDAY
    with deps.sessions.begin() as session:
        person(session, "Mei Lin", "mei@northgauge.example", Language.EN)
        site = make_site(session)
        audit(session, site.id, MONDAY - timedelta(days=7, hours=2))
        audit(session, site.id, MONDAY - timedelta(hours=2))

    assert (enqueue_weekly_mails(deps), mails(deps)) == (0, [])
    with deps.sessions() as session:
        assert session.scalars(select(WeeklyIssue.mails)).all() == [0]


def test_a_finding_that_came_and_went_between_two_mails_is_not_new(deps, team, clock) -> None:
    with deps.sessions.begin() as session:
        audits = session.scalars(select(Audit).order_by(Audit.id)).all()
        finding(
            session, team.site, "image-broken", "/x", (audits[0], FindingEvent.NEW), (audits[1], FindingEvent.FIXED)
        )

    enqueue_weekly_mails(deps)
    assert "7 new findings, 2 fixed" in subject(deps)


def test_everything_since_the_mail_before_is_told_though_more_than_one_audit_ran(deps, team, clock) -> None:
    enqueue_weekly_mails(deps)
    clock.forward(days=7)
    with deps.sessions.begin() as session:
        early = audit(session, team.site, clock() - timedelta(days=3), score=80)
        finding(session, team.site, "title-missing", "/early", (early, FindingEvent.NEW))
        audit(session, team.site, clock() - timedelta(hours=2), score=82)

    enqueue_weekly_mails(deps)
    latest = next(row for row in mails(deps) if row.week == "2026-W51" and row.name == "Mei Lin")
    assert latest.subject == "[northgauge.example] Score 82 (−2), 1 new finding, 0 fixed"


def test_the_first_mail_of_a_site_compares_with_its_first_audit(deps, team) -> None:
    with deps.sessions.begin() as session:
        session.query(WeeklyIssue).delete()
        for row in session.scalars(select(Audit)):
            row.ended_at += timedelta(minutes=1)
        session.scalars(select(Audit).order_by(Audit.id)).first().ended_at = MONDAY - timedelta(days=4)

    enqueue_weekly_mails(deps)
    assert "Score 84 (−3), 8 new findings, 1 fixed" in subject(deps)


def test_a_site_that_was_audited_once_has_nothing_to_compare_with(deps, clock) -> None:
    clock.instant = MONDAY
    with deps.sessions.begin() as session:
        person(session, "Mei Lin", "mei@northgauge.example", Language.EN)
        site = make_site(session)
        only = audit(session, site.id, MONDAY - timedelta(hours=2), score=71)
        finding(session, site.id, "title-missing", "/x", (only, FindingEvent.NEW))

    enqueue_weekly_mails(deps)
    assert subject(deps) == "[northgauge.example] Score 71 in the first audit, 1 finding"


def test_other_rules_make_two_scores_incomparable_and_it_says_so(deps, team) -> None:
    with deps.sessions.begin() as session:
        session.scalars(select(Audit).order_by(Audit.id.desc())).first().ruleset = "r2"

    enqueue_weekly_mails(deps)
    assert "The rules have changed since the last audit" in body(deps)


def test_jobs_that_need_a_person_are_told_with_a_link(deps, team, clock) -> None:
    with deps.sessions.begin() as session:
        channel = Channel(kind="git", name="Website", site_id=team.site, created_at=MONDAY)
        item = session.scalars(select(ContentItem)).first()
        session.add(channel)
        session.flush()
        job = DistributionJob(
            item_id=item.id,
            channel_id=channel.id,
            state=JobState.UNKNOWN_OUTCOME,
            due_at=MONDAY - timedelta(days=1),
            idem_key="k",
            content_hash="h",
            created_at=MONDAY,
        )
        session.add(job)
        session.flush()
        path = f"/queue/jobs/{job.id}"

    enqueue_weekly_mails(deps)
    assert path in body(deps)


def test_another_sites_pieces_and_findings_stay_out(deps, team) -> None:
    with deps.sessions.begin() as session:
        other = make_site(session, "other.example").id
    reader = Reader.of(next(row for row in _people(deps) if row.id == team.mei))
    with deps.sessions() as session:
        text = weekly.preview(session, deps, other, reader).text

    assert "dairy" not in text
    assert "/case/" not in text


def _people(deps) -> list[Person]:
    with deps.sessions() as session:
        return list(session.scalars(select(Person)))


# -- by hand ------------------------------------------------------------------------------------------------------


def test_writing_it_now_serves_whoever_has_none_yet_and_the_hour_adds_nothing(deps, team, clock) -> None:
    clock.instant = MONDAY - timedelta(minutes=30)
    with deps.sessions.begin() as session:
        early = weekly.write_now(session, deps, team.site)
    clock.instant = MONDAY
    at_the_hour = enqueue_weekly_mails(deps)
    with deps.sessions.begin() as session:
        session.get_one(Person, team.admin).weekly_mail = True
        again = weekly.write_now(session, deps, team.site)

    assert (early, at_the_hour, again) == (2, 0, 1)


def test_a_newer_mail_takes_the_place_of_one_that_never_left(deps, team, clock) -> None:
    enqueue_weekly_mails(deps)
    clock.forward(days=7)
    with deps.sessions.begin() as session:
        audit(session, team.site, clock() - timedelta(hours=2), score=90)
    enqueue_weekly_mails(deps)

    assert [(row.week, row.state.value) for row in mails(deps)] == [
        ("2026-W50", "cancelled"),
        ("2026-W50", "cancelled"),
        ("2026-W51", "waiting"),
        ("2026-W51", "waiting"),
    ]


# -- the way out --------------------------------------------------------------------------------------------------


def test_a_token_of_one_reader_or_site_is_none_of_another(deps, team) -> None:
    token, everywhere = mail.unsubscribe_token(deps, team.mei, team.site), mail.unsubscribe_token(deps, team.mei)
    signature = token.partition(".")[2]
    wrong = [
        f"{team.chen}-{team.site}.{signature}",
        f"{team.mei}-99.{signature}",
        f"{team.mei}.{signature}",
        token[:-1],
    ]
    wrong += [token + "A", f"{team.mei}.", str(team.mei), "", "x.y", f"0{everywhere}x", f"{team.mei}-.{signature}"]
    with deps.sessions() as session:
        found = mail.find_subscription(session, deps, token)
        assert found.site is not None
        assert (found.person.id, found.site.id, found.wanted) == (team.mei, team.site, True)
        assert mail.find_subscription(session, deps, everywhere).site is None
        for one in wrong:
            with pytest.raises(NotFound):
                mail.find_subscription(session, deps, one)


def test_another_installation_cannot_make_a_token(deps, team) -> None:
    other = replace(deps, config=deps.config.model_copy(update={"secret_key": type(deps.config.secret_key)("other")}))
    with deps.sessions() as session, pytest.raises(NotFound):
        mail.find_subscription(session, deps, mail.unsubscribe_token(other, team.mei, team.site))


def leave(deps, person_id: int, site_id: int | None, *, wanted: bool = False, **others: bool) -> None:
    with deps.sessions.begin() as session:
        mail.subscribe(session, deps, mail.unsubscribe_token(deps, person_id, site_id), wanted=wanted, **others)


@pytest.fixture
def second_site(deps, team) -> int:
    """Another site whose mail is due, with an audit to tell."""
    with deps.sessions.begin() as session:
        made = make_site(session, "second.example").id
        audit(session, made, MONDAY - timedelta(hours=2))
    return made


def test_leaving_cancels_what_still_waits_of_that_site_alone(deps, team, second_site) -> None:
    enqueue_weekly_mails(deps)
    leave(deps, team.mei, team.site)

    assert {(row.name, row.site_id, row.state.value) for row in mails(deps)} == {
        ("Mei Lin", team.site, "cancelled"),
        ("Mei Lin", second_site, "waiting"),
        ("陈宇", team.site, "waiting"),
        ("陈宇", second_site, "waiting"),
    }


@pytest.mark.parametrize(
    ("site", "others", "gets"), [(True, {}, ["second.example"]), (False, {}, []), (True, {"everywhere": True}, [])]
)
def test_who_left_a_site_or_all_gets_no_mail_of_it(deps, team, second_site, *, site, others, gets) -> None:
    leave(deps, team.mei, team.site if site else None, **others)
    enqueue_weekly_mails(deps)

    assert [row.subject.partition("]")[0][1:] for row in mails(deps) if row.name == "Mei Lin"] == gets


@pytest.mark.parametrize("everywhere", [False, True])
def test_the_way_back_into_one_site_is_open_from_both(deps, team, second_site, everywhere) -> None:
    leave(deps, team.mei, team.site)
    leave(deps, team.mei, team.site, everywhere=everywhere)
    leave(deps, team.mei, team.site, wanted=True)
    enqueue_weekly_mails(deps)

    assert {row.site_id for row in mails(deps) if row.name == "Mei Lin"} == {team.site, second_site}


def test_a_mail_already_written_is_not_sent_to_who_left_its_site_meanwhile(deps, team, with_smtp, inbox) -> None:
    enqueue_weekly_mails(deps)
    with deps.sessions.begin() as session:
        store.leave_out(session, team.mei, team.site, deps.now())
    send_mails(with_smtp(deps, inbox.port))

    assert inbox.readers == ["chen@northgauge.example"]
