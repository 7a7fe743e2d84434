"""The whole schedule: what the clock calls, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from editorial.background.pool import PublishPool
from editorial.background.ticks.publish_due import publish_due
from editorial.background.ticks.reap import reap
from editorial.services.clock_health import PUBLISH_TICK
from editorial.services.deps import Deps


@dataclass(frozen=True)
class Tick:
    """One kind of tick. `run` returns what it did, in numbers; all zero or nothing at all is not worth a row."""

    name: str
    run: Callable[[Deps], dict[str, int] | None]
    seconds: int


def schedule(pool: PublishPool) -> tuple[Tick, ...]:
    """Every tick of the product. `pool` runs the publishing."""
    return (
        Tick(PUBLISH_TICK, partial(publish_due, pool=pool), 1),
        Tick("reap", partial(reap, pool=pool), 5),
    )
