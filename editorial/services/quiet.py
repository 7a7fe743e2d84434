"""What is muted on a site while an audit brings its findings up to date."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from editorial.domain.findings import FindingState, MuteEnd
from editorial.store import history, muting
from editorial.store.audit import Finding
from editorial.store.muting import Mute, MutedFinding

CHUNK = 500  # rows of one statement


class Sighted(Protocol):
    """What tells where a failure was seen."""

    @property
    def fingerprint(self) -> str:
        """Of rule, page and key."""

    @property
    def rule(self) -> str:
        """Its id."""

    @property
    def n2(self) -> str:
        """Of the page."""


def seen_hash(params: Mapping[str, Any], evidence: Sequence[Any]) -> str:
    """32 hex digits that change when what was seen changes."""
    seen = orjson.dumps([params, evidence], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(seen, digest_size=16).hexdigest()


@dataclass
class Quiet:
    """The mutes of a site that hold now, and what an audit changes about them.

    A mute with a day covers whatever it names, also what is seen for the first time. One that lasts until something
    changes covers what it covered from the start, as long as that looks the same.
    """

    now: datetime
    dated: Mapping[tuple[str | None, str | None, str], Mute] = field(default_factory=dict)
    """By fingerprint, page and rule; None where a mute does not name them."""
    lasting: Mapping[int, Mute] = field(default_factory=dict)
    covered: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Mute and look of each muted finding."""
    lifted_ids: set[int] = field(default_factory=set)
    came_back: set[int] = field(default_factory=set)
    joined: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Mute and look of what it covers from now on, by fingerprint."""

    @classmethod
    def of(cls, session: Session, site_id: int, now: datetime) -> "Quiet":
        """What holds on a site."""
        mutes = muting.active_mutes(session, site_id, now)
        return cls(
            now,
            {(one.fingerprint, one.n2, one.rule): one for one in mutes if one.until is not None},
            {one.id: one for one in mutes if one.until is None},
            muting.seen_of(session, site_id),
        )

    def covers(self, failure: Sighted, look: str, finding_id: int | None) -> bool:
        """Whether a failure that was seen is muted; what it changes is remembered."""
        mute_id, before = self.covered.get(finding_id or 0, (0, ""))
        if mute_id in self.lasting and look == before:
            return True
        mute = self.dated_for(failure.fingerprint, failure.n2, failure.rule)
        if mute is not None:
            if mute.id != mute_id:
                self.joined[failure.fingerprint] = (mute.id, look)
            return True
        if finding_id in self.covered:
            self.lifted_ids.add(finding_id or 0)
            self.came_back.add(finding_id or 0)
        return False

    def dated_for(self, fingerprint: str, n2: str, rule: str) -> Mute | None:
        """The mute with a day that covers something: the narrowest."""
        keys = ((fingerprint, n2, rule), (None, n2, rule), (None, None, rule))
        return next((self.dated[key] for key in keys if key in self.dated), None)

    def lift(self, finding_id: int) -> None:
        """The finding has ended: nothing covers it any more."""
        if finding_id in self.covered:
            self.lifted_ids.add(finding_id)

    @staticmethod
    def lifted(state: FindingState) -> FindingState:
        """The state of a finding whose mute no longer holds, before the audit says more."""
        return FindingState.PERSISTING if state is FindingState.MUTED else state

    def settle(self, session: Session) -> None:
        """Write what changed. Mutes that lasted until a change, and cover nothing any more, have ended."""
        if not self.lifted_ids and not self.joined:
            return
        rejoined = self._ids(session)
        muting.uncover(session, self.lifted_ids | set(rejoined))
        rows = [
            {"finding_id": finding_id, "mute_id": self.joined[fingerprint][0], "seen": self.joined[fingerprint][1]}
            for finding_id, fingerprint in rejoined.items()
        ]
        for place in range(0, len(rows), CHUNK):
            session.execute(insert(MutedFinding), rows[place : place + CHUNK])
        for finding_id in sorted(self.came_back):
            history.record(
                session,
                at=self.now,
                actor_id=None,
                action="finding.came_back",
                entity="finding",
                entity_id=finding_id,
                after={"mute": self.covered[finding_id][0]},
            )
        self._end_empty(session)

    def _ids(self, session: Session) -> dict[int, str]:
        found: dict[int, str] = {}
        names = list(self.joined)
        for place in range(0, len(names), CHUNK):
            site = {mute.site_id for mute in self.dated.values()}
            wanted = select(Finding.id, Finding.fingerprint).where(
                Finding.site_id.in_(site), Finding.fingerprint.in_(names[place : place + CHUNK])
            )
            found |= {row.id: row.fingerprint for row in session.execute(wanted)}
        return found

    def _end_empty(self, session: Session) -> None:
        left: dict[int, set[int]] = defaultdict(set)
        for finding_id, (mute_id, _) in self.covered.items():
            left[mute_id].add(finding_id)
        for mute_id, mute in self.lasting.items():
            if left[mute_id] <= self.lifted_ids:
                mute.ended_at, mute.ended_how = self.now, MuteEnd.CHANGED
