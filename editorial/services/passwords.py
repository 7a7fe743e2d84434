"""Password hashes (Argon2id) and the hashes of random tokens."""

import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from config import Config
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message

MIN_LENGTH, MAX_LENGTH = 10, 200  # characters; ASVS 2.1.1 asks for a floor, the ceiling bounds the work of hashing
_OBVIOUS = frozenset({"password", "passwort", "qwertyuiop", "1234567890", "editorial", "letmeinplease", "iloveyou"})


class WeakPassword(EditorialError):
    """The password is too short, too long or one of the first that anybody would try."""

    def __init__(self, says: Message, hint: Message) -> None:
        super().__init__(says, hint=hint, field="password")


def _hasher(config: Config) -> PasswordHasher:
    return PasswordHasher(
        time_cost=config.password_rounds, memory_cost=config.password_memory_kib, parallelism=config.password_lanes
    )


def check_strength(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, too long, all one character, or the person's own name or address."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(
            Message(N_("The password has %(count)s characters."), {"count": len(password)}),
            Message(N_("Use at least %(count)s; three unrelated words are easy to keep."), {"count": MIN_LENGTH}),
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(
            Message(N_("The password has %(count)s characters."), {"count": len(password)}),
            Message(N_("Use at most %(count)s."), {"count": MAX_LENGTH}),
        )
    folded = password.casefold()
    if len(set(folded)) < 4 or folded.strip("0123456789!") in _OBVIOUS or folded in {word.casefold() for word in about}:
        raise WeakPassword(
            Message(N_("That password would be among the first that are tried.")),
            Message(N_("Choose one that says nothing about you; three unrelated words are easy to keep.")),
        )


def hash_password(config: Config, password: str) -> str:
    """The Argon2id hash, with its parameters inside."""
    return _hasher(config).hash(password)


def verify(config: Config, hashed: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for an unknown person as for a known one."""
    if len(password) > MAX_LENGTH:
        return False
    hasher = _hasher(config)
    try:
        return hasher.verify(hashed, password) if hashed else bool(hasher.hash(password)) and False
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(config: Config, hashed: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher(config).check_needs_rehash(hashed)


def hash_token(token: str) -> str:
    """SHA-256 (hex) of a random token; enough, because the token has 256 bits of its own."""
    return hashlib.sha256(token.encode()).hexdigest()
