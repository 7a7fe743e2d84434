"""Large pages of a folder are read in a program with limits; one that costs too much costs its neighbours nothing."""

import sys

from editorial.audit.crawl.apart import Apart
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from tests.integration.audit.conftest import page

BODY = page("A large page", "<p>word</p>" * 20).body
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def response(name: str, body: bytes = BODY) -> Response:
    return Response(f"https://example.com/{name}", f"https://example.com/{name}", 200, HEADERS, body)


DYING = (
    "import os, signal, sys; from editorial.background import page_reader as program;"
    "acts = {acts}; program.gather = lambda response: acts[response.url.rpartition('/')[2]](response); program.main()"
)
ACTS = (
    "{'dear': lambda _: os.kill(os.getpid(), signal.SIGPROF), 'heavy': lambda _: bytes(1 << 60),"
    " 'odd': lambda _: 1 / 0, 'well': program.gather}"
)


def test_a_page_that_ends_its_program_is_told_and_the_next_is_read_as_here():
    raised: list[str] = []
    command = (sys.executable, "-c", DYING.format(acts=ACTS))
    with Apart(gather, command, small=0, raised=lambda rule, error: raised.append(f"{rule} {error}")) as reader:
        codes = [reader(response(name)).error for name in ("dear", "heavy", "odd")]

        assert reader(response("well")) == gather(response("well"))
    assert codes == ["overrun", "overrun", "crash"]
    assert raised == [
        f"gather https://example.com/{said}" for said in ("dear: overrun", "heavy: overrun", "odd: crash")
    ]


def test_small_pages_are_read_here_and_start_no_program():
    with Apart(gather, ("/no/such/program",)) as reader:
        assert reader(response("a")).error is None
