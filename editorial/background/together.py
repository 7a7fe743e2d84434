"""Work that is done alone when it comes alone, and together when it comes together."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

import structlog

log = structlog.get_logger()

A = TypeVar("A")
R = TypeVar("R")


@dataclass(eq=False)
class _Waiting(Generic[A, R]):
    ask: A
    heard: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    """Woken not with an answer, but to do the work of those who wait."""
    answer: R | None = None
    fault: BaseException | None = None


class Together(Generic[A, R]):
    """Many threads ask, one of them at a time does the work of all who wait: one transaction instead of twenty.

    `work` gets the asks in the order they came and returns as many answers. Where it fails for several at once it is
    tried for each alone, so that one job's fault stays its own. `turn` is held during the work. Who leads waits up to
    `linger` seconds for others: a transaction costs as much as the work of several asks in it.
    """

    def __init__(
        self,
        work: Callable[[Sequence[A]], Sequence[R]],
        *,
        at_once: int = 32,
        turn: AbstractContextManager[object] | None = None,
        linger: float = 0.0,
    ) -> None:
        self._work, self._at_once, self._turn, self._linger = work, at_once, turn or nullcontext(), linger
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[A, R]] = []
        self._led = False

    def __call__(self, ask: A) -> R:
        """The answer to this ask, or what the work raised for it."""
        mine: _Waiting[A, R] = _Waiting(ask)
        with self._lock:
            self._waiting.append(mine)
            mine.leads = not self._led
            self._led = True
        if not mine.leads:
            mine.heard.wait()
        if mine.leads:
            self._lead(mine)
        if mine.fault is not None:
            raise mine.fault
        return cast("R", mine.answer)

    def _lead(self, mine: _Waiting[A, R]) -> None:
        """Work for everybody who waits, oneself among them; then leave the lead to who came meanwhile."""
        if self._linger:
            time.sleep(self._linger)
        with self._turn:
            with self._lock:
                others = [one for one in self._waiting if one is not mine][: self._at_once - 1]
                group = [mine, *others]
                self._waiting = [one for one in self._waiting if one not in group]
            self._answer(group)
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
            if following is not None:
                following.leads = True
        for one in (*others, *([following] if following else [])):
            one.heard.set()

    def _answer(self, group: list[_Waiting[A, R]]) -> None:
        try:
            answers = self._work([one.ask for one in group])
            for one, answer in zip(group, answers, strict=True):
                one.answer = answer
        except Exception as fault:  # noqa: BLE001 -- raised again in the thread that asked
            if len(group) == 1:
                group[0].fault = fault
                return
            log.warning("work.done_one_by_one", asks=len(group), fault=f"{type(fault).__name__}: {fault}")
            for one in group:
                self._answer([one])
