"""Distribution jobs: listed, read with every attempt, and decided about."""

from collections.abc import Callable
from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState
from editorial.domain.people import Permission
from editorial.domain.slots import FIRST_YEAR, LAST_YEAR
from editorial.services import job_decisions
from editorial.services.job_lists import WantedJobs, list_jobs
from editorial.services.queue_pages import BadCursor, Cursor
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob
from editorial.web.api import shapes
from editorial.web.api.contract import ONE_LINE, Asked, Given, Id, Moment, done_once, operation
from editorial.web.api.items import Limit
from editorial.web.context import deps, person

bp = Blueprint("jobs", __name__)


class JobsAsked(Asked):
    """Which jobs; what is left out asks nothing."""

    state: list[JobState] = Field(default_factory=list)
    channel: Id | None = None
    item: Id | None = None
    since: Moment | None = None
    """Due at this instant or later."""
    until: Moment | None = None
    """Due before this instant."""
    after: Annotated[str, Field(max_length=80)] = ""
    limit: Limit = 100


class Nothing(Given):
    """No more has to be said."""


class Again(Given):
    """To send it once more."""

    looked: bool = False
    """Somebody has looked and did not find it: asked for where the outcome is unknown."""


class Confirmation(Given):
    """It is out there."""

    url: Annotated[str, Field(max_length=2000), ONE_LINE] = ""
    """Where it can be read; empty: where its channel says."""


class Reason(Given):
    """Why it is not posted."""

    reason: Annotated[str, Field(max_length=500), ONE_LINE]


@bp.get("/jobs")
@operation(Permission.READ, "List jobs by the time they are due.", shapes.Jobs, query=JobsAsked)
def listed(query: JobsAsked) -> shapes.Jobs:
    """One page of jobs."""
    after = Cursor.parse(query.after)
    if after is not None and not FIRST_YEAR <= after.due_at.year <= LAST_YEAR:
        raise BadCursor
    wanted = WantedJobs(frozenset(query.state), query.channel, query.item, query.since, query.until, after)
    with reading(deps().sessions) as session:
        found, following = list_jobs(session, wanted, page=query.limit)
        return shapes.Jobs(
            jobs=[shapes.job_row(one) for one in found], next=str(following) if following else None
        )  # fmt: skip


@bp.get("/jobs/<int:job_id>")
@operation(Permission.READ, "Read a job with every attempt.", shapes.Job)
def one(job_id: int) -> shapes.Job:
    """One job."""
    with reading(deps().sessions) as session:
        return shapes.job(session, distribution.get_job(session, job_id))


@bp.post("/jobs/<int:job_id>/cancel")
@operation(
    Permission.PUBLISH,
    "Take a job back; one that is being sent may still arrive.",
    shapes.Job,
    body=Nothing,
    keyed=True,
)
def cancelled(job_id: int, body: Nothing) -> Response:
    """Not any more."""
    return _decided(lambda session: job_decisions.cancel(session, deps(), job_id, person()))


@bp.post("/jobs/<int:job_id>/send-now")
@operation(Permission.PUBLISH, "Let a waiting job go out at once.", shapes.Job, body=Nothing, keyed=True)
def sent_now(job_id: int, body: Nothing) -> Response:
    """At once."""
    return _decided(lambda session: job_decisions.send_now(session, deps(), job_id, person()))


@bp.post("/jobs/<int:job_id>/send-again")
@operation(
    Permission.PUBLISH,
    "Send what failed, was missed or is not there once more. Answers the new job.",
    shapes.Job,
    body=Again,
    status=201,
    keyed=True,
)
def sent_again(job_id: int, body: Again) -> Response:
    """Once more, as a new job."""
    return _decided(
        lambda session: job_decisions.send_again(session, deps(), job_id, person(), looked=body.looked), status=201
    )


@bp.post("/jobs/<int:job_id>/confirm")
@operation(
    Permission.PUBLISH, "Say that it is live: it is never sent again.", shapes.Job, body=Confirmation, keyed=True
)
def confirmed(job_id: int, body: Confirmation) -> Response:
    """It is there."""
    return _decided(lambda session: job_decisions.resolve_live(session, deps(), job_id, person(), url=body.url))


@bp.post("/jobs/<int:job_id>/decline")
@operation(Permission.PUBLISH, "Say that it will not be posted by hand, and why.", shapes.Job, body=Reason, keyed=True)
def declined(job_id: int, body: Reason) -> Response:
    """Not posted."""
    return _decided(lambda session: job_decisions.decline(session, deps(), job_id, person(), body.reason))


def _decided(decide: Callable[[Session], DistributionJob], *, status: int = 200) -> Response:
    def act(session: Session) -> shapes.Job:
        job_id = decide(session).id
        session.flush()
        return shapes.job(session, distribution.get_job(session, job_id))

    return done_once(act, status=status)
