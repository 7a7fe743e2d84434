"""Audits that ask whether pages changed: over a real server, with real worker programs."""

import pytest

from editorial.store.base import Sessions
from tests.integration.audit.caching import again, plant, seen
from tests.integration.audit.conftest import Web, audit_site, make_site

pytestmark = pytest.mark.thorough


def test_a_site_that_did_not_change_is_judged_as_if_it_were_read_again(web: Web, desk: Sessions):
    cached = plant(web, weak=True)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    whole = again(desk, site, conditional=False)
    assert cached.asked_if_changed() == []

    saved = again(desk, site)

    assert cached.asked_if_changed() == ["/a", "/a?x=1", "/b", "/c", "/deep", "/form"]  # the first page is always sent
    assert seen(desk, saved) == seen(desk, whole)
    assert (saved.score, saved.counts, saved.html_pages) == (whole.score, whole.counts, whole.html_pages)
    sizes = sum(len(cached.pages[path].body) for path in cached.asked_if_changed())
    assert (saved.course["reused"], saved.course["saved_bytes"]) == (6, sizes)
