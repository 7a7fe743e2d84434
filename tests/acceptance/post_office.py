"""Postfix, Dovecot and SpamAssassin as a mail would meet them: a private instance of each, on loopback alone.

A mail comes in through Postfix, is handed to Dovecot, and is read back over IMAP. Any address of `example.test` has a
mailbox, but for those that Postfix turns away by rule.
"""

import imaplib
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

DOMAIN = "example.test"
NEEDED = {
    "/usr/sbin/postfix": "postfix",
    "/usr/sbin/dovecot": "dovecot-imapd",
    "/usr/lib/dovecot/lmtp": "dovecot-lmtpd",
    "/usr/bin/spamassassin": "spamassassin",
    "/usr/bin/openssl": "openssl",
}
PLACES = {"postfix": "root", "q": "root", "q/private": "postfix", "data": "postfix", "mail": "mail", "dc": "root"}
"""Folders, and whose they are."""
_SCORE = re.compile(r"^X-Spam-Status: \S+, score=(-?[\d.]+) .*?tests=([\w,\s]*?)\s+\w+=", re.MULTILINE | re.DOTALL)

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/q
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {domain}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtp_host_lookup = native
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
alias_maps =
alias_database =
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_peername_lookup = no
turned_away = check_recipient_access inline:{{
    {{ gone@{domain} = 550 5.1.1 No such user here }}
    {{ full@{domain} = 452 4.2.2 Mailbox full }} }}
smtpd_recipient_restrictions = $turned_away, permit_mynetworks, reject
"""
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=yes
  -o {{ smtpd_recipient_restrictions = $turned_away, permit_sasl_authenticated, reject }}
127.0.0.1:{wrapped} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o {{ smtpd_recipient_restrictions = $turned_away, permit_sasl_authenticated, reject }}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """
base_dir = {folder}/dc
state_dir = {folder}/dc
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {folder}/q/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""


@dataclass(frozen=True)
class PostOffice:
    """Where the servers listen, and what one needs to come in."""

    folder: Path
    password: str
    smtp: int
    """Takes mail from this machine; offers STARTTLS."""
    submission: int
    """STARTTLS and a sign-in, or nothing."""
    wrapped: int
    """TLS from the first byte, and a sign-in."""
    imap: int
    lmtp: int

    @property
    def certificate(self) -> Path:
        """What a client must trust; it is made out to localhost and 127.0.0.1."""
        return self.folder / "cert.pem"

    def mails(self, user: str) -> list[bytes]:
        """Everything in somebody's mailbox, as IMAP gives it out, oldest first."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        with imaplib.IMAP4_SSL("localhost", self.imap, ssl_context=context, timeout=10) as box:
            box.login(f"{user}@{DOMAIN}", self.password)
            box.select("INBOX", readonly=True)
            numbers = box.search(None, "ALL")[1][0].split()
            return [box.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index,misc]

    def wait_for(self, user: str, count: int = 1, seconds: float = 20) -> list[bytes]:
        """The mailbox once it holds `count` mails. Postfix hands over within moments of its 250."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.2)):
            if len(found := self.mails(user)) >= count:
                return found
            pause.wait(0.2)
        raise AssertionError(f"{user} has {len(found)} of {count} mails:\n{self.log()}")

    def log(self) -> str:
        """What Postfix wrote down."""
        return (self.folder / "postfix.log").read_text(errors="replace")


def read(raw: bytes) -> EmailMessage:
    """A mail as a program reads it."""
    return message_from_bytes(raw, policy=policy.default)


def spam_score(raw: bytes) -> tuple[float, list[str]]:
    """What SpamAssassin's local rules make of a mail: the points, and which rules gave them."""
    program = ["spamassassin", "--test-mode", "--local", "--nocreate-prefs"]
    judged = subprocess.run(program, input=raw, capture_output=True, timeout=120, check=True).stdout
    found = _SCORE.search(judged.decode("utf-8", "replace"))
    assert found is not None, judged.decode("utf-8", "replace")[:2000]
    return float(found[1]), found[2].replace(",", " ").split()


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """The three servers, started; ended when the block is left."""
    _need()
    folder = Path(tempfile.mkdtemp(prefix="post-"))  # short: a socket's path has 107 characters
    office = PostOffice(folder, secrets.token_urlsafe(12), *_free_ports(5))
    _write(office)
    dovecot = _run("dovecot", "-F", "-c", f"{folder}/dovecot.conf", into=folder)
    try:
        _run("postfix", "-c", f"{folder}/postfix", "start", into=folder).wait(20)
        for port in (office.smtp, office.submission, office.wrapped, office.imap, office.lmtp):
            _wait_for(port, folder)
        yield office
    finally:
        _run("postfix", "-c", f"{folder}/postfix", "stop", into=folder).wait(20)
        dovecot.terminate()
        dovecot.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _need() -> None:
    """Install what is missing, or say what to install."""
    missing = [package for program, package in NEEDED.items() if not Path(program).exists()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        missing = [package for program, package in NEEDED.items() if not Path(program).exists()]
    if missing:
        pytest.fail(f"This test sends mail through real servers. On Debian and Ubuntu: apt install {' '.join(missing)}")
    if os.geteuid() != 0:
        pytest.fail("Postfix and Dovecot give up their rights to users of their own. Run this test as root.")


def _write(office: PostOffice) -> None:
    folder = office.folder
    folder.chmod(0o755)
    for name, owner in PLACES.items():
        (folder / name).mkdir()
        shutil.chown(folder / name, owner)
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", names, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run([*key, *files], check=True, capture_output=True)
    values = {**vars(office), "domain": DOMAIN}
    for name, text in (("postfix/main.cf", MAIN), ("postfix/master.cf", MASTER), ("dovecot.conf", DOVECOT)):
        (folder / name).write_text(text.format(**values))


def _run(program: str, *arguments: str, into: Path) -> "subprocess.Popen[bytes]":
    with (into / f"{program}.out").open("wb") as said:
        return subprocess.Popen([f"/usr/sbin/{program}", *arguments], stdout=said, stderr=said)


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_for(port: int, folder: Path) -> None:
    pause = threading.Event()
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pause.wait(0.1)
    said = "\n".join(file.read_text(errors="replace") for file in sorted(folder.glob("*.[ol][ou][tg]")))
    raise AssertionError(f"nobody listens at port {port}:\n{said}")
