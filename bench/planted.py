"""A desk with many items, written as rows: what the benches look at. The same seed gives the same desk."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store.content import ContentItem, ItemRoleStep, Site, hash_of
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person, PersonRole, Workspace

NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
MONTH = (date(2026, 11, 30), date(2027, 1, 3))
"""The days that the page of December 2026 shows."""
FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
OPEN = (Status.IDEA, Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW, Status.CHANGES_REQUESTED, Status.APPROVED)
BATCH = 5000  # rows in one statement
TITLES = (
    "Predictive maintenance: what a CFO will ask",
    "Q&A: data residency, for the CTO",
    "Huarui Bearings: 38% fewer unplanned stops",
    "What a sensor gateway may never do",
    "钢厂轴承温升怎么看：三个指标",
    "From vibration data to a maintenance plan",
)


def plant(deps: Deps, *, items: int, shown: int, undated: int = 300, seed: int = 7) -> Person:
    """People, two sites with a channel each, and `items` items, `shown` of them in the month. Returns who looks."""
    chance = random.Random(seed)
    with deps.sessions.begin() as session:
        session.add(Workspace(id=1, name="Northgauge", language=Language.EN, zone="Asia/Shanghai", created_at=NOW))
        people = [_person(number) for number in range(12)]
        sites = [_site(number) for number in range(2)]
        session.add_all([*people, *sites])
        session.flush()
        channels = [
            Channel(kind="git", name=f"Website {site.id}", site_id=site.id, settings={}, created_at=NOW)
            for site in sites
        ]
        session.add_all(channels)
        session.flush()
        owners, places = [one.id for one in people], [(one.site_id, one.id) for one in channels]
        rows = [
            _item(chance, number, _day(chance, number, items, shown, undated), owners, places)
            for number in range(items)
        ]
        _write(session, ContentItem, ({k: v for k, v in row.items() if k != "channel_id"} for row in rows))
        _write(session, ItemRoleStep, (cell for row in rows for cell in _cells(chance, row)))
        _write(session, DistributionJob, (_job(row) for row in rows if row["publish_at"]))
    with deps.sessions.kw["bind"].connect() as connection:  # both planners go by statistics, as they would after a day
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return people[0]


def _person(number: int) -> Person:
    return Person(
        name=f"Person {number}",
        email=f"person-{number}@northgauge.example",
        language=Language.EN,
        zone="Asia/Shanghai",
        password_hash="-",
        created_at=NOW,
        grants=[PersonRole(role=Role.WORKSPACE_ADMIN if number == 0 else Role.EDITOR)],
    )


def _site(number: int) -> Site:
    return Site(
        name=f"Site {number}",
        base_url=f"https://{number}.northgauge.example/",
        language=Language.EN,
        zone="Asia/Shanghai",
        created_at=NOW,
    )


def _item(
    chance: random.Random, number: int, day: date | None, owners: list[int], places: list[tuple[int, int]]
) -> dict[str, Any]:
    status = _status(chance, day)
    timed = day is not None and (status in {Status.PUBLISHED, Status.SCHEDULED} or chance.random() < 0.1)
    wall = datetime(day.year, day.month, day.day, chance.randrange(8, 19), 30) if timed and day else None  # noqa: DTZ001
    title = f"{TITLES[number % len(TITLES)]} ({number})"
    site_id, channel_id = places[number % len(places)]
    content_hash = hash_of(title=title, slug=f"item-{number}", description="", body="", language="en")
    return {
        "id": number + 1,
        "type_id": number % 12 + 1,
        "title": title,
        "slug": f"item-{number}",
        "language": Language.EN,
        "body": "A finance chief hears a number. " * 30,
        "status": status,
        "owner_id": chance.choice(owners),
        "site_id": site_id,
        "channel_id": channel_id,
        "target_date": day,
        "publish_wall": wall,
        "publish_zone": "Asia/Shanghai" if wall else None,
        "publish_at": (wall - timedelta(hours=8)).replace(tzinfo=UTC) if wall else None,
        "url": f"https://{site_id}.northgauge.example/item-{number}/" if status is Status.PUBLISHED else None,
        "published_at": (wall - timedelta(hours=8)).replace(tzinfo=UTC)
        if wall and status is Status.PUBLISHED
        else None,
        "content_hash": content_hash,
        "approved_hash": content_hash,
        "created_at": NOW,
        "updated_at": NOW - timedelta(minutes=number % 5000),
        "version": 1,
    }


def _day(chance: random.Random, number: int, items: int, shown: int, undated: int) -> date | None:
    """The first `shown` in the month, the last `undated` nowhere, the others over eight years around it."""
    if number < shown:
        return MONTH[0] + timedelta(days=number % ((MONTH[1] - MONTH[0]).days + 1))
    if number >= items - undated:
        return None
    while True:
        day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
        if not MONTH[0] - timedelta(days=1) <= day <= MONTH[1] + timedelta(days=1):
            return day


def _status(chance: random.Random, day: date | None) -> Status:
    if day is None:
        return chance.choice(OPEN)
    if day < NOW.date():
        return Status.PUBLISHED if chance.random() < 0.99 else chance.choice(OPEN)
    return Status.SCHEDULED if chance.random() < 0.3 else chance.choice(OPEN)


def _cells(chance: random.Random, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for place, (role, step) in enumerate({(chance.randrange(4) + 1, chance.randrange(9) + 1) for _ in range(2)}):
        yield {"item_id": row["id"], "role_id": role, "step_id": step, "is_primary": place == 0}


def _job(row: dict[str, Any]) -> dict[str, Any]:
    out = row["status"] is Status.PUBLISHED
    return {
        "item_id": row["id"],
        "channel_id": row["channel_id"],
        "state": JobState.SUCCEEDED
        if out
        else JobState.HELD
        if row["status"] is not Status.SCHEDULED
        else JobState.QUEUED,
        "due_at": row["publish_at"],
        "idem_key": f"planted-{row['id']}",
        "content_hash": row["content_hash"],
        "external_id": f"planted-{row['id']}" if out else None,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }


def _write(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(table), batch)
