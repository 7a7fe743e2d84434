"""The secret of this installation, and what is signed with it."""

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp

from config import Config


def secret_key(config: Config) -> str:
    """The key that signs form tokens: from the settings, or a file beside the database that only we can read."""
    if given := config.secret_key.get_secret_value():
        return given
    return _key_file(config.instance_dir / "secret_key")


def sign(config: Config, purpose: str, what: str) -> str:
    """A signature of `what` that is worth nothing for another purpose: HMAC-SHA-256 in 43 URL-safe characters."""
    digest = hmac.new(secret_key(config).encode(), f"{purpose}\x00{what}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def signed_by_us(config: Config, purpose: str, what: str, signature: str) -> bool:
    """Whether we made this signature. Takes as long for a near miss as for a far one."""
    return hmac.compare_digest(sign(config, purpose, what).encode(), signature.encode())


@lru_cache(maxsize=8)
def _key_file(path: Path) -> str:
    """The key in the file. The first start makes it, whole or not at all: a hard link, unlike a rename, never replaces
    the key of another first start at the same moment."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by us alone
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            Path(draft).unlink()
    return _read_key(path)


def _read_key(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:
        raise RuntimeError(f"{path} holds no usable key. Remove the file; a new one is made at the next start.")
    return key
