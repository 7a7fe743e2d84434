"""Which network addresses the product may connect to: the public internet, and what an administrator allows.

Pure: the caller resolves names and asks about the address it is about to connect to, on every connection.
Source: the IANA special-purpose address registries (RFC 6890), RFC 4291 and 6052 for IPv4 inside IPv6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, netloc_of, path_of

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_WRAPPED = (  # IPv4 inside IPv6: the network, and how many bits stand to the right of the IPv4 address
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)


class NoNetwork(EditorialError):
    """An entry of the allow-list that opens nothing."""

    def __init__(self, entry: str) -> None:
        super().__init__(
            Message(N_("“%(entry)s” is neither a network nor the name of a host."), {"entry": entry[:80]}),
            hint=Message(N_("Write networks, addresses and names with commas between: 10.1.0.0/16, intranet.example.")),
            field="allow_private",
        )


_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "all", "any", "none"})


@dataclass(frozen=True)
class AllowList:
    """What an administrator opened: networks, and host names whatever they resolve to."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    everything: bool = False
    """For the command line's `--allow-private`: the person at the terminal is on that network anyway."""

    @classmethod
    def of(cls, entries: Iterable[str]) -> "AllowList":
        """From settings such as `10.1.0.0/16`, `192.168.7.20` and `intranet.example.com`.

        Raises:
            NoNetwork: an entry is none of these.
        """
        networks: list[Network] = []
        hosts: set[str] = set()
        for entry in map(str.strip, entries):
            try:
                networks.append(ip_network(entry, strict=False))
            except ValueError:
                hosts.add(_name(entry))
        return cls(tuple(networks), frozenset(hosts))


CLOSED_PORTS = frozenset(
    {
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109),
        *(110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530),
        *(531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045),
        *(4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
"""Ports of other services, where no browser fetches a page either. Source: fetch.spec.whatwg.org, "bad port"."""
NOTHING_PRIVATE = AllowList()
ALL_PRIVATE = AllowList(everything=True)


def is_public(address: str) -> bool:
    """Whether an address (text of an IP address; anything else is not) lies on the public internet."""
    try:
        return _public(ip_address(address.partition("%")[0]))
    except ValueError:
        return False


def may_connect(address: str, allow: AllowList = NOTHING_PRIVATE, *, host: str = "") -> bool:
    """Whether a connection to this address may be opened.

    Args:
        address: the IP address really connected to, not a name.
        allow: what the administrator opened.
        host: the name that resolved to it; counts only if the administrator opened that very name.
    """
    if is_public(address):
        return True
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _unwrapped(ip)
    if allow.everything or (host and host.lower().rstrip(".") in allow.hosts):
        return True
    return any(each.version == net.version and each in net for each in {ip, inner} for net in allow.networks)


def no_page_there(address: str, port: int) -> bool:
    """Whether this is another service's port on the public internet: we send no mail server what it may obey.

    In a network that an administrator opened, the administrator knows what listens there.
    """
    return port in CLOSED_PORTS and is_public(address)


def numeric_host(host: str) -> str | None:
    """The IP address a host spells in decimal, octal or hexadecimal (`2130706433`, `0x7f.1`), or None for a name."""
    url = n1(f"http://{host}/")
    if url is None:
        return None
    name = netloc_of(url).strip("[]")
    try:
        return str(ip_address(name))
    except ValueError:
        return None


def refusal(address: str) -> Message:
    """Why nobody went there, for a person."""
    return Message(N_("%(address)s lies inside a private network."), {"address": address})


def _name(entry: str) -> str:
    """The name of a host as addresses have it. What looks like a switch is none: it would open a host named `true`."""
    url = n1(f"http://{entry}/")
    name = netloc_of(url).rstrip(".") if url is not None else ""
    if not name or path_of(url or "") != "/" or name in _SWITCHES or numeric_host(entry) or set(":@*?") & set(entry):
        raise NoNetwork(entry)
    return name


def _public(ip: Address) -> bool:
    inner = _unwrapped(ip)
    if inner is not ip:
        return _public(inner)
    return not any(ip.version == block.version and ip in block for block in _CLOSED)


def _unwrapped(ip: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(ip, IPv6Address) and int(ip) > 1:
        for network, shift in _WRAPPED:
            if ip in network:
                return IPv4Address((int(ip) >> shift) & 0xFFFFFFFF)
    return ip
