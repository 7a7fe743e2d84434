"""The channel pages: the list with its health, the form, the switch, the preview."""

from pathlib import Path
from shutil import rmtree

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.adapters.channels.git import GitChannel
from editorial.domain.jobs import Health
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services import channels
from editorial.services.channels import KINDS
from editorial.services.deps import Deps
from editorial.store import history
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk, Repository, make_desk, make_repository
from tests.integration.web.audited import add_site
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path)


@pytest.fixture
def desk(deps: Deps, repository: Repository) -> Desk:
    return make_desk(deps, repository)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))


@pytest.fixture
def admin(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Cara", Role.CHANNEL_ADMIN))


def typed(site_id: int, address: str, **others: object) -> dict[str, object]:
    """What somebody types to connect a repository."""
    fields: dict[str, object] = {
        "kind": "git",
        "name": "Website",
        "site": site_id,
        "repository": address,
        "branch": "main",
        "content_path": "content/posts/{slug}.md",
        "url_pattern": "https://northgauge.example/posts/{slug}/",
        "author_name": "Editorial",
        "author_email": "editorial@northgauge.example",
        "late_ok_minutes": "60",
    }
    return fields | others


def channel_of(deps: Deps) -> Channel | None:
    with deps.sessions() as session:
        return session.scalars(select(Channel)).one_or_none()


def test_without_a_site_the_list_asks_for_one_first(admin: Visitor) -> None:
    page = admin.get("/channels")

    assert "No channel is connected yet." in page
    assert "Add a site first" in page


def test_with_a_site_the_list_offers_each_kind(admin: Visitor, deps: Deps) -> None:
    add_site(deps)

    page = admin.get("/channels")

    assert page.count('href="/channels/new?kind=') == len(KINDS)


def test_a_viewer_is_told_who_may_connect_one(reader: Visitor, deps: Deps) -> None:
    add_site(deps)

    assert "Somebody who manages channels can connect one." in reader.get("/channels")


def test_each_kind_brings_its_own_settings(admin: Visitor, deps: Deps) -> None:
    add_site(deps)

    for kind in KINDS:
        page = admin.get(f"/channels/new?kind={kind.key}")
        assert all(f'name="{name}"' in page for name in kind.settings.model_fields if name != "profile")


def test_an_unknown_kind_is_a_404(admin: Visitor) -> None:
    admin.get("/channels/new?kind=carrier-pigeon", status=404)


def test_a_connected_channel_is_checked_at_once(admin: Visitor, deps: Deps, repository: Repository) -> None:
    site = add_site(deps)

    answer = admin.post("/channels", **typed(site, repository.url, late_ok_minutes="90"))

    made = channel_of(deps)
    assert made is not None
    assert answer.headers["Location"] == f"/channels/{made.id}"
    assert (made.health, made.late_ok_minutes, made.settings["live_check"]) == (Health.OK, 90, False)


def test_a_check_does_not_outdate_a_form_that_is_open(
    admin: Visitor, deps: Deps, repository: Repository, clock: Clock
) -> None:
    site = add_site(deps)
    admin.post("/channels", **typed(site, repository.url))
    opened = channel_of(deps)
    assert opened is not None
    clock.forward(minutes=1)
    admin.post(f"/channels/{opened.id}/check")

    answer = admin.post(
        f"/channels/{opened.id}", **typed(site, repository.url, name="Blog", version=str(opened.version))
    )

    made = channel_of(deps)
    assert made is not None
    assert (answer.status_code, made.name, made.health) == (302, "Blog", Health.OK)


def test_what_a_check_says_of_settings_that_have_changed_meanwhile_is_dropped(
    deps: Deps, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(deps, repository)

    def changed_meanwhile(_: GitChannel) -> None:
        with deps.sessions.begin() as session:
            channel = session.get_one(Channel, desk.channel_id)
            channel.settings = {**channel.settings, "branch": "gh-pages"}

    monkeypatch.setattr(GitChannel, "check", changed_meanwhile)
    channels.probe(deps, desk.channel_id)

    found = channel_of(deps)
    assert found is not None
    assert (found.health, found.checked_at) == (Health.UNKNOWN, None)


def test_how_late_a_job_may_go_out_is_in_the_history(admin: Visitor, deps: Deps, repository: Repository) -> None:
    site = add_site(deps)
    admin.post("/channels", **typed(site, repository.url))
    made = channel_of(deps)
    assert made is not None
    fields = typed(site, repository.url, late_ok_minutes="5", version=str(made.version))
    admin.post(f"/channels/{made.id}", **fields)

    with deps.sessions() as session:
        newest = history.of_entity(session, "channel", made.id)[0]
    assert (newest.before["late_ok_minutes"], newest.after["late_ok_minutes"]) == (60, 5)


def test_a_channel_that_does_not_work_is_kept_with_its_reason(
    admin: Visitor, deps: Deps, repository: Repository
) -> None:
    site = add_site(deps)

    admin.post("/channels", **typed(site, repository.url, branch="gh-pages"))

    page = admin.get("/channels")
    assert "The repository has no branch “gh-pages”." in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("repository", "git@host:path.git", "This is no address of a git repository."),
        ("repository", "ext::sh -c touch% /tmp/x", "This is no address of a git repository."),
        ("branch", "--upload-pack=x", "is no name of a branch."),
        ("content_path", "../{slug}.md", "The path must lead to a file inside the repository."),
        ("url_pattern", "nowhere", "Every page needs an address of its own."),
        ("url_pattern", "https://blog.example/{slug}/", "These pages would not be on the site"),
        ("name", "", "A channel needs a name"),
        ("site", "", "No site is chosen."),
        ("late_ok_minutes", "0", "This is no number of minutes that makes sense."),
        ("late_ok_minutes", "soon", "“soon” does not fit here."),
    ],
)
def test_bad_input_is_explained_and_nothing_typed_is_lost(
    admin: Visitor, deps: Deps, field: str, value: str, says: str
) -> None:
    site = add_site(deps)

    answer = admin.post("/channels", **typed(site, "file:///srv/site.git", author_name="Desk & Co", **{field: value}))

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="Desk &amp; Co"' in answer.text
    assert channel_of(deps) is None


