"""Every example of docs/api.md, run in its order against a real server."""

import re
import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from config import ROOT
from tests.integration.api.conftest import Programs
from tests.integration.plans import Desk

DOCUMENT = (ROOT / "docs/api.md").read_text(encoding="utf-8")


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_example_does_what_it_says(desk: Desk, program: Programs, url: str) -> None:
    desk.approved()
    examples = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    exec("\n".join(examples), {"TOKEN": program().secret, "URL": url})  # our own

    assert len(examples) == 8


def test_every_code_of_a_refusal_has_its_status_in_the_table(desk: Desk) -> None:
    told = desk.app.test_client().get("/api/openapi.json").get_json()
    statuses = set(re.findall(r"\b4\d\d\b", DOCUMENT[DOCUMENT.index("| status | when |") :]))
    answered = {status for methods in told["paths"].values() for one in methods.values() for status in one["responses"]}

    assert {status for status in answered if status.startswith("4")} <= statuses
