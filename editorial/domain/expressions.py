"""Regular expressions that never run backwards: an automaton over sets of states, built as the text comes (Thompson).

Known: literals, `.`, classes, `\\d \\w \\s` and their opposites, groups, `|`, `* + ? {m,n}` (lazy marks change nothing
about whether something matches), `^` and `$`. Not known: back references, looking around, names and flags.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_STATES = 300  # each may be looked at for each character of an address
MOST_REPEATS = 100
MOST_KEPT = 500  # sets of states that are remembered
ENDS = "\0"  # stands for the end of the text; no address holds it

Test = Callable[[str], bool]


class Unsupported(ValueError):
    """Text that is no expression, or one that would need a memory."""


@dataclass
class _Machine:
    """States by number: what a character leads to, and what is reached without one."""

    steps: list[tuple[Test, int] | None] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)

    def state(self) -> int:
        if len(self.steps) >= MOST_STATES:
            raise Unsupported
        self.steps.append(None)
        self.free.append([])
        return len(self.steps) - 1


_Part = Callable[[_Machine, int], int]
"""Adds itself behind a state; returns the state in which it has matched."""


def compiled(text: str) -> Callable[[str], bool]:
    """Tells whether the expression is found anywhere in a text.

    Raises:
        Unsupported: it is none, or too large.
    """
    machine = _Machine()
    start = machine.state()
    machine.steps[start] = (lambda _: True, start)  # it may begin anywhere
    head = machine.state()
    machine.free[start].append(head)
    final = _Reader(text).whole()(machine, head)
    first = frozenset(_closure(machine, [start], at_start=True))
    later: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def found(subject: str) -> bool:
        states = first
        for char in (*subject, ENDS):
            if final in states:
                return True
            following = later.get((states, char))
            if following is None:
                if len(later) >= MOST_KEPT:
                    later.clear()
                moved = [step[1] for each in states if (step := machine.steps[each]) is not None and step[0](char)]
                following = later[states, char] = frozenset(_closure(machine, moved, at_start=False))
            states = following
        return final in states

    return found


def _closure(machine: _Machine, states: list[int], *, at_start: bool) -> set[int]:
    found, stack = set(states), list(states)
    while stack:
        for each in machine.free[stack.pop()]:
            wanted = ~each if each < 0 else each  # a negative number is open at the start of the text alone
            if (each >= 0 or at_start) and wanted not in found:
                found.add(wanted)
                stack.append(wanted)
    return found


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._depth = text, 0, 0

    def whole(self) -> _Part:
        part = self._choice()
        if self._place < len(self._text):
            raise Unsupported
        return part

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise Unsupported
        self._place += 1
        return char

    def _choice(self) -> _Part:
        parts = [self._sequence()]
        while self._peek() == "|":
            self._next()
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _either(parts)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return _one_by_one(parts)

    def _atom(self) -> _Part:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return _char(self._class())
        if char == "^":
            return _at_start
        return _char(self._one(char))

    def _one(self, char: str) -> Test:
        """What stands for one character, or for the end of the text."""
        if char == ".":
            return lambda each: each != ENDS
        if char == "$":
            return lambda each: each == ENDS
        if char == "\\":
            return self._escape()
        if char in "*+?{":
            raise Unsupported
        return lambda each: each == char

    def _group(self) -> _Part:
        if self._peek() == "?":
            self._next()
            if self._next() != ":":
                raise Unsupported
        self._depth += 1
        if self._depth > 50:  # deeper than anybody writes, and than we may call ourselves
            raise Unsupported
        part = self._choice()
        self._depth -= 1
        if self._next() != ")":
            raise Unsupported
        return part

    def _escape(self) -> Test:
        char = self._next()
        known = _CLASSES.get(char.lower())
        if known is not None:
            if char.islower():
                return known
            return lambda each: each != ENDS and not known(each)
        if char.isalnum():  # a back reference, or something of a dialect
            raise Unsupported
        return lambda each: each == char

    def _class(self) -> Test:
        negated = self._peek() == "^"
        if negated:
            self._next()
        tests: list[Test] = []
        while self._peek() != "]" or not tests:
            tests.append(self._member())
        self._next()
        return lambda each: each != ENDS and any(test(each) for test in tests) is not negated

    def _member(self) -> Test:
        char = self._next()
        if char == "\\":
            return self._escape()
        if self._peek() == "-" and self._text[self._place + 1 : self._place + 2] not in ("]", ""):
            self._next()
            last = self._next()
            if last == "\\" or last < char:
                raise Unsupported
            return lambda each: char <= each <= last
        return lambda each: each == char

    def _repeated(self, part: _Part) -> _Part:
        while self._peek() in ("*", "+", "?", "{") and self._peek():
            char = self._next()
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(char) or self._counts()
            if self._peek() == "?":  # lazy
                self._next()
            part = _times(part, least, most)
        return part

    def _counts(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._place)
        least, comma, most = self._text[self._place : end].partition(",")
        self._place = end + 1
        if end < 0 or not (least or most) or not (_is_number(least) and _is_number(most)):
            raise Unsupported
        low = int(least or 0)
        high = int(most) if most else (None if comma else low)
        if max(low, high or 0) > MOST_REPEATS or (high is not None and high < low):
            raise Unsupported
        return low, high


def _is_number(text: str) -> bool:
    """Whether these are digits of ours, or nothing: others, such as a raised two, are digits that make no number."""
    return not text or (text.isascii() and text.isdigit())


_CLASSES: dict[str, Test] = {
    "d": lambda each: each.isdigit(),
    "w": lambda each: each.isalnum() or each == "_",
    "s": lambda each: each.isspace(),
}


def _char(test: Test) -> _Part:
    def add(machine: _Machine, before: int) -> int:
        after, here = machine.state(), machine.state()
        machine.free[before].append(here)
        machine.steps[here] = (test, after)
        return after

    return add


def _at_start(machine: _Machine, before: int) -> int:
    after = machine.state()
    machine.free[before].append(~after)
    return after


def _one_by_one(parts: list[_Part]) -> _Part:
    def add(machine: _Machine, before: int) -> int:
        for part in parts:
            before = part(machine, before)
        return before

    return add


def _either(parts: list[_Part]) -> _Part:
    def add(machine: _Machine, before: int) -> int:
        after = machine.state()
        for part in parts:
            head = machine.state()
            machine.free[before].append(head)
            machine.free[part(machine, head)].append(after)
        return after

    return add


def _times(part: _Part, least: int, most: int | None) -> _Part:
    def add(machine: _Machine, before: int) -> int:
        for _ in range(least):
            before = part(machine, before)
        if most is None:
            head, after = machine.state(), machine.state()
            machine.free[before].append(head)
            machine.free[part(machine, head)].append(head)
            machine.free[head].append(after)
            return after
        after = machine.state()
        for _ in range(most - least):
            machine.free[before].append(after)
            before = part(machine, before)
        machine.free[before].append(after)
        return after

    return add
