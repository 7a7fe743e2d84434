"""Runs in a network of its own: a name server that changes its mind, a server outside and one inside.

The address "outside" is a public one, lent to the loopback device of this network; nothing leaves it.
"""

import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from editorial.adapters.fetch import Fetcher, Limits
from editorial.adapters.form_ask import FormAsker
from editorial.adapters.guard import guarded_session
from editorial.adapters.post import post
from editorial.domain.addresses import AllowList

OUTSIDE, DEAD, INSIDE = "93.184.216.34", "93.184.216.35", "127.0.0.1"
ANSWERS = {
    "turning": [[OUTSIDE], [INSIDE]],  # public when somebody looks, private a moment later
    "both": [[DEAD, INSIDE]],  # several at once, the first of them public and dead
    "metadata": [["169.254.169.254"]],
}


class NameServer(threading.Thread):
    """Answers the n-th question for a name with the n-th of its answers; the last one stays. Knows no IPv6."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.asked: dict[str, int] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((INSIDE, 53))

    def run(self) -> None:
        while True:
            question, peer = self._socket.recvfrom(512)
            self._socket.sendto(self._reply(question), peer)

    def _reply(self, question: bytes) -> bytes:
        place, labels = 12, []
        while size := question[place]:
            labels.append(question[place + 1 : place + 1 + size].decode())
            place += size + 1
        kind = struct.unpack(">H", question[place + 1 : place + 3])[0]
        found = self._answer(".".join(labels[:1])) if kind == 1 else []
        head = question[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, len(found), 0, 0)
        records = [b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(each) for each in found]
        return head + question[12 : place + 5] + b"".join(records)

    def _answer(self, name: str) -> list[str]:
        answers = ANSWERS.get(name.lstrip("0123456789-"), [[]])
        number = self.asked[name] = self.asked.get(name, 0) + 1
        return answers[min(number, len(answers)) - 1]


def serve(address: str) -> list[str]:
    """A web server at an address; the list grows by each request it gets."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_HEAD = do_POST = do_GET  # noqa: N815 -- names of http.server

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 80), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return asked


def fetched(host: str) -> str:
    fetcher = Fetcher(agent="Test", allow=AllowList(), limits=Limits(connect=2, first_byte=2, whole=4))
    try:
        reply = fetcher.get(f"http://{host}/")
        return reply.error or str(reply.status)
    finally:
        fetcher.close()


def asked_for(host: str) -> str:
    answer = FormAsker(agent="Test", allow=AllowList()).ask("HEAD", f"http://{host}/")
    return answer.error or str(answer.status)


def looked_at(host: str) -> str:
    with guarded_session(agent="Test") as session:
        try:
            return str(session.get(f"http://{host}/", timeout=2).status_code)
        except requests.ConnectionError as error:
            return "address" if "private network" in str(error) else "connect"


def delivered(host: str) -> str:
    answer = post(f"http://{host}/", b"{}", {}, timeout=4)
    return answer.fault or str(answer.status)


def main() -> None:
    """Try each way out with each name, twice; print what came of it."""
    names = NameServer()
    names.start()
    outside, inside = serve(OUTSIDE), serve(INSIDE)
    ways = {"fetch": fetched, "form": asked_for, "session": looked_at, "webhook": delivered}
    said = {
        f"{way} {name}": [reach(f"{number}-{name}.example") for _ in range(2)]
        for number, (way, reach) in enumerate(ways.items())
        for name in ANSWERS
    }
    json.dump({"said": said, "outside": len(outside), "inside": inside, "asked": names.asked}, sys.stdout)


if __name__ == "__main__":
    main()
