"""Stored answers judged by worker programs: in order, on every core, whatever a page does to its program."""

import io
import os
import sys
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from editorial.audit import stored_lines
from editorial.audit.crawl.pool import PoolExhausted, WorkerPool
from editorial.audit.stored_lines import Answered, Lines, judged_lines
from editorial.cli import judge as command

FRAIL = """
import os, sys
from editorial.background import judge_worker
judge_stored = judge_worker.judge_stored
def frail(stored, raised=None):
    response = stored.response
    if "die" in response.url and (not response.error or "twice" in response.url):
        os._exit(11)
    if response.error:
        return judge_stored(stored, raised)
    if "spin" in response.url:
        while True:
            pass
    if "swell" in response.url:
        return [bytearray(1 << 28) for _ in range(64)]
    if "raise" in response.url:
        raise ValueError("a fault of ours")
    return judge_stored(stored, raised)
judge_worker.judge_stored = frail
judge_worker.main()
"""
PROGRAM = [sys.executable, "-c", FRAIL]
SETTINGS = {"lang": "en", "facts": True, "every_outcome": True, "received": "", "page_cpu": 0.3}
GOOD = "https://example.com/good"


def line(url: str) -> bytes:
    return orjson.dumps({"id": url, "url": url, "html": "<title>x</title>"}) + b"\n"


def judged(*urls: str, size: int = 1) -> list[dict[str, Any]]:
    """What is printed of a line for each address."""
    with WorkerPool(PROGRAM, size, SETTINGS) as pool:
        lines = Lines(io.BytesIO(b"".join(map(line, urls))))
        return [orjson.loads(each.blob) if each.blob else {"id": each.line} for each in judged_lines(lines, pool)]


def test_lines_come_back_in_their_order():
    urls = [f"https://example.com/{number}" for number in range(60)]

    assert [said["id"] for said in judged(*urls, size=2)] == urls


@pytest.mark.parametrize(
    ("does", "error"),
    [
        ("spin", "overrun"),
        ("raise", "crash"),
        ("die", "crash"),
        pytest.param("swell", "overrun", marks=pytest.mark.thorough),
    ],
)
def test_a_page_that_cannot_be_read_is_inconclusive_and_its_neighbours_are_judged(does: str, error: str):
    bad = f"https://example.com/{does}"

    said = judged(GOOD, bad, GOOD, GOOD)

    assert [(each["id"], each["facts"]["error"]) for each in said] == [
        (GOOD, None),
        (bad, error),
        (GOOD, None),
        (GOOD, None),
    ]
    assert "fail" not in {outcome["outcome"] for outcome in said[1]["outcomes"]}
    assert said[1]["status"] == 0


def test_many_pages_that_kill_their_program_stop_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("editorial.audit.crawl.pool.MAX_DEATHS", 1)

    said = judged("https://example.com/die/1", "https://example.com/die/2", GOOD)

    assert [each["facts"]["error"] for each in said] == ["crash", "crash", None]


def test_a_line_that_no_program_survives_is_answered_too():
    assert [each["id"] for each in judged(GOOD, "https://example.com/die/twice", GOOD)] == [GOOD, 2, GOOD]


def test_a_machine_that_runs_no_program_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "WORKER_COMMAND", ["false"])
    monkeypatch.setattr("editorial.audit.crawl.pool.MAX_DEATHS", 2)

    result = CliRunner().invoke(command.judge, ["-"], input=line(GOOD), env={"LC_ALL": "C"})

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("The programs that judge pages end again and again.")


def test_programs_are_started_as_lines_wait():
    with WorkerPool(PROGRAM, 1, SETTINGS) as pool:
        list(judged_lines(Lines(io.BytesIO(line(GOOD) * 2)), pool, most=2))
        few = len(pool.pids)
        list(judged_lines(Lines(io.BytesIO(line(GOOD) * 9)), pool, most=2))

        assert (few, len(pool.pids)) == (1, 2)


class Talk:
    """A pipe whose other end a test holds."""

    def __init__(self) -> None:
        source, self.target = os.pipe()
        self.source = os.fdopen(source, "rb")

    def says(self, data: bytes) -> None:
        os.write(self.target, data)

    def ends(self) -> None:
        os.close(self.target)


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    with made.source:
        yield made


def test_a_line_is_answered_before_the_next_one_comes(talk: Talk):
    with WorkerPool(PROGRAM, 1, SETTINGS) as pool:
        answers = judged_lines(Lines(talk.source), pool)
        talk.says(line(GOOD) + b'{"url": "https://example.com/half')
        first = next(answers)
        talk.says(b'"}')
        talk.ends()

        assert [first.line, *(each.line for each in answers)] == [1, 2]


def test_few_lines_are_held_while_one_is_slow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stored_lines, "AHEAD", 10)
    text = io.BytesIO(line("https://example.com/spin") + line(GOOD) * 500)
    with WorkerPool(PROGRAM, 2, SETTINGS) as pool:
        first = next(judged_lines(Lines(text), pool))

    assert first.line == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b"\n \r\n", []),
        (b"a\n\nb", [(1, b"a"), (3, b"b")]),
        (b"a\r\nb\r\n", [(1, b"a\r"), (2, b"b\r")]),
        (b"x" * 11 + b"\na\n", [(1, None), (2, b"a")]),
        (b"a\n" + b"x" * 40, [(1, b"a"), (2, None)]),
        (b"x" * 35 + b"\n" + b"y" * 10 + b"\n", [(1, None), (2, b"y" * 10)]),
        (b"  \n" + b"x" * 10, [(2, b"x" * 10)]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_lines_are_told_apart_however_they_come(
    text: bytes, expected: list[Any], chunk: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stored_lines, "LONGEST", 10)
    monkeypatch.setattr(stored_lines, "CHUNK", chunk)
    lines = Lines(io.BytesIO(text))
    found = []
    while (taken := lines.take(wait=True)) is not None:
        found.append(taken)

    assert found == expected


def test_a_pool_that_only_dies_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("editorial.audit.crawl.pool.MAX_DEATHS", 2)
    with WorkerPool(["false"], 1, SETTINGS) as pool, pytest.raises(PoolExhausted):
        list[Answered](judged_lines(Lines(io.BytesIO(line(GOOD))), pool))
