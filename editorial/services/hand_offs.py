"""What somebody who posts by hand needs: the parts to copy, what to know, and who it is."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.channels.handoff import HandoffChannel, Prepared
from editorial.domain.errors import NotAllowed
from editorial.domain.jobs import JobState
from editorial.domain.limits import Limits, counted
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, permissions
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import piece_of_job
from editorial.store import distribution
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person


@dataclass(frozen=True)
class HandOff:
    """One job that waits for a person, ready to be posted."""

    parts: Prepared
    makes_page: bool
    instructions: str
    limits: Limits
    takes: int
    """Characters of the text as the service counts them."""
    asked: Person | None
    """Who posts it; None where nobody owns the item."""


def prepared(session: Session, deps: Deps, job: DistributionJob) -> HandOff | None:
    """What to copy for a job on a hand-off channel; None of any other kind.

    Raises:
        Refused: the channel is not set up right, or the item has no title.
    """
    adapter = adapter_of(deps, job.channel)
    if not isinstance(adapter, HandoffChannel):
        return None
    settings, parts = adapter.settings, adapter.prepare(piece_of_job(session, deps, job))
    return HandOff(
        parts=parts,
        makes_page=settings.does == "page",
        instructions=settings.instructions,
        limits=adapter.limits,
        takes=counted(parts.text, adapter.limits),
        asked=asked(session, job),
    )


def expect_asked(session: Session, job_id: int, person: Person) -> None:
    """Refuse who may not publish and is not asked to post this job by hand either."""
    job = distribution.get_job(session, job_id)
    somebody = asked(session, job) if job.state is JobState.AWAITING_HUMAN else None
    if Permission.PUBLISH not in permissions(person.roles) and (somebody is None or somebody.id != person.id):
        raise NotAllowed(
            Message(N_("Somebody else is asked to post this.")),
            hint=Message(N_("Ask them, or somebody who may publish.")),
        )


def asked(session: Session, job: DistributionJob) -> Person | None:
    """Who is asked to post it: the person the channel names, if they are on the team, else the item's owner."""
    address = str(job.channel.settings.get("asked", ""))
    named = session.scalar(select(Person).where(Person.email == address, Person.active)) if address else None
    return named or job.item.owner
