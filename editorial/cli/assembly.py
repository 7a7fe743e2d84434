"""What commands get from above: how to read the settings and put the parts together."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from config import Config
from editorial.services.deps import Deps


@dataclass(frozen=True)
class Assembly:
    """Handed to every command as `ctx.obj`; commands never import `app.py`."""

    config: Callable[[], Config]
    make_deps: Callable[[Config], Deps]
    create_app: Callable[[Config, Deps], Flask]
