"""A worker that ends a job and somebody who works on its item, at the same moment: both come through."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from editorial.domain.workflow import Status
from editorial.services import content, endings, moving, outcomes, scheduling
from editorial.services.deps import Deps
from editorial.store import distribution
from tests.integration.plans import Desk, make_desk

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),  # SQLite has one writer at a time
]

Deed = Callable[[Session, Desk, int, int], object]


def put_on_hold(session: Session, desk: Desk, item_id: int, version: int) -> None:
    item = content.fresh_item(session, item_id, version)
    moving.move(session, desk.deps, item, Status.ON_HOLD, desk.admin, comment="The price changed.")


def edit(session: Session, desk: Desk, item_id: int, version: int) -> None:
    draft = desk.draft(body="Another text.", cells=frozenset({(1, 1)}), primary=(1, 1))
    content.save(session, desk.deps, desk.writer, item_id, draft, version=version)


def say_it_is_out(session: Session, desk: Desk, item_id: int, version: int) -> None:
    endings.mark_published(
        session, desk.deps, desk.admin, item_id, "https://northgauge.example/elsewhere/", version=version
    )


def take_out_of_the_plan(session: Session, desk: Desk, item_id: int, version: int) -> None:
    scheduling.unschedule(session, item_id, actor=desk.admin, version=version, now=desk.deps.now())


def in_own_transaction(desk: Desk, deed: Deed, item_id: int, version: int) -> None:
    with desk.deps.sessions.begin() as session:
        deed(session, desk, item_id, version)


def until_it_waits(database: Engine, other: "Future[None]") -> None:
    """Until the other transaction waits for a lock, or has ended without one."""
    with database.connect() as connection:
        while not other.done():
            waiting = connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
            connection.rollback()
            if waiting:
                return


@pytest.mark.parametrize("deed", [put_on_hold, edit, say_it_is_out, take_out_of_the_plan])
def test_neither_waits_for_the_other_for_ever(deps: Deps, database: Engine, deed: Deed) -> None:
    desk = make_desk(deps)
    item_id = desk.scheduled()
    version = desk.item(item_id).version
    with deps.sessions() as session:
        job_id = distribution.live_jobs(session, item_id)[0].id
    with ThreadPoolExecutor(1) as pool:
        with deps.sessions.begin() as session:
            session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            job = distribution.lock_job(session, job_id)
            later = pool.submit(in_own_transaction, desk, deed, item_id, version)
            until_it_waits(database, later)
            outcomes.settle(session, job.item, deps.now())
        later.result(timeout=20)

    assert desk.item(item_id).version > version
