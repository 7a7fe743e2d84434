"""The one-process desk as a person starts and stops it."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from config import ROOT

pytestmark = pytest.mark.thorough

Desk = subprocess.Popen[str]


@contextmanager
def serving(folder: Path, *, port: int = 0, program: str = "editorial", **settings: str) -> Iterator[Desk]:
    """A desk in a process of its own; it is ended if the test has not done so."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDITORIAL_")}
    environment |= {
        "EDITORIAL_INSTANCE_DIR": str(folder),
        "EDITORIAL_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
        **settings,
    }
    desk = subprocess.Popen(
        [sys.executable, "-m", program, "serve"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield desk
    finally:
        if desk.poll() is None:
            desk.kill()
        desk.communicate(timeout=10)


def line_with(desk: Desk, words: str) -> str:
    """What the desk prints, up to the line with these words."""
    assert desk.stdout is not None
    for line in desk.stdout:
        if words in line:
            return line
    raise AssertionError(f"the desk ended without saying {words!r}")


def address(desk: Desk) -> str:
    found = re.search(r"http://\S+", line_with(desk, "Editorial serves on"))
    assert found is not None
    return found[0]


def test_it_prints_its_address_and_one_link_and_ends_with_status_0(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        url = address(desk)
        link = line_with(desk, "/welcome?token=")
        line_with(desk, "clock.started")
        health = requests.get(f"{url}/healthz", timeout=10)
        desk.send_signal(signal.SIGTERM)
        said, _ = desk.communicate(timeout=20)

    assert link.split()[-1].startswith(f"{url}/welcome?token=")
    assert health.json()["database"] == "ok"
    assert (desk.returncode, said.splitlines()[-1]) == (0, "Editorial has stopped.")


@pytest.mark.parametrize(("proxies", "kept"), [("0", "127.0.0.1"), ("1", "203.0.113.7")])
def test_what_a_proxy_says_of_a_visitor_reaches_the_desk_where_one_is_trusted(
    tmp_path: Path, proxies: str, kept: str
) -> None:
    with serving(tmp_path, EDITORIAL_TRUSTED_PROXIES=proxies) as desk, requests.Session() as guest:
        url = address(desk)
        guest.headers["X-Forwarded-For"] = "203.0.113.7"
        token = re.search(r'data-csrf="([^"]+)"', guest.get(f"{url}/sign-in", timeout=10).text)
        assert token is not None
        wrong = {"csrf_token": token[1], "email": "mei@northgauge.example", "password": "not it at all"}
        guest.post(f"{url}/sign-in", data=wrong, timeout=20)
    with closing(sqlite3.connect(tmp_path / "editorial.sqlite")) as database:
        assert database.execute("SELECT address FROM sign_in_attempt").fetchall() == [(kept,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_before_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    answers: list[str] = []
    with serving(tmp_path, program="tests.integration.distribution.slow_desk") as desk:
        url = address(desk)
        line_with(desk, "clock.started")
        asking = threading.Thread(target=lambda: answers.append(requests.get(url, timeout=10).text))
        asking.start()
        asking.join(0.4)
        desk.send_signal(number)
        asking.join()
        desk.communicate(timeout=20)

    assert (answers, desk.returncode) == (["whole answer"], 0)


def test_a_start_on_a_taken_port_ends_with_one_sentence_and_makes_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path / "second", port=port) as desk:
            said, _ = desk.communicate(timeout=30)

    assert desk.returncode == 1
    assert said.strip() == (
        f"Error: Port {port} on 127.0.0.1 is taken, perhaps by another Editorial. "
        "Stop that one, or choose another port: EDITORIAL_PORT=8001"
    )
    assert not (tmp_path / "second" / "editorial.sqlite").exists()
