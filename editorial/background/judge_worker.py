"""A program that judges stored answers: `python -m editorial.background.judge_worker`, told what to do on its input.

The first frame says how to print: `lang`, `facts`, `every_outcome`, `received` (a Date header in place of the answers'
own) and `page_cpu` (seconds a line may cost). Each further one is a line: `line` (its number), `lost` (why the program
before could not read its page, or empty), and the line itself as bytes. A line is answered by two frames: `begins`,
then the object to print with the worst severity that failed, or with `broken` where the line is no stored answer.
"""

import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson

from editorial.adapters.catalog import Catalog, Catalogs
from editorial.audit.alone import judge_stored
from editorial.audit.crawl.wire import pack, read_one
from editorial.audit.report import broken_dict, page_dict
from editorial.audit.rule import Result
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import Stored, Unreadable, read
from editorial.audit.summary import Judged
from editorial.background.confined import confine
from editorial.domain.locales import Language


def main() -> None:
    """Read how to print, then judge until standard input ends."""
    confine()
    with suppress(BrokenPipeError):  # our parent is gone
        _work(sys.stdin.fileno(), sys.stdout.fileno())


def _work(source: int, target: int) -> None:
    first = read_one(source)
    if first is None:
        return
    lines = _Lines(first[0])
    with os.fdopen(target, "wb", closefd=False) as out:
        while (frame := read_one(source)) is not None:
            message, line = frame
            out.write(pack({"no": message["line"], "begins": True}))
            out.flush()
            out.write(lines.answer(message["line"], line, message["lost"]))
            out.flush()


class _Lines:
    """Judges lines as the first frame asks for."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._catalog: Catalog = Catalogs()[Language(settings["lang"])]
        self._facts, self._every = bool(settings["facts"]), bool(settings["every_outcome"])
        self._received, self._cpu = str(settings["received"]), float(settings["page_cpu"])
        self._raised: list[tuple[str, str]] = []

    def answer(self, number: int, line: bytes, lost: str) -> bytes:
        """The frame that answers a line.

        Args:
            lost: one of `facts.ERROR_CODES` for a line whose page is not to be read again, or empty.
        """
        signal.setitimer(signal.ITIMER_PROF, self._cpu)  # the kernel's own: no loop in C can outlive it
        try:
            said, blob = self._judged(line, lost)
        except Unreadable as error:
            said = {"broken": True}
            blob = orjson.dumps(broken_dict(number, error.id, error.says, self._catalog.say))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        raised, self._raised = self._raised, []  # whoever started us has the log
        return pack({"no": number, "raised": raised, **said}, blob)

    def _judged(self, line: bytes, lost: str) -> tuple[dict[str, Any], bytes]:
        """What to say of a line that is a stored answer, and the object to print."""
        stored = read(line, received=self._received)
        if lost:
            return self._printed(_unread(stored, lost), stored.id)
        try:
            return self._printed(judge_stored(stored, self._log), stored.id)
        except MemoryError:  # the page's doing
            code = "overrun"
        except Exception as error:  # noqa: BLE001 -- one page must not cost its neighbours their program
            self._log("gather", error)
            code = "crash"
        return self._printed(_unread(stored, code), stored.id)

    def _printed(self, page: Judged, given: str | int | float | None) -> tuple[dict[str, Any], bytes]:
        said = page_dict(page, BY_ID, self._catalog.say, every_outcome=self._every, facts=self._facts)
        if given is not None:
            said["id"] = given
        failed = [each.severity for each in page.outcomes if each.result is Result.FAIL]
        worst = min(failed, key=lambda severity: severity.rank, default=None)
        return {"worst": worst}, orjson.dumps(said)

    def _log(self, rule: str, error: Exception) -> None:
        self._raised.append((rule, repr(error)[:500]))


def _unread(stored: Stored, code: str) -> Judged:
    """The page of an answer that could not be read: nothing is known of it, and nothing is held against it."""
    return judge_stored(replace(stored, response=replace(stored.response, status=0, body=b"", error=code)))


if __name__ == "__main__":
    main()
