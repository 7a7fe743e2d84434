"""Asks what the sites link to outside whether it is there: which targets there are, whose turn it is, what came of it.

A target is claimed with a lease before it is asked, and what was learned is written only under that claim; so any
number of processes share the work, none asks what another asks at the moment, and one that dies leaves a target that is
asked again ten minutes later. The pace of each host stands in the database too.
"""

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import sleep
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from editorial.adapters.link_ask import LinkAsker, name_exists
from editorial.domain.addresses import AllowList
from editorial.domain.external import ANOTHER_DAY, Heard, Known, after, again_at
from editorial.domain.mails import latest_due
from editorial.domain.urls import host_of
from editorial.services.auditing import user_agent
from editorial.services.deps import Deps
from editorial.services.external_look import Ask, Looker, Pace, PutOff
from editorial.store import content
from editorial.store import external as store
from editorial.store.base import Sessions, reading
from editorial.store.content import Site
from editorial.store.external import ExternalTarget

log = structlog.get_logger(__name__)

MOST_TARGETS = 50_000  # of one site; those that most pages link to
MOST_A_DAY = 20_000  # targets that the whole desk asks in 24 hours
ROUND = timedelta(seconds=50)
HOSTS = 200  # of one round
VISIT = 20  # targets of one host in a row; then others have their turn
THREADS = 4  # hosts that are asked at once
BEFORE_AUDIT = timedelta(hours=24)
"""How long before a site's weekly audit its broken targets are looked at once more."""
PUT_OFF = timedelta(hours=1)
"""How long a target waits whose redirect leads to a host that rests."""
KEPT = timedelta(days=180)
"""How long a target is known that nobody links to any more."""
HOSTS_KEPT = timedelta(days=2)
"""How long robots.txt files (up to 500 KB each) and paces are kept: longer than either counts."""


@dataclass(frozen=True)
class Asking:
    """What asking needs."""

    sessions: Sessions
    now: Callable[[], datetime]
    worker: str
    ask: Ask
    exists: Callable[[str], bool | None] = name_exists
    sleep: Callable[[float], None] = sleep
    stopping: Callable[[], bool] = lambda: False
    threads: int = THREADS
    sure_after: timedelta = ANOTHER_DAY
    """How far apart two failures prove that a target is broken."""


@dataclass
class _Round:
    """What one round shares among its threads."""

    until: datetime
    left: int
    """Targets that may still be asked."""
    done: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def take(self) -> bool:
        """Whether one more may be asked."""
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def give_back(self) -> None:
        """What was taken was not needed."""
        with self.lock:
            self.left += 1


def asking_of(deps: Deps, stopping: Callable[[], bool]) -> Asking:
    """The product's own asking, by its settings."""
    config = deps.config
    agent = user_agent(config.crawl_contact or config.base_url)
    allow = AllowList.of(config.private_networks)
    return Asking(deps.sessions, deps.now, deps.worker, LinkAsker(agent=agent, allow=allow).ask, stopping=stopping)


def anything_to_do(deps: Deps) -> bool:
    """Whether there are links to read or targets to ask. A look that takes no lock."""
    if not deps.config.external_links:
        return False
    now = deps.now()
    with reading(deps.sessions) as session:
        return bool(
            store.unread_audits(session)
            or (store.anything_due(session, now) and _left_today(session, now))
            or any(store.any_stale(session, site_id, now - BEFORE_AUDIT, now) for site_id in _soon(session, now))
        )


def work(asking: Asking) -> dict[str, int]:
    """Read the links of new audits, then ask for one round. Returns counts by what came of it."""
    read = read_audits(asking)
    look_before_audits(asking)
    done = ask_round(asking, store.linked(), until=asking.now() + ROUND)
    return done | ({"audits_read": read} if read else {})


def forget_hosts(deps: Deps) -> int:
    """Drop what is no longer of use about hosts outside, whether or not anybody is asked; returns how many rows."""
    with deps.sessions.begin() as session:
        return store.forget_hosts(session, deps.now() - HOSTS_KEPT)


# -- which targets there are --------------------------------------------------------------------------------------


def read_audits(asking: Asking) -> int:
    """Write down what the sites' last audits link to; returns how many audits were read."""
    with reading(asking.sessions) as session:
        unread = store.unread_audits(session)
    for number, (site_id, audit_id) in enumerate(unread):
        if asking.stopping():
            return number
        found = read_links(asking, audit_id, site_id)
        log.info("external_links.read", site_id=site_id, audit_id=audit_id, targets=found)
    if unread:
        with asking.sessions.begin() as session:
            store.forget(session, asking.now() - KEPT)
    return len(unread)


