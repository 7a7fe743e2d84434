"""A receiver of webhooks in a process of its own: it answers every POST at once and remembers when it came.

`python -m bench.receiver` prints its port on the first line of its output. At the end of its input it prints one JSON
object, key to arrival in seconds since the epoch, and how many keys came more than once; then it ends.
"""

import asyncio
import json
import sys
import time

ANSWER = b'{"id": "%s"}'


class Receiver:
    """HTTP/1.1 with connections kept alive, just enough of it for a client that sends a length."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.again = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                await reader.readexactly(int(headers.get("content-length", "0")))
                key = headers.get("webhook-id", "")
                self.again += key in self.arrived
                self.arrived.setdefault(key, time.time())
                body = ANSWER % key.encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main() -> None:
    """Serve until standard input ends."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps({"arrived": receiver.arrived, "again": receiver.again}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
