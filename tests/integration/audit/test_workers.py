"""Worker programs and the pool that watches them, without a crawl around them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from editorial.audit.crawl.pool import Job, Lost, PoolExhausted, Said, WorkerPool
from editorial.audit.crawl.wire import pack
from editorial.services.auditing import WORKER_COMMAND
from tests.integration.audit.conftest import Answer, Web, page

SETTINGS = {
    "agent": "EditorialBot/0",
    "allow": {"entries": [], "everything": True},
    "limits": {},
    "resolve": [],
    "scope": {"hosts": ["127.0.0.1"], "subdomains": False, "path_prefix": "/"},
    "available": [],
    "page_cpu": 5.0,
}
FRAIL = """
import os, sys
from editorial.background import crawl_worker
gather = crawl_worker.gather
def frail(response):
    if response.error:
        return gather(response)
    if "raise" in response.url:
        raise RecursionError("too deep")
    if "swell" in response.url:
        return [bytearray(1 << 28) for _ in range(64)]
    if "die" in response.url:
        os._exit(11)
    return gather(response)
crawl_worker.gather = frail
crawl_worker.main()
"""


def answers(pool: WorkerPool, count: int) -> list[Said | Lost]:
    """So many answers of the pool."""
    found: list[Said | Lost] = []
    ends = time.monotonic() + 30
    while len(found) < count and time.monotonic() < ends:
        found.extend(pool.receive(0.2))
    return found


@pytest.fixture
def frail(web: Web) -> WorkerPool:
    web.pages["/"] = page("Sound")
    for path in ("/raise", "/swell", "/die"):
        web.pages[path] = page("Frail")
    return WorkerPool([sys.executable, "-c", FRAIL], 1, SETTINGS)


@pytest.mark.parametrize(
    ("path", "error"),
    [("/raise", "crash"), pytest.param("/swell", "overrun", marks=pytest.mark.thorough)],  # the latter takes 9 s
)
def test_a_page_that_cannot_be_read_costs_no_program(web: Web, frail: WorkerPool, path: str, error: str):
    with frail as pool:
        before = pool.pids
        pool.send([Job(1, web.url + path), Job(2, web.url + "/")], connections=1)
        said = {each.no: each.message["page"] for each in answers(pool, 2) if isinstance(each, Said)}

        assert pool.pids == before
    assert (said[1]["error"], set(said[1]["outcomes"])) == (error, {"I"})
    assert (said[2]["error"], said[2]["title"].partition(":")[0]) == (None, "Sound")


def test_a_pool_gives_up_when_its_programs_only_die(web: Web, frail: WorkerPool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("editorial.audit.crawl.pool.MAX_DEATHS", 2)
    with frail as pool:
        for no in range(1, 3):
            pool.send([Job(no, web.url + "/die")], connections=1)
            answers(pool, 1)
        pool.send([Job(3, web.url + "/die")], connections=1)

        with pytest.raises(PoolExhausted):
            answers(pool, 1)


def test_a_pool_goes_on_while_sound_pages_come_between(web: Web, frail: WorkerPool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("editorial.audit.crawl.pool.MAX_DEATHS", 1)
    with frail as pool:
        for no in range(1, 7):
            pool.send([Job(no, web.url + ("/die" if no % 2 else "/"))], connections=1)
            assert isinstance(answers(pool, 1)[0], Lost if no % 2 else Said)


def test_a_program_leaves_the_interrupt_key_to_its_parent(web: Web):
    """The terminal tells the whole group; the parent decides, and its workers end with their input."""
    web.pages["/"] = page()
    asked = Answer(page().body, headers={"Content-Type": "text/html"})
    web.pages["/"] = asked
    with WorkerPool(WORKER_COMMAND, 1, SETTINGS) as pool:
        pool.send([Job(1, web.url + "/")], connections=1)
        answers(pool, 1)
        os.kill(pool.pids[0], signal.SIGINT)
        pool.send([Job(2, web.url + "/")], connections=1)

        assert [type(each) for each in answers(pool, 1)] == [Said]


def ends_quietly(command: Sequence[str], first: bytes) -> tuple[int, bytes]:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate(first, timeout=30)
    return process.returncode, said


def test_a_program_whose_parent_is_gone_ends_without_a_word(web: Web):
    web.pages["/"] = page()
    rows: list[tuple[object, ...]] = [(1, web.url + "/", web.url + "/", [], False, None, None)]

    assert ends_quietly(WORKER_COMMAND, pack(SETTINGS) + pack({"jobs": rows, "connections": 1})) == (0, b"")
