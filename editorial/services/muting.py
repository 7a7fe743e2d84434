"""Muting: leaving a finding be, or a rule on a page or a site, for a reason and not for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.findings import OPEN, FindingState, MuteEnd
from editorial.domain.messages import N_, Message
from editorial.domain.slots import shown_in
from editorial.services.deps import Deps
from editorial.services.quiet import Quiet, seen_hash
from editorial.store import content, history
from editorial.store import muting as store
from editorial.store.audit import Finding
from editorial.store.base import reading
from editorial.store.muting import Mute, MutedFinding
from editorial.store.people import Person

log = structlog.get_logger()
LONGEST_REASON = 500  # characters
FARTHEST = timedelta(days=366)


class MuteScope(StrEnum):
    """How far a mute reaches."""

    FINDING = "finding"
    PAGE = "page"
    """Its rule on its page."""
    SITE = "site"
    """Its rule on every page of the site."""

    @property
    def label(self) -> Message:
        """The words of the choice."""
        return SCOPES[self]


SCOPES = {
    MuteScope.FINDING: Message(N_("This finding alone")),
    MuteScope.PAGE: Message(N_("This rule on this page")),
    MuteScope.SITE: Message(N_("This rule on the whole site")),
}


class MuteRefused(EditorialError):
    """It cannot be muted like that."""


@dataclass(frozen=True)
class MuteView:
    """One mute of the past or of now, with the names of those who decided."""

    mute: Mute
    by: str | None
    ended_by: str | None

    @property
    def scope(self) -> MuteScope:
        """How far it reaches."""
        if self.mute.n2 is None:
            return MuteScope.SITE
        return MuteScope.FINDING if self.mute.fingerprint is not None else MuteScope.PAGE

    @property
    def active(self) -> bool:
        """Whether it holds."""
        return self.mute.ended_at is None


def mute(
    session: Session,
    deps: Deps,
    actor: Person,
    finding_id: int,
    *,
    scope: MuteScope = MuteScope.FINDING,
    reason: str,
    until: date | None,
) -> Mute:
    """Mute an open finding, or its rule on its page or site. The caller commits.

    Args:
        until: the day it comes back, by the clocks of its site; None: when what was seen changes.

    Raises:
        MuteRefused: no reason, a day that has come, a whole site without a day, or a finding that is not open.
    """
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NotFound
    if finding.state not in OPEN:
        raise MuteRefused(
            Message(N_("Only an open finding can be muted.")), hint=Message(N_("Look at the finding again."))
        )
    text = _reason(reason)
    if until is None and scope is MuteScope.SITE:
        raise MuteRefused(
            Message(N_("A rule is muted on a whole site until a day only.")),
            hint=Message(N_("Name the day on which it comes back.")),
            field="until",
        )
    end = _end(until, content.get_site(session, finding.site_id).zone, deps.now()) if until is not None else None
    made = Mute(
        site_id=finding.site_id,
        rule=finding.rule,
        n2=None if scope is MuteScope.SITE else finding.n2,
        fingerprint=finding.fingerprint if scope is MuteScope.FINDING else None,
        reason=text,
        until=end,
        created_at=deps.now(),
        created_by=actor.id,
    )
    session.add(made)
    session.flush()
    count = _cover(session, made)
    told = {"mute": made.id, "reason": text, "count": count}
    _record(session, deps.now(), actor.id, action="finding.muted", finding_id=finding.id, **told)
    log.info("finding.muted", finding_id=finding.id, scope=scope.value, count=count)
    return made


def unmute(session: Session, deps: Deps, actor: Person, finding_id: int) -> Mute:
    """End the mute that covers a finding, with everything else it covers. The caller commits.

    Raises:
        MuteRefused: nothing covers it.
    """
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NotFound
    found = store.mute_of(session, finding_id)
    if found is None:
        raise MuteRefused(
            Message(N_("This finding is not muted any more.")), hint=Message(N_("Look at the finding again."))
        )
    count = _finish(session, found, deps.now(), MuteEnd.PERSON, actor.id)
    told = {"mute": found.id, "count": count}
    _record(session, deps.now(), actor.id, action="finding.unmuted", finding_id=finding.id, **told)
    log.info("finding.unmuted", finding_id=finding_id, count=count)
    return found


def end_expired(deps: Deps) -> int:
    """Bring back what was muted until a day that has come; returns how many mutes ended. For the clock."""
    now = deps.now()
    with reading(deps.sessions) as session:
        if session.scalar(select(Mute.id).where(Mute.ended_at.is_(None), Mute.until <= now).limit(1)) is None:
            return 0
    with deps.sessions.begin() as session:
        found = store.expired(session, now)
        for one in found:
            _finish(session, one, now, MuteEnd.EXPIRED, None)
    return len(found)


def views(session: Session, finding: Finding) -> Sequence[MuteView]:
    """Every mute that was ever about a finding, oldest first."""
    found = store.history(session, finding)
    ids = {one.created_by for one in found} | {one.ended_by for one in found}
    names = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}
    return [MuteView(one, names.get(one.created_by or 0), names.get(one.ended_by or 0)) for one in found]


def _reason(typed: str) -> str:
    text = " ".join(typed.split())
    if not text:
        raise MuteRefused(
            Message(N_("The reason is missing.")),
            hint=Message(N_("Say in a sentence why this may stay as it is.")),
            field="reason",
        )
    if len(text) > LONGEST_REASON:
        raise MuteRefused(
            Message(N_("The reason is longer than %(most)s characters."), {"most": LONGEST_REASON}),
            hint=Message(N_("Shorten it.")),
            field="reason",
        )
    return text


def _end(until: date, zone: str, now: datetime) -> datetime:
    """Midnight at the beginning of the day, there."""
    today = shown_in(now, ZoneInfo(zone)).date()
    if until <= today or until > today + FARTHEST:
        raise MuteRefused(
            Message(N_("Something is muted until a day between tomorrow and a year from now.")),
            hint=Message(N_("Choose another day.")),
            field="until",
        )
    return datetime.combine(until, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _cover(session: Session, made: Mute) -> int:
    """Mute every open finding that the mute names; returns how many."""
    wanted = select(Finding).where(Finding.site_id == made.site_id, Finding.rule == made.rule, Finding.state.in_(OPEN))
    if made.n2 is not None:
        wanted = wanted.where(Finding.n2 == made.n2)
    if made.fingerprint is not None:
        wanted = wanted.where(Finding.fingerprint == made.fingerprint)
    count = 0
    for finding in session.scalars(wanted.with_for_update()):
        finding.state = FindingState.MUTED
        session.add(
            MutedFinding(finding_id=finding.id, mute_id=made.id, seen=seen_hash(finding.params, finding.evidence))
        )
        count += 1
    return count


def _finish(session: Session, found: Mute, now: datetime, how: MuteEnd, actor_id: int | None) -> int:
    """End a mute. What it covered comes back, unless another one with a day covers it; returns how many did."""
    found.ended_at, found.ended_how, found.ended_by = now, how, actor_id
    session.flush()
    others = Quiet.of(session, found.site_id, now)
    back = 0
    for finding in store.covered(session, found.id):
        row = session.get_one(MutedFinding, finding.id)
        other = others.dated_for(finding.fingerprint, finding.n2, finding.rule)
        if other is not None:
            row.mute_id = other.id
            continue
        session.delete(row)
        if finding.state is FindingState.MUTED:
            finding.state = FindingState.PERSISTING
            back += 1
            if actor_id is None:
                _record(session, now, None, action="finding.came_back", finding_id=finding.id, mute=found.id)
    return back


def _record(
    session: Session, at: datetime, actor_id: int | None, *, action: str, finding_id: int, **after: Any
) -> None:
    history.record(
        session, at=at, actor_id=actor_id, action=action, entity="finding", entity_id=finding_id, after=after
    )
