"""What the team does about a finding: its task, its mute, and how both went before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.findings import OPEN
from editorial.domain.slots import shown_in
from editorial.services import muting, task_pages
from editorial.services.muting import MuteScope, MuteView
from editorial.services.task_pages import TaskView
from editorial.store import muting as mutes
from editorial.store import people
from editorial.store.audit import Finding
from editorial.store.muting import Mute
from editorial.store.people import Person


@dataclass(frozen=True)
class Care:
    """The tasks and mutes of a finding. `mute` covers it now."""

    finding: Finding
    tasks: Sequence[TaskView]
    mute: Mute | None
    mutes: Sequence[MuteView]
    team: Sequence[Person]
    scopes: Sequence[MuteScope]
    tomorrow: date

    @property
    def open_task(self) -> TaskView | None:
        """The task that is still to be done."""
        return next((one for one in self.tasks if one.task.closed_at is None), None)

    @property
    def is_open(self) -> bool:
        """Whether something is wrong now and not muted."""
        return self.finding.state in OPEN


def care_of(session: Session, finding_id: int, now: datetime, zone: ZoneInfo) -> Care:
    """What the team does about a finding that exists."""
    finding = session.get_one(Finding, finding_id)
    today = shown_in(now, zone).date()
    return Care(
        finding=finding,
        tasks=task_pages.of_finding(session, finding_id, today),
        mute=mutes.mute_of(session, finding_id),
        mutes=muting.views(session, finding),
        team=people.active_people(session),
        scopes=tuple(MuteScope),
        tomorrow=date.fromordinal(today.toordinal() + 1),
    )
