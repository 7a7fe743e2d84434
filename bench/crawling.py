"""What a page costs that is crawled, judged and stored, beside what its parts cost by themselves.

Three sites: S' is generated (700 pages of 80 KB with 390 links), M and L are documentation from Debian packages
(`bench.corpora`). Every round measures the same things one after another, each in a process of its own; the median of
the rounds counts, as processor time of a process with its children. Wall time needs a quiet machine.
"""

import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bench.corpora import LARGE, MEDIUM, Corpus, generated, packaged, samples
from config import ROOT

TIMES_PARTS = 2.5  # times the sum of fetch, parse and insert
LARGEST = 250  # MB of the largest process, on L
ANALYSES = 30  # seconds for duplicates and links of L
SLOWER = 0.8  # of the pages a second of M that L may fall to
SAMPLE = 2000  # pages of which the parts are measured


@dataclass(frozen=True)
class Goal:
    """Of one corpus: milliseconds of processor time and KB stored a page, pages a second with two workers."""

    cpu: float | None = None
    stored: float | None = None
    speed: float | None = None


GOALS = {"S'": Goal(4.1, 24), "M": Goal(2.5, 8, 600), "L": Goal()}
ROUNDS = {"S'": 3, "M": 3, "L": 1}


@dataclass(frozen=True)
class Spent:
    """What a program took: processor and wall time in seconds, and what it said."""

    cpu: float
    wall: float
    said: dict[str, Any] = field(default_factory=dict)


Measured = dict[str, list[Spent]]


def run_small() -> None:
    """S'."""
    with tempfile.TemporaryDirectory(prefix="editorial-bench-") as name:
        _tell(generated(Path(name)))


def run_medium() -> float:
    """M. Returns its pages a second with two workers."""
    return _tell(packaged("M", MEDIUM))


def run_large() -> None:
    """L, and M once more to compare with."""
    medium = _rate(measure(packaged("M", MEDIUM), rounds=1, parts=False))
    large = _tell(packaged("L", LARGE))
    print(
        f"L: {large / medium:.2f} x the pages a second of M, measured just before ({_kept(large / medium >= SLOWER)})"
    )


def _tell(corpus: Corpus) -> float:
    for lack in corpus.missing:
        print(f"left out of {corpus.name}: {lack}")
    found = measure(corpus, rounds=ROUNDS[corpus.name])
    report(corpus, found, GOALS[corpus.name])
    return _rate(found)


def measure(corpus: Corpus, *, rounds: int, parts: bool = True) -> Measured:
    """Everything, so many times, in turn."""
    found: Measured = {}
    with served(corpus.folder) as url, tempfile.TemporaryDirectory(prefix="editorial-bench-") as room:
        names = Path(room) / "names"
        names.write_text("\n".join(samples(corpus, SAMPLE)), encoding="utf-8")
        for _ in range(rounds):
            for what, take in _steps(corpus, url, names, parts=parts):
                found.setdefault(what, []).append(take())
    return found


def _steps(corpus: Corpus, url: str, names: Path, *, parts: bool) -> Iterator[tuple[str, Callable[[], Spent]]]:
    folder, most = str(corpus.folder), str(20 * len(corpus.pages))
    if parts:
        yield "fetch", lambda: spend("fetch", url, str(names))
        yield "parse", lambda: spend("parse", folder, str(names))
        yield "insert", lambda: _insert(names)
        yield "gather", lambda: spend("facts", folder, str(names))
        yield "gather, judge", lambda: spend("judge", folder, str(names))
        yield "start, 1 worker", lambda: spend("audit", url, "1", "1")
        yield "start, 2 workers", lambda: spend("audit", url, "1", "2")
        yield "audit, 1 worker", lambda: spend("audit", url, most, "1")
    yield "audit, 2 workers", lambda: spend("audit", url, most, "2")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the pages on loopback; gives their origin."""
    command = [sys.executable, "-m", "bench.site_server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


def spend(*arguments: str) -> Spent:
    """Run one of `bench.programs` and say what it and its children took.

    Raises:
        RuntimeError: it failed.
    """
    spent, output = spend_on([sys.executable, "-m", "bench.programs", *arguments])
    return Spent(spent.cpu, spent.wall, orjson.loads(output.splitlines()[-1]))


def spend_on(command: Sequence[str], **options: Any) -> tuple[Spent, str]:
    """Run any program: what it and its children took, and what it printed.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    with subprocess.Popen(command, **{"cwd": ROOT, "stdout": subprocess.PIPE, "text": True, **options}) as program:
        assert program.stdout is not None
        output = program.stdout.read()
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"{command[2:4]} ended with {program.returncode}")
    spent = Spent(used.ru_utime + used.ru_stime, time.perf_counter() - began, {"largest": used.ru_maxrss * 1024})
    return spent, output.strip()


