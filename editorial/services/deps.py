"""What every use case may need, made once in `app.py` and handed down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config import Config
from editorial.adapters.catalog import Catalogs
from editorial.store.base import Sessions


@dataclass(frozen=True)
class Deps:
    """The parts behind the services. Tests make one with their own clock, tokens and servers."""

    config: Config
    sessions: Sessions
    now: Callable[[], datetime]
    """The present instant, aware, in UTC."""
    token: Callable[[], str]
    """A fresh unguessable token, 43 URL-safe characters."""
    catalogs: Catalogs
    scripts: Path
    """Folder of the migrations."""
    worker: str
    """Name of this process among its peers, new at each start."""
