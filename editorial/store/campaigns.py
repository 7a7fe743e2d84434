"""Campaigns: what items are grouped by."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.errors import NotFound
from editorial.store.base import Base


class Campaign(Base):
    """Items that serve one goal together. Its bar pattern tells it apart on the calendar without colour."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("bar BETWEEN 1 AND 4", name="bar"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    goal: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    bar: Mapped[int] = mapped_column(default=1)  # one of the four patterns of the look
    utm_campaign: Mapped[str] = mapped_column(String(60), default="")  # empty: made of the name
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


def get_campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign, or `NotFound`."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound
    return campaign


def campaigns(session: Session, *, archived: bool = False) -> Sequence[Campaign]:
    """The campaigns in use, or those archived, by start and name."""
    wanted = select(Campaign).where(Campaign.archived_at.is_not(None) if archived else Campaign.archived_at.is_(None))
    return session.scalars(wanted.order_by(Campaign.starts_on, Campaign.name, Campaign.id)).all()
