"""A sender of mails that ends by SIGKILL at a named point, in a process of its own.

`python -m tests.integration.mail.dying_sender URL FOLDER PORT NOW POINT` sends what is due to the mail server at that
port of this machine, at the instant NOW. An unknown POINT lets it go on to its end.
"""

import os
import secrets
import signal
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from editorial.adapters.catalog import Catalogs
from editorial.adapters.smtp import SmtpServer
from editorial.services import links_at_rest, sending
from editorial.services.deps import Deps
from editorial.store import mail
from editorial.store.base import make_engine, make_sessions
from tests.conftest import SCRIPTS, settings


def main(url: str, folder: str, port: str, now: str, point: str) -> None:
    """Send, and die where told."""
    instant = datetime.fromisoformat(now)
    deps = Deps(
        config=settings(Path(folder), url),
        sessions=make_sessions(make_engine(url)),
        now=lambda: instant,
        token=partial(secrets.token_urlsafe, 32),
        catalogs=Catalogs(),
        scripts=SCRIPTS,
        worker=f"dying-{os.getpid()}",
    )
    # the program has no points of its own for this: each is the way into the next step
    steps: dict[str, tuple[Any, str]] = {
        "claimed": (mail, "begin_sending"),
        "before-network": (SmtpServer, "_open"),
        "before-text": (SmtpServer, "_body"),
        "after-network": (mail, "record_result"),
        "recorded": (links_at_rest, "forget"),
    }
    if point in steps:
        owner, name = steps[point]
        setattr(owner, name, _die)
    sending.send_due(deps, SmtpServer("127.0.0.1", int(port), "none"))


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
