"""A receiver of webhooks on a loopback port that takes, refuses and misbehaves as it is told.

    with Receiver(secret) as receiver:
        receiver.on("msg_k7", Mode.HANG_UP)     # for one webhook-id, until told otherwise
        receiver.always(Mode.BUSY)              # for all others
        ...
        assert receiver.taken("msg_k7") == 1

As a program (`python -m tests.receiver FOLDER`) it prints its port on the first line and ends with its standard input;
modes and deliveries then go through files in the folder, so that a harness of several processes can share it.
"""

import json
import os
import select
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

_READ = 64 * 1024
_LARGEST = 4 * 1024 * 1024  # bytes of a request
_PATIENCE = 60.0  # seconds that any conversation may last


class Mode(StrEnum):
    """How a delivery is treated. Whether it was taken is what counts, not what was answered."""

    ACCEPT = "accept"
    HANG_UP = "hang_up"  # takes it and hangs up without an answer
    RESET = "reset"  # takes it and resets the connection
    LATE = "late"  # takes it and answers only when the other side has given up
    BROKEN = "broken"  # takes it and answers 500
    BAD_GATEWAY = "bad_gateway"  # takes nothing, answers 502: nobody can tell
    BUSY = "busy"  # takes nothing, answers 429 with Retry-After: 7
    BUSY_SOMETIME = "busy_sometime"  # takes nothing, answers 429 and names no time
    CLOSED_FOR_NOW = "closed_for_now"  # takes nothing, answers 503 with Retry-After: 7
    DOWN = "down"  # takes nothing, answers 503 alone
    GONE = "gone"  # 410
    FORBIDDEN = "forbidden"  # 403 with words
    REDIRECT = "redirect"  # 307
    HUGE = "huge"  # takes it, answers 200 and 8 MB
    DRIP = "drip"  # takes it, answers 200 and a byte now and then
    HALF_HEADERS = "half_headers"  # takes it, hangs up in the middle of its headers
    EARLY_HINTS = "early_hints"  # takes it, sends an interim answer before the real one


TAKES = frozenset(
    {
        Mode.ACCEPT,
        Mode.HANG_UP,
        Mode.RESET,
        Mode.LATE,
        Mode.BROKEN,
        Mode.HUGE,
        Mode.DRIP,
        Mode.HALF_HEADERS,
        Mode.EARLY_HINTS,
    }
)
_ANSWERS = {
    Mode.BROKEN: (500, "", b"boom"),
    Mode.BAD_GATEWAY: (502, "", b""),
    Mode.BUSY: (429, "Retry-After: 7\r\n", b""),
    Mode.BUSY_SOMETIME: (429, "", b""),
    Mode.CLOSED_FOR_NOW: (503, "Retry-After: 7\r\n", b""),
    Mode.DOWN: (503, "", b""),
    Mode.GONE: (410, "", b""),
    Mode.FORBIDDEN: (403, "", "<b>no \u202eentry</b> for you".encode()),
    Mode.REDIRECT: (307, "Location: https://elsewhere.example/hook?token=abc\r\n", b""),
}


