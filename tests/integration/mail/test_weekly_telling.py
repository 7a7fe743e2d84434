"""What the weekly mail takes from the tables: what is new, how old the rest is, which title and whose clock."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.background.ticks.mails import enqueue_weekly_mails
from editorial.domain.findings import FindingEvent, FindingState
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.services.deps import Deps
from editorial.store.content import ContentItem, ItemRevision
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


def test_the_first_week_blames_the_score_on_what_broke_since_the_audit_it_compares_with(deps, clock) -> None:
    _two_audits_a_minute_apart(deps, clock)

    enqueue_weekly_mails(deps)
    assert re.search(r"Down by 1, most of all because of “.+” on 1 page\.", mei(deps).text)


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
