"""Two people at one campaign: whoever comes second sees both versions and loses nothing."""

import pytest

from editorial.services import campaigns
from editorial.services.campaigns import CampaignDraft
from editorial.store.campaigns import Campaign, get_campaign
from tests.integration.plans import Desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Pages write no SQL of their own; what they call is tested on both databases beside this file."""


@pytest.fixture
def overtaken(desk: Desk) -> Campaign:
    """A campaign that Mei renamed after somebody had opened it as version 1."""
    with desk.deps.sessions.begin() as session:
        campaign = campaigns.create(session, desk.deps, desk.writer, CampaignDraft("CFO questions"))
    with desk.deps.sessions.begin() as session:
        campaigns.save(session, desk.deps, desk.admin, campaign.id, CampaignDraft("CFO answers"), version=1)
    return campaign


def saved(desk: Desk, campaign: Campaign) -> Campaign:
    with desk.deps.sessions() as session:
        return get_campaign(session, campaign.id)


def test_a_stale_form_shows_both_versions_and_names_who_was_faster(desk: Desk, overtaken: Campaign) -> None:
    visitor = desk.as_(desk.writer)
    answer = visitor.post(f"/campaigns/{overtaken.id}", version=1, name="CFO doubts", bar=1, goal="")

    assert answer.status_code == 409
    assert "Mei Lin changed this campaign in the meantime." in answer.text
    assert "<del>CFO answers</del><ins>CFO doubts</ins>" in answer.text
    assert saved(desk, overtaken).name == "CFO answers"


def test_sending_the_stale_form_once_more_keeps_what_was_typed(desk: Desk, overtaken: Campaign) -> None:
    visitor = desk.as_(desk.writer)
    page = visitor.post(f"/campaigns/{overtaken.id}", version=1, name="CFO doubts", bar=1, goal="").text
    assert 'name="version" value="2"' in page

    visitor.post(f"/campaigns/{overtaken.id}", version=2, name="CFO doubts", bar=1, goal="")

    assert saved(desk, overtaken).name == "CFO doubts"


def test_a_stale_click_on_archive_shows_the_campaign_as_it_is_and_asks_again(desk: Desk, overtaken: Campaign) -> None:
    answer = desk.as_(desk.writer).post(f"/campaigns/{overtaken.id}/archive", version=1, archived=1)

    assert answer.status_code == 409
    assert "Mei Lin changed this campaign in the meantime. Here it is as it stands now." in answer.text
    assert "CFO answers</span></h1>" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert saved(desk, overtaken).archived_at is None
