"""What goes out through channels that point: own words, tagged links, and a person who posts it."""

from dataclasses import dataclass
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import JobState, MoveRefused
from editorial.domain.packing import unpack
from editorial.services import channel_pages, channels, hand_offs, job_decisions, pieces
from editorial.services.deps import Deps
from editorial.store import content, distribution
from editorial.store.campaigns import Campaign
from editorial.store.distribution import Channel, ChannelMessage, DistributionJob
from tests.integration.distribution.sites import TITLE, Desk

BODY = "Ask [us](/contact) or [them](https://other.example/)."


@dataclass
class Away:
    """A desk whose item is out, with a job on a hand-off channel."""

    desk: Desk
    channel_id: int
    job_id: int

    def job(self, session: Session) -> DistributionJob:
        return distribution.get_job(session, self.job_id)


def _settings(**others: Any) -> dict[str, Any]:
    return {
        "service": "linkedin",
        "does": "points",
        "text_limit": "0",
        "asked": "",
        "instructions": "Use the page.",
    } | others


@pytest.fixture
def away(desk: Desk, deps: Deps, httpserver: HTTPServer) -> Away:
    """The item lies at an address of this machine, in a campaign; a job waits to be posted on LinkedIn."""
    url = httpserver.url_for("/posts/gateway/").replace("localhost", "127.0.0.1")
    with deps.sessions.begin() as session:
        item = content.get_item(session, desk.item_id)
        item.url, item.body = url, BODY
        assert item.site is not None
        item.site.base_url = url.removesuffix("posts/gateway/")
        item.campaign = Campaign(name="春季 Gateway", created_at=deps.now())
        channel = channels.create(
            session, deps, kind="handoff", name="领英", site_id=item.site.id, settings=_settings(), actor_id=None
        )
        session.flush()
        job = DistributionJob(
            item_id=item.id,
            channel_id=channel.id,
            state=JobState.AWAITING_HUMAN,
            due_at=deps.now(),
            idem_key="key-by-hand",
            content_hash=item.content_hash,
            created_at=deps.now(),
        )
        session.add_all(
            [
                job,
                ChannelMessage(item_id=item.id, channel_id=channel.id, text="Worth a minute.", updated_at=deps.now()),
            ]
        )
        session.flush()
        return Away(desk, channel.id, job.id)


def test_a_pointing_job_carries_words_link_and_campaign(away: Away, deps: Deps) -> None:
    with deps.sessions() as session:
        piece = pieces.piece_of_job(session, deps, away.job(session))

    utm = {
        "utm_source": "ling-ying",
        "utm_medium": "social",
        "utm_campaign": "chun-ji-gateway",
        "utm_content": "gateway",
        "utm_id": str(away.job_id),
    }
    query = "&".join(f"{name}={value}" for name, value in utm.items())
    assert (piece.text, piece.utm, piece.job_id) == ("Worth a minute.", utm, away.job_id)
    assert piece.link.endswith(f"/posts/gateway/?{query}")
    assert f"/contact?{query.replace('&', '&amp;')}" in piece.html
    assert 'href="https://other.example/"' in piece.html


def test_what_was_locked_is_used_again_whatever_changes(away: Away, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        job = away.job(session)
        job.utm = dict(pieces.piece_of_job(session, deps, job).utm)
        job.channel.utm_source, job.item.slug = "other", "elsewhere"
    with deps.sessions() as session:
        piece = pieces.piece_of_job(session, deps, away.job(session))

    assert (piece.utm["utm_source"], piece.utm["utm_content"]) == ("ling-ying", "gateway")


def test_what_was_typed_for_the_item_wins(away: Away, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        row = session.query(ChannelMessage).one()
        row.utm = {"utm_content": "hero", "utm_id": "999"}
    with deps.sessions() as session:
        piece = pieces.piece_of_job(session, deps, away.job(session))

    assert (piece.utm["utm_content"], piece.utm["utm_id"]) == ("hero", str(away.job_id))


def test_our_own_page_tags_none_of_its_links(away: Away, deps: Deps) -> None:
    with deps.sessions() as session:
        item = content.get_item(session, away.desk.item_id)
        page = session.get(Channel, away.desk.channel_id)
        assert page is not None
        page.settings = page.settings | {"url_pattern": f"{item.site.base_url}posts/{{slug}}/"} if item.site else {}
        piece = pieces.piece_for_preview(session, deps, page, item)

    assert "utm_" not in piece.html
    assert piece.utm == {}


def test_the_preview_shows_what_a_person_would_post(away: Away, deps: Deps) -> None:
    with deps.sessions() as session:
        channel = distribution.get_channel(session, away.channel_id)
        shown = channel_pages.preview(session, deps, channel, content.get_item(session, away.desk.item_id), "preview")

    assert shown is not None
    assert shown.path == "message.txt"
    assert shown.text.startswith("Worth a minute.\n\nhttp://127.0.0.1")


def test_whoever_posts_gets_every_part_and_is_the_owner(away: Away, deps: Deps) -> None:
    with deps.sessions() as session:
        ready = hand_offs.prepared(session, deps, away.job(session))
        assert ready is not None
        assert ready.asked is not None
        assert (ready.parts.title, ready.instructions, ready.asked.name) == (TITLE, "Use the page.", "Pia")


def test_a_person_who_says_where_ends_the_job_well(away: Away, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        url = "https://www.linkedin.com/feed/update/7"
        job = job_decisions.resolve_live(session, deps, away.job_id, away.desk.publisher, url=url)

        assert (job.state, job.external_url) == (JobState.SUCCEEDED, url)
        assert job.item.url is not None
        assert job.item.url.startswith("http://127.0.0.1")


def test_a_person_who_declines_says_why(away: Away, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        job_decisions.decline(session, deps, away.job_id, away.desk.publisher, " No picture\nyet. ")
    with deps.sessions() as session:
        job = away.job(session)
        assert job.last_error is not None

        assert job.state is JobState.CANCELLED
        assert unpack(job.last_error).params == {"name": "Pia", "reason": "No picture yet."}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_reason_nothing_changes(away: Away, deps: Deps, reason: str) -> None:
    with pytest.raises(EditorialError) as refused, deps.sessions.begin() as session:
        job_decisions.decline(session, deps, away.job_id, away.desk.publisher, reason)

    assert refused.value.field == "reason"


def test_what_waits_for_nobody_cannot_be_declined(away: Away, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        job_decisions.decline(session, deps, away.job_id, away.desk.publisher, "No.")
    with pytest.raises(MoveRefused), deps.sessions.begin() as session:
        job_decisions.decline(session, deps, away.job_id, away.desk.publisher, "No.")