def test_a_channel_is_changed_and_checked_again(admin: Visitor, deps: Deps, desk: Desk, repository: Repository) -> None:
    before = channel_of(deps)
    assert before is not None

    admin.post(
        f"/channels/{before.id}",
        **typed(
            0,
            repository.url,
            name="New website",
            version=before.version,
            url_pattern="https://www.example.com/posts/{slug}/",
        ),
    )

    after = channel_of(deps)
    assert after is not None
    assert (after.name, after.health) == ("New website", Health.OK)


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(
    admin: Visitor, deps: Deps, desk: Desk, repository: Repository
) -> None:
    answer = admin.post(f"/channels/{desk.channel_id}", **typed(0, repository.url, name="Mine", version=0))

    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    after = channel_of(deps)
    assert after is not None
    assert after.name == "Website"


def test_a_channel_with_live_jobs_stays_on_and_names_them(admin: Visitor, deps: Deps, desk: Desk) -> None:
    desk.schedule()
    before = channel_of(deps)
    assert before is not None

    answer = admin.post(f"/channels/{before.id}/switch", enabled="", version=before.version)

    assert "1 job still waits to go out" in answer.text
    assert f'href="/queue/jobs/{desk.job.id}"' in answer.text
    after = channel_of(deps)
    assert after is not None
    assert after.enabled


def test_an_idle_channel_is_switched_off_and_on(admin: Visitor, deps: Deps, desk: Desk) -> None:
    for enabled in (False, True):
        before = channel_of(deps)
        assert before is not None
        admin.post(f"/channels/{before.id}/switch", enabled="yes" if enabled else "", version=before.version)
        after = channel_of(deps)
        assert after is not None
        assert after.enabled is enabled


@pytest.mark.parametrize("way", ["", "/check", "/switch"])
def test_a_viewer_may_look_and_nothing_else(reader: Visitor, deps: Deps, desk: Desk, way: str) -> None:
    page = reader.get(f"/channels/{desk.channel_id}")

    answer = reader.post(f"/channels/{desk.channel_id}{way}", name="x")

    assert answer.status_code == 403
    assert 'fields" disabled' in page
    assert "Switch it off" not in page


@pytest.mark.parametrize("way", ["", "/check", "/switch"])
def test_no_change_without_the_forms_token(admin: Visitor, deps: Deps, desk: Desk, way: str) -> None:
    assert admin.client.post(f"/channels/{desk.channel_id}{way}", data={"name": "x"}).status_code == 400


def test_a_viewer_may_not_open_the_form_of_a_new_channel(reader: Visitor) -> None:
    reader.get("/channels/new?kind=git", status=403)


def test_the_preview_shows_the_file_and_sends_nothing(reader: Visitor, desk: Desk, repository: Repository) -> None:
    page = reader.get(f"/channels/{desk.channel_id}/preview?item={desk.item_id}")

    assert "content/posts/gateway.md" in page
    assert "https://www.example.com/posts/gateway/" in page
    assert "How to choose" in page or "how to choose" in page
    assert len(repository.commits()) == 1


def test_the_preview_says_why_a_channel_would_refuse(reader: Visitor, deps: Deps, desk: Desk) -> None:
    with deps.sessions.begin() as session:
        session.get_one(ContentItem, desk.item_id).slug = None

    page = reader.get(f"/channels/{desk.channel_id}/preview?item={desk.item_id}")

    assert "can&#39;t be part of an address" in page


def test_an_item_of_another_site_is_no_preview(reader: Visitor, deps: Deps, desk: Desk) -> None:
    other = add_site(deps, "Other", "https://other.example/")
    with deps.sessions.begin() as session:
        session.get_one(ContentItem, desk.item_id).site_id = other

    reader.get(f"/channels/{desk.channel_id}/preview?item={desk.item_id}", status=404)


def test_a_channel_without_items_has_nothing_to_preview(reader: Visitor, deps: Deps, desk: Desk) -> None:
    other = add_site(deps, "Other", "https://other.example/")
    with deps.sessions.begin() as session:
        session.get_one(Channel, desk.channel_id).site_id = other

    assert "This site has no item yet." in reader.get(f"/channels/{desk.channel_id}/preview")


def test_the_channels_speak_chinese(app: Flask, deps: Deps, desk: Desk) -> None:
    page = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH)).get(f"/channels/{desk.channel_id}")

    assert "仓库地址" in page
    assert "Address of the repository" not in page


def test_a_channel_tells_since_when_it_has_been_as_it_is(
    admin: Visitor, deps: Deps, desk: Desk, repository: Repository, clock: Clock
) -> None:
    channels.probe(deps, desk.channel_id)
    clock.forward(hours=1)
    channels.probe(deps, desk.channel_id)

    works = admin.get(f"/channels/{desk.channel_id}")
    rmtree(repository.path)
    channels.probe(deps, desk.channel_id)
    broken = admin.get("/channels")

    assert "Since Wed 9 Dec, 10:00" in works
    assert "Checked Wed 9 Dec, 11:00" in works
    assert "Since Wed 9 Dec, 11:00" in broken
