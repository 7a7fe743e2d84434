"""Addresses of pages in two forms, and what belongs to a site.

N1 is what goes over the wire: the WHATWG reading of what an author wrote, without the fragment.
N2 is what two spellings of one page have in common; it is compared and joined on, never fetched.
Source: url.spec.whatwg.org (parsing), RFC 3986 section 6.2 (equivalence), UTS 46 (host names).
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

MAX_LENGTH = 8_000  # characters; longer ones are no page anybody links to, and RFC 9110 asks for 8,000 at least
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = frozenset((  # names of analytics and advertising systems, Chinese ones in the last line
    "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "hsa_acc", "hsa_ad",
    "hsa_cam", "hsa_grp", "hsa_kw", "hsa_mt", "hsa_net", "hsa_src", "hsa_tgt", "hsa_ver", "vero_id",
    "bd_vid", "spm", "scm", "share_token", "sharer_shareid",
))  # fmt: skip

_SAFE_HOST = r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?"
_SAFE_PATH = r"(?:/[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*)*/?"  # no segment begins with a dot
_SAFE_QUERY = r"(?:\?[A-Za-z0-9._~!$&()*+,;=:@/?-]*)?"
_PLAIN = re.compile(rf"(https?)://({_SAFE_HOST})(:[1-9][0-9]{{0,4}})?({_SAFE_PATH}{_SAFE_QUERY})").fullmatch
_ROOTED = re.compile(rf"(?=/(?!/)){_SAFE_PATH}{_SAFE_QUERY}").fullmatch
_NEIGHBOUR = re.compile(rf"[A-Za-z0-9_~][A-Za-z0-9._~-]*{_SAFE_PATH}{_SAFE_QUERY}").fullmatch  # no colon: no scheme
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):").match
_EDGE = "".join(map(chr, range(0x21)))  # C0 controls and space, which authors leave around an address
_BREAKS = str.maketrans("", "", "\t\n\r")
_ENCODED_DOT = re.compile(r"%2e", re.IGNORECASE)
_FORBIDDEN_HOST = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_JOINERS = "\u200c\u200d"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _encoder(extra: str) -> re.Pattern[str]:
    return re.compile(f"[^!-~]|[{re.escape(extra)}]")


_NEVER_BARE = re.compile(r"[\[\]\\^`{|}]")  # browsers leave them in a path or a query, RFC 3986 never does
_ONE_SPELLING = re.compile(r"https?://[^/:%?\[\]]*+(?<!\.)(?::\d+)?/[^%?\[\]|]*+").fullmatch  # the plain ones of N1
_LAST_DOT = re.compile(r"(?<=[^/.@])\.((?::\d+)?)$")
_UNSAFE_PATH = _encoder('"<>`{}^#?')
_UNSAFE_QUERY = _encoder("\"<>'#")
_UNSAFE_USER = _encoder('"<>`{}^#?/:;=@[]|\\')


@dataclass(frozen=True)
class SiteScope:
    """Which addresses belong to a site: host sets with dot boundaries, and a path prefix."""

    hosts: frozenset[str]
    """`host` or `host:port`, as they stand in an N1 address."""
    subdomains: bool = False
    path_prefix: str = "/"


def bare(url: str) -> str:
    """What browsers read of an address: no spaces or controls around it, no tabs or line breaks within."""
    return url.strip(_EDGE).translate(_BREAKS)


def n1(url: str, base: str | None = None, *, longest: int = MAX_LENGTH) -> str | None:
    """The request form of an address, or None where it is none that can be fetched over HTTP.

    It is its own request form, and at most `MAX_LENGTH` characters long.

    Args:
        url: as an author wrote it: absolute, or relative to `base`.
        base: the N1 form of the page (or of its `<base href>`).
        longest: characters beyond which it is none, as written and as requested.
    """
    if len(url) > longest:
        return None
    if (quick := _quick(url, base)) is not None:
        return quick if len(quick) <= longest else None
    parts = _split(bare(url), base)
    if parts is None:
        return None
    scheme, authority, path, query = parts
    netloc = _netloc(scheme, authority)
    if netloc is None:
        return None
    path = _UNSAFE_PATH.sub(_percent, _without_dots(path))
    if query is not None:
        path += "?" + _UNSAFE_QUERY.sub(_percent, query)
    whole = f"{scheme}://{netloc}{path}"
    return whole if len(whole) <= longest else None  # escapes make three characters of one byte


def n2(url: str, *, drop: Collection[str] = TRACKING, sort: bool = True) -> str | None:
    """The compare form of an address; N1 with one spelling for what servers can't tell apart, tracking taken off.

    Escapes in upper case, unreserved characters decoded, what RFC 3986 never has bare (`[` in a query) escaped, no dot
    after the host, parameters sorted unless a name occurs twice (their order may then mean something). `%2F` stays, `+`
    and `%20` stay different, `;params` stay.

    Args:
        drop: names of parameters that only tell where a visitor came from; `utm_...` is always one of them.
    """
    request = n1(url)
    if request is None:
        return None
    if _ONE_SPELLING(request):
        return request
    start = request.index("/", request.index("//") + 2)
    origin = _LAST_DOT.sub(r"\1", request[:start])
    rest = _NEVER_BARE.sub(_percent, _ESCAPE.sub(_plain_escape, request[start:]))
    path, question, query = rest.partition("?")
    if not question:
        return origin + _without_dots(path)
    fields = [field for field in query.split("&") if field and not _tracks(field, drop)]
    names = [field.partition("=")[0] for field in fields]
    if sort and len(set(names)) == len(names):
        fields.sort()
    return origin + _without_dots(path) + ("?" + "&".join(fields) if fields else "")


def scheme_of(url: str) -> str:
    """The scheme an author wrote, in lower case; empty for what is relative."""
    found = _SCHEME(bare(url))
    return found[1].lower() if found else ""


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an N1 address: what one robots.txt governs."""
    return url[: url.index("/", 8)]


