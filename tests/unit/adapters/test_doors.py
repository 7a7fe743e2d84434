"""The guard at the socket, with a resolver that lies. Nothing is connected outside this machine."""

import socket
from collections.abc import Iterator
from typing import Any

import pycurl
import pytest
import requests

from editorial.adapters.curl import Door, safe_handle, without_user
from editorial.adapters.guard import connect_guarded, guarded_session
from editorial.domain.addresses import ALL_PRIVATE, NOTHING_PRIVATE, AllowList

OUTSIDE, INSIDE = "93.184.216.34", "127.0.0.1"
REFUSED: int = pycurl.SOCKET_BAD


def place(address: str, port: int = 80) -> tuple[object, ...]:
    """An address as libcurl shows it to a door."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, (address, port))


def opened(door: Door, *addresses: tuple[object, ...]) -> list[bool]:
    """For each address whether a socket came back."""
    try:
        return [door(0, address) != REFUSED for address in addresses]
    finally:
        door.close()


def test_each_address_of_a_name_is_judged_by_itself():
    door = Door("http://two-faced.example/", NOTHING_PRIVATE)

    assert opened(door, place(OUTSIDE), place("10.0.0.1"), place("::1"), place("::ffff:10.0.0.1")) == [
        True,
        False,
        False,
        False,
    ]


def test_a_name_with_one_open_address_was_not_refused():
    door = Door("http://two-faced.example/")
    opened(door, place("10.0.0.1"), place(OUTSIDE))

    assert door.refused == ""


@pytest.mark.parametrize(("address", "port"), [("10.0.0.1", 80), ("169.254.169.254", 80), ("fe80::1%eth0", 443)])
def test_a_private_address_is_told_as_such(address, port):
    door = Door("http://inner.example/")
    opened(door, place(address, port))

    assert door.refused == "address"


def test_a_mail_server_is_told_as_such():
    door = Door("http://mail.example:25/")

    assert opened(door, place(OUTSIDE, 25)) == [False]
    assert door.refused == "port"


@pytest.mark.parametrize(
    ("url", "address", "opens"),
    [
        ("http://a.example/", OUTSIDE, False),
        ("https://a.example/", OUTSIDE, True),
        ("http://a.example/", "10.0.0.1", True),
    ],
)
def test_deliveries_leave_the_house_encrypted(url, address, opens):
    door = Door(url, ALL_PRIVATE, encrypted_outside=True)

    assert opened(door, place(address)) == [opens]


def test_an_opened_name_is_the_name_of_the_request_and_no_other():
    allow = AllowList.of(["intranet.example"])

    assert opened(Door("http://intranet.example/", allow), place("10.0.0.1")) == [True]
    assert opened(Door("http://elsewhere.example/", allow), place("10.0.0.1")) == [False]


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of this machine where somebody would answer."""
    with socket.create_server((INSIDE, 0)) as server:
        yield server.getsockname()[1]


class Resolver:
    """Answers each look-up with the next of its lists; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, _host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked += 1
        names = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, port)) for name in names]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that somebody tried to connect to; all fail, as if the line were dead."""
    found: list[str] = []

    class Dead(socket.socket):
        def connect(self, address: object) -> None:
            found.append(str(address[0]))  # type: ignore[index]
            raise ConnectionRefusedError

    monkeypatch.setattr("editorial.adapters.guard.socket.socket", Dead)
    return found


def test_a_name_is_looked_up_once_and_connected_as_it_was_checked(monkeypatch, tried):
    """Public when it is checked, private a moment later: there is no later look-up."""
    resolver = Resolver([OUTSIDE], [INSIDE])
    monkeypatch.setattr(socket, "getaddrinfo", resolver)

    with pytest.raises(ConnectionRefusedError):
        connect_guarded("rebinding.example", 80, allow=NOTHING_PRIVATE, timeout=1)
    assert (resolver.asked, tried) == (1, [OUTSIDE])


def test_the_private_one_of_several_addresses_is_passed_over(monkeypatch, tried):
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["10.0.0.1", OUTSIDE, INSIDE, "169.254.169.254"]))

    with pytest.raises(ConnectionRefusedError):
        connect_guarded("two-faced.example", 80, allow=NOTHING_PRIVATE, timeout=1)
    assert tried == [OUTSIDE]


def test_each_request_of_a_session_is_judged_anew(monkeypatch, tried):
    """As a redirect to the same name: the second look-up leads inside."""
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([OUTSIDE], [INSIDE]))
    with guarded_session(agent="Test") as session:
        for _ in range(2):
            with pytest.raises(requests.ConnectionError):
                session.get("http://rebinding.example/")

    assert tried == [OUTSIDE]


def test_a_session_does_not_talk_to_mail_servers(monkeypatch, tried):
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([OUTSIDE]))
    with guarded_session(agent="Test") as session, pytest.raises(requests.ConnectionError):
        session.get("http://mail.example:25/")

    assert tried == []


def performed(url: str, port: int, *places: str) -> tuple[int, Door]:
    """libcurl's error code of a request for a name that lies at these places, and its door."""
    door, curl = Door(url), safe_handle()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.RESOLVE, [f"name.example:{port}:{','.join(places)}"])
    curl.setopt(pycurl.OPENSOCKETFUNCTION, door)
    curl.setopt(pycurl.CONNECTTIMEOUT_MS, 2000)
    try:
        curl.perform()
    except pycurl.error as error:
        return int(error.args[0]), door
    finally:
        curl.close()
        door.close()
    return 0, door


def test_libcurl_tries_no_address_that_its_door_refuses(listener):
    code, door = performed(f"http://name.example:{listener}/", listener, INSIDE, "127.0.0.2")

    assert (code, door.refused) == (pycurl.E_COULDNT_CONNECT, "address")


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_opens_a_way_round(variable, listener, monkeypatch):
    """A proxy inside would be asked for any name, and its own address is no concern of the door's."""
    monkeypatch.setenv(variable, f"http://{INSIDE}:{listener}")
    asked: list[str] = []

    class Watching(Door):
        def __call__(self, _purpose: int, address: Any) -> int:
            asked.append(address[3][0])
            return REFUSED

    curl = safe_handle()
    curl.setopt(pycurl.URL, "http://name.example/")
    curl.setopt(pycurl.RESOLVE, [f"name.example:80:{OUTSIDE}"])
    curl.setopt(pycurl.OPENSOCKETFUNCTION, Watching("http://name.example/"))
    with pytest.raises(pycurl.error):
        curl.perform()
    curl.close()

    assert asked == [OUTSIDE]


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_serves_a_session(variable, listener, monkeypatch, tried):
    monkeypatch.setenv(variable, f"http://{INSIDE}:{listener}")
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([OUTSIDE]))
    with guarded_session(agent="Test", allow=ALL_PRIVATE) as session, pytest.raises(requests.ConnectionError):
        session.get("http://name.example/")

    assert tried == [OUTSIDE]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://me:secret@example.com/a@b", "https://example.com/a@b"),
        ("https://me@[::1]:8443/", "https://[::1]:8443/"),
        ("https://example.com/@me?x=a@b", "https://example.com/@me?x=a@b"),
    ],
)
def test_nobody_signs_in_by_a_link(url, asked):
    assert without_user(url) == asked
