"""What a bench measures, each in a process of its own: `python -m bench.programs NAME ARGUMENT...` prints JSON.

`cpu` in the answer is what the work itself took, in seconds, without the start of the program.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import orjson
import turbohtml
from sqlalchemy import func, select

from editorial.adapters.fetch import Fetcher
from editorial.audit.engine import judge
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.audit.rules import PAGE_RULES
from editorial.cli.scratch import scratch
from editorial.domain.addresses import ALL_PRIVATE
from editorial.services import auditing, verdicts
from editorial.store.audit import Audit, AuditPage, AuditState
from editorial.store.base import make_engine, make_sessions

HTML = (("content-type", "text/html"),)

P = ParamSpec("P")
T = TypeVar("T")


def _read(folder: str, names: str) -> Iterator[tuple[str, bytes]]:
    for name in Path(names).read_text(encoding="utf-8").splitlines():
        yield name, (Path(folder) / name).read_bytes()


def _responses(folder: str, names: str) -> Iterator[Response]:
    for name, body in _read(folder, names):
        url = f"https://bench.example/{name}"
        yield Response(url, url, 200, HTML, body)


def fetch(origin: str, names: str) -> dict[str, Any]:
    """Bodies only, eight connections."""
    fetcher = Fetcher(agent="bench", allow=ALL_PRIVATE, connections=8)
    wanted = Path(names).read_text(encoding="utf-8").splitlines()
    for number, name in enumerate(wanted):
        fetcher.add(number, f"{origin}/{name}")
    seen = 0
    while seen < len(wanted):
        seen += sum(1 for _ in fetcher.poll(1.0))
    return {}


def parse(folder: str, names: str) -> dict[str, Any]:
    """Trees only."""
    for _, body in _read(folder, names):
        turbohtml.parse(body)
    return {}


def facts(folder: str, names: str) -> dict[str, Any]:
    """Everything that is gathered from a page, its parsing included."""
    for response in _responses(folder, names):
        gather(response)
    return {}


def judged(folder: str, names: str) -> dict[str, Any]:
    """Gathered, and judged by every page rule."""
    for response in _responses(folder, names):
        judge(gather(response), frozenset(), rules=PAGE_RULES)
    return {}


def audit(origin: str, most: str, workers: str) -> dict[str, Any]:
    """A whole audit on SQLite: robots.txt, crawl, facts, page rules, storage, site rules, score."""
    took: dict[str, float] = {}
    verdicts.finish = _timed(verdicts.finish, took)
    with scratch(workers=int(workers), allow=ALL_PRIVATE) as parts:
        options = {"max_pages": int(most), "rate": 100_000.0, "connections": 16}
        with parts.sessions.begin() as session:
            audit_id = auditing.start_audit_of(session, f"{origin}/", parts.now(), options).id
        auditing.run_audit(parts, audit_id)
        with parts.sessions() as session:
            done = session.get_one(Audit, audit_id)
            if done.state is AuditState.FAILED:
                raise RuntimeError(f"the audit failed: {done.stop_reason} {done.stop_detail}")
            pages = session.scalar(select(func.count()).select_from(AuditPage))
            bind = parts.sessions.kw["bind"]
        folder = Path(bind.url.database).parent
        stored = sum(path.stat().st_size for path in folder.iterdir())
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"pages": pages, "stored": stored, "largest": max(_largest(), children), **took}


def _largest() -> int:
    """Bytes that this process held at most. What getrusage says begins with the process that started it."""
    status = Path("/proc/self/status")
    said = status.read_text(encoding="ascii").split() if status.exists() else []
    if "VmHWM:" in said:
        return int(said[said.index("VmHWM:") + 1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def beside(database: str, origin: str) -> dict[str, Any]:
    """An audit of a site into a database that others use meanwhile."""
    parts = auditing.AuditParts(
        sessions=make_sessions(make_engine(database)),
        now=lambda: datetime.now(UTC),
        worker="bench",
        allow=ALL_PRIVATE,
        workers=1,
    )
    with parts.sessions.begin() as session:
        options = {"max_pages": 100_000, "rate": 100_000.0, "connections": 16}
        audit_id = auditing.start_audit_of(session, f"{origin}/", parts.now(), options).id
    auditing.run_audit(parts, audit_id)
    return {}


def _timed(work: Callable[P, T], took: dict[str, float]) -> Callable[P, T]:
    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        began = time.perf_counter()
        done = work(*args, **kwargs)
        took["analyses"] = time.perf_counter() - began
        return done

    return timed


PROGRAMS: dict[str, Callable[..., dict[str, Any]]] = {
    "fetch": fetch,
    "parse": parse,
    "facts": facts,
    "judge": judged,
    "audit": audit,
    "beside": beside,
}


def main(name: str, *arguments: str) -> None:
    """Run one and print what it says."""
    began = time.process_time()
    said = PROGRAMS[name](*arguments)
    print(orjson.dumps({"cpu": time.process_time() - began, **said}).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