def netloc_of(url: str) -> str:
    """`host[:port]` of an N1 address, without a user name."""
    return origin_of(url).partition("://")[2].rpartition("@")[2]


def host_of(url: str) -> str:
    """The host of an N1 address; an IPv6 address without its brackets."""
    netloc = netloc_of(url)
    return netloc[1 : netloc.index("]")] if netloc.startswith("[") else netloc.partition(":")[0]


def path_of(url: str) -> str:
    """Path and query of an N1 address."""
    return url[url.index("/", 8) :]


def scope_of(start: str, *, subdomains: bool = False, path_prefix: str = "/") -> SiteScope:
    """The scope of a site that is entered at `start` (N1): its host and the twin with or without `www.`."""
    netloc = netloc_of(start)
    hosts = {netloc}
    if "." in netloc and not netloc.startswith("[") and not netloc.partition(":")[0].replace(".", "").isdigit():
        hosts.add(netloc.removeprefix("www.") if netloc.startswith("www.") else f"www.{netloc}")
    return SiteScope(frozenset(hosts), subdomains, path_prefix)


def in_scope(url: str, site: SiteScope) -> bool:
    """Whether an N1 address belongs to the site. `evilexample.com` is no part of `example.com`."""
    netloc = netloc_of(url)
    if netloc not in site.hosts and not (site.subdomains and any(netloc.endswith("." + host) for host in site.hosts)):
        return False
    return site.path_prefix == "/" or path_of(url).startswith(site.path_prefix)


def _quick(url: str, base: str | None) -> str | None:
    """What nearly every link looks like, without the parser: `urljoin` on each link costs four times a page's parse."""
    url = url.partition("#")[0]
    if match := _PLAIN(url):
        scheme, host, port, rest = match.groups()
        odd = "xn--" in host or (port and (int(port[1:]) == DEFAULT_PORTS[scheme] or int(port[1:]) > 65535))
        return None if odd else f"{scheme}://{host}{port or ''}{rest if rest.startswith('/') else '/' + rest}"
    if base is None:
        return None
    origin, folder, page = _places(base)
    if not url:
        return page
    if _ROOTED(url):
        return origin + url
    return folder + url if _NEIGHBOUR(url) else None


@lru_cache(maxsize=256)
def _places(base: str) -> tuple[str, str, str]:
    """Origin, folder and page of a base address."""
    page = base.partition("#")[0]
    path = page.partition("?")[0]
    return origin_of(page), path[: path.rindex("/") + 1], page


def _split(url: str, base: str | None) -> tuple[str, str, str, str | None] | None:
    """Scheme, authority, path and query, resolved against the base. WHATWG: a backslash counts as a slash."""
    url = url.partition("#")[0]
    scheme = ""
    if match := _SCHEME(url):
        scheme = match[1].lower()
        if scheme not in DEFAULT_PORTS:
            return None
        url = url[match.end() :]
    base_scheme = base.partition(":")[0] if base else ""
    body, question, tail = url.partition("?")
    query = tail if question else None
    body = body.replace("\\", "/")
    if (scheme and scheme != base_scheme) or body.startswith("//"):
        authority, slash, path = body.lstrip("/").partition("/")
        return (scheme or base_scheme, authority, slash + path, query) if scheme or base_scheme else None
    return _relative(body, query, base) if base else None


def _relative(body: str, query: str | None, base: str) -> tuple[str, str, str, str | None]:
    scheme, _, rest = base.partition("#")[0].partition("://")
    whole, question, base_query = rest.partition("?")
    authority, slash, base_path = whole.partition("/")
    base_path = slash + base_path
    if body.startswith("/"):
        return scheme, authority, body, query
    if body:
        return scheme, authority, base_path[: base_path.rfind("/") + 1] + body, query
    return scheme, authority, base_path, query if query is not None else (base_query if question else None)


