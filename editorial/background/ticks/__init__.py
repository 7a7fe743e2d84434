"""The whole schedule: what the clock calls, and how often."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from editorial.background.pool import Lane, PublishPool
from editorial.background.publishers import Publishers
from editorial.background.ticks.audits import AuditRunner, enqueue_weekly_audits, follow_audits, run_queued_audits
from editorial.background.ticks.links import begin_asking
from editorial.background.ticks.mails import begin_sending, enqueue_weekly_mails
from editorial.background.ticks.pages import begin_looking
from editorial.background.ticks.probes import begin_probing
from editorial.background.ticks.publish_due import publish_due
from editorial.background.ticks.reap import Patience, reap
from editorial.services.by_hand import call_to_mind
from editorial.services.clock_health import PUBLISH_TICK
from editorial.services.deps import Deps
from editorial.services.external_asking import forget_hosts
from editorial.services.forgotten import answer_requests
from editorial.services.job_notices import tell_held
from editorial.services.links_at_rest import forget_links
from editorial.services.notices import sweep, write_digests
from editorial.services.refreshing import mark_due


@dataclass(frozen=True)
class Tick:
    """One kind of tick. `run` returns what it did, in numbers; all zero or nothing at all is not worth a row."""

    name: str
    run: Callable[[Deps], dict[str, int] | int | None]
    seconds: int


@dataclass(frozen=True)
class Threads:
    """Where a process does what may take long."""

    publishers: Publishers = field(default_factory=Publishers)
    """They send what is due."""
    looks: PublishPool = field(default_factory=PublishPool)
    """They ask channels what became of a job."""
    audits: AuditRunner = field(default_factory=AuditRunner)
    mails: Lane = field(default_factory=partial(Lane, "mails"))
    probes: Lane = field(default_factory=partial(Lane, "probes"))
    """Asks channels whether they work."""
    pages: Lane = field(default_factory=partial(Lane, "pages"))
    """Looks whether a page that was handed over is out."""
    links: Lane = field(default_factory=partial(Lane, "links"))
    """Asks what the sites link to outside whether it is there."""


def schedule(threads: Threads) -> tuple[Tick, ...]:
    """Every tick of the product, and which threads it wakes."""

    return (
        Tick(PUBLISH_TICK, partial(publish_due, publishers=threads.publishers), 1),
        Tick("reap", partial(reap, threads=threads.looks, publishers=threads.publishers, patience=Patience()), 5),
        Tick("by-hand", call_to_mind, 30),
        Tick("held-jobs", tell_held, 300),
        Tick("channel-probes", partial(begin_probing, lane=threads.probes), 60),
        Tick("audits", partial(run_queued_audits, runner=threads.audits), 2),
        Tick("page-looks", partial(begin_looking, lane=threads.pages), 60),
        Tick("external-links", partial(begin_asking, lane=threads.links), 20),
        Tick("weekly-audits", enqueue_weekly_audits, 30),
        Tick("audit-results", follow_audits, 20),
        Tick("weekly-mails", enqueue_weekly_mails, 60),
        Tick("mails", partial(begin_sending, lane=threads.mails), 10),
        Tick("password-links", answer_requests, 5),
        Tick("links-at-rest", forget_links, 30),
        Tick("refresh-due", mark_due, 600),
        Tick("notice-digests", write_digests, 60),
        Tick("old-notices", sweep, 3600),
        Tick("old-hosts", forget_hosts, 3600),
    )
