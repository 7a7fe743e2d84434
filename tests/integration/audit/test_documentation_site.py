"""A real documentation site of 500 and more pages, crawled twice; the acceptance tests do it with python3-doc."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from editorial.domain.findings import FindingEvent
from editorial.store.audit import AuditState
from editorial.store.base import Sessions
from tests.integration.audit.conftest import make_site
from tests.integration.audit.documentation import Documented, add_picture, give_description, served

pytestmark = pytest.mark.thorough


def test_two_planted_changes_are_one_fixed_and_one_new_finding(tmp_path: Path, desk: Sessions):
    folder = tmp_path / "html"
    folder.mkdir()
    command = [sys.executable, "-W", "ignore", "-m", "tests.integration.audit.documentation", str(folder)]
    pages = int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    assert pages > 500
    with served(folder) as url:
        documented = Documented(desk, make_site(desk, f"{url}/index.html"))
        first = documented.audit()
        before = documented.finding_count()
        give_description(folder / "json.html")
        add_picture(folder / "asyncio.html")
        second = documented.audit()

    assert (first.state, first.stop_reason, first.coverage) == (AuditState.DONE, "complete", 1.0)
    assert first.html_pages == pages
    assert second.html_pages == pages
    assert documented.changes(second) == {
        (FindingEvent.FIXED, "description-missing"): ["json.html"],
        (FindingEvent.NEW, "img-alt-missing"): ["asyncio.html"],
    }
    assert documented.finding_count() == before + 1
