"""Which addresses may be connected to."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.addresses import (
    ALL_PRIVATE,
    AllowList,
    NoNetwork,
    is_public,
    may_connect,
    no_page_there,
    numeric_host,
)
from editorial.domain.urls import host_of, n1

INNER = {
    "this host": ["0.0.0.0", "0.255.255.255", "::"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    "link-local, with the metadata of clouds": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"],
    "site-local": ["fec0::1"],
    "carrier's NAT": ["100.64.0.1", "100.127.255.255"],
    "unique local, with the metadata of clouds": ["fc00::1", "fd12:3456::1", "fd00:ec2::254"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved and broadcast": ["240.0.0.1", "255.255.255.255"],
    "documentation and benchmarks": [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "2001:db8::1",
        "3fff::1",
    ],
    "protocol assignments": ["192.0.0.1", "192.88.99.1", "100::1", "5f00::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"],
    "IPv4-compatible and -translated": ["::127.0.0.1", "::ffff:0:10.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::10.0.0.1"],
    "6to4": ["2002:7f00:1::", "2002:c0a8:101::1"],
    "Teredo, whatever it wraps": ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:7f00:1::"],
    "no address": ["localhost", "", "1.2.3", "127.0.0.1.", "0x7f000001", "017700000001"],
}


@pytest.mark.parametrize("kind", INNER)
def test_an_inner_address_is_not_public(kind):
    assert [address for address in INNER[kind] if is_public(address)] == []


@pytest.mark.parametrize("address", ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800::1", "::ffff:8.8.8.8"])
def test_an_outer_address_is_public(address):
    assert is_public(address)


def test_an_administrator_opens_a_network():
    allow = AllowList.of(["10.1.0.0/16", "192.168.7.20", "fd12::/16"])
    opened = ("10.1.2.3", "192.168.7.20", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::1")
    closed = ("10.2.0.1", "192.168.7.21", "::ffff:10.2.0.1", "fd13::1", "127.0.0.1", "169.254.169.254")

    assert [may_connect(address, allow) for address in opened + closed] == [True] * 5 + [False] * 6


@pytest.mark.parametrize("host", ["Intranet.example.com", "intranet.example.com.", "INTRANET.EXAMPLE.COM"])
def test_an_administrator_opens_a_name(host):
    allow = AllowList.of(["intranet.Example.com."])

    assert may_connect("10.1.2.3", allow, host=host)


@pytest.mark.parametrize(
    "host", ["evil.example.com", "example.com", "xintranet.example.com", "a.intranet.example.com", ""]
)
def test_a_name_opens_itself_alone(host):
    assert not may_connect("10.1.2.3", AllowList.of(["intranet.example.com"]), host=host)


def test_a_name_in_other_letters_is_opened_as_addresses_write_it():
    allow = AllowList.of(["内网.example"])

    assert may_connect("10.1.2.3", allow, host=host_of(n1("http://内网.example/") or ""))


SWITCHES = ["true", "Yes", "all", "*", ""]
NEARLY = ["*.example.com", "10.1.0.0/33", "10.1", "2130706433", "http://intranet/", "intranet:8080", "intranet/wiki"]


@pytest.mark.parametrize("entry", [*SWITCHES, *NEARLY, "me@intranet", "a b"])
def test_what_opens_nothing_is_refused(entry):
    with pytest.raises(NoNetwork):
        AllowList.of([entry])


def test_everything_may_be_opened_but_nonsense():
    assert may_connect("127.0.0.1", ALL_PRIVATE)
    assert not may_connect("nonsense", ALL_PRIVATE)


DISGUISES = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.1", "0x7f.0.0.1", "0177.1",
    "0177.0.0.01", "017700000001", "0", "0x0", "１２７.０.０.１", "１２７。０。０。１", "①②⑦.1", "%31%32%37.0.0.1",
    "0x7f%2e1", "127%E3%80%820%E3%80%820%E3%80%821", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]",
    "[::ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
]  # fmt: skip


@pytest.mark.parametrize("host", DISGUISES)
def test_numbers_in_disguise_are_read(host):
    address = numeric_host(host)

    assert address is not None
    assert not is_public(address)


@pytest.mark.parametrize("host", ["[fe80::1%25eth0]", "[::1%eth0]", "127.0.0.256", "1.2.3.4.5", "[::1"])
def test_what_is_no_host_is_no_address(host):
    assert n1(f"http://{host}/") is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com@127.0.0.1/", "127.0.0.1"),
        ("http://example.com:80@127.0.0.1:8080/", "127.0.0.1"),
        ("http://127.0.0.1#@example.com/", "127.0.0.1"),
        ("http://127.0.0.1?@example.com/", "127.0.0.1"),
        ("http://127.0.0.1\\@example.com/", "127.0.0.1"),
        ("http://a@b@127.0.0.1/", "127.0.0.1"),
        ("http:127.0.0.1/", "127.0.0.1"),
        ("http:///127.0.0.1/", "127.0.0.1"),
        ("http://127.0\t.0.1/", "127.0.0.1"),
        ("http://localhost./", "localhost."),
        ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "localhost"),
    ],
)
def test_the_host_is_the_one_that_browsers_ask(url, host):
    assert host_of(n1(url) or "") == host


def test_a_name_is_no_number():
    assert numeric_host("example.com") is None


def test_ports_of_other_services_are_closed_outside():
    assert [port for port in (25, 22, 6667, 80, 443, 8080, 8443) if no_page_there("93.184.216.34", port)] == [
        25,
        22,
        6667,
    ]
    assert not no_page_there("10.1.2.3", 25)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_the_same_inside_ipv6(number):
    plain = str(ip_address(number))

    assert is_public(plain) == is_public(f"::ffff:{plain}")


@given(st.ip_addresses())
def test_the_standard_library_opens_nothing_that_we_close(address):
    if is_public(str(address)):
        kinds = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(kinds)
