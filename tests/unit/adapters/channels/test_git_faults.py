"""Faults of the network in sentences."""

import socket
import ssl

import pytest

from editorial.adapters.channels.git_faults import unreachable


def wrapped(cause: Exception) -> Exception:
    """As libraries hand it on."""
    try:
        try:
            raise cause
        except Exception as inner:
            raise RuntimeError("SecurePool(host='h', port=443): Max retries exceeded with url: /x") from inner
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (socket.gaierror(-2, "Name or service not known"), "No machine is known by the name %(host)s."),
        (ConnectionRefusedError(111, "Connection refused"), "%(host)s refuses the connection."),
        (TimeoutError("timed out"), "%(host)s did not answer in time."),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "%(host)s does not speak https at this address."),
        (
            ssl.SSLCertVerificationError(1, "self-signed"),
            "The certificate of %(host)s is not trusted, or is for another name or time.",
        ),
    ],
)
def test_each_kind_of_fault_has_its_sentence(cause: Exception, says: str) -> None:
    assert unreachable(wrapped(cause), "git.example.com", "Max retries").id == says


def test_what_ssh_says_counts_as_well() -> None:
    said = "ssh: connect to host git.example.com port 22: Connection refused"

    assert unreachable(RuntimeError(), "git.example.com", said).id == "%(host)s refuses the connection."


def test_any_other_fault_is_told_short_and_without_addresses() -> None:
    said = "SecurePool(host='2130706433', port=443): odd answer [Errno 5] of https://me:secret@h/x?token=1 " + "x" * 500
    message = unreachable(RuntimeError(), "h", said)

    assert str(message.params["said"]).startswith("odd answer of x")
    assert len(str(message.params["said"])) <= 120