def _insert(names: Path) -> Spent:
    """What it takes to put 8 KB a page into SQLite, in batches of 100."""
    count = len(names.read_text(encoding="utf-8").splitlines())
    rows = [(number, os.urandom(8_000)) for number in range(count)]
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    with sqlite3.connect(names.with_name("floor.sqlite")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS page (no INTEGER, facts BLOB)")
        for start in range(0, count, 100):
            database.executemany("INSERT INTO page VALUES (?, ?)", rows[start : start + 100])
            database.commit()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(cpu, time.perf_counter() - began, {"cpu": cpu})


def _rate(found: Measured) -> float:
    return float(statistics.median(one.said["pages"] / one.wall for one in found["audit, 2 workers"]))


def report(corpus: Corpus, found: Measured, goal: Goal) -> None:
    """Print the table of one corpus and what it says of the goals. An error page is a page: it is judged as well."""
    parts = len(list(samples(corpus, SAMPLE)))
    start = {what[7:]: statistics.median(one.cpu for one in found[what]) for what in found if what.startswith("start")}
    print(f"\n{corpus.name}: {len(corpus.pages)} pages of {corpus.size / 1000:.0f} KB and {corpus.listings} listings")
    print(f"{'':<18}{'CPU ms/page':>12}{'pages/s':>9}")
    cost = {}
    for what, spent in found.items():
        if what.startswith("start"):
            continue
        took = [
            (one.cpu - start[what[7:]]) / one.said["pages"] if what.startswith("audit") else one.said["cpu"] / parts
            for one in spent
        ]
        cost[what] = statistics.median(took) * 1000
        wall = statistics.median(one.said.get("pages", parts) / one.wall for one in spent)
        print(f"{what:<18}{cost[what]:>12.2f}{wall:>9.0f}")
    _goals(found, cost, goal, large=corpus.name == "L")


def _goals(found: Measured, cost: dict[str, float], goal: Goal, *, large: bool) -> None:
    whole = cost["audit, 1 worker"]
    parts = cost["fetch"] + cost["parse"] + cost["insert"]
    print(f"an audit: {whole:.2f} ms a page{_beside(goal.cpu, whole)}")
    print(f"  {whole / parts:.1f} x fetch, parse and insert (goal {TIMES_PARTS})")
    print(f"  {whole / (cost['fetch'] + cost['gather, judge'] + cost['insert']):.2f} x fetch, gather, judge and insert")
    if goal.speed is not None:
        rate = _rate(found)
        print(f"  {rate:.0f} pages/s with two workers (goal {goal.speed:.0f}: {_kept(rate >= goal.speed)})")
    last = found["audit, 1 worker"][-1].said
    kilobytes = last["stored"] / last["pages"] / 1000
    print(f"  stored: {kilobytes:.1f} KB a page{_beside(goal.stored, kilobytes)}, {last['pages']} pages")
    largest = max(one.said["largest"] for one in found["audit, 2 workers"]) / 1e6
    print(f"  largest process: {largest:.0f} MB{_beside(LARGEST if large else None, largest)}")
    analyses = last["analyses"]
    print(f"  site rules, numbers, score: {analyses:.1f} s{_beside(ANALYSES if large else None, analyses)}")


def _beside(goal: float | None, found: float) -> str:
    return "" if goal is None else f" (goal {goal:g}: {_kept(found <= goal)})"


def _kept(kept: bool) -> str:
    return "kept" if kept else "MISSED"
