"""A crawl of a hostile site with sizes that exist: pages of 50 MB, bombs of 60, a robots.txt of 10."""

import pytest

from editorial.adapters.fetch import Limits
from editorial.background.confined import MEMORY
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Web, desk, web
from tests.integration.audit.hostile_run import Run

__all__ = ["desk", "web"]  # fixtures

MB = 1024 * 1024


@pytest.mark.timeout(600)
def test_a_hostile_site_is_crawled_in_bounded_memory(web: Web, desk: Sessions, capsys: pytest.CaptureFixture[str]):
    limits = Limits(first_byte=5, whole=15)  # of times alone: bodies are read up to the product's own limit
    run = Run(web, desk, size=50 * MB, robots_size=10 * MB, limits=limits)

    run.check()
    assert run.peak * MB < MEMORY  # formatting within formatting, cut at 10 MB, takes 1.2 GB, the rest of them 0.75
    with capsys.disabled():
        print(f"\n{run.audit.fetched} pages, most memory of a worker program {run.peak} MB")