def _netloc(scheme: str, authority: str) -> str | None:
    """User, host and port in their one spelling."""
    user, at, place = authority.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = place, ""
    name = _host(host)
    if name is None or (port and not (port.isascii() and port.isdigit() and int(port) < 65536)):
        return None
    if port and int(port) != DEFAULT_PORTS[scheme]:
        name += f":{int(port)}"
    if not at or user in ("", ":"):
        return name
    account, colon, password = user.partition(":")
    account, password = (_UNSAFE_USER.sub(_percent, part) for part in (account, password))
    return f"{account}{':' + password if password else ''}@{name}"


@lru_cache(maxsize=4096)
def _host(host: str) -> str | None:
    """The one spelling of a host: lower case, punycode, IPv4 in four decimals, IPv6 compressed."""
    try:
        if host.startswith("[") and host.endswith("]"):
            return f"[{_ipv6(IPv6Address(host[1:-1]))}]" if "%" not in host else None
        name = _ascii_host(host)
    except ValueError:  # of the address, of an escape or of IDNA
        return None
    if not name or _FORBIDDEN_HOST.search(name):
        return None
    return _as_ipv4(name) if _ends_in_number(name) else name


def _ipv6(address: IPv6Address) -> str:
    """As WHATWG writes it: never with dots, whatever this version of Python does."""
    if address.ipv4_mapped is None:
        return str(address)
    number = int(address.ipv4_mapped)
    return f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}"


def _ascii_host(host: str) -> str:
    if len(host) > 1024:  # characters; DNS ends at 253, IDNA may shrink what was typed
        return ""
    name = unquote(host, errors="strict") if "%" in host else host
    return name.lower() if name.isascii() and "xn--" not in name.lower() else _to_ascii(name)


def _to_ascii(name: str) -> str:
    """UTS 46 as WHATWG asks for it: not transitional (`straße.de` stays itself), no rule of DNS about lengths.

    IDNA 2008 would refuse emoji and symbols; browsers do not, and names with them are sold.
    """
    labels = [_read_label(label) for label in idna.uts46_remap(name, std3_rules=False).split(".")]
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for label in labels for char in label):
        for label in filter(None, labels):
            idna.check_bidi(label, check_ltr=True)
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _read_label(label: str) -> str:
    """A mapped label, decoded, if UTS 46 (section 4.1) has it valid."""
    if label.startswith("xn--"):
        if not label.isascii():
            raise ValueError(label)
        encoded, label = label, label[4:].encode("ascii").decode("punycode")
        if label.isascii() or f"xn--{label.encode('punycode').decode()}" != encoded:
            raise ValueError(encoded)
        if idna.uts46_remap(label, std3_rules=False) != label:
            raise ValueError(encoded)
    if label.startswith("xn--") or "." in label:
        raise ValueError(label)
    idna.check_initial_combiner(label)
    if not all(idna.valid_contextj(label, place) for place, char in enumerate(label) if char in _JOINERS):
        raise ValueError(label)
    return label


def _ends_in_number(host: str) -> bool:
    last = host.removesuffix(".").rpartition(".")[2]
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None


def _as_ipv4(host: str) -> str | None:
    """Decimal, octal and hexadecimal spellings of an IPv4 address, as every browser reads them."""
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4:
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *high, last = numbers
    if any(number > 255 for number in high) or last >= 256 ** (5 - len(numbers)):
        return None
    return str(IPv4Address(last + sum(number << 8 * (3 - place) for place, number in enumerate(high))))


def _number(part: str) -> int:
    if not part:
        raise ValueError(part)
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") and len(part) > 1 else 10)


def _without_dots(path: str) -> str:
    """Take out `.` and `..` (also written %2e), and begin with a slash."""
    if not path.startswith("/"):
        path = "/" + path
    if "/." not in path and "/%2" not in path:
        return path
    kept: list[str] = []
    segments = path[1:].split("/")
    for place, segment in enumerate(segments):
        bare = _ENCODED_DOT.sub(".", segment)
        if bare not in (".", ".."):
            kept.append(segment)
            continue
        if bare == ".." and kept:
            kept.pop()
        if place == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _percent(match: re.Match[str]) -> str:
    char = "\ufffd" if "\ud800" <= match[0] <= "\udfff" else match[0]  # half a character, as browsers say it
    return "".join(f"%{byte:02X}" for byte in char.encode())


def _plain_escape(match: re.Match[str]) -> str:
    """One spelling for an escape: decoded if unreserved, upper case otherwise; a lone percent sign is one itself."""
    if not match[1]:
        return "%25"
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _tracks(field: str, drop: Collection[str]) -> bool:
    name = field.partition("=")[0].lower()
    return name.startswith("utm_") or name in drop
