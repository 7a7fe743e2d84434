"""Two administrators who take the right from each other at the same moment."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.people import Role
from editorial.services import team
from editorial.services.deps import Deps
from editorial.store.people import Person
from tests.web import add_person, add_workspace

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time

Deed = Callable[[Session, Deps, Person, Person], Person]


def demote(session: Session, deps: Deps, actor: Person, other: Person) -> Person:
    return team.change_roles(session, deps, actor, other.id, frozenset({Role.VIEWER}))


def switch_off(session: Session, deps: Deps, actor: Person, other: Person) -> Person:
    return team.set_active(session, deps, actor, other.id, active=False)


def in_own_transaction(deps: Deps, deed: Deed, actor: Person, other: Person) -> bool:
    try:
        with deps.sessions.begin() as session:
            deed(session, deps, actor, other)
    except EditorialError:
        return False
    return True


def until_it_waits(database: Engine, other: "Future[bool]") -> None:
    """Until the other transaction waits for a lock, or has ended without one."""
    with database.connect() as connection:
        while not other.done():
            waiting = connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
            connection.rollback()
            if waiting:
                return


@pytest.mark.parametrize("first", [demote, switch_off])
@pytest.mark.parametrize("second", [demote, switch_off])
def test_one_of_them_stays_an_administrator(deps: Deps, database: Engine, first: Deed, second: Deed) -> None:
    add_workspace(deps)
    mei, jonas = add_person(deps), add_person(deps, "Jonas Weber")
    with ThreadPoolExecutor(1) as pool:
        with deps.sessions.begin() as session:
            first(session, deps, mei, jonas)
            session.flush()
            later = pool.submit(in_own_transaction, deps, second, jonas, mei)
            until_it_waits(database, later)
        assert later.result(timeout=20) is False
