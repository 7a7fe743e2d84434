"""The receiving end of a local push where no git is installed: `python -m ... receive-pack FOLDER`.

dulwich's own program of that kind waits for more bytes than a client sends; this one takes what is there.
"""

import os
import sys
from pathlib import Path

from dulwich.protocol import ReceivableProtocol
from dulwich.server import FileSystemBackend, ReceivePackHandler, UploadPackHandler

_HANDLERS = {"receive-pack": ReceivePackHandler, "upload-pack": UploadPackHandler}


def main(command: str, folder: str) -> None:
    """Answer one client on standard input and output."""

    def send(data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    inner = Path(folder, ".git")
    os.chdir(inner if inner.is_dir() else folder)  # where git runs hooks
    line = ReceivableProtocol(lambda size: os.read(0, size), send)
    try:
        _HANDLERS[command](FileSystemBackend(folder), [folder], line).handle()
    finally:
        line.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
