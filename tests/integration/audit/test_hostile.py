"""A crawl of a site that does what it can to stop it; the acceptance tests do it with the sizes that exist."""

import pytest

from editorial.adapters.fetch import Limits
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Web
from tests.integration.audit.hostile_run import Run

pytestmark = pytest.mark.thorough


def test_nothing_that_a_server_does_stops_a_crawl_or_counts_against_its_site(web: Web, desk: Sessions):
    run = Run(web, desk, size=1_200_000, robots_size=600_000, limits=Limits(first_byte=0.5, whole=1.5, body=300_000))

    run.check()
