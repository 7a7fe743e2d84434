"""Webhooks over TLS: a certificate that nobody vouches for gets nothing."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from editorial.adapters.post import post, reach
from editorial.domain.addresses import AllowList

LOOPBACK = AllowList.of(["127.0.0.0/8", "::1"])


@dataclass
class Server:
    """Takes one connection after another and writes down what came over it in clear."""

    port: int
    heard: list[bytes] = field(default_factory=list)


def certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself, with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = Server(listener.getsockname()[1])

        def serve() -> None:
            line, _ = listener.accept()
            line.settimeout(5)
            try:
                with context.wrap_socket(line, server_side=True) as secure:
                    if said := secure.recv(4096):  # a refused certificate may end as a line without a word
                        served.heard.append(said)
            except OSError:
                line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield served
        thread.join()


def test_a_certificate_that_nobody_vouches_for_gets_nothing(server: Server) -> None:
    answer = post(f"https://localhost:{server.port}/hook", b"{}", {"webhook-id": "msg_1"}, allow=LOOPBACK, timeout=5)

    assert (answer.fault, answer.began, server.heard) == ("certificate", False, [])


def test_a_probe_says_so_too(server: Server) -> None:
    assert reach(f"https://localhost:{server.port}/hook", allow=LOOPBACK) == "certificate"
