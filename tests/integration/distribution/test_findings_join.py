"""A page that was audited before its job ended belongs to its item as soon as the job succeeds."""

from pathlib import Path

from sqlalchemy import select

from editorial.services.deps import Deps
from editorial.store.audit import Finding
from tests.integration.distribution.sites import make_desk, make_repository
from tests.integration.web.audited import audit, with_images


def test_findings_of_a_page_join_its_item_when_the_job_succeeds(deps: Deps, tmp_path: Path) -> None:
    desk = make_desk(deps, make_repository(tmp_path), url_pattern="https://northgauge.example/posts/{slug}/")
    site_id = desk.item.site_id
    assert site_id is not None
    audit(deps, site_id, [with_images("posts/gateway/", 1)])
    desk.schedule()
    deps.now.forward(minutes=2)  # type: ignore[attr-defined]

    desk.tick()

    with deps.sessions() as session:
        assert set(session.scalars(select(Finding.content_item_id))) == {desk.item_id}
