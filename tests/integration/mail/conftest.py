"""A team with a site and two audits, and mail servers on real ports: one that works, and some that misbehave."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy.orm import Session as Database

from editorial.domain.findings import FindingEvent, FindingState
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditState, AuditTrigger, Finding, FindingHistory
from editorial.store.content import ContentItem, Site
from editorial.store.mail import WeeklyIssue
from editorial.store.people import Person, PersonRole, Workspace

MONDAY = datetime(2026, 12, 7, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai: the mail's hour
"""The hour of the weekly mail of week 50."""


@dataclass
class Inbox:
    """What a listener took."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    def to(self, address: str) -> EmailMessage:
        return self.mails[self.readers.index(address)]


class _Keep:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._inbox.raw.append(envelope.original_content or b"")
        self._inbox.readers.extend(envelope.rcpt_tos)
        self._inbox.senders.append(envelope.mail_from or "")
        return "250 2.0.0 queued as 4F2A"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server that keeps what it gets."""
    inbox = Inbox(port=free_port())
    controller = Controller(_Keep(inbox), hostname="127.0.0.1", port=inbox.port)
    controller.start()
    yield inbox
    controller.stop()


HANG = "hang"


class Scripted(socketserver.ThreadingTCPServer):
    """A mail server that answers as it is told: `answers` maps a verb (or `.` for the end of the text) to a reply.

    A reply of None closes the connection without a word, HANG keeps it open without one. `RCPT <address>` answers to
    one reader. `chokes` closes it hard in the middle of a text that is longer than that.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answers: dict[str, str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answers: dict[str, str | None] = {
            "hi": "220 ready",
            "EHLO": "250 ready",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "DATA": "354 go",
        }
        self.answers |= {".": "250 taken", "QUIT": "221 bye", "RSET": "250 ok"} | answers
        self.taken: list[bytes] = []
        self.connections = 0
        self.chokes = 0
        self.over = threading.Event()
        self.heard = threading.Event()  # a whole text came in

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: Scripted

    def handle(self) -> None:
        self.server.connections += 1
        if not self._say("hi"):
            return
        while line := self.rfile.readline():
            said = line.decode().strip()
            verb = said.upper()[:4]
            one = f"RCPT {said.partition('<')[2].rstrip('>')}"
            if not self._say(one if one in self.server.answers else verb):
                return
            if verb == "QUIT":
                return
            if verb == "DATA" and (self.server.answers["DATA"] or "").startswith("354"):
                text = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text += part
                    if self.server.chokes and len(text) > self.server.chokes:
                        self._reset()
                        return
                self.server.taken.append(text)
                self.server.heard.set()
                if not self._say("."):
                    return

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _say(self, what: str) -> bool:
        reply = self.server.answers.get(what, "502 not here")
        if reply is None:
            return False
        if reply == HANG:
            self.server.over.wait(20)
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return True


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Start a mail server that answers as told."""
    servers: list[Scripted] = []

    def start(**answers: str | None) -> Scripted:
        names = {"greeting": "hi", "end": "."}
        server = Scripted({names.get(verb, verb.upper()): reply for verb, reply in answers.items()})
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def with_smtp() -> Callable[[Deps, int], Deps]:
    """The same parts, with a mail server at a port of this machine."""

    def connect(deps: Deps, port: int) -> Deps:
        config = deps.config.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "smtp_password": SecretStr(""),
                "base_url": "https://desk.northgauge.example",
                "mail_from": "Editorial 编辑部 <desk@mail.northgauge.example>",
            }
        )
        return replace(deps, config=config)

    return connect


# -- rows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Team:
    """Ids of what the tests look at."""

    site: int
    mei: int  # reads English
    chen: int  # reads Chinese
    admin: int  # does not want the mail


def person(session: Database, name: str, email: str, language: Language, **others: object) -> Person:
    """Somebody on the team."""
    role = others.pop("role", Role.EDITOR)
    somebody = Person(
        name=name,
        email=email,
        language=language,
        zone=str(others.pop("zone", "Asia/Shanghai")),
        created_at=MONDAY - timedelta(days=60),
        grants=[PersonRole(role=role)],
        **others,
    )
    session.add(somebody)
    session.flush()
    return somebody


def make_site(session: Database, name: str = "northgauge.example", zone: str = "Asia/Shanghai") -> Site:
    """A site whose mail is due on Monday at 08:00."""
    made = Site(
        name=name,
        base_url=f"https://{name}/",
        language=Language.EN,
        zone=zone,
        created_at=MONDAY - timedelta(days=60),
    )
    session.add(made)
    session.flush()
    return made


def audit(session: Database, site: int, ended_at: datetime, score: float | None = 84, **others: object) -> Audit:
    """An audit of the whole site that was judged."""
    values: dict[str, object] = {"state": AuditState.DONE, "fetched": 92, "known": 100, "ruleset": "r1"} | others
    made = Audit(
        site_id=site,
        start_url="https://northgauge.example/",
        trigger=AuditTrigger.SCHEDULE,
        requested_at=ended_at - timedelta(minutes=41),
        ended_at=None if values["state"] in (AuditState.RUNNING, AuditState.QUEUED) else ended_at,
        score=score,
        **values,
    )
    session.add(made)
    session.flush()
    return made


def finding(
    session: Database, site: int, rule: str, path: str, *events: tuple[Audit, FindingEvent], **others: object
) -> Finding:
    """A finding, and what audits did to it."""
    first, last = events[0][0], events[-1][0]
    fixed = events[-1][1] is FindingEvent.FIXED
    values: dict[str, object] = {
        "severity": "error",
        "state": FindingState.FIXED if fixed else FindingState.NEW,
        "fixed_at": last.ended_at if fixed else None,
    } | others
    made = Finding(
        site_id=site,
        fingerprint=f"{rule}{path}"[:32],
        rule=rule,
        version=1,
        url=f"https://northgauge.example{path}",
        n2=f"https://northgauge.example{path}",
        key="head",
        first_audit_id=first.id,
        first_seen_at=first.ended_at,
        last_audit_id=last.id,
        last_seen_at=last.ended_at,
        **values,
    )
    session.add(made)
    session.flush()
    for seen_in, event in events:
        session.add(FindingHistory(finding_id=made.id, audit_id=seen_in.id, event=event, at=seen_in.ended_at))
    return made


def piece(session: Database, site: int, title: str, **others: object) -> ContentItem:
    """A content item."""
    values: dict[str, object] = {"status": Status.BRIEF, "content_hash": "h", "updated_at": MONDAY} | others
    made = ContentItem(
        type_id=1, title=title, language=Language.EN, site_id=site, created_at=MONDAY - timedelta(days=9), **values
    )
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def team(deps: Deps, clock) -> Team:
    """Three people, one site, two audits a week apart, pieces that went out and come; it is the mail's hour."""
    clock.instant = MONDAY
    with deps.sessions.begin() as session:
        session.add(
            Workspace(id=1, name="Northgauge 内容组", language=Language.EN, zone="Asia/Shanghai", created_at=MONDAY)
        )
        mei = person(session, "Mei Lin", "mei@northgauge.example", Language.EN)
        chen = person(session, "陈宇", "chen@northgauge.example", Language.ZH)
        admin = person(
            session, "Sara Okafor", "sara@northgauge.example", Language.EN, role=Role.WORKSPACE_ADMIN, weekly_mail=False
        )
        site = make_site(session)
        fill(session, site.id, mei.id)
        week_ago = MONDAY - timedelta(days=7)
        session.add(WeeklyIssue(site_id=site.id, week="2026-W49", due_at=week_ago, written_at=week_ago, mails=2))
        return Team(site.id, mei.id, chen.id, admin.id)


def fill(session: Database, site: int, owner: int) -> None:
    """Two audits with a new, a fixed, a discovered and an old finding; two pieces out, two to come."""
    before = audit(session, site, MONDAY - timedelta(days=7, hours=2), score=87.2)
    now = audit(session, site, MONDAY - timedelta(hours=2), score=84.4)
    case = piece(
        session,
        site,
        "How a dairy halved its downtime",
        status=Status.PUBLISHED,
        owner_id=owner,
        url="https://northgauge.example/case/dairy",
        published_at=MONDAY - timedelta(days=3),
    )
    piece(
        session,
        site,
        "双十二不停机：食品厂的三条经验",
        status=Status.SCHEDULED,
        owner_id=owner,
        approved_hash="h",
        publish_at=MONDAY + timedelta(days=2, hours=2),
        publish_wall=datetime(2026, 12, 9, 10, 0),
        publish_zone="Asia/Shanghai",
    )
    piece(session, site, "Q&A: security <of> the gateway", target_date=(MONDAY + timedelta(days=4)).date())
    piece(session, site, "Far away", target_date=(MONDAY + timedelta(days=30)).date())
    for number in range(7):
        finding(
            session,
            site,
            "noindex-page",
            f"/case/{number}",
            (now, FindingEvent.NEW),
            content_item_id=case.id if number == 0 else None,
        )
    finding(
        session, site, "description-missing", "/new-page", (now, FindingEvent.NEWLY_DISCOVERED), newly_discovered=True
    )
    finding(
        session,
        site,
        "title-missing",
        "/pump",
        (before, FindingEvent.NEW),
        (now, FindingEvent.FIXED),
        content_item_id=case.id,
    )
    finding(session, site, "h1-missing", "/old", (before, FindingEvent.NEW), state=FindingState.PERSISTING)
