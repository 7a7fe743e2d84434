"""A database for one command: audits from the command line need no server and leave nothing behind."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.services.auditing import AuditParts
from editorial.store.base import Base, make_engine, make_sessions


@contextmanager
def scratch(*, workers: int = 1, allow: AllowList = NOTHING_PRIVATE) -> Iterator[AuditParts]:
    """The parts of an audit, on a temporary SQLite file that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="editorial-audit-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'audit.sqlite'}")
        Base.metadata.create_all(engine)
        try:
            yield AuditParts(
                sessions=make_sessions(engine),
                now=lambda: datetime.now(UTC),
                worker=f"command-{os.getpid()}",
                allow=allow,
                workers=workers,
            )
        finally:
            engine.dispose()
