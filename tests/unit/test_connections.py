"""Nothing in the product opens a connection outside the guarded adapters; docs/connections.md lists them all."""

import ast
import re
from collections.abc import Iterator

import pytest

from config import ROOT

NETWORK = (
    *("socket", "ssl", "_socket", "select", "selectors", "socketserver", "asyncio", "http.client", "http.server"),
    *("urllib.request", "urllib.robotparser", "ftplib", "smtplib", "poplib", "imaplib", "xmlrpc", "subprocess", "pty"),
    *("pycurl", "requests", "urllib3", "httpx", "aiohttp", "dulwich.client", "dulwich.porcelain", "websocket"),
    *(
        "importlib.import_module",
        "ctypes",
        "authlib",
        "boto3",
        "botocore",
        "paramiko",
        "playwright",
        "selenium",
        "apprise",
        "multiprocessing",
    ),
)
"""Modules by which something could leave this process."""

KNOWN = {
    "adapters/curl.py": {"socket", "pycurl"},  # the guard of all that libcurl fetches
    "adapters/guard.py": {"socket", "requests", "urllib3"},  # the guard of requests, git over https, SMTP
    "adapters/fetch.py": {"pycurl", "select"},  # pages, robots.txt, sitemaps
    "adapters/form_ask.py": {"pycurl"},  # addresses of forms
    "adapters/link_ask.py": {"pycurl", "socket"},  # links that lead outside; socket for the look-up of names alone
    "adapters/post.py": {"pycurl"},  # webhooks
    "adapters/smtp.py": {"smtplib", "socket", "ssl"},  # mail, by the server of the settings
    "adapters/channels/live.py": {"requests", "urllib3"},  # whether a page is live
    "adapters/channels/git_transport.py": {"dulwich.client", "subprocess"},  # git over https, ssh and on this disk
    "adapters/channels/git.py": {"dulwich.client"},  # types of the client that git_transport makes
    "adapters/channels/git_faults.py": {"socket", "ssl", "urllib3"},  # errors alone
    "audit/crawl/pool.py": {"selectors", "subprocess"},  # worker programs of our own
    "audit/crawl/worker.py": {"select"},
    "audit/stored_lines.py": {"select"},
    "cli/serve.py": {"socket"},  # listens
}
"""Which module of the product imports which of them. A new line here is a new place to guard, and to write down."""

OPENERS = {
    "pycurl.Curl": {"adapters/curl.py"},
    "socket": {"adapters/curl.py"},
    "socket.socket": {"adapters/guard.py", "cli/serve.py"},
    "requests.Session": {"adapters/guard.py"},
    "PoolManager": set(),
    "socket.create_connection": set(),
    "requests.get": set(),
    "requests.post": set(),
    "requests.head": set(),
    "requests.request": set(),
    "urlopen": set(),
    "importlib.import_module": set(),
    "__import__": set(),
}
"""Calls that make what connects, and where they may stand."""

SPEAKS = re.compile(rf"\b(?:{'|'.join(map(re.escape, NETWORK))}|{'|'.join(map(re.escape, OPENERS))})\b")
SOURCES = sorted((ROOT / "editorial").rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Each module that is imported, with the names taken from it as modules of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reaches(module: str) -> str | None:
    """The network module that an import brings, if any."""
    return next((name for name in NETWORK if module == name or module.startswith(name + ".")), None)


@pytest.fixture(scope="module")
def parsed() -> dict[str, ast.Module]:
    """The modules that speak of any of it, by their place below `editorial`."""
    texts = ((path.relative_to(ROOT / "editorial").as_posix(), path.read_text()) for path in SOURCES)
    return {name: ast.parse(text) for name, text in texts if SPEAKS.search(text)}


def test_only_known_modules_can_reach_the_network(parsed: dict[str, ast.Module]) -> None:
    found = {name: {net for each in imported(tree) if (net := reaches(each))} for name, tree in parsed.items()}

    assert {name: sorted(nets) for name, nets in found.items() if nets} == {
        name: sorted(nets) for name, nets in KNOWN.items()
    }


def test_only_guards_make_what_connects(parsed: dict[str, ast.Module]) -> None:
    found: dict[str, set[str]] = {name: set() for name in OPENERS}
    for name, tree in parsed.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (called := ast.unparse(node.func)) in found:
                found[called].add(name)

    assert found == OPENERS


@pytest.mark.parametrize("language", ["connections.md", "connections.zh.md"])
def test_every_place_is_written_down(language: str) -> None:
    text = (ROOT / "docs" / language).read_text()
    places = [name for name in KNOWN if name.startswith("adapters/") and not name.endswith(("git.py", "git_faults.py"))]

    assert [place for place in places if f"`{place}`" not in text] == []
