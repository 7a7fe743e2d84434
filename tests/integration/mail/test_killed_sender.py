"""SIGKILL at each step of a mail's way: it arrives once at most, and what nobody can know is asked, never guessed."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config import ROOT
from editorial.background.ticks.mails import enqueue_weekly_mails
from editorial.domain.mails import CLAIM_LEASE, SEND_LEASE
from editorial.services import sending
from editorial.services.deps import Deps
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.mail.conftest import HANG, Inbox, Scripted, Team

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),  # test_sending.py shows the leases on both
]


@pytest.fixture
def one_mail(deps: Deps, team: Team) -> Deps:
    """The weekly mail of one reader in the outbox."""
    with deps.sessions.begin() as session:
        session.get_one(Person, team.chen).weekly_mail = False
    assert enqueue_weekly_mails(deps) == 1
    return deps


def start(deps: Deps, folder: Path, port: int, now: Clock, point: str = "") -> "subprocess.Popen[bytes]":
    """A process that sends what is due."""
    arguments = [deps.config.database_url, str(folder), str(port), now().isoformat(), point]
    return subprocess.Popen([sys.executable, "-m", "tests.integration.mail.dying_sender", *arguments], cwd=ROOT)


def state(deps: Deps) -> str:
    with deps.sessions() as session:
        return session.scalars(select(OutgoingMail)).one().state.value


@pytest.mark.parametrize(
    ("point", "left", "taken", "becomes", "at_the_end"),
    [
        ("claimed", "waiting", 0, "sent", 1),
        ("before-network", "sending", 0, "unknown", 0),
        ("before-text", "sending", 0, "unknown", 0),
        ("after-network", "sending", 1, "unknown", 1),
        ("recorded", "sending", 1, "unknown", 1),
    ],
)
def test_killed_at_any_step_a_mail_is_never_sent_twice(
    one_mail: Deps,
    inbox: Inbox,
    clock: Clock,
    tmp_path: Path,
    *,
    point: str,
    left: str,
    taken: int,
    becomes: str,
    at_the_end: int,
) -> None:
    died = start(one_mail, tmp_path, inbox.port, clock, point).wait(60)
    then = state(one_mail), len(inbox.raw)
    for wait in (CLAIM_LEASE + SEND_LEASE, timedelta(days=2)):
        clock.forward(seconds=wait.total_seconds())
        assert start(one_mail, tmp_path, inbox.port, clock).wait(60) == 0

    assert (died, then) == (-signal.SIGKILL, (left, taken))
    assert (state(one_mail), len(inbox.raw)) == (becomes, at_the_end)


def test_killed_while_the_server_thinks_the_text_is_not_sent_again_until_somebody_says_so(
    one_mail: Deps,
    *,
    scripted: Callable[..., Scripted],
    inbox: Inbox,
    with_smtp: Callable[[Deps, int], Deps],
    clock: Clock,
    tmp_path: Path,
    team: Team,
) -> None:
    thinking = scripted(end=HANG)
    sender = start(one_mail, tmp_path, thinking.port, clock)
    assert thinking.heard.wait(60)
    sender.kill()
    sender.wait(10)
    clock.forward(seconds=SEND_LEASE.total_seconds())
    start(one_mail, tmp_path, inbox.port, clock).wait(60)
    by_itself = state(one_mail), len(inbox.raw)
    with one_mail.sessions.begin() as session:
        works = with_smtp(one_mail, inbox.port)
        row = sending.send_again(session, works, session.scalars(select(OutgoingMail)).one().id, team.admin)
        message_id = row.message_id
    start(one_mail, tmp_path, inbox.port, clock).wait(60)

    assert by_itself == ("unknown", 0)
    assert (state(one_mail), [mail["Message-ID"] for mail in inbox.mails]) == ("sent", [message_id])
    assert f"Message-ID: {message_id}".encode() in thinking.taken[0]
