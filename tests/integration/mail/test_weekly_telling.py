"""What the weekly mail takes from the tables: what is new, how old the rest is, which title and whose clock."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.audit.form_inventory import Asked, Shape
from editorial.background.ticks.mails import enqueue_weekly_mails
from editorial.domain.findings import FindingEvent, FindingState
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.services import weekly, weekly_data
from editorial.services.deps import Deps
from editorial.services.mail import Reader
from editorial.store.audit import (
    Audit,
    AuditFailure,
    AuditForm,
    AuditFormPlace,
    AuditFormShape,
    AuditPage,
    AuditState,
    AuditUrl,
)
from editorial.store.content import ContentItem, ItemRevision, Site
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.mail import OutgoingMail, WeeklyIssue
from editorial.store.people import Person
from tests.integration.mail.conftest import MONDAY, audit, finding, make_site, person


def mei(deps: Deps) -> OutgoingMail:
    """The mail of the one who reads English."""
    with deps.sessions() as session:
        return session.scalars(select(OutgoingMail).where(OutgoingMail.name == "Mei Lin")).one()


# -- new, and how old ---------------------------------------------------------------------------------------------


def test_in_the_first_week_whatever_the_audits_found_is_new_and_nothing_is_still_there(deps, clock) -> None:
    _two_audits_a_minute_apart(deps, clock)

    enqueue_weekly_mails(deps)
    assert "Score 80 (−1), 8 new findings, 0 fixed" in mei(deps).subject
    assert "Still there" not in mei(deps).text


def test_nothing_is_blamed_of_which_no_audit_knows_what_it_cost(deps, clock) -> None:
    _two_audits_a_minute_apart(deps, clock)  # whose pages are not kept

    enqueue_weekly_mails(deps)
    assert "Down by 1; no single rule explains it." in mei(deps).text


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(minutes=1), "since today"),
        (timedelta(hours=20), "1 day"),
        (timedelta(days=6), "6 days"),
        (timedelta(days=7), "1 week"),
        (timedelta(days=20), "2 weeks"),
    ],
)
def test_an_age_is_never_rounded_up(deps, clock, age, said) -> None:
    clock.instant = MONDAY
    with deps.sessions.begin() as session:
        person(session, "Mei Lin", "mei@northgauge.example", Language.EN)
        site = make_site(session)
        known = audit(session, site.id, MONDAY - timedelta(minutes=40) - age)
        finding(session, site.id, "h1-missing", "/old", (known, FindingEvent.NEW), state=FindingState.PERSISTING)
        assert known.ended_at is not None
        told = known.ended_at + timedelta(seconds=5)
        session.add(WeeklyIssue(site_id=site.id, week="2026-W49", due_at=told, written_at=told, mails=1))
        audit(session, site.id, MONDAY - timedelta(minutes=40), score=85)

    enqueue_weekly_mails(deps)
    assert re.search(rf": {said}\n  https://northgauge.example/old", mei(deps).text)


def _two_audits_a_minute_apart(deps, clock) -> None:
    clock.instant = MONDAY
    with deps.sessions.begin() as session:
        person(session, "Mei Lin", "mei@northgauge.example", Language.EN)
        site = make_site(session)
        first = audit(session, site.id, MONDAY - timedelta(minutes=11), score=81)
        second = audit(session, site.id, MONDAY - timedelta(minutes=10), score=80)
        for number in range(7):
            finding(
                session,
                site.id,
                "h1-missing",
                f"/{number}",
                (first, FindingEvent.NEW),
                state=FindingState.PERSISTING,
            )
        finding(session, site.id, "noindex-page", "/shut", (second, FindingEvent.NEW))


# -- whose title ---------------------------------------------------------------------------------------------------


def test_what_went_out_has_the_title_it_went_out_with(deps, team) -> None:
    with deps.sessions.begin() as session:
        item = session.scalars(select(ContentItem).where(ContentItem.published_at.is_not(None))).one()
        _revision(session, item, 1, "How a dairy halved its downtime", "out")
        _revision(session, item, 2, "Nobody has approved this", "edited")
        item.title, item.content_hash, item.live_hash = "Nobody has approved this", "edited", "out"

    enqueue_weekly_mails(deps)
    assert "How a dairy halved its downtime" in mei(deps).text
    assert "Nobody has approved this" not in mei(deps).html


def test_of_a_piece_that_does_not_know_what_is_out_the_job_that_succeeded_does(deps, team) -> None:
    with deps.sessions.begin() as session:
        item = session.scalars(select(ContentItem).where(ContentItem.published_at.is_not(None))).one()
        _revision(session, item, 1, "How a dairy halved its downtime", "out")
        item.title, item.content_hash = "Nobody has approved this", "edited"
        channel = Channel(kind="git", name="Website", site_id=team.site, created_at=MONDAY)
        session.add(channel)
        session.flush()
        session.add(
            DistributionJob(
                item_id=item.id,
                channel_id=channel.id,
                state=JobState.SUCCEEDED,
                due_at=item.published_at,
                ended_at=item.published_at,
                idem_key="k",
                external_id="1",
                content_hash="out",
                created_at=MONDAY,
            )
        )

    enqueue_weekly_mails(deps)
    assert "How a dairy halved its downtime" in mei(deps).text


def _revision(session, item: ContentItem, number: int, title: str, content_hash: str) -> None:
    session.add(
        ItemRevision(
            item_id=item.id,
            n=number,
            title=title,
            description="",
            body="",
            content_hash=content_hash,
            created_at=MONDAY,
        )
    )


# -- whose clock ---------------------------------------------------------------------------------------------------


def test_days_and_hours_are_the_readers_and_their_zone_is_named_once(deps, team) -> None:
    with deps.sessions.begin() as session:
        session.get_one(Person, team.mei).zone = "America/Los_Angeles"

    enqueue_weekly_mails(deps)
    text = mei(deps).text
    assert "Sun 6 Dec, everything since Sun 29 Nov" in text  # Monday at 08:00 for the site
    assert "Sun 6 Dec, 14:00" in text  # the audit
    assert "Thu 3 Dec, 16:00" in text  # what went out
    assert text.count("Los Angeles") == 1
    assert mei(deps).html.count("Los Angeles") == 1


# -- what is told of forms, of pages that went out, and of a site that shuts us out --------------------------------


def test_a_finding_that_came_back_is_counted_as_that(deps, team) -> None:
    with deps.sessions.begin() as session:
        now = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        row = finding(session, team.site, "noindex-page", "/back", (now, FindingEvent.REOPENED))
        row.state = FindingState.REOPENED

    enqueue_weekly_mails(deps)
    assert "8 (1 came back)" in mei(deps).text


def test_what_broke_on_a_page_of_ours_or_was_well_before_is_told_first(deps, team) -> None:
    with deps.sessions.begin() as session:
        now = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        item = session.scalars(select(ContentItem).where(ContentItem.published_at.is_not(None))).one()
        new = (now, FindingEvent.NEW)
        finding(session, team.site, "jsonld-syntax", "/a", new, severity="blocker")
        finding(session, team.site, "noindex-regression", "/b", new, severity="warning")
        finding(session, team.site, "form-lead-vanished", "/c", new, severity="warning")
        finding(session, team.site, "h1-missing", "/d", new, severity="notice", content_item_id=item.id)
        back = finding(session, team.site, "title-missing", "/e", (now, FindingEvent.REOPENED), severity="warning")
        back.state = FindingState.REOPENED

    with deps.sessions() as session:
        site = session.get_one(Site, team.site)
        seen = weekly_data.gather(session, site, "2026-W50", deps.now()).seen

    assert seen is not None
    assert [one.rule for one in seen.new][-1] == "jsonld-syntax"


@pytest.mark.parametrize(
    ("seen", "said"), [(None, "not audited yet"), ("before", "not audited yet"), ("after", "1 finding")]
)
def test_a_piece_that_went_out_has_a_verdict_once_its_page_was_seen_after_that(deps, team, seen, said) -> None:
    with deps.sessions.begin() as session:
        audits = session.scalars(select(Audit).order_by(Audit.id)).all()
        item = session.scalars(select(ContentItem).where(ContentItem.published_at.is_not(None))).one()
        item.url_n2 = item.url
        if seen is not None:
            _page(session, audits[seen == "after"].id, 1, str(item.url))

    enqueue_weekly_mails(deps)
    assert f"https://northgauge.example/case/dairy\n  {said} (Mei Lin)" in mei(deps).text


def test_the_forms_are_compared_with_the_audit_that_the_mail_before_told(deps, team) -> None:
    gone, stays = _shape("Request a demo", "demo"), _shape("Subscribe", "newsletter")
    with deps.sessions.begin() as session:
        before, now = session.scalars(select(Audit).order_by(Audit.id)).all()
        for number, shapes in ((before.id, (gone, stays)), (now.id, (stays,))):
            _page(session, number, 1, "https://northgauge.example/demo")
            for position, shape in enumerate(shapes):
                session.add(AuditFormShape(audit_id=number, key=shape.key, shape=shape.to_json()))
                session.add(
                    AuditFormPlace(audit_id=number, no=1, position=position, key=shape.key, mark="m", address="")
                )

    enqueue_weekly_mails(deps)
    assert "1 lead form on 1 page." in mei(deps).text
    assert "- Request a demo: vanished\n  https://northgauge.example/demo" in mei(deps).text


@pytest.mark.parametrize("seen", [99, 100])
def test_a_site_whose_only_form_vanished_has_none_if_all_of_it_was_seen(deps, team, seen) -> None:
    gone = _shape("Request a demo", "demo")
    with deps.sessions.begin() as session:
        before, now = session.scalars(select(Audit).order_by(Audit.id)).all()
        now.fetched = seen
        for number in (before.id, now.id):
            _page(session, number, 1, "https://northgauge.example/demo")
            told = {"shown": gone.shown, "type": gone.type, "action": "", "meanings": ""}
            session.add(AuditForm(audit_id=number, no=1, position=0, key=gone.key, **told))
        session.add(AuditFormShape(audit_id=before.id, key=gone.key, shape=gone.to_json()))
        session.add(AuditFormPlace(audit_id=before.id, no=1, position=0, key=gone.key, mark="m", address=""))
        about = {"rule": "form-lead-vanished", "version": 1, "severity": "error", "params": "{}", "evidence": "[]"}
        session.add(AuditFailure(audit_id=now.id, fingerprint="f", no=1, key=gone.key, **about))

    enqueue_weekly_mails(deps)
    assert ("No lead form was seen on any page." in mei(deps).text) == (seen == 100)
    assert "- Request a demo: vanished" in mei(deps).text


def test_open_findings_about_forms_are_told_though_they_are_not_new(deps, team) -> None:
    with deps.sessions.begin() as session:
        before = session.scalars(select(Audit).order_by(Audit.id)).first()
        old = (before, FindingEvent.NEW)
        finding(session, team.site, "form-lead-vanished", "/demo", old, state=FindingState.PERSISTING)

    enqueue_weekly_mails(deps)
    assert "- Lead form vanished: 1 open" in mei(deps).text


def test_a_robots_txt_that_shuts_everybody_out_is_told_with_what_it_broke(deps, team) -> None:
    """Such an audit fails, and what it found is the worst that can happen to a site."""
    with deps.sessions.begin() as session:
        latest = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        latest.ended_at -= timedelta(days=6)  # the week before has been told
        shut = {"state": AuditState.FAILED, "stop_reason": "robots_forbids"}
        failed = audit(session, team.site, MONDAY - timedelta(hours=1), score=None, **shut)
        finding(session, team.site, "robots-blocks-all", "/robots.txt", (failed, FindingEvent.NEW), severity="blocker")
        session.query(WeeklyIssue).update({"written_at": latest.ended_at + timedelta(minutes=1)})

    enqueue_weekly_mails(deps)
    assert mei(deps).subject == "[northgauge.example] The audit could not run"
    assert "robots.txt forbids EditorialBot" in mei(deps).text
    assert "https://northgauge.example/robots.txt" in mei(deps).text
    assert "/case/" not in mei(deps).text.partition("New findings")[2].partition("Published")[0]


def test_a_site_that_was_never_audited_is_told_as_that(deps, team) -> None:
    with deps.sessions.begin() as session:
        other = make_site(session, "other.example").id
    with deps.sessions() as session:
        preview = weekly.preview(session, deps, other, Reader.of(session.get_one(Person, team.mei)))

    assert preview.subject == "[other.example] This site has not been audited yet"


def test_coverage_says_what_kept_pages_from_being_seen(deps, team) -> None:
    with deps.sessions.begin() as session:
        now = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        now.state, now.stop_reason = AuditState.STOPPED, "page_cap"
        for number, error in enumerate(("timeout", "timeout", "dns"), start=1):
            _page(session, now.id, number, f"https://northgauge.example/{number}", error=error)

    enqueue_weekly_mails(deps)
    assert "Not seen: No answer in time (2), Host name not found (1)." in mei(deps).text
    assert "The audit stopped at its page limit after 92 of 100 pages." in mei(deps).text


def _shape(shown: str, kind: str) -> Shape:
    asked = Asked(f"{shown} mail", f"{kind}-email", "email", required=True, labelled=True)
    return Shape(shown, kind, "native", "", "", "self", "post", "none", hidden=False, fields=(asked,))


def _page(session, audit_id: int, number: int, url: str, error: str | None = None) -> None:
    session.add(AuditUrl(audit_id=audit_id, no=number, url=url, n2=url, internal=True, wanted=True, depth=0))
    session.flush()
    session.add(
        AuditPage(
            audit_id=audit_id,
            no=number,
            final_url=url,
            final_n2=url,
            status=0 if error else 200,
            error=error,
            truncated=False,
            elapsed_ms=1,
            body_bytes=1,
            media_type="text/html",
            title="",
            title_folded="",
            language="en",
            is_html=error is None,
            is_results_page=True,
            digest="",
            words=200,
            outcomes="",
            facts=b"",
        )
    )
