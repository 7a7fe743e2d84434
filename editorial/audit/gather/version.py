"""Which reader made facts: two audits may share them only where the same code and parser read both."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from editorial.audit import facts
from editorial.domain import urls

PARSERS = ("turbohtml", "idna", "orjson")


@cache
def reader_version() -> str:
    """Twelve hex digits over everything that turns a response into facts; another release may read another way.

    Taken from the sources themselves: a number kept by hand would be forgotten once.
    """
    audit = Path(facts.__file__).parent
    sources = sorted([*audit.glob("*.py"), *Path(__file__).parent.glob("*.py"), Path(urls.__file__)])
    digest = hashlib.blake2b(digest_size=6)
    for source in sources:
        digest.update(source.read_bytes())
    for parser in PARSERS:
        digest.update(version(parser).encode())
    return digest.hexdigest()
