"""A site of generated pages in a process of its own, answering from memory.

`python -m bench.site_server FOLDER` serves every file of a folder as HTML and prints its port on the first line of its
output; at the end of its input it ends.
"""

import asyncio
import sys
from pathlib import Path

HEAD = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


class Pages:
    """HTTP/1.1 with connections kept alive, just enough of it for a crawler."""

    def __init__(self, folder: Path) -> None:
        self._answers = {
            f"/{path.name if path.suffix == '.txt' else path.stem}".replace("/index", "/"): _answer(path)
            for path in folder.iterdir()
        }
        self._missing = HEAD % (b"404 Not Found", b"text/html", 0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        try:
            while True:
                line = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
                writer.write(self._answers.get(line[1].decode("latin-1"), self._missing))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, IndexError):
            writer.close()


def _answer(path: Path) -> bytes:
    body = path.read_bytes()
    media = b"text/plain" if path.suffix == ".txt" else b"text/html; charset=utf-8"
    return HEAD % (b"200 OK", media, len(body)) + body


async def main(folder: Path) -> None:
    """Serve until standard input ends."""
    server = await asyncio.start_server(Pages(folder).serve, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
