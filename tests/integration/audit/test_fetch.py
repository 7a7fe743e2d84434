"""The fetcher and the guarded session against peers as they are."""

import gzip
import socket
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from editorial.adapters.fetch import Fetcher, Limits
from editorial.adapters.guard import ForbiddenAddress, guarded_session
from editorial.domain.addresses import ALL_PRIVATE, AllowList
from tests.integration.audit.conftest import Answer, Web, page

pytestmark = pytest.mark.thorough

ONLY_OURS = AllowList.of(["127.0.0.1"])


def fetcher(**others: object) -> Fetcher:
    values: dict[str, object] = {"agent": "EditorialBot/0 (+https://example.com/bot)", "allow": ALL_PRIVATE}
    return Fetcher(**(values | others))  # type: ignore[arg-type]


def test_a_page_comes_back_whole(web: Web):
    web.pages["/"] = page("Hello")

    reply = fetcher().get(web.url + "/")

    assert (reply.status, reply.error, reply.body) == (200, None, web.pages["/"].body)


def test_it_says_who_it_is(web: Web):
    web.pages["/"] = page()

    fetcher().get(web.url + "/")

    assert web.agents == {"EditorialBot/0 (+https://example.com/bot)"}


def test_redirects_are_followed_hop_by_hop(web: Web):
    web.redirect("/a", "/b", 301)
    web.redirect("/b", "c")
    web.pages["/c"] = page()

    reply = fetcher().get(web.url + "/a")

    assert reply.status == 200
    assert reply.redirects == ((f"{web.url}/a", 301, f"{web.url}/b"), (f"{web.url}/b", 302, f"{web.url}/c"))


def test_each_hop_is_asked_for_first(web: Web):
    web.redirect("/a", "/secret")
    web.pages["/secret"] = page()

    reply = fetcher().get(web.url + "/a", may_fetch=lambda url: "secret" not in url)

    assert reply.error == "robots"
    assert web.paths() == ["/a"]


def test_a_circle_of_redirects_ends(web: Web):
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")

    assert fetcher().get(web.url + "/a").error == "redirect-loop"


def test_a_chain_without_end_ends(web: Web):
    for place in range(20):
        web.redirect(f"/{place}", f"/{place + 1}")

    assert fetcher().get(web.url + "/0", hops=5).error == "redirects"


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"])
def test_a_redirect_leads_to_http_only(web: Web, target: str):
    web.redirect("/a", target)

    reply = fetcher().get(web.url + "/a")

    assert (reply.status, reply.location) == (302, None)


def test_loopback_is_closed_unless_opened(web: Web):
    assert Fetcher(agent="x").get(web.url + "/").error == "address"
    assert web.asked == []


def test_a_redirect_into_the_private_network_is_refused(web: Web):
    web.redirect("/a", web.url.replace("127.0.0.1", "127.0.0.2") + "/inside")

    reply = fetcher(allow=ONLY_OURS).get(web.url + "/a")

    assert (reply.error, web.paths()) == ("address", ["/a"])


@pytest.mark.parametrize("host", ["2130706434", "0x7f000002", "0177.0.0.2", "[::ffff:127.0.0.2]"])
def test_numbers_in_disguise_are_refused(web: Web, host: str):
    port = web.url.rpartition(":")[2]

    assert fetcher(allow=ONLY_OURS).get(f"http://{host}:{port}/").error == "address"


def test_a_name_that_turns_to_a_private_address_is_refused(web: Web):
    """The name is public when anyone checks it and private when the socket opens: the socket decides."""
    port = web.url.rpartition(":")[2]
    rebound = fetcher(allow=AllowList(), resolve=(f"harmless.example:{port}:127.0.0.1",))

    assert rebound.get(f"http://harmless.example:{port}/").error == "address"
    assert web.asked == []


def test_a_name_the_administrator_opened_is_reached(web: Web):
    port = web.url.rpartition(":")[2]
    web.pages["/"] = page()
    opened = fetcher(allow=AllowList.of(["intranet.example"]), resolve=(f"intranet.example:{port}:127.0.0.1",))

    assert opened.get(f"http://intranet.example:{port}/").status == 200


def test_a_proxy_in_the_environment_has_no_say(web: Web, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    web.pages["/"] = page()

    assert fetcher().get(web.url + "/").status == 200


def silent(_: BaseHTTPRequestHandler) -> None:
    handler_waits = socket.create_server(("127.0.0.1", 0))
    handler_waits.settimeout(5)
    try:
        handler_waits.accept()  # nobody comes
    except OSError:
        pass
    finally:
        handler_waits.close()


def test_a_peer_that_says_nothing_is_given_up(web: Web):
    web.pages["/"] = Answer(act=silent)

    reply = fetcher(limits=Limits(first_byte=0.3)).get(web.url + "/")

    assert (reply.error, reply.status) == ("timeout", 0)
    assert reply.elapsed_ms < 2000


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>")
    handler.wfile.flush()
    silent(handler)


def test_a_peer_that_drips_is_given_up(web: Web):
    web.pages["/"] = Answer(act=drip)

    assert fetcher(limits=Limits(whole=0.4)).get(web.url + "/").error == "timeout"


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>half")
    handler.wfile.flush()
    handler.close_connection = True


def test_a_peer_that_hangs_up_in_the_middle_gave_no_answer(web: Web):
    web.pages["/"] = Answer(act=hang_up)

    assert fetcher().get(web.url + "/").error == "reset"


def test_a_closed_port_and_an_unknown_name_are_told_apart():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert fetcher().get(f"http://127.0.0.1:{port}/").error == "connect"
    assert fetcher().get("http://nothing.invalid/").error == "dns"


def test_what_is_packed_is_unpacked(web: Web):
    whole = page("Packed")
    web.pages["/"] = Answer(gzip.compress(whole.body), headers={**whole.headers, "Content-Encoding": "gzip"})

    assert fetcher().get(web.url + "/").body == whole.body


@pytest.mark.parametrize(
    "body", [b"not packed", gzip.compress(b"<p>" * 999, mtime=0)[:-9] + b"x" * 9], ids=["plain", "broken"]
)
def test_what_is_packed_wrongly_is_not_asked_for_again(web: Web, body: bytes):
    web.pages["/"] = Answer(body, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})

    assert fetcher().get(web.url + "/").error == "protocol"


