"""Signatures of webhooks as Standard Webhooks has them (standardwebhooks.com, specification 1.0).

`webhook-signature` is `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`, keyed with what stands in base64
behind `whsec_`. While a secret is being replaced the signature of the old one stands behind it, after a space.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message

PREFIX = "whsec_"
SECRET, PREVIOUS, PREVIOUS_UNTIL = "secret", "secret.previous", "secret.previous_until"
_SHORTEST, _LONGEST, _OURS = 24, 64, 32  # bytes


def make_secret(random_bytes: bytes) -> str:
    """A secret of 32 random bytes in the form that receivers take."""
    return PREFIX + base64.b64encode(random_bytes[:_OURS]).decode()


def checked_secret(typed: str) -> str:
    """A pasted secret, or an error that does not repeat it."""
    typed = "".join(typed.split())
    try:
        size = len(base64.b64decode(typed.removeprefix(PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not typed.startswith(PREFIX) or not _SHORTEST <= size <= _LONGEST:
        raise EditorialError(
            Message(N_("This is no signing secret.")),
            hint=Message(N_("It is whsec_ and 24 to 64 bytes in base64; leave the field empty to have one made.")),
        )
    return typed


def valid_secrets(secrets: Mapping[str, str], now: datetime) -> list[str]:
    """The secrets that sign now: the present one, then the one before it while that is still to be taken."""
    found = [secrets[SECRET]] if secrets.get(SECRET) else []
    until = secrets.get(PREVIOUS_UNTIL)
    if until and secrets.get(PREVIOUS) and now < datetime.fromisoformat(until):
        found.append(secrets[PREVIOUS])
    return found


def signature(secrets: Sequence[str], webhook_id: str, seconds: int, body: bytes) -> str:
    """The header's value: one signature for each secret."""
    signed = b"%s.%d.%s" % (webhook_id.encode(), seconds, body)
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets)


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
