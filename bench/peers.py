"""What a page of S' costs other crawlers, beside ours, in one run: processor time of the whole tree of programs.

Peers come from PyPI into an environment of their own (`requirements/peers.lock`), in `build/bench`. Each reads the same
150 pages from the same server, three times in turn, and one page alone: starts and imports do not count.
"""

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.corpora import CACHE, generated
from bench.crawling import Spent, served, spend, spend_on
from config import ROOT

PAGES, ROUNDS, TIMES = 150, 3, 18
"""Pages of a run, runs of each, and how many times less than the cheapest SEO auditor an audit is to cost."""
HOME = CACHE / "peers"
NOT_HERE = (
    "xseo 0.7.0: needs Python 3.12",
    "sentinelseo 1.0.0: wants to download a browser when it starts",
    "pyseoanalyzer 2025.4.3: pins lxml 5.3.1, which the others refuse",
    "LibreCrawl: not on PyPI",
)

SOUP = """
import sys
from concurrent.futures import ThreadPoolExecutor
import requests
from bs4 import BeautifulSoup
session = requests.Session()
def read(url):
    soup = BeautifulSoup(session.get(url).content, "lxml")
    return (
        soup.title.get_text(), soup.html.get("lang"), [dict(tag.attrs) for tag in soup.find_all("meta")],
        [tag.get_text() for tag in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])],
        [(tag["href"], tag.get_text(), tag.get("rel")) for tag in soup.find_all("a", href=True)],
        [(tag.get("src"), tag.get("alt")) for tag in soup.find_all("img")],
        [tag.get("action") for tag in soup.find_all("form")], len(soup.get_text(" ").split()),
    )
with ThreadPoolExecutor(8) as pool:
    print(sum(1 for _ in pool.map(read, open(sys.argv[1]).read().split())))
"""
ADVERTOOLS = """
import sys
import advertools
advertools.crawl(
    open(sys.argv[1]).read().split(), sys.argv[2], follow_links=False, allowed_domains=["127.0.0.1"],
    custom_settings={"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "ROBOTSTXT_OBEY": True,
                     "LOG_LEVEL": "ERROR"},
)
"""


@dataclass(frozen=True)
class Peer:
    """How to run another crawler, and to count what it read."""

    name: str
    package: str
    audits: bool
    """Whether it judges what it reads."""
    command: Callable[[str, Path, Path, int], Sequence[str]]
    """From the site's address, a file of addresses, a folder to write to, and how many pages."""
    read: Callable[[Path, str], int] | None = None
    """Pages read, from that folder and what it printed; without it, as many as it was told."""


def _rows(folder: Path, _: str) -> int:
    with closing(sqlite3.connect(folder / "out.db")) as database:
        found: int = database.execute("SELECT count(*) FROM crawl WHERE status_code = 200").fetchone()[0]
        return found


PEERS = (
    Peer(
        "requests, bs4 with lxml",
        "beautifulsoup4",
        False,
        lambda _, urls, __, ___: [_python(), "-c", SOUP, str(urls)],
        lambda _, said: int(said.split()[-1]),
    ),
    Peer(
        "advertools",
        "advertools",
        False,
        lambda _, urls, folder, __: [_python(), "-c", ADVERTOOLS, str(urls), str(folder / "out.jl")],
        lambda folder, _: len((folder / "out.jl").read_text(encoding="utf-8").splitlines()),
    ),
    Peer(
        "babygreenflare",
        "babygreenflare",
        True,
        lambda _, urls, folder, __: [
            *(str(HOME / "bin" / "greenflare-cli"), "--list-file", str(urls), "--db", str(folder / "out.db")),
            *("--threads", "10", "--no-xml-sitemap", "--sync", "--quiet"),
        ],
        _rows,
    ),
    Peer(
        "seobuddy",
        "seobuddy",
        True,
        lambda url, _, folder, pages: [
            *(str(HOME / "bin" / "seobuddy"), url, "--max-pages", str(pages), "--depth", "50"),
            *("--concurrency", "10", "--no-color", "--output-dir", str(folder)),
        ],
    ),
)


