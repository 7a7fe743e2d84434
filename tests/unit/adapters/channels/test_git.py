"""The git channel without a network: what it asks for, what it refuses, what a page looks like."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.adapters.channels.base import SettingsRefused, Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings
from editorial.adapters.channels.git_transport import ssh_arguments
from editorial.domain.addresses import NOTHING_PRIVATE
from editorial.domain.jobs import Refused
from editorial.domain.rendering import Piece, one_line, parse_page

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOOD = {"repository": "file:///srv/git/site.git", "url_pattern": "https://www.example.com/posts/{slug}/"}


def channel(**settings: object) -> GitChannel:
    at = datetime(2026, 12, 15, 10, 0, tzinfo=SHANGHAI)
    return GitChannel(
        read_settings(GitSettings, GOOD | settings), Surroundings(NOTHING_PRIVATE, Path("/x"), lambda: at)
    )


def piece(title: str = "Gateway: how?", slug: str = "gateway", description: str = "Five questions") -> Piece:
    return Piece(
        item_id=7, title=title, slug=slug, description=description, body="# Body", language="zh-Hans-CN",
        published_at=datetime(2026, 12, 15, 10, 0, tzinfo=SHANGHAI),
    )  # fmt: skip


def test_a_page_stands_where_the_pattern_says_and_names_its_address() -> None:
    path, data = channel(content_path="content/{language}/{year}/{month}/{slug}.md").render(piece(), "key-1")
    front, body = parse_page(data)

    assert path == "content/zh-hans-cn/2026/12/gateway.md"
    assert front == {
        "title": "Gateway: how?",
        "description": "Five questions",
        "date": "2026-12-15T10:00:00+08:00",
        "slug": "gateway",
        "canonical": "https://www.example.com/posts/gateway/",
        "language": "zh-Hans-CN",
        "draft": False,
        "editorial_key": "key-1",
    }
    assert body == "# Body"


@given(title=st.text(st.characters(codec="utf-8")).filter(one_line), description=st.text(st.characters(codec="utf-8")))
def test_any_title_reads_back_from_the_page(title: str, description: str) -> None:
    front, _ = parse_page(channel().render(piece(title=title, description=description))[1])

    assert (front["title"], front["description"]) == (one_line(title), one_line(description))


def test_a_page_without_a_title_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        channel().render(piece(title=" \n"))

    assert refused.value.field == "title"


@pytest.mark.parametrize("slug", ["", "..", "../up", "a/b", ".hidden", "a b", "-", "a\n"])
def test_a_slug_that_leads_elsewhere_is_refused(slug: str) -> None:
    with pytest.raises(Refused):
        channel().render(piece(slug=slug))


@pytest.mark.parametrize(
    "repository",
    [
        "file:///srv/git/site.git",
        "ssh://git@host.example.com/team/site.git",
        "ssh://host.example.com:2222/~/site.git",
        "https://git.example.com/team/site.git",
    ],
)
def test_addresses_of_the_three_kinds_are_taken(repository: str) -> None:
    assert read_settings(GitSettings, GOOD | {"repository": repository}).repository == repository


@pytest.mark.parametrize(
    "repository",
    [
        "ext::sh -c touch% /tmp/x",
        "ext://sh",
        "git://host/site.git",
        "http://host/site.git",
        "git@host:site.git",
        "/srv/git/site.git",
        "file://host/srv/site.git",
        "file:///",
        "ssh://-oProxyCommand=x/site.git",
        "ssh://-oProxyCommand=x@host/site.git",
        "ssh://user@-host/site.git",
        "ssh://host/-site.git",
        "ssh://user:secret@host/site.git",
        "https://token@host/site.git",
        "https://host/site.git?x=1",
        "ssh://host:port/site.git",
        "ssh://host/a\nb",
        "",
    ],
)
def test_what_is_no_address_of_a_repository_is_refused_at_its_field(repository: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings(GitSettings, GOOD | {"repository": repository})

    assert refused.value.field == "repository"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("branch", "-x"),
        ("branch", "a..b"),
        ("branch", "with space"),
        ("content_path", "/abs/{slug}.md"),
        ("content_path", "../{slug}.md"),
        ("content_path", ".git/{slug}.md"),
        ("content_path", "posts/all.md"),
        ("content_path", "posts/{slug!r}.md"),
        ("content_path", "posts/{slug.__class__}.md"),
        ("content_path", "posts/{slug"),
        ("url_pattern", "posts/{slug}"),
        ("url_pattern", "javascript:{slug}"),
        ("url_pattern", "https://host/{unknown}"),
        ("author_email", "nobody"),
        ("profile", "pelican"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_field(field: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings(GitSettings, GOOD | {field: value})

    assert refused.value.field == field


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings(GitSettings, {"branch": "-x", "url_pattern": "x"})

    assert {fault.field for fault in refused.value.faults} == {"repository", "branch", "url_pattern"}


def test_nothing_from_the_settings_can_be_an_option_of_ssh(tmp_path: Path) -> None:
    arguments = ssh_arguments("host", "git-upload-pack '/x'", "git", 2222, tmp_path)

    assert arguments[arguments.index("--") + 1 :] == ["git@host", "git-upload-pack '/x'"]
    assert "StrictHostKeyChecking=yes" in arguments


def test_a_key_of_the_installation_goes_before_those_of_the_account(tmp_path: Path) -> None:
    (tmp_path / "id_ed25519").touch()
    (tmp_path / "id_ed25519.pub").touch()
    arguments = ssh_arguments("host", "x", None, None, tmp_path)

    assert arguments[arguments.index("-i") + 1] == str(tmp_path / "id_ed25519")
    assert "IdentitiesOnly=yes" in arguments