@dataclass(frozen=True)
class Delivery:
    """One request as it came, in full."""

    at: float
    """Unix seconds."""
    mode: Mode
    webhook_id: str
    path: str
    headers: dict[str, str]
    body: bytes
    verified: bool | None
    """What the reference library says of the signature; None where the receiver knows no secret."""
    connection: int
    """Number of the connection it came over."""

    @property
    def json(self) -> dict[str, object]:
        """The body, read."""
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Listens from `with` on, in threads of its own; each conversation is bounded, and all end with the block."""

    secret: str | None = None
    answer: dict[str, object] = field(default_factory=dict)
    """JSON of the answer to what was taken."""
    folder: Path | None = None
    """Where deliveries are written down as they come, and modes are read from, if other processes are to see them."""
    deliveries: list[Delivery] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "Receiver":
        self._lock = threading.Lock()
        self._mode, self._modes = Mode.ACCEPT, dict[str, Mode]()
        self._stop_read, self._stop_write = os.pipe()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, name="receiver")
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._stop_write)  # every wait of every conversation ends
        self._acceptor.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        os.close(self._stop_read)

    # -- what a test says and asks

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def always(self, mode: Mode) -> None:
        """For every id that has no mode of its own."""
        self._mode = mode

    def on(self, webhook_id: str, mode: Mode) -> None:
        """For one id."""
        self._modes[webhook_id] = mode

    def of(self, webhook_id: str) -> list[Delivery]:
        """Every delivery of an id, whatever became of it, oldest first."""
        with self._lock:
            return [each for each in self.deliveries if each.webhook_id == webhook_id]

    def taken(self, webhook_id: str) -> int:
        """How often an id was delivered while the receiver took deliveries: two is one too many."""
        return sum(each.mode in TAKES for each in self.of(webhook_id))

    def counts(self) -> Counter[str]:
        """For each id, how often it was taken."""
        with self._lock:
            return Counter(each.webhook_id for each in self.deliveries if each.mode in TAKES)

    def wait_for(self, count: int, seconds: float = 10.0) -> bool:
        """Whether so many deliveries have come before the time is over."""
        until = time.monotonic() + seconds
        while len(self.deliveries) < count and time.monotonic() < until:
            time.sleep(0.005)
        return len(self.deliveries) >= count

    # -- how it works

    def _accept(self) -> None:
        while True:
            if self._ready(self._listener, None) is None:
                return
            line, _ = self._listener.accept()
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(line, self.connections), name="receiver-line")
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket, number: int) -> None:
        with line:
            line.settimeout(_PATIENCE)
            try:
                while self._answer_one(line, number):
                    pass
            except OSError:
                return  # the other side has gone

    def _answer_one(self, line: socket.socket, number: int) -> bool:
        """Whether the connection goes on."""
        request = self._read(line)
        if request is None:
            return False
        path, headers, body = request
        webhook_id = headers.get("webhook-id", "")
        mode = self._mode_of(webhook_id)
        verified = self._verified(headers, body)
        delivery = Delivery(time.time(), mode, webhook_id, path, headers, body, verified, number)
        with self._lock:
            self.deliveries.append(delivery)
            self._write_down(delivery)
        if mode in _ANSWERS:
            status, more, said = _ANSWERS[mode]
            line.sendall(_head(status, len(said), more) + said)
            return True
        return self._misbehave(line, mode)

    def _misbehave(self, line: socket.socket, mode: Mode) -> bool:
        said = json.dumps(self.answer).encode()
        if mode is Mode.RESET:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        elif mode is Mode.LATE:
            self._until_given_up(line)
        elif mode is Mode.HALF_HEADERS:
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif mode is Mode.HUGE:
            line.sendall(_head(200, 8 * 1024 * 1024))
            for _ in range(128):
                line.sendall(b"x" * _READ)
        elif mode is Mode.DRIP:
            line.sendall(_head(200, 1000))
            while not self._until_given_up(line, 0.05):
                line.sendall(b"x")
        elif mode is Mode.EARLY_HINTS:
            line.sendall(
                b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + _head(200, len(said)) + said
            )
            return True
        elif mode is Mode.ACCEPT:
            line.sendall(_head(200, len(said)) + said)
            return True
        return False

    def _until_given_up(self, line: socket.socket, seconds: float = _PATIENCE) -> bool:
        """Wait for the other side to hang up, or for the end of everything; False when only the time is over."""
        return self._ready(line, seconds) is not False

    def _read(self, line: socket.socket) -> tuple[str, dict[str, str], bytes] | None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (part := self._part(line)):
                return None
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        size = min(int(headers.get("content-length", "0")), _LARGEST)
        while len(body) < size:
            if not (part := self._part(line)):
                return None
            body += part
        return first.split()[1], headers, body

    def _part(self, line: socket.socket) -> bytes:
        return line.recv(_READ) if self._ready(line, _PATIENCE) else b""

    def _ready(self, line: socket.socket, seconds: float | None) -> bool | None:
        """Whether there is something to read before the time is over; None at the end of everything."""
        ready, _, _ = select.select([line.fileno(), self._stop_read], [], [], seconds)
        return None if self._stop_read in ready else bool(ready)

    def _verified(self, headers: dict[str, str], body: bytes) -> bool | None:
        if self.secret is None:
            return None
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True

    def _mode_of(self, webhook_id: str) -> Mode:
        if self.folder is not None and (told := self.folder / f"{webhook_id}.mode").exists():
            return Mode(told.read_text().strip())
        return self._modes.get(webhook_id, self._mode)

    def _write_down(self, delivery: Delivery) -> None:
        if self.folder is None:
            return
        row = {"at": delivery.at, "mode": delivery.mode, "id": delivery.webhook_id, "verified": delivery.verified}
        with (self.folder / "deliveries.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")


def written(folder: Path) -> Iterator[dict[str, object]]:
    """What a receiver that runs as a program has written down."""
    path = folder / "deliveries.jsonl"
    for row in path.read_text().splitlines() if path.exists() else ():
        yield json.loads(row)


def _head(status: int, size: int, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{more}\r\n".encode()


def main(folder: str, secret: str | None = None) -> None:
    """Run until standard input ends."""
    with Receiver(secret, folder=Path(folder)) as receiver:
        print(receiver.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
