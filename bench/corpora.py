"""Sites to crawl: real documentation from Debian packages, and a generated one.

Packages are fetched once with apt-get (or taken from its own cache) into `build/bench`, which nobody commits, and are
unpacked, not installed. Pages of listings, a hundred links each, make every page reachable.
"""

import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from config import ROOT

CACHE = ROOT / "build" / "bench"
MEDIUM = ("python3.11-doc", "postgresql-doc-15", "apache2-doc", "python-django-doc", "cmake-doc")
LARGE = (
    *MEDIUM,
    *("debian-handbook", "installation-guide-amd64", "octave-doc", "linux-doc-6.1", "libboost1.74-doc"),
    *("gimp-help-en", "git-doc", "libgtk-3-doc", "libglib2.0-doc", "sqlite3-doc"),
)
LISTED = 100  # links on a page of listings
PAGES, LINKS, PARAGRAPHS = 700, 390, 62  # of the generated site: 80 KB a page
TEXT = """
gateway sensor bearing maintenance downtime vibration pump monitoring industrial data report whitepaper line shift
operator spare part contract service budget energy audit plant control safety network edge cloud model
"""


@dataclass(frozen=True)
class Corpus:
    """Pages to be served: their folder, and the paths from there; `size` is the mean of a page in bytes."""

    name: str
    folder: Path
    pages: tuple[str, ...]
    size: int
    missing: tuple[str, ...] = ()
    """Packages that could not be had, each with the reason."""

    @property
    def listings(self) -> int:
        """Pages that only list the others."""
        return 1 + -(-len(self.pages) // LISTED) if (self.folder / "listing-0.html").exists() else 1


def generated(folder: Path) -> Corpus:
    """S': 700 pages of 80 KB with 390 links each, like a marketing site that names everything in its menus."""
    chance = random.Random(7)
    sizes = [
        (folder / f"p{number}.html").write_text(_page(number, chance), encoding="utf-8") for number in range(PAGES)
    ]
    (folder / "index.html").write_text(_page(0, chance), encoding="utf-8")
    _robots(folder)
    return Corpus("S'", folder, tuple(f"p{number}.html" for number in range(PAGES)), sum(sizes) // PAGES)


def packaged(name: str, packages: Sequence[str]) -> Corpus:
    """M or L: what the packages hold, below a folder for each, and the listings. Unpacked once."""
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    missing = tuple(lack for package in packages if (lack := _unpack(package, folder / package)))
    files = sorted(path for path in folder.rglob("*.html*") if path.is_file() and path.stat().st_size)
    pages = [path.relative_to(folder).as_posix() for path in files if path.parent != folder]
    sizes = [(folder / page).stat().st_size for page in pages]
    _list(folder, pages)
    _robots(folder)
    return Corpus(name, folder, tuple(pages), sum(sizes) // max(1, len(sizes)), missing)


def _unpack(package: str, target: Path) -> str:
    """Fetch and unpack a package, unless that was done. Returns why it could not be had, or nothing."""
    if target.exists():
        return ""
    store = CACHE / "packages"
    store.mkdir(parents=True, exist_ok=True)
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return f"{package}: this system has no apt-get and dpkg-deb"
    if not list(store.glob(f"{package}_*.deb")):
        asking = ["apt-get", "download", "-q", package]
        tried = subprocess.run(asking, check=False, cwd=store, capture_output=True, text=True)
        if tried.returncode:
            return f"{package}: apt-get does not have it ({(tried.stderr.strip() or '?').splitlines()[-1]})"
    whole = target.with_name(f"{target.name}.part")
    shutil.rmtree(whole, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", str(next(store.glob(f"{package}_*.deb"))), str(whole)], check=True)
    for path in whole.rglob("*"):
        if path.is_symlink():  # a page by two names would count twice, and may lead out of the folder
            path.unlink()
    shutil.move(whole / "usr" / "share", target)
    shutil.rmtree(whole)
    return ""


def _list(folder: Path, pages: Sequence[str]) -> None:
    names = []
    for number, start in enumerate(range(0, len(pages), LISTED)):
        names.append(f"listing-{number}.html")
        (folder / names[-1]).write_text(_links(f"Listing {number}", pages[start : start + LISTED]), encoding="utf-8")
    (folder / "index.html").write_text(_links("All listings", names), encoding="utf-8")


def _links(title: str, targets: Sequence[str]) -> str:
    items = "".join(f'<li><a href="/{quote(target)}">{escape(target)}</a></li>' for target in targets)
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><ul>{items}</ul></body></html>'


def _robots(folder: Path) -> None:
    (folder / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n", encoding="utf-8")


def _page(number: int, chance: random.Random) -> str:
    vocabulary = TEXT.split()

    def words(count: int) -> str:
        return " ".join(chance.choices(vocabulary, k=count))

    step = chance.randrange(1, PAGES)
    links = "".join(
        f'<li class="menu-item level-{n % 3}"><a class="menu-link" href="/p{(number + n * step) % PAGES}.html">'
        f"<span>{words(3)}</span></a></li>"
        for n in range(1, LINKS + 1)
    )
    text = "".join(f"<p>{words(70)}.</p>" for _ in range(PARAGRAPHS))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{words(6)} {number}</title><meta name='description' content='{words(18)}'>"
        f'<meta name="viewport" content="width=device-width"></head><body><nav><ul>{links}</ul></nav>'
        f'<main><h1>{words(5)}</h1><img src="/p.png" alt="{words(4)}">{text}</main></body></html>'
    )


def samples(corpus: Corpus, most: int) -> Iterator[str]:
    """At most so many pages of a corpus, spread over it."""
    step = max(1, len(corpus.pages) // most)
    yield from corpus.pages[::step][:most]