def test_a_packed_bomb_is_cut_at_the_limit(web: Web):
    bomb = gzip.compress(b"<p>" + b" " * 30_000_000)
    web.pages["/"] = Answer(bomb, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})

    reply = fetcher(limits=Limits(body=1_000_000)).get(web.url + "/")

    assert len(bomb) < 100_000
    assert (reply.truncated, len(reply.body), reply.error) == (True, 1_000_000, None)


def test_what_unpacks_to_a_hundred_times_its_size_is_cut_far_below_the_limit(web: Web):
    bomb = gzip.compress(b"<p>" + b" " * 8_000_000)
    web.pages["/"] = Answer(bomb, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})

    reply = fetcher().get(web.url + "/")

    assert (reply.error, reply.truncated) == (None, True)
    assert len(reply.body) < 2_000_000


def test_bytes_are_counted_as_they_came(web: Web):
    packed = gzip.compress(page("A", "<p>word</p>" * 999).body)
    web.pages["/"] = Answer(packed, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})
    web.pages["/plain"] = page()

    replies = [fetcher().get(web.url + path) for path in ("/", "/plain", "/gone")]

    assert [reply.wire_bytes for reply in replies] == [len(packed), len(web.pages["/plain"].body), 2]


def test_a_header_of_one_request_is_not_that_of_the_next(web: Web):
    asked: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> Answer:
        asked.append(handler.headers.get("If-None-Match"))
        return Answer(status=304) if asked[-1] else page()

    web.other = answer
    fetch = fetcher(connections=1)
    fetch.add(1, web.url + "/a", headers=('If-None-Match: "1"',))
    fetch.add(2, web.url + "/b")
    replies: dict[int, int] = {}
    while fetch.pending:
        replies.update((key, reply.status) for key, reply in fetch.poll(1.0))

    assert asked == ['"1"', None]
    assert replies == {1: 304, 2: 200}


def test_a_body_without_end_is_cut_at_the_limit(web: Web):
    web.pages["/"] = Answer(b"x" * 50_000, headers={"Content-Type": "text/html"})

    reply = fetcher(limits=Limits(body=20_000)).get(web.url + "/")

    assert (reply.truncated, len(reply.body)) == (True, 20_000)


def test_what_is_no_document_is_not_downloaded(web: Web):
    web.pages["/a.pdf"] = Answer(b"x" * 500_000, headers={"Content-Type": "application/pdf"})
    asking = fetcher()
    asking.add("pdf", web.url + "/a.pdf")

    (_, reply), *_ = [each for _ in range(20) for each in asking.poll(0.2)]

    assert (reply.status, reply.skipped, reply.body, reply.error) == (200, True, b"", None)


def test_no_more_requests_run_at_once_than_allowed(web: Web):
    asking = fetcher(connections=3)
    for place in range(30):
        asking.add(place, f"{web.url}/{place}")
    while asking.pending:
        list(asking.poll(0.2))

    assert web.at_once <= 3
    assert len(web.asked) == 30


def test_a_user_name_in_a_link_is_not_sent(web: Web):
    seen: list[str | None] = []
    web.pages["/"] = Answer(act=lambda handler: seen.append(handler.headers.get("Authorization")))
    fetcher(limits=Limits(whole=0.3)).get(web.url.replace("http://", "http://me:secret@") + "/")

    assert seen == [None]


def test_the_guarded_session_does_not_go_inside(web: Web):
    with pytest.raises(requests.ConnectionError) as refused:
        guarded_session(agent="x").get(web.url + "/")

    assert isinstance(refused.value.args[0].reason, ForbiddenAddress)
    assert web.asked == []


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example"])
def test_a_name_that_cannot_be_is_a_name_that_is_not_known(host: str):
    with pytest.raises(requests.ConnectionError):
        guarded_session(agent="x").get(f"http://{host}/")


def test_the_guarded_session_is_not_led_inside(web: Web):
    web.redirect("/a", web.url.replace("127.0.0.1", "127.0.0.2") + "/inside")

    with pytest.raises(requests.ConnectionError):
        guarded_session(agent="x", allow=ONLY_OURS).get(web.url + "/a")

    assert web.paths() == ["/a"]


def test_the_guarded_session_reaches_what_is_open(web: Web):
    web.pages["/"] = page()

    assert guarded_session(agent="x", allow=ONLY_OURS).get(web.url + "/").status_code == 200
