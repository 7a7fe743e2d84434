"""A site of files in a process of its own: HTTP/1.1 with connections kept alive, just enough of it for a crawler.

`python -m bench.site_server FOLDER` serves a folder and prints its port on the first line of its output; at the end of
its input it ends. It costs a tenth of what reading a page does; files come from the system's own cache.
"""

import asyncio
import mimetypes
import re
import sys
from pathlib import Path
from urllib.parse import unquote

HEAD = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
MISSING = b"<!doctype html><html lang=en><title>Not found</title><p>There is no such page.</p></html>"
_PAGE = re.compile(r"\.html?(\.[\w.-]+)?$")


class Site(asyncio.Protocol):
    """One connection: answers its requests one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._buffer = folder, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._transport is not None and (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            method, target = head.split(b" ", 2)[:2]
            self._transport.write(answer(self._folder, target.decode("latin-1"), bodiless=method == b"HEAD"))


def answer(folder: Path, target: str, *, bodiless: bool = False) -> bytes:
    """What is said to a request for a path."""
    name = unquote(target.partition("?")[0]).lstrip("/")
    name += "index.html" if not name or name.endswith("/") else ""
    try:
        body, status = (folder / name).read_bytes(), b"200 OK"
    except (OSError, ValueError):
        body, status, name = MISSING, b"404 Not Found", "missing.html"
    media = "text/html" if _PAGE.search(name) else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return HEAD % (status, media.encode(), len(body)) + (b"" if bodiless else body)


async def main(folder: Path) -> None:
    """Serve until standard input ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Site(folder), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).resolve()))
