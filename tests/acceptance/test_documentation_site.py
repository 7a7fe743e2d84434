"""Debian's python3-doc on loopback: the crawl completes, and a second one after two changes shows just those two."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest
from sqlalchemy import select

from editorial.domain.findings import FindingEvent
from editorial.store.audit import AuditFailure, AuditState, AuditUrl
from editorial.store.base import Sessions, make_engine, make_sessions
from tests.integration.audit.conftest import make_site
from tests.integration.audit.documentation import Documented, add_picture, give_description, served

PLACE = Path("/usr/share/doc/python3/html")


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
    path = tmp_path / "editorial.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    yield make_sessions(engine)
    engine.dispose()


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
    assert first.html_pages > 500
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


def test_what_is_known_to_be_broken_is_found(folder: Path, sessions: Sessions):
    """Three links of the original lead nowhere on a copy of the folder; two more are planted."""
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
