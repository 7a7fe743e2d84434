"""A desk with many channels and jobs that are due within one minute, written as rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

from sqlalchemy import insert
from sqlalchemy.orm import Session

from editorial.adapters.channels.signature import SECRET, make_secret
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.domain.jobs import Health, JobState, Nature
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.services import credentials
from editorial.services.deps import Deps
from editorial.store.content import ContentItem, Site, hash_of
from editorial.store.distribution import Channel, DistributionJob

_PARAGRAPH = "A sensor gateway talks to the machine and to the cloud.\n\n"
_LINKS = """Read [how to choose one](/guides/choose-a-gateway/), [what it costs](https://www.example.com/prices/?from=post)
and [the standard](https://standards.example.org/gateways).

![Where it stands in the hall](/pictures/hall.webp)

"""
BODY = (_PARAGRAPH * 20 + _LINKS) * 3  # 4 KB of text with nine links, as a short post has


@dataclass(frozen=True)
class Rush:
    """So many jobs on so many channels, spread evenly over so many seconds from `start`."""

    jobs: int
    channels: int
    start: datetime
    seconds: float


def plant(deps: Deps, rush: Rush, *, receiver: str) -> None:
    """Write the site, its webhooks, scheduled items and their jobs. Job `n` goes to channel `n % channels`.

    The first channel makes the page on the site itself, the others make one each on a site of their own.
    """
    now = deps.now()
    with deps.sessions.begin() as session:
        site = Site(
            name="Site", base_url="https://www.example.com/", language=Language.EN, zone="Asia/Shanghai", created_at=now
        )
        session.add(site)
        session.flush()
        channels = [
            Channel(
                kind="webhook", name=f"Receiver {number}", site_id=site.id, settings=_settings(receiver, number),
                nature=Nature.PAGE_MAKING, created_at=now, health=Health.OK, enabled=True,
            )
            for number in range(rush.channels)
        ]  # fmt: skip
        session.add_all(channels)
        session.flush()
        for channel in channels:
            credentials.keep(session, deps, channel, {SECRET: make_secret(token_bytes(32))}, None)
        items = _items(session, site.id, -(-rush.jobs // rush.channels), rush.start, now)
        session.execute(insert(DistributionJob), [
            {
                "item_id": items[number // rush.channels][0],
                "content_hash": items[number // rush.channels][1],
                "channel_id": channels[number % rush.channels].id,
                "state": JobState.QUEUED,
                "due_at": rush.start + timedelta(seconds=rush.seconds * number / rush.jobs),
                "idem_key": f"bench-{number:06d}",
                "created_at": now,
                "version": 1,
            }
            for number in range(rush.jobs)
        ])  # fmt: skip


def _settings(receiver: str, number: int) -> dict[str, object]:
    host = f"partner-{number}.example.net" if number else "www.example.com"
    return WebhookSettings(url=f"{receiver}{number}", url_pattern=f"https://{host}/{{slug}}/").model_dump()


def _items(session: Session, site_id: int, count: int, start: datetime, now: datetime) -> list[tuple[int, str]]:
    made = []
    for number in range(count):
        title, slug = f"Piece {number}", f"piece-{number}"
        hashed = hash_of(title=title, slug=slug, description="What to ask.", body=BODY, language="en")
        item = ContentItem(
            type_id=3, title=title, slug=slug, language=Language.EN, description="What to ask.", body=BODY,
            status=Status.SCHEDULED, site_id=site_id, content_hash=hashed, approved_hash=hashed, review_hash=hashed,
            publish_at=start, publish_wall=(start + timedelta(hours=8)).replace(tzinfo=None),
            publish_zone="Asia/Shanghai", created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(item)
        made.append(item)
    session.flush()
    return [(item.id, item.content_hash) for item in made]
