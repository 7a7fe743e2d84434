"""Documentation that this project did not write, served on loopback.

`python -m tests.integration.audit.documentation FOLDER` writes what Python's own pydoc says of its standard library:
some 670 pages, 35 KB on average, from nothing but the interpreter. Debian's python3-doc is crawled by the acceptance
tests, where the system may be asked for more; docs/decisions/0014 says why.
"""

import importlib
import inspect
import pkgutil
import pydoc
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from sqlalchemy import func, select

from editorial.domain.addresses import ALL_PRIVATE
from editorial.domain.findings import FindingEvent
from editorial.services.auditing import AuditParts, run_audit, start_audit
from editorial.store.audit import Audit, AuditTrigger, Finding, FindingHistory
from editorial.store.base import Sessions
from editorial.store.content import Site

LEFT_OUT = frozenset(  # open a window or a browser, speak of the past, or only exist elsewhere
    {"antigravity", "this", "idlelib", "tkinter", "turtle", "turtledemo", "lib2to3", "distutils", "test", "ensurepip"}
    | {"email", "unittest", "urllib"}  # a ninth of the pages and half of the time that writing them takes
)
SERVER = """
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_): pass  # of a peer that was killed
server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_port, flush=True)
server.serve_forever()
"""


def write_pydoc(folder: Path) -> int:
    """Write a page for each module of the standard library, and an index. Returns how many."""
    warnings.simplefilter("ignore")
    # For want of a docstring it parses the whole file again; that took most of the time.
    inspect.getcomments = lambda _: None  # type: ignore[assignment]
    names = []
    for name in _modules():
        try:
            module = importlib.import_module(name)
            html = pydoc.html.page(pydoc.describe(module), pydoc.html.document(module, name))
        except Exception:  # noqa: BLE001 -- modules of other systems
            continue
        html = re.sub(r'href="file:[^"]*"', 'href="index.html"', html).replace('href="."', 'href="index.html"')
        (folder / f"{name}.html").write_text(html, encoding="utf-8", errors="replace")
        names.append(name)
    entries = "".join(f'<li><a href="{escape(name)}.html">{escape(name)}</a></li>' for name in names)
    (folder / "index.html").write_text(f"<!doctype html><html><title>Modules</title><ul>{entries}</ul></html>")
    return len(names) + 1


def _modules() -> Iterator[str]:
    for name in sorted(sys.stdlib_module_names - LEFT_OUT):
        yield name
        try:
            path = getattr(importlib.import_module(name), "__path__", None)
        except ImportError:
            continue
        if path:
            inner = pkgutil.walk_packages(path, f"{name}.", onerror=lambda _: None)
            yield from (found.name for found in inner if not found.name.endswith("__main__"))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of its own for a folder."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Documented:
    """Audits a documentation site twice and tells what changed."""

    def __init__(self, sessions: Sessions, site: Site, workers: int = 1) -> None:
        self.sessions, self.site = sessions, site
        self.parts = AuditParts(
            sessions=sessions,
            now=lambda: datetime.now(UTC),
            worker="test",
            allow=ALL_PRIVATE,
            rate=100_000.0,
            connections=8,
            workers=workers,
        )

    def audit(self, **others: object) -> Audit:
        """One audit to its end."""
        with self.sessions.begin() as session:
            audit_id = start_audit(session, self.site, AuditTrigger.PERSON, datetime.now(UTC)).id
        return self.run(audit_id, **others)

    def run(self, audit_id: int, **others: object) -> Audit:
        """An audit that is queued, or was left, to its end."""
        run_audit(replace(self.parts, **others), audit_id)  # type: ignore[arg-type]
        with self.sessions() as session:
            return session.get_one(Audit, audit_id)

    def changes(self, audit: Audit) -> dict[tuple[FindingEvent, str], list[str]]:
        """File names by event and rule."""
        wanted = select(FindingHistory.event, Finding.rule, Finding.url).join(
            Finding, Finding.id == FindingHistory.finding_id
        )
        found: dict[tuple[FindingEvent, str], list[str]] = {}
        with self.sessions() as session:
            for event, rule, url in session.execute(wanted.where(FindingHistory.audit_id == audit.id)):
                found.setdefault((event, rule), []).append(url.rpartition("/")[2])
        return found

    def finding_count(self) -> int:
        """Every finding there is, whatever its state."""
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(Finding)) or 0


DESCRIPTION = "What this module is for, which of its parts you need first, and how they work together in a program."
PICTURE = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="200" height="100">'


def give_description(page: Path) -> None:
    """Repair a page: it gets a description."""
    _replace(page, "<title>", f'<meta name="description" content="{DESCRIPTION}"><title>')


def add_picture(page: Path) -> None:
    """Spoil a page: a picture without an alternative text."""
    _replace(page, "</body>", f"{PICTURE}</body>")


def _replace(page: Path, old: str, new: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


if __name__ == "__main__":
    print(write_pydoc(Path(sys.argv[1])))
