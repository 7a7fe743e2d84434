"""The run of one job: claim, commit, attempt and `sending`, commit, network, acceptance, commit, the rest.

No transaction is open while the network is touched, and whatever the channel took is written down before anything else
can go wrong. Jobs that run beside each other may share a transaction, never a point of this order. `checkpoint` is told
the name of each point that a run passes; the fault harness ends the process there.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import structlog

from editorial.domain.jobs import JobState, NotSent, Refused, Unclear
from editorial.domain.messages import N_, Message
from editorial.services import answers, beginning, job_notices, outcomes
from editorial.services.beginning import Begun, Checkpoint, Ready, no_checkpoint
from editorial.services.deps import Deps
from editorial.services.outcomes import Ended, PageToSee
from editorial.services.preparing import Looked, Passed, Prepared, look, look_at, prepare
from editorial.store import distribution, runs

log = structlog.get_logger()


@dataclass(frozen=True)
class Steps:
    """The three writes of a run. Alone they are a transaction each; a busy process does those of many runs at once."""

    begin: Callable[[Prepared], Begun]
    accept: Callable[[runs.Taken], None]
    close: Callable[[Ended], JobState | PageToSee]
    passed: Passed = field(default_factory=Passed)


def alone(deps: Deps, checkpoint: Checkpoint = no_checkpoint) -> Steps:
    """The writes of one run by itself."""
    return Steps(
        begin=lambda prepared: beginning.begin(deps, [prepared], checkpoint)[0],
        accept=lambda taken: outcomes.accept(deps, [taken]),
        close=lambda ended: outcomes.close(deps, [ended])[0],
    )


def claim_some(deps: Deps, limit: int, checkpoint: Checkpoint = no_checkpoint) -> list[int]:
    """Lease up to `limit` due jobs to this process, in a short transaction of its own."""
    checkpoint("dispatched")
    with deps.sessions.begin() as session:
        claimed = distribution.claim(session, deps.now(), deps.worker, limit)
    checkpoint("claimed")
    return claimed


@dataclass(frozen=True)
class Claimed:
    """A job that this process has leased, and the channel it goes to."""

    job_id: int
    channel_id: int
    looked: Looked | None = field(default=None, compare=False)
    """As it was read with the others; None where its run has to read it."""


def claim_for(deps: Deps, limit: int, *, besides: Collection[int] = ()) -> list[Claimed]:
    """What `claim_some` does, for a process that keeps its channels apart; `besides` are those it has enough of."""
    with deps.sessions.begin() as session:
        claimed = distribution.claim_with_channels(session, deps.now(), deps.worker, limit, besides=besides)
    return [Claimed(job_id, channel_id) for job_id, channel_id in claimed]


def look_together(deps: Deps, claimed: Sequence[Claimed]) -> list[Claimed]:
    """The same jobs, read together. Where that fails each is read in its own run, and only the faulty one stumbles."""
    try:
        looked = look(deps, [one.job_id for one in claimed])
    except Exception:
        log.exception("jobs.look_failed")
        return list(claimed)
    return [replace(one, looked=looked.get(one.job_id)) for one in claimed]


def run(
    deps: Deps,
    job_id: int,
    checkpoint: Checkpoint = no_checkpoint,
    steps: Steps | None = None,
    looked: Looked | None = None,
) -> JobState:
    """Run a claimed job to where it ends for now, and return that state. `looked` is what was read of it before."""
    steps = steps or alone(deps, checkpoint)
    begun = steps.begin(prepare(deps, looked or look_at(deps, job_id), steps.passed))
    if not isinstance(begun, Ready):
        return begun
    checkpoint("sending")
    began = time.monotonic()
    try:
        receipt = begun.adapter.publish(begun.piece, key=begun.key)
    except (Refused, NotSent, Unclear) as answer:
        return answers.not_taken(deps, _tried(begun, began, answer), answer)
    except Exception:
        log.exception("job.answer_lost", job_id=job_id)
        lost = Unclear()
        return answers.not_taken(deps, _tried(begun, began, lost), lost)
    checkpoint("after-network")
    ended = Ended(job_id, _since(began), receipt.trace, begun.adapter.live_check)
    steps.accept(outcomes.taken_of(job_id, receipt))
    checkpoint("accepted")
    state = outcomes.finish(deps, job_id, ended, steps.close)
    checkpoint("succeeded")
    return state


def stumble(deps: Deps, job_id: int) -> None:
    """Hold a claimed job over which this program fell before anything was sent: it would only fall again.

    Once `sending` is written nobody knows how far it came; that is left to the reaper.
    """
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is JobState.CLAIMED and job.worker == deps.worker:
            says = Message(N_("Editorial could not prepare it; the scheduler's log says why."))
            beginning.put_aside(session, job, JobState.HELD, says, deps.now())
            job_notices.tell(session, deps, job)


def _tried(ready: Ready, began: float, answer: Refused | NotSent | Unclear) -> answers.Tried:
    return answers.Tried(ready.job_id, ready.n, Ended(ready.job_id, _since(began), answer.trace))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
