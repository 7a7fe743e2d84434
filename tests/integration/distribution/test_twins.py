"""Two channels of a site that would put everything into the same place."""

import pytest

from editorial.domain.errors import EditorialError
from editorial.services import channels
from editorial.store.distribution import Channel
from tests.integration.distribution.sites import Desk


def second(desk: Desk, **settings: str) -> Channel:
    with desk.deps.sessions.begin() as session:
        return channels.create(
            session,
            desk.deps,
            kind="git",
            name="Second",
            site_id=1,
            actor_id=desk.publisher.id,
            settings={
                "repository": desk.repository.url,
                "url_pattern": "https://www.example.com/posts/{slug}/",
                **settings,
            },
        )


@pytest.mark.parametrize("path", ["content/posts/{slug}.md", "content/posts/{slug}/index.md"])
def test_the_same_repository_branch_and_folder_is_refused(desk: Desk, path: str) -> None:
    with pytest.raises(EditorialError) as refused:
        second(desk, content_path=path)

    assert (refused.value.field, refused.value.says.params) == ("repository", {"name": "Website"})


def test_another_way_to_write_the_repository_does_not_help(desk: Desk) -> None:
    with pytest.raises(EditorialError):
        second(desk, repository=f"{desk.repository.url.removesuffix('.git')}/")


@pytest.mark.parametrize("other", [{"branch": "staging"}, {"content_path": "content/en/posts/{slug}.md"}])
def test_another_branch_or_folder_is_another_place(desk: Desk, other: dict[str, str]) -> None:
    assert second(desk, **other).name == "Second"


def test_a_channel_is_no_twin_of_itself(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        first = session.get_one(Channel, desk.channel_id)
        saved = channels.save(
            session,
            desk.deps,
            first.id,
            version=first.version,
            name="Site",
            settings=first.settings,
            actor_id=None,
        )

    assert saved.name == "Site"
