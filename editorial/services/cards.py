"""Cards: what the database knows of an item, with everything that its card says. Each time is converted once, here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.bilingual import Bilingual
from editorial.domain.cards import OUT, Card, ChannelMark, Fix, Foot, Trouble, flag_of
from editorial.domain.colours import Colour
from editorial.domain.errors import NotFound
from editorial.domain.jobs import JobState
from editorial.domain.packing import unpack
from editorial.domain.slots import shown_in
from editorial.domain.workflow import Status
from editorial.services.task_pages import Marks, marks_of_items
from editorial.store import calendar as store
from editorial.store.calendar import Asks, CardRow, JobRow

_TROUBLES = {
    JobState.UNKNOWN_OUTCOME: Trouble.UNKNOWN,
    JobState.FAILED: Trouble.FAILED,
    JobState.MISSED: Trouble.MISSED,
    JobState.HELD: Trouble.HELD,
}
_WORST = list(Trouble)


@dataclass(frozen=True)
class Viewer:
    """Whose clock the calendar follows, what it shows right now, and what may wait for this person."""

    zone: ZoneInfo
    now: datetime
    person_id: int = 0
    reviews: bool = False
    """Whether reviews wait for them."""
    colour: Colour = Colour.STATUS
    """What the colour of a card means to them."""

    @property
    def today(self) -> date:
        """The date on the viewer's wall."""
        return shown_in(self.now, self.zone).date()

    @property
    def asks(self) -> Asks:
        """What queries need to know of the viewer."""
        return Asks(self.today, self.now, self.person_id, self.reviews)


def card_of(session: Session, viewer: Viewer, item_id: int) -> Card:
    """The card of one item, or `NotFound`."""
    rows = store.cards_of(session, [item_id])
    if not rows:
        raise NotFound
    return dressed(session, viewer, rows)[0]


def dressed(session: Session, viewer: Viewer, rows: Sequence[CardRow], *, tall: bool = False) -> list[Card]:
    """Rows as cards, in their order; tall ones know their owner, their cells and their channels too."""
    timed = [row.id for row in rows if row.publish_at is not None]
    jobs = _last_jobs(store.jobs_of(session, timed)) if timed else {}
    out = [row.id for row in rows if row.status in OUT]
    marks = marks_of_items(session, [row.id for row in rows], out)
    today = viewer.today
    cards = [_card(row, viewer, today, jobs.get(row.id, ()), marks) for row in rows]
    if viewer.colour is Colour.ROLE and rows:
        roles = store.main_roles_of(session, [row.id for row in rows])
        cards = [replace(card, role_id=roles.get(card.id)) for card in cards]
    if not tall or not cards:
        return cards
    feet = _feet(session, [row.id for row in rows])
    return [replace(card, foot=feet[card.id]) for card in cards]


def _card(row: CardRow, viewer: Viewer, today: date, jobs: Sequence[JobRow], marks: Marks) -> Card:
    trouble = _trouble(jobs)
    flag, days_late = flag_of(
        row.status,
        target_date=row.target_date,
        publish_at=row.publish_at,
        publish_failed=row.publish_failed,
        trouble=trouble,
        today=today,
        now=viewer.now,
    )
    return Card(
        id=row.id,
        title=row.title,
        language=row.language,
        status=row.status,
        kind=Bilingual(row.kind_en, row.kind_zh),
        icon=row.icon,
        version=row.version,
        target_date=row.target_date,
        publish_at=row.publish_at,
        publish_zone=row.publish_zone,
        local=shown_in(row.publish_at, viewer.zone) if row.publish_at else None,
        fix=_fix(row.status),
        flag=flag,
        days_late=days_late,
        trouble=trouble,
        findings=marks.findings.get(row.id, 0),
        tasks=marks.tasks.get(row.id, 0),
        bar=row.bar,
        type_id=row.type_id,
        campaign_id=row.campaign_id,
        owner_id=row.owner_id,
        channels=tuple(_mark(job) for job in jobs),
    )


def _mark(job: JobRow) -> ChannelMark:
    ended_well = job.state is JobState.SUCCEEDED or not job.last_error
    return ChannelMark(job.kind, job.channel, job.state, None if ended_well else unpack(job.last_error or {}))


def _feet(session: Session, item_ids: list[int]) -> dict[int, Foot]:
    owners = {row.id: row for row in store.owners_of(session, item_ids)}
    cells: dict[int, list[store.MapRow]] = {}
    for cell in store.maps_of(session, item_ids):
        cells.setdefault(cell.id, []).append(cell)
    feet = {}
    for item_id in item_ids:
        owner, mapped = owners.get(item_id), cells.get(item_id, [])
        main = next((cell for cell in mapped if cell.is_primary), mapped[0] if mapped else None)
        feet[item_id] = Foot(
            owner_id=owner.owner_id if owner else 0,
            owner=owner.owner if owner else "",
            initials=owner.initials if owner else "",
            steps=tuple(sorted({cell.step for cell in mapped})),
            role=Bilingual(main.role_en, main.role_zh) if main else None,
            roles=len({cell.role_en for cell in mapped}),
        )
    return feet


def _fix(status: Status) -> Fix:
    if status in OUT:
        return Fix.LIVE
    return Fix.SLOT if status is Status.SCHEDULED else Fix.PLAN


def _last_jobs(rows: Iterable[JobRow]) -> dict[int, list[JobRow]]:
    """The newest job of each item, channel, variant and occurrence."""
    last: dict[int, dict[tuple[int, str, str], JobRow]] = {}
    for row in rows:
        last.setdefault(row.item_id, {})[(row.channel_id, row.variant, row.occurrence)] = row
    return {item_id: list(jobs.values()) for item_id, jobs in last.items()}


def _trouble(jobs: Iterable[JobRow]) -> Trouble | None:
    """The worst of what became of an item's last jobs."""
    found = [_TROUBLES[job.state] for job in jobs if job.state in _TROUBLES]
    return min(found, key=_WORST.index) if found else None
