"""Which addresses may be connected to."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.addresses import ALL_PRIVATE, AllowList, is_public, may_connect, numeric_host


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1",
        "localhost", "", "1.2.3",
    ],
)  # fmt: skip
def test_an_inner_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800::1", "::ffff:8.8.8.8"])
def test_an_outer_address_is_public(address):
    assert is_public(address)


def test_an_administrator_opens_a_network():
    allow = AllowList.of(["10.1.0.0/16", "192.168.7.20"])

    assert [may_connect(a, allow) for a in ("10.1.2.3", "10.2.0.1", "192.168.7.20", "::ffff:10.1.2.3")] == [
        True,
        False,
        True,
        True,
    ]


def test_an_administrator_opens_a_name():
    allow = AllowList.of(["intranet.example.com"])

    assert may_connect("10.1.2.3", allow, host="Intranet.example.com")
    assert not may_connect("10.1.2.3", allow, host="evil.example.com")


def test_everything_may_be_opened_but_nonsense():
    assert may_connect("127.0.0.1", ALL_PRIVATE)
    assert not may_connect("nonsense", ALL_PRIVATE)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.1", "127.1", "0x7f.0.0.1", "[::ffff:7f00:1]"])
def test_numbers_in_disguise_are_read(host):
    address = numeric_host(host)

    assert address is not None
    assert not is_public(address)


def test_a_name_is_no_number():
    assert numeric_host("example.com") is None


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_the_same_inside_ipv6(number):
    plain = str(ip_address(number))

    assert is_public(plain) == is_public(f"::ffff:{plain}")


@given(st.ip_addresses())
def test_the_standard_library_opens_nothing_that_we_close(address):
    if is_public(str(address)):
        kinds = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(kinds)
