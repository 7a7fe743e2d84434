"""Debian's python3-doc on loopback: the crawl completes, and a second one after two changes shows just those two."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest
from sqlalchemy import func, select

from config import ROOT
from editorial.domain.findings import FindingEvent
from editorial.services.auditing import start_audit
from editorial.store.audit import (
    LEASE,
    Audit,
    AuditFailure,
    AuditLink,
    AuditPage,
    AuditState,
    AuditTrigger,
    AuditUrl,
    Finding,
)
from editorial.store.base import Sessions, make_engine, make_sessions
from tests.acceptance.twenty_pages import CHANGELOG, EVERYWHERE, PAGES
from tests.integration.audit.conftest import make_site
from tests.integration.audit.documentation import Documented, add_picture, give_description, served

PLACE = Path("/usr/share/doc/python3/html")
NOT_LINKED = 4  # pages of the package that no other page of it names
DOOMED = """
import sys
from datetime import UTC, datetime
from editorial.domain.addresses import ALL_PRIVATE
from editorial.services.auditing import AuditParts, run_audit
from editorial.store.base import make_engine, make_sessions
sessions = make_sessions(make_engine(sys.argv[1]))
run_audit(AuditParts(sessions, lambda: datetime.now(UTC), "doomed", allow=ALL_PRIVATE, rate=100_000.0, connections=8))
"""


@pytest.fixture(scope="module")
def original() -> Path:
    """Where the package keeps its pages; it is installed if need be."""
    if not PLACE.exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "python3-doc"]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if not PLACE.exists():
        pytest.fail("This test crawls Debian's Python documentation. On Debian and Ubuntu: apt install python3-doc")
    return PLACE.resolve()


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    copy = tmp_path / "html"
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("_sources", "*.inv"), ignore_dangling_symlinks=True)
    return copy


@pytest.fixture
def sessions(sqlite_template: Path, tmp_path: Path) -> Iterator[Sessions]:
    """SQLite: the database of a first installation."""
    yield from desk_at(tmp_path / "editorial.sqlite", sqlite_template)


@pytest.fixture
def other_desk(sqlite_template: Path, tmp_path: Path) -> Iterator[Sessions]:
    """A second one, which knows nothing of the first."""
    yield from desk_at(tmp_path / "other.sqlite", sqlite_template)


def desk_at(path: Path, template: Path) -> Iterator[Sessions]:
    path.write_bytes(template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    yield make_sessions(engine)
    engine.dispose()


def failed(sessions: Sessions, audit: Audit, url: str) -> dict[str, dict[str, str]]:
    """What failed on each page by its path: rule and, of a broken link, where it leads."""
    of_page = (AuditUrl.audit_id == AuditFailure.audit_id) & (AuditUrl.no == AuditFailure.no)
    wanted = select(AuditUrl.url, AuditFailure.rule, AuditFailure.key).join(AuditUrl, of_page)
    found: dict[str, dict[str, str]] = {}
    with sessions() as session:
        for page, rule, key in session.execute(wanted.where(AuditFailure.audit_id == audit.id)):
            rules = found.setdefault(page.removeprefix(url), {})
            assert rule not in rules, f"{page} fails {rule} twice"
            rules[rule] = key.removeprefix(url)
    return found


@pytest.mark.timeout(300)
def test_the_findings_of_twenty_pages_are_those_written_down_before(folder: Path, sessions: Sessions):
    """Every rule that fails on them, and no other; where a broken link leads, too."""
    with served(folder) as url:
        found = failed(sessions, Documented(sessions, make_site(sessions, f"{url}/index.html")).audit(), url)

    assert len(PAGES) == 20
    assert {path: set(found[path]) for path in PAGES} == {path: {*EVERYWHERE, *own} for path, own in PAGES.items()}
    leads = {path: rules["link-broken-internal"] for path, rules in found.items() if "link-broken-internal" in rules}
    assert {path for path in PAGES if path in leads} == {path for path in PAGES if CHANGELOG in PAGES[path].values()}
    assert set(leads.values()) == {CHANGELOG}
    assert found[CHANGELOG] == {"response-4xx": "status"}


@pytest.mark.timeout(300)
def test_two_planted_changes_are_one_fixed_and_one_new_finding(
    folder: Path, sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pages = len({file for file in folder.rglob("*.html") if file.is_file()})
    with served(folder) as url:
        documented = Documented(sessions, make_site(sessions, f"{url}/index.html"))
        began, own = time.monotonic(), time.process_time()
        first = documented.audit()
        seconds, own = time.monotonic() - began, time.process_time() - own
        workers = getrusage(RUSAGE_CHILDREN)
        give_description(folder / "library" / "json.html")
        add_picture(folder / "library" / "csv.html")
        second = documented.audit()

    assert (first.state, first.stop_reason, first.coverage) == (AuditState.DONE, "complete", 1.0)
    assert first.html_pages == pages - NOT_LINKED > 500
    assert second.html_pages == first.html_pages
    assert documented.changes(second) == {
        (FindingEvent.FIXED, "description-missing"): ["json.html"],
        (FindingEvent.NEW, "img-alt-missing"): ["csv.html"],
    }
    size = (tmp_path / "editorial.sqlite").stat().st_size / 2 / first.fetched / 1024
    spent = (own + workers.ru_utime + workers.ru_stime) * 1000 / first.fetched
    with capsys.disabled():
        print(
            f"\n{first.fetched} pages of {pages} files, {first.fetched / seconds:.0f} pages/s,"
            f" {spent:.1f} ms CPU a page, {size:.1f} KB a page stored, largest worker {workers.ru_maxrss / 1024:.0f} MB"
        )


def picture(sessions: Sessions, audit_id: int) -> dict[str, object]:
    """All that an audit says, with addresses in place of numbers: those depend on which page answered first.

    So does `depth`, the clicks of the way by which the crawl came to a page first.
    """
    page_url = (AuditUrl.audit_id == AuditPage.audit_id) & (AuditUrl.no == AuditPage.no)
    columns = (AuditPage.status, AuditPage.error, AuditPage.final_url, AuditPage.outcomes, AuditPage.digest)
    pages = select(AuditUrl.url, *columns).join(AuditUrl, page_url)
    link_url = (AuditUrl.audit_id == AuditLink.audit_id) & (AuditUrl.no == AuditLink.no)
    links = select(AuditUrl.url, func.count()).join(AuditLink, link_url).group_by(AuditUrl.url)
    with sessions() as session:
        audit = session.get_one(Audit, audit_id)
        failures = select(AuditFailure.fingerprint, AuditFailure.severity, AuditFailure.params, AuditFailure.evidence)
        return {
            "audit": (audit.state, audit.stop_reason, audit.score, audit.coverage, audit.fetched, audit.known),
            "counts": audit.counts,
            "pages": {tuple(row) for row in session.execute(pages.where(AuditPage.audit_id == audit_id))},
            "links": {tuple(row) for row in session.execute(links.where(AuditLink.audit_id == audit_id))},
            "failures": {tuple(row) for row in session.execute(failures.where(AuditFailure.audit_id == audit_id))},
            "findings": {tuple(row) for row in session.execute(select(Finding.fingerprint, Finding.state))},
        }


@pytest.mark.timeout(300)
def test_an_audit_killed_in_the_middle_comes_to_the_same_end(folder: Path, sessions: Sessions, other_desk: Sessions):
    with served(folder) as url:
        whole = Documented(sessions, make_site(sessions, f"{url}/index.html")).audit()
        site = make_site(other_desk, f"{url}/index.html")
        with other_desk.begin() as session:
            audit_id = start_audit(session, site, AuditTrigger.PERSON, datetime.now(UTC)).id
        before = kill_in_the_middle(other_desk)
        later = datetime.now(UTC) + LEASE + timedelta(seconds=5)
        resumed = Documented(other_desk, site)
        resumed.run(audit_id, now=lambda: later)

    assert 100 <= before < whole.fetched
    for part, expected in picture(sessions, whole.id).items():
        assert picture(other_desk, audit_id)[part] == expected
    with other_desk() as session:
        assert session.get_one(Audit, audit_id).attempts == 2


def kill_in_the_middle(sessions: Sessions) -> int:
    """Let a process of its own run the queued audit, and end it by SIGKILL. Returns how many pages it had stored."""
    address = sessions.kw["bind"].url.render_as_string()
    doomed = subprocess.Popen([sys.executable, "-c", DOOMED, address], cwd=ROOT)
    try:
        ends = time.monotonic() + 60
        while (stored := stored_pages(sessions)) < 100 and time.monotonic() < ends:
            assert doomed.poll() is None, "it ended by itself"
            time.sleep(0.01)  # nobody tells us when a batch is written
    finally:
        os.kill(doomed.pid, signal.SIGKILL)
        doomed.wait()
    return max(stored, stored_pages(sessions))


def stored_pages(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(AuditPage)) or 0


def test_what_is_known_to_be_broken_is_found(folder: Path, sessions: Sessions):
    """One address of the original leads nowhere; two more are planted."""
    page = folder / "tutorial" / "appetite.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", '<a href="nowhere.html">x</a><a href="../gone/">y</a></body>'))
    with served(folder) as url:
        documented = Documented(sessions, make_site(sessions, f"{url}/index.html"))
        audit = documented.audit()

    wanted = (
        select(AuditFailure.key)
        .join(AuditUrl, (AuditUrl.audit_id == AuditFailure.audit_id) & (AuditUrl.no == AuditFailure.no))
        .where(AuditFailure.audit_id == audit.id, AuditFailure.rule == "link-broken-internal")
        .where(AuditUrl.url == f"{url}/tutorial/appetite.html")
    )
    with sessions() as session:
        broken = {key.removeprefix(url) for key in session.scalars(wanted)}
    assert {"/tutorial/nowhere.html", "/gone/"} <= broken
