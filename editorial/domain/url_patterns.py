"""The pattern of an address: `/blog/*` for all posts of a blog. Of one address alone, so that it never shifts."""

import re

from editorial.domain.urls import path_of

LONGEST = 100  # characters

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_NUMBER = re.compile(r"v?\d[\d._-]*", re.IGNORECASE)
_PROGRAM = re.compile(r"\.(?:php|aspx?|jsp|do|cgi|html?)", re.IGNORECASE)


def pattern_of(url: str) -> str:
    """The first folder of an address and a star; a folder of a language or a number does not count as the first.

    `/blog/2024/a` and `/blog/b/` are `/blog/*`, `/zh/blog/a` is `/zh/blog/*`, `/3.11/library/os.html` is
    `/*/library/*`, `/about` and `/about/` are `/*`. The first page is `/`, that of a language `/zh/`. A page that its
    query chooses, at the first page or a program's name, is `/?*` or `/item.php?*`.

    Args:
        url: in request form (N1).
    """
    path, _, query = path_of(url).partition("?")
    parts = [part for part in path.split("/") if part]
    pattern = ""
    if parts and _LANGUAGE.fullmatch(parts[0]):
        pattern = f"/{parts.pop(0)}"
    while len(parts) > 1 and _NUMBER.fullmatch(parts[0]):
        pattern += "/*"
        parts.pop(0)
    if len(parts) > 1:
        pattern = f"{pattern}/{parts[0]}/*"
    elif parts and query and _PROGRAM.search(parts[0]):
        pattern = f"{pattern}/{parts[0]}?*"
    else:
        pattern += "/*" if parts else "/?*" if query else "/"
    return pattern if len(pattern) <= LONGEST else f"{pattern[: LONGEST - 2]}…*"
