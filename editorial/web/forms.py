"""Forms: what a person typed, what it means, and what is wrong with it. Nothing typed is ever lost."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.web.context import explain

Choice = TypeVar("Choice", bound=StrEnum)
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates of the bidirectional algorithm (Unicode TR 9)."""


@dataclass
class Form:
    """`typed` is shown again as it was; `errors` holds one translated sentence a field ("" is the whole form)."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.errors

    def reject(self, error: EditorialError) -> None:
        """Put an error beside the field it belongs to, and the others of it beside theirs."""
        for each in (error, *error.others):
            self.errors.setdefault(each.field or "", explain(each))

    def text(self, name: str, *, longest: int = 100_000) -> str:
        """The text of a field with line ends made equal, and without NUL, which PostgreSQL does not keep."""
        value = self.typed.get(name, "").replace("\r\n", "\n").replace("\x00", "")
        if len(value) > longest:
            self._wrong(
                name,
                Message.counted(
                    NP_("This is too long by %(count)s character.", "This is too long by %(count)s characters."),
                    len(value) - longest,
                ),
                Message(N_("Shorten it.")),
            )
        return value

    def line(self, name: str, *, longest: int = 200, required: bool = True) -> str:
        """One line of text, without surrounding space and without marks that turn the words around it."""
        value = " ".join(_TURNING.sub("", self.text(name, longest=longest)).split())
        if required and not any(unicodedata.category(letter)[0] not in "CZ" for letter in value):
            self._wrong(name, Message(N_("This field is empty.")), Message(N_("Fill it in.")))
        return value

    def day(self, name: str) -> date | None:
        """A day as `YYYY-MM-DD`; None where it is empty."""
        return self._read(name, date.fromisoformat, Message(N_("Write the day as year-month-day, such as 2026-12-15.")))

    def clock(self, name: str) -> time | None:
        """A time as `HH:MM`; None where it is empty."""

        def read(value: str) -> time:
            read = time.fromisoformat(value)
            if read.tzinfo is not None:
                raise ValueError("a wall time has no zone")
            return read

        return self._read(name, read, Message(N_("Write the time as hours:minutes, such as 09:30.")))

    def wall(self, day_name: str, clock_name: str) -> datetime | None:
        """Day and time together; None where both are empty. One without the other is an error."""
        day, clock = self.day(day_name), self.clock(clock_name)
        if day is not None and clock is not None:
            return datetime.combine(day, clock)
        if day is None and clock is not None and day_name not in self.errors:
            self._wrong(day_name, Message(N_("The day is missing.")), Message(N_("Fill it in, or clear the time.")))
        if clock is None and day is not None and clock_name not in self.errors:
            self._wrong(clock_name, Message(N_("The time is missing.")), Message(N_("Fill it in, or clear the day.")))
        return None

    def number(self, name: str) -> int | None:
        """A whole number that fits into a column; None where it is empty."""

        def read(value: str) -> int:
            number = int(value)
            if abs(number) >= 2**31:
                raise ValueError("no database holds it")
            return number

        return self._read(name, read, Message(N_("Write a whole number.")))

    def decimal(self, name: str) -> float | None:
        """A number with a decimal point or comma; None where it is empty."""

        def read(value: str) -> float:
            number = float(value.replace(",", "."))
            if not math.isfinite(number):
                raise ValueError("no number")
            return number

        return self._read(name, read, Message(N_("Write a number, such as 2 or 0.5.")))

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        """One of the values of an enum; None where it is empty."""
        return self._read(name, kind, Message(N_("Choose one from the list.")))

    def _read(self, name: str, read: Callable[[str], "Value"], hint: Message) -> "Value | None":
        value = self.typed.get(name, "").strip()
        if not value:
            return None
        try:
            return read(value)
        except ValueError:
            self._wrong(name, Message(N_("“%(value)s” does not fit here."), {"value": value[:60]}), hint)
            return None

    def _wrong(self, name: str, says: Message, hint: Message) -> None:
        self.reject(EditorialError(says, hint=hint, field=name))


Value = TypeVar("Value")