def run() -> None:
    """Measure and print the table."""
    if lacks := _install():
        print(f"The peers could not be installed: {lacks}")
        return
    versions = _versions()
    for lack in NOT_HERE:
        print(f"not run: {lack}")
    costs: dict[str, list[Spent]] = {}
    with tempfile.TemporaryDirectory(prefix="editorial-bench-") as name:
        corpus = generated(Path(name))
        with served(corpus.folder) as url:
            for _ in range(ROUNDS):
                for who, spent in _round(url):
                    costs.setdefault(who, []).append(spent)
    _report(costs, versions)


def _round(url: str) -> Iterator[tuple[str, Spent]]:
    """Each for all pages and for one: what a start takes is taken off."""
    yield "Editorial", _without_start(spend("audit", url, str(PAGES), "2"), spend("audit", url, "1", "2"))
    for peer in PEERS:
        try:
            yield peer.name, _without_start(_one(peer, url, PAGES), _one(peer, url, 1))
        except (RuntimeError, OSError, ValueError, IndexError, sqlite3.Error) as error:
            print(f"{peer.name} could not be run: {error}")


def _one(peer: Peer, url: str, pages: int) -> Spent:
    with tempfile.TemporaryDirectory(prefix="editorial-peer-") as name:
        folder = Path(name)
        urls = folder / "urls"
        urls.write_text("\n".join(f"{url}/p{number}.html" for number in range(pages)), encoding="utf-8")
        paths = {"PATH": f"{HOME / 'bin'}:/usr/bin:/bin", "HOME": name}
        command = peer.command(f"{url}/", urls, folder, pages)
        spent, said = spend_on(command, cwd=folder, stderr=subprocess.DEVNULL, env=paths)
        return Spent(spent.cpu, spent.wall, {**spent.said, "pages": peer.read(folder, said) if peer.read else pages})


def _without_start(whole: Spent, start: Spent) -> Spent:
    pages = whole.said["pages"] - start.said["pages"]
    return Spent(whole.cpu - start.cpu, whole.wall - start.wall, {**whole.said, "pages": pages})


def _report(costs: dict[str, list[Spent]], versions: dict[str, str]) -> None:
    print(f"\nS', {PAGES} pages, median of {ROUNDS}, without the start")
    print(f"{'':<36}{'CPU ms/page':>12}{'pages/s':>9}{'MB':>6}{'x ours':>8}")
    cost = {who: statistics.median(one.cpu / one.said["pages"] * 1000 for one in spent) for who, spent in costs.items()}
    for who, spent in costs.items():
        version = next((versions.get(peer.package, "") for peer in PEERS if peer.name == who), "")
        speed = statistics.median(one.said["pages"] / one.wall for one in spent)
        largest = max(one.said["largest"] for one in spent) / 1e6
        ratio = cost[who] / cost["Editorial"]
        print(f"{f'{who} {version}':<36}{cost[who]:>12.1f}{speed:>9.0f}{largest:>6.0f}{ratio:>8.1f}")
    auditors = [cost[peer.name] for peer in PEERS if peer.audits and peer.name in cost]
    if auditors:
        times = min(auditors) / cost["Editorial"]
        print(f"{times:.1f} x less than the cheapest auditor (goal {TIMES}: {'kept' if times >= TIMES else 'MISSED'})")


def _python() -> str:
    return str(HOME / "bin" / "python")


def _install() -> str:
    """Make the peers' environment, once for each lock. Returns why that failed, or nothing."""
    lock, done = ROOT / "requirements" / "peers.lock", HOME / "lock"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return ""
    uv = ROOT / ".venv-tools" / "bin" / "uv"
    for command in (
        [str(uv), "venv", "-q", "--allow-existing", "-p", sys.executable, str(HOME)],
        [str(uv), "pip", "sync", "-q", "-p", _python(), "--require-hashes", str(lock)],
    ):
        try:
            tried = subprocess.run(command, check=False, capture_output=True, text=True)
        except OSError as error:
            return str(error)
        if tried.returncode:
            return (tried.stderr.strip() or "?").splitlines()[-1]
    done.write_bytes(lock.read_bytes())
    return ""


def _versions() -> dict[str, str]:
    code = "import json; from importlib.metadata import distributions as all_of\n"
    code += "print(json.dumps({one.name.lower(): one.version for one in all_of()}))"
    found = subprocess.run([_python(), "-c", code], check=True, capture_output=True, text=True)
    versions: dict[str, str] = json.loads(found.stdout)
    return versions
