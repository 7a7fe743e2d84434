"""What redirects change about an address."""

from editorial.domain.urls import host_of, origin_of, path_of


def move_of(url: str, final_url: str) -> str:
    """What redirects from one N1 address to another change.

    `slash` for a slash at the end alone, the two origins for http, https and www alone, `path` for all else.
    """
    before, after = path_of(url), path_of(final_url)
    origin, target = origin_of(url), origin_of(final_url)
    if origin == target:
        return "slash" if before.rstrip("/") == after.rstrip("/") else "path"
    if before == after and host_of(url).removeprefix("www.") == host_of(final_url).removeprefix("www."):
        return f"{origin} {target}"
    return "path"
