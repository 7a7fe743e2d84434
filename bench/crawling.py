"""What a page costs that is crawled, judged and stored, beside what its parts cost by themselves.

The corpus is generated: 700 pages of 80 KB with 390 links each, like a marketing site that names everything in its
menus. Every round measures the same things one after another, each in a process of its own; the median of the rounds
counts, as processor time of a process with its children. Wall time is told, not judged.
"""

import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import ROOT

PAGES, LINKS, PARAGRAPHS, ROUNDS = 700, 390, 62, 3
GOAL, TIMES_PARTS = 4.1, 2.5  # milliseconds of processor time a page; times the sum of fetch, parse and insert
TEXT = """
gateway sensor bearing maintenance downtime vibration pump monitoring industrial data report whitepaper line shift
operator spare part contract service budget energy audit plant control safety network edge cloud model
"""

FETCH = """
import sys, time
from editorial.adapters.fetch import Fetcher
from editorial.domain.addresses import ALL_PRIVATE
began = time.process_time()
fetcher = Fetcher(agent="bench", allow=ALL_PRIVATE, connections=8)
for number in range(int(sys.argv[2])):
    fetcher.add(number, f"{sys.argv[1]}/p{number}")
seen = 0
while seen < int(sys.argv[2]):
    seen += sum(1 for _ in fetcher.poll(1.0))
print(time.process_time() - began)
"""
PARSE = """
import sys, time
from pathlib import Path
import turbohtml
began = time.process_time()
for path in Path(sys.argv[1]).glob("p*.html"):
    turbohtml.parse(path.read_bytes())
print(time.process_time() - began)
"""
GATHER = """
import sys, time
from pathlib import Path
from editorial.audit.facts import Response
from editorial.audit.gather import gather
began = time.process_time()
for path in Path(sys.argv[1]).glob("p*.html"):
    url = f"https://bench.example/{path.stem}"
    gather(Response(url, url, 200, (("content-type", "text/html; charset=utf-8"),), path.read_bytes()))
print(time.process_time() - began)
"""
JUDGE = """
import sys, time
from pathlib import Path
from editorial.audit.engine import judge
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.audit.rules import PAGE_RULES
began = time.process_time()
for path in Path(sys.argv[1]).glob("p*.html"):
    url = f"https://bench.example/{path.stem}"
    kind = (("content-type", "text/html; charset=utf-8"),)
    judge(gather(Response(url, url, 200, kind, path.read_bytes())), frozenset(), rules=PAGE_RULES)
print(time.process_time() - began)
"""
AUDIT = """
import sys
from pathlib import Path
from sqlalchemy import func, select
from editorial.cli.scratch import scratch
from editorial.domain.addresses import ALL_PRIVATE
from editorial.services import auditing
from editorial.store.audit import AuditPage
with scratch(workers=int(sys.argv[3]), allow=ALL_PRIVATE) as parts:
    options = {"max_pages": int(sys.argv[2]), "rate": 100_000.0, "connections": 16}
    with parts.sessions.begin() as session:
        audit_id = auditing.start_audit_of(session, sys.argv[1] + "/", parts.now(), options).id
    auditing.run_audit(parts, audit_id)
    with parts.sessions() as session:
        pages = session.scalar(select(func.count()).select_from(AuditPage))
    database = Path(parts.sessions.kw["bind"].url.database)
    print(pages, sum(path.stat().st_size for path in database.parent.iterdir()))
"""


@dataclass(frozen=True)
class Spent:
    """What a program took: processor and wall time in seconds, and what it printed."""

    cpu: float
    wall: float
    said: str


def run() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="editorial-bench-") as name:
        folder = Path(name)
        size = write_site(folder)
        rounds: dict[str, list[Spent]] = {}
        with served(folder) as url:
            for _ in range(ROUNDS):
                for what, spent in _round(folder, url):
                    rounds.setdefault(what, []).append(spent)
    _report(rounds, size)


def _round(folder: Path, url: str) -> Iterator[tuple[str, Spent]]:
    yield "fetch", spend(FETCH, url, str(PAGES))
    yield "parse", spend(PARSE, str(folder))
    yield "insert", _insert(folder)
    yield "parse and gather", spend(GATHER, str(folder))
    yield "and judge", spend(JUDGE, str(folder))
    yield "audit of one page", spend(AUDIT, url, "1", "1")
    yield "audit, 1 worker", spend(AUDIT, url, str(PAGES + 1), "1")
    yield "audit, 2 workers", spend(AUDIT, url, str(PAGES + 1), "2")


def write_site(folder: Path) -> int:
    """The pages, from one seed. Returns their mean size in bytes."""
    chance = random.Random(7)
    sizes = []
    for number in range(PAGES):
        body = _page(number, chance)
        sizes.append((folder / f"p{number}.html").write_text(body, encoding="utf-8"))
    (folder / "index.html").write_text(_page(0, chance), encoding="utf-8")
    (folder / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n", encoding="utf-8")
    return sum(sizes) // len(sizes)


def _page(number: int, chance: random.Random) -> str:
    vocabulary = TEXT.split()

    def words(count: int) -> str:
        return " ".join(chance.choices(vocabulary, k=count))

    step = chance.randrange(1, PAGES)
    links = "".join(
        f'<li class="menu-item level-{n % 3}"><a class="menu-link" href="/p{(number + n * step) % PAGES}">'
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


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the pages on loopback; gives their origin."""
    command = [sys.executable, "-m", "bench.site_server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


def spend(code: str, *arguments: str) -> Spent:
    """Run a program and say what it and its children took.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        said = program.stdout.read()
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"a program of the bench ended with {program.returncode}")
    return Spent(used.ru_utime + used.ru_stime, time.perf_counter() - began, said.strip())


def _insert(folder: Path) -> Spent:
    """What it takes to put 8 KB a page into SQLite, in batches of 100."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = [(number, os.urandom(8_000)) for number in range(PAGES)]
    with sqlite3.connect(folder / "floor.sqlite") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS page (no INTEGER, facts BLOB)")
        for start in range(0, PAGES, 100):
            database.executemany("INSERT INTO page VALUES (?, ?)", rows[start : start + 100])
            database.commit()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(cpu, time.perf_counter() - began, "")


def _report(rounds: dict[str, list[Spent]], size: int) -> None:
    print(f"{PAGES} pages of {size / 1000:.0f} KB with {LINKS} links, median of {ROUNDS} rounds, without the start")
    print(f"{'':<20}{'CPU ms/page':>13}{'pages/s':>9}")
    start = statistics.median(one.cpu for one in rounds["audit of one page"])
    cost = {}
    for what, spent in rounds.items():
        whole = what.startswith("audit")
        took = [one.cpu - start if whole else float(one.said or one.cpu) for one in spent]
        cost[what] = statistics.median(took) / PAGES * 1000
        if what != "audit of one page":
            wall = PAGES / statistics.median(one.wall for one in spent)
            print(f"{what:<20}{cost[what]:>13.2f}{wall:>9.0f}")
    parts = cost["fetch"] + cost["parse and gather"] + cost["insert"]
    ratio = f"{cost['audit, 1 worker'] / parts:.1f} x fetch, gather and insert (goal {TIMES_PARTS})"
    print(f"an audit costs {cost['audit, 1 worker']:.2f} ms a page (goal {GOAL}), {ratio}")
    pages, stored = rounds["audit, 1 worker"][-1].said.split()[-2:]
    print(f"stored: {int(stored) / int(pages) / 1000:.1f} KB a page, {pages} pages")