def read_links(asking: Asking, audit_id: int, site_id: int | None) -> int:
    """Write down what an audit's pages link to, in short transactions; doing it again changes nothing."""
    total = 0
    with reading(asking.sessions) as session:
        for batch in store.targets_of(session, audit_id, MOST_TARGETS):
            with asking.sessions.begin() as writing:
                store.add_targets(writing, ((url, n2, host_of(url)) for _, url, n2, _ in batch), asking.now())
                if site_id is not None:
                    uses = {n2: (no, pages) for no, _, n2, pages in batch}
                    store.set_uses(writing, site_id, audit_id, uses)
            total += len(batch)
    if site_id is not None:
        with asking.sessions.begin() as writing:
            store.end_reading(writing, site_id, audit_id)
    return total


def look_before_audits(asking: Asking) -> None:
    """What is told as broken was looked at in the day before it is told: broken targets are asked before the audit."""
    now = asking.now()
    with reading(asking.sessions) as session:
        soon = _soon(session, now)
    for site_id in soon:
        with asking.sessions.begin() as session:
            store.look_again(session, site_id, now - BEFORE_AUDIT, now)


def _soon(session: Session, now: datetime) -> list[int]:
    """The sites whose weekly audit comes within a day."""
    return [site.id for site in content.active_sites(session) if site.external_links and _next_audit(site, now) > now]


def _next_audit(site: Site, now: datetime) -> datetime:
    """The last weekly audit that will have been due in a day."""
    at = time.fromisoformat(site.audit_time)
    return latest_due(now + BEFORE_AUDIT, ZoneInfo(site.zone), site.audit_weekday, at).at


# -- asking -------------------------------------------------------------------------------------------------------


def ask_round(
    asking: Asking, among: ColumnElement[bool], *, until: datetime, most: int | None = None
) -> dict[str, int]:
    """Ask targets that are due, several hosts at once, each at its own pace. Returns counts by state.

    Args:
        asking: the parts.
        among: which targets.
        until: nothing new is begun after it.
        most: how many are asked; what is left of the day's number unless given.
    """
    with reading(asking.sessions) as session:
        left = most if most is not None else _left_today(session, asking.now())
        hosts = store.due_hosts(session, asking.now(), among, HOSTS) if left else []
        known = {site.base_url for site in content.active_sites(session)} or store.audited(session)
        controls = tuple(sorted(map(host_of, known)))[:3]
    shared = _Round(until, left)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for host in hosts:
        waiting.put(host)

    def visits() -> None:
        while True:
            try:
                host = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                _visit(asking, host, among, shared, controls)
            except Exception:
                log.exception("external_links.visit_crashed", host=host)

    threads = [
        threading.Thread(target=visits, name=f"external-{number}", daemon=True)
        for number in range(min(asking.threads, len(hosts)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return shared.done


def _visit(asking: Asking, host: str, among: ColumnElement[bool], shared: _Round, controls: tuple[str, ...]) -> None:
    """Ask some targets of one host, one after another."""
    pace = Pace(asking.sessions, asking.now, asking.sleep, asking.stopping)
    looker = Looker(asking.sessions, pace, asking.ask, asking.exists, asking.now, controls)
    worker = f"{asking.worker}/{os.getpid()}/{threading.get_ident()}"[-80:]
    for _ in range(VISIT):
        if asking.stopping() or asking.now() >= shared.until or not shared.take():
            return
        with asking.sessions.begin() as session:
            target = store.claim(session, host, asking.now(), worker, among)
        if target is None:
            shared.give_back()
            return
        try:
            learned = _learned(asking, looker, target)
        except PutOff as put_off:
            shared.give_back()
            elsewhere = put_off.host not in {None, host}  # a redirect led to a host that rests; this one does not
            later = {"due_at": asking.now() + PUT_OFF} if elsewhere else {}
            with asking.sessions.begin() as session:
                store.let_go(session, target.id, worker, **later)
            if elsewhere:
                continue
            return
        with asking.sessions.begin() as session:
            kept = store.let_go(session, target.id, worker, **learned)
        if kept:
            shared.count(str(learned["state"]))
            log.info("external_link.asked", target_id=target.id, answer=learned["answer"])


def _learned(asking: Asking, looker: Looker, target: ExternalTarget) -> dict[str, object]:
    """Look at a target; the values of its row."""
    try:
        heard = looker.look(target.url)
    except PutOff:
        raise
    except Exception:  # ours; asking for it again and again would not mend it
        log.exception("external_link.crashed", target_id=target.id)
        heard = Heard(error="crash")
    now = asking.now()
    before = Known(target.state, target.failures, target.failing_since, target.failed_at)
    known = after(before, heard, now, sure_after=asking.sure_after)
    return {
        "state": known.state,
        "failures": known.failures,
        "failing_since": known.failing_since,
        "failed_at": known.failed_at,
        "answer": heard.answer[:40],
        "hops": heard.hops,
        "final_url": heard.final_url[: store.LONGEST_URL],
        "asked_at": now,
        "due_at": again_at(known.state, now),
    }


def _left_today(session: Session, now: datetime) -> int:
    return max(0, MOST_A_DAY - store.asked_since(session, now - timedelta(days=1)))
