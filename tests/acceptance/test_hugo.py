"""Hugo, as Debian ships it, builds the page that was pushed."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings
from editorial.domain.addresses import NOTHING_PRIVATE
from editorial.domain.rendering import Piece
from tests.integration.distribution.sites import Repository, make_repository

PAGE = """<!DOCTYPE html><html lang="{{ .Params.language }}"><head><title>{{ .Title }}</title>
<meta name="description" content="{{ .Description }}"><link rel="canonical" href="{{ .Params.canonical }}"></head>
<body><h1>{{ .Title }}</h1><time>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</time>{{ .Content }}</body></html>"""
PIECES = [
    ("plain", "A plain title", "A plain description"),
    ("colon", "Gateway: “how to choose” & 'why'", 'What to ask: 5 questions, 100 % "honest"'),
    ("chinese", "网关选型指南：五个问题", "购买之前要问的五个问题。"),
    ("emoji", "Launch 🎉 day", "🚀"),
    ("number", "1e3", "yes"),
]


@pytest.fixture(scope="module")
def hugo() -> str:
    """Debian's Hugo; installed when we may, else the run fails and says what to do."""
    if shutil.which("hugo") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "hugo"], check=False)
    found = shutil.which("hugo")
    if found is None:
        pytest.fail("Hugo is not here. Install it: apt install hugo")
    return found


@pytest.fixture(scope="module")
def built(hugo: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site that Hugo built from the pushed pages."""
    folder = tmp_path_factory.mktemp("hugo")
    repository = make_repository(folder)
    at = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)  # Hugo leaves out pages of the future
    values = {"repository": repository.url, "url_pattern": "https://www.example.com/posts/{slug}/"}
    channel = GitChannel(read_settings(GitSettings, values), Surroundings(NOTHING_PRIVATE, folder, lambda: at))
    for number, (slug, title, description) in enumerate(PIECES):
        piece = Piece(number, title, slug, description, "## Why\n\nBecause **it is**.", "zh-Hans-CN", at)
        channel.publish(piece, key=f"key-{number}")
    source = folder / "source"
    lay_out(repository, source)
    subprocess.run([hugo, "--quiet", "--source", source, "--destination", folder / "public"], check=True)
    return folder / "public"


def lay_out(repository: Repository, source: Path) -> None:
    """A small site: the pushed pages, one layout, one setting."""
    (source / "layouts" / "_default").mkdir(parents=True)
    (source / "layouts" / "_default" / "single.html").write_text(PAGE)
    (source / "config.toml").write_text('baseURL = "https://www.example.com/"\ndisableKinds = ["taxonomy", "term"]\n')
    (source / "content" / "posts").mkdir(parents=True)
    for slug, *_ in PIECES:
        data = repository.file(f"content/posts/{slug}.md")
        assert data is not None
        (source / "content" / "posts" / f"{slug}.md").write_bytes(data)


@pytest.mark.parametrize(("slug", "title", "description"), PIECES)
def test_title_description_and_canonical_stand_in_the_built_page(
    built: Path, slug: str, title: str, description: str
) -> None:
    soup = BeautifulSoup((built / "posts" / slug / "index.html").read_text(), "html.parser")
    meta, canonical = soup.find("meta", attrs={"name": "description"}), soup.find("link", rel="canonical")

    assert soup.title is not None
    assert unescape(soup.title.get_text()) == title
    assert meta is not None
    assert meta["content"] == description
    assert canonical is not None
    assert canonical["href"] == f"https://www.example.com/posts/{slug}/"


def test_the_date_is_the_instant_it_was_planned_for(built: Path) -> None:
    soup = BeautifulSoup((built / "posts" / "plain" / "index.html").read_text(), "html.parser")

    assert soup.time is not None
    assert datetime.fromisoformat(soup.time.get_text()) == datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
