"""Times and sizes of pages, in this process and warm, beside an empty answer of the same run."""

import gc
import statistics
import time
from dataclasses import dataclass

from flask.testing import FlaskClient

REQUESTS = 100


@dataclass(frozen=True)
class Timed:
    """What some requests of one page took. Times in milliseconds, size in bytes."""

    name: str
    p50: float
    p95: float
    size: int


def page(client: FlaskClient, name: str, path: str, *, requests: int = REQUESTS) -> Timed:
    """Ask for a page `requests` times, after ten that do not count.

    Raises:
        RuntimeError: it did not answer 200.
    """
    took, size = [], 0
    for number in range(requests + 10):
        before = time.perf_counter()
        answer = client.get(path)
        size = len(answer.data)
        if number >= 10:
            took.append((time.perf_counter() - before) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    gc.collect()
    quantiles = statistics.quantiles(took, n=20)
    return Timed(name, statistics.median(took), quantiles[18], size)


def table(title: str, rows: list[Timed], beside: Timed) -> None:
    """Print the rows, each with its ratio to `beside`."""
    print(f"\n{title}")
    print(f"{'page':<34}{'p50 ms':>9}{'p95 ms':>9}{'x empty':>9}{'KB':>8}")
    for row in [beside, *rows]:
        print(f"{row.name:<34}{row.p50:>9.1f}{row.p95:>9.1f}{row.p50 / beside.p50:>9.1f}{row.size / 1000:>8.1f}")
