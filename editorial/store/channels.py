"""Channels as they are kept: where they lead, their secrets, and what was decided about items on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from editorial.domain.errors import NotFound
from editorial.domain.jobs import Health, Nature
from editorial.store.base import Base, Wall
from editorial.store.content import Site


class Channel(Base):
    """One account on one service where items go out. `settings` is what its kind asks for, never a secret."""

    __tablename__ = "channel"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours"),
        CheckConstraint("(rate_count IS NULL) = (rate_minutes IS NULL)", name="rate"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    health: Mapped[Health] = mapped_column(default=Health.UNKNOWN)
    health_reason: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # a packed message
    health_since: Mapped[datetime | None]  # when it became what it is
    checked_at: Mapped[datetime | None]
    late_ok_minutes: Mapped[int] = mapped_column(default=60)
    nature: Mapped[Nature] = mapped_column(default=Nature.PAGE_MAKING)  # as its adapter says of its settings
    by_default: Mapped[bool] = mapped_column(default=True)  # carries an item of its site unless somebody says no
    offset_minutes: Mapped[int] = mapped_column(default=0)  # from the item's publish time, of an item's first plan
    quiet_from: Mapped[str | None] = mapped_column(String(5))  # wall time in `quiet_zone`; both or none
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    quiet_zone: Mapped[str | None] = mapped_column(String(64))  # IANA; None: the site's
    rate_count: Mapped[int | None]  # at most so many sends ...
    rate_minutes: Mapped[int | None]  # ... in so many minutes
    spacing_seconds: Mapped[int] = mapped_column(default=20)  # between late jobs when the clock catches up
    catch_up_until: Mapped[datetime | None]  # the last place given to a late job
    utm_source: Mapped[str] = mapped_column(String(60), default="")  # empty: made of the name
    utm_medium: Mapped[str] = mapped_column(String(60), default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    site: Mapped[Site] = relationship()

    credential: Mapped["ChannelCredential | None"] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}

    @property
    def late_ok(self) -> timedelta:
        """How late a job may still go out by itself."""
        return timedelta(minutes=self.late_ok_minutes)


class ChannelCredential(Base):
    """The secrets of one channel, sealed with a key that is not in the database. Never shown again."""

    __tablename__ = "channel_credential"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)  # Fernet over a JSON object of texts
    key_id: Mapped[str] = mapped_column(String(16))  # which key sealed it
    names: Mapped[list[Any]] = mapped_column(default=list)  # which secrets are in it
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ChannelMessage(Base):
    """What somebody decided about one item on one channel: whether, when, and in which words. No row: the defaults."""

    __tablename__ = "channel_message"
    __table_args__ = (
        UniqueConstraint("item_id", "channel_id", "variant"),
        CheckConstraint("NOT pinned OR (wall IS NOT NULL AND zone IS NOT NULL AND at IS NOT NULL)", name="pinned"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), index=True)
    variant: Mapped[str] = mapped_column(String(40), default="")
    carried: Mapped[bool] = mapped_column(default=True)
    offset_minutes: Mapped[int] = mapped_column(default=0)  # from the item's publish time
    pinned: Mapped[bool] = mapped_column(default=False)  # has a time of its own and stays when the item moves
    wall: Mapped[datetime | None] = mapped_column(Wall())
    zone: Mapped[str | None] = mapped_column(String(64))
    fold: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(Text, default="")
    utm: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what differs from the channel's and campaign's
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    channel: Mapped[Channel] = relationship()

    __mapper_args__ = {"version_id_col": version}


def get_channel(session: Session, channel_id: int) -> Channel:
    """The channel with its site, or `NotFound`."""
    found = session.scalar(select(Channel).where(Channel.id == channel_id).options(joinedload(Channel.site)))
    if found is None:
        raise NotFound
    return found


def all_channels(session: Session) -> Sequence[Channel]:
    """Every channel with its site, by name."""
    return session.scalars(select(Channel).options(joinedload(Channel.site)).order_by(Channel.name)).all()


def channels_of_site(
    session: Session, site_id: int | None, *, after: int = 0, most: int | None = None
) -> Sequence[Channel]:
    """The enabled channels that carry a site's items: all, or at most so many behind the first `after`."""
    wanted = select(Channel).where(Channel.site_id == site_id, Channel.enabled).order_by(Channel.id)
    return session.scalars(wanted.offset(after).limit(most) if most is not None else wanted).all()


def record_health(
    session: Session, asked: Channel, *, health: Health, reason: dict[str, Any] | None, checked_at: datetime
) -> bool:
    """Note what a channel answered. Its version stays. False if somebody has changed it since it was asked."""
    as_before = and_(Channel.health == health, Channel.health_since.is_not(None))
    since = case((as_before, Channel.health_since), else_=literal(checked_at, Channel.health_since.type))
    noted = session.scalars(
        update(Channel)
        .where(Channel.id == asked.id, Channel.version == asked.version)
        .values(health=health, health_reason=reason, health_since=since, checked_at=checked_at)
        .returning(Channel.id)
    )
    return noted.first() is not None
