"""A live static site: a bare git repository, built by Hugo at each request for a fresh build, served on loopback."""

import functools
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dulwich import porcelain
from dulwich.repo import Repo

CONFIG = 'baseURL = "{url}/"\ntitle = "Northgauge"\nlanguageCode = "en"\nbuildFuture = true\n'
HEAD = (
    '<!doctype html><html lang="{{ .Params.lang | default "en" }}"><head><meta charset="utf-8">'
    '<title>{{ .Title }}</title>{{ with .Description }}<meta name="description" content="{{ . }}">{{ end }}'
    '<link rel="canonical" href="{{ .Params.canonical | default .Permalink }}"></head><body><h1>{{ .Title }}</h1>'
)
SINGLE = HEAD + "{{ .Content }}</body></html>\n"
LIST = (
    HEAD + '<ul>{{ range site.RegularPages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>'
    "</body></html>\n"
)


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps its log to itself."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its base names it so
        """Say nothing."""


@dataclass
class HugoSite:
    """The repository, its working folder and the address it is served at."""

    folder: Path
    url: str

    @property
    def repository(self) -> str:
        """What a channel is told."""
        return f"file://{self.folder / 'site.git'}"

    def build(self) -> None:
        """Check the newest commit out and let Hugo build it."""
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        with porcelain.clone(str(self.folder / "site.git"), str(self.folder / "work"), errstream=io.BytesIO()):
            pass
        binary = Path(sys.executable).parent / "hugo"  # from its Python package
        subprocess.run(
            [
                str(binary),
                "--quiet",
                "--source",
                str(self.folder / "work"),
                "--destination",
                str(self.folder / "public"),
                "--cleanDestinationDir",
            ],
            check=True,
            capture_output=True,
            text=True,
        )


@contextmanager
def hugo_site(folder: Path) -> Iterator[HugoSite]:
    """A site with a home page and room for posts."""
    public = folder / "public"
    public.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(public)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    site = HugoSite(folder, f"http://127.0.0.1:{server.server_port}")
    try:
        _seed(site)
        site.build()
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _seed(site: HugoSite) -> None:
    bare, seed = site.folder / "site.git", site.folder / "seed"
    seed.mkdir()
    files = {
        "hugo.toml": CONFIG.format(url=site.url),
        "layouts/_default/single.html": SINGLE,
        "layouts/_default/list.html": LIST,
        "layouts/index.html": LIST,
        "content/_index.md": "---\ntitle: Northgauge\ndescription: Sensors that say when.\n---\n",
        "static/robots.txt": "User-agent: *\nAllow: /\n",
    }
    with porcelain.init(str(seed)) as repo:
        for name, text in files.items():
            path = seed / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        repo.get_worktree().stage(sorted(files))
        commit = repo.get_worktree().commit(
            message=b"Seed", author=b"Seed <seed@example.test>", committer=b"Seed <seed@example.test>"
        )
        bare.mkdir()
        with Repo.init_bare(str(bare)) as target:
            repo.fetch(target)
            target.refs[b"refs/heads/main"] = commit  # type: ignore[index]
            target.refs.set_symbolic_ref(b"HEAD", b"refs/heads/main")  # type: ignore[arg-type]
