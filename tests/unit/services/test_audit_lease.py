"""The lease of an audit while the database is too busy to take it."""

from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

from editorial.services.audit_lease import Lease
from editorial.store.base import make_sessions
from tests.conftest import Clock


def test_a_pool_without_a_free_connection_is_asked_again() -> None:
    engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0)
    lease = Lease(make_sessions(engine), 1, "one", Clock())

    with engine.connect():
        held = lease.renew()
    engine.dispose()

    assert (held, lease.lost) == (True, False)
