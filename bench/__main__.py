"""`python -m bench [name ...]`: measure, side by side in one run. Without a name, the short ones run."""

import sys
from collections.abc import Callable

from bench import crawling, month, peers, publishing

BENCHES: dict[str, tuple[str, Callable[[], object]]] = {
    "month": ("The calendar's pages: 600 items of 100,000 in the month, on SQLite and PostgreSQL", month.run),
    "crawling": (
        "What a page costs that is crawled, judged and stored, beside its parts: S' generated",
        crawling.run_small,
    ),
    "medium": ("The same on 5,000 pages of documentation (M)", crawling.run_medium),
    "large": ("The same on 22,000 pages of documentation (L)", crawling.run_large),
    "peers": ("What a page of S' costs other crawlers, beside ours", peers.run),
    "publishing": ("How late 10,000 jobs on 200 channels go out that are due within one minute", publishing.run),
}


LONG = frozenset({"large", "peers"})
"""Run where they are asked for by name: they fetch packages, or wait for slow programs."""


def main(names: list[str]) -> int:
    """Run the benches that are named, or the short ones. Exit status 2 where a name is unknown."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
        return 2
    for name, (says, run) in BENCHES.items():
        if name in names or (not names and name not in LONG):
            print(f"\n{name}: {says}", flush=True)
            run()
    if not names:
        print(f"\nLeft out, as they take long: {', '.join(sorted(LONG))}. Run one with: python -m bench NAME")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
