"""A program that reads pages for `audit.crawl.apart`: `python -m editorial.background.page_reader`.

The first frame holds `page_cpu`, seconds a page may cost. Each further one is a response with its body, and is answered
by two frames: `begins`, then the facts as they are stored, or `error` with the code of a page that cannot be read.
"""

import signal
import sys
from contextlib import suppress
from typing import Any

from editorial.audit.crawl.records import packed
from editorial.audit.crawl.wire import pack, read_one
from editorial.audit.facts import Hop, Response
from editorial.audit.gather import gather
from editorial.background.confined import confine


def main() -> None:
    """Read until standard input ends."""
    confine()
    with suppress(BrokenPipeError):  # our parent is gone
        _work(sys.stdin.fileno())


def _work(source: int) -> None:
    first = read_one(source)
    if first is None:
        return
    seconds = float(first[0]["page_cpu"])
    while (frame := read_one(source)) is not None:
        message, body = frame
        _put(pack({"no": message["no"], "begins": True}))
        signal.setitimer(signal.ITIMER_PROF, seconds)  # the kernel's own: no loop in C can outlive it
        answer = _answer(message, body)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _put(answer)


def _put(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _answer(message: dict[str, Any], body: bytes) -> bytes:
    no = message["no"]
    url, final_url, status, headers, hops, truncated, error, elapsed = message["response"]
    pairs = tuple((name, value) for name, value in headers)
    redirects = tuple(Hop(*hop) for hop in hops)
    try:
        facts = gather(Response(url, final_url, status, pairs, body, redirects, truncated, error, elapsed))
        return pack({"no": no}, packed(facts))
    except MemoryError:  # the page's doing
        return pack({"no": no, "error": "overrun"})
    except Exception as fault:  # noqa: BLE001 -- one page must not cost its neighbours their program
        return pack({"no": no, "error": "crash", "raised": repr(fault)[:500]})


if __name__ == "__main__":
    main()
