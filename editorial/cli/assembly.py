"""What commands get from above: how to read the settings and put the parts together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import Flask

from config import Config
from editorial.services.deps import Deps


class Clock(Protocol):
    """What runs the ticks in this process."""

    def start(self) -> None:
        """Begin to tick."""

    def stop(self) -> None:
        """End when what runs has ended."""


@dataclass(frozen=True)
class Assembly:
    """Handed to every command as `ctx.obj`; commands never import `app.py`."""

    config: Callable[[], Config]
    make_deps: Callable[[Config], Deps]
    create_app: Callable[[Config, Deps], Flask]
    make_clock: Callable[[Deps], Clock]
