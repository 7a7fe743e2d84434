"""People, their roles and sign-ins, and the one workspace."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from editorial.domain.locales import Language
from editorial.domain.people import GRANTS, Permission, Role
from editorial.store.base import Base


class Workspace(Base):
    """The installation's one workspace. Its row exists once set-up is done."""

    __tablename__ = "workspace"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("week_start BETWEEN 0 AND 6", name="week_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[Language]
    zone: Mapped[str] = mapped_column(String(64))  # IANA
    week_start: Mapped[int] = mapped_column(default=0)  # 0 is Monday
    self_approval: Mapped[bool | None]  # may one approve one's own text? None: only where nobody else could
    created_at: Mapped[datetime]


class SetupToken(Base):
    """The one-time token of the printed /welcome link; only its hash is kept."""

    __tablename__ = "setup_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Person(Base):
    """Somebody on the team."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("theme IN ('system', 'light', 'dark')", name="theme"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[Language]
    zone: Mapped[str] = mapped_column(String(64))  # IANA
    theme: Mapped[str] = mapped_column(String(10), default="system")
    active: Mapped[bool] = mapped_column(default=True)
    weekly_mail: Mapped[bool] = mapped_column(default=True)
    notice_mail: Mapped[bool] = mapped_column(default=True)  # notices by mail, too; in the app they always are
    colour: Mapped[str] = mapped_column(
        String(10), default="status"
    )  # a domain.colours.Colour: what the calendar's mean
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    grants: Mapped[list["PersonRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def roles(self) -> frozenset[Role]:
        """What the person is in the team."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar: first letters of a Latin name, the last character of a Chinese one."""
        words = self.name.split()
        if self.name and "\u4e00" <= self.name[-1] <= "\u9fff":
            return self.name[-1]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class PersonRole(Base):
    """One role of one person."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


class WebSession(Base):
    """One sign-in. The cookie holds a random id of which only the hash is kept; revoking is a write here."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship(lazy="joined")


class SignInAttempt(Base):
    """One try to sign in, for throttling. Rows older than a day are swept."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email_at", "email", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime]
    succeeded: Mapped[bool]


def workspace(session: Session) -> Workspace | None:
    """The workspace, or None before set-up."""
    return session.get(Workspace, 1)


def find_person(session: Session, email: str) -> Person | None:
    """The person with that address, whatever its case."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def active_people(session: Session) -> list[Person]:
    """Everybody who can sign in, by name."""
    return list(session.scalars(select(Person).where(Person.active).order_by(Person.name, Person.id)))


def people_who_may(session: Session, permission: Permission) -> list[Person]:
    """Everybody who can sign in and whose roles allow this, by id."""
    granting = [role for role, granted in GRANTS.items() if permission in granted]
    holders = select(PersonRole.person_id).where(PersonRole.role.in_(granting))
    return list(session.scalars(select(Person).where(Person.active, Person.id.in_(holders)).order_by(Person.id)))


def lock_administrators(session: Session) -> None:
    """Hold every active administrator until the commit, by id, so that nobody else changes who is one meanwhile."""
    holding = select(Person.id).join(PersonRole).where(PersonRole.role == Role.WORKSPACE_ADMIN, Person.active)
    session.execute(holding.order_by(Person.id).with_for_update(of=Person)).all()


def live_session(session: Session, token_hash: str, now: datetime) -> WebSession | None:
    """The sign-in that a cookie belongs to, unless it was revoked, has run out, or its person was switched off."""
    found = session.scalar(select(WebSession).where(WebSession.token_hash == token_hash))
    if found is None or found.revoked_at is not None or found.expires_at <= now or not found.person.active:
        return None
    return found


def sessions_of(session: Session, person_id: int, now: datetime) -> list[WebSession]:
    """A person's live sign-ins, last used first."""
    live = select(WebSession).where(
        WebSession.person_id == person_id, WebSession.revoked_at.is_(None), WebSession.expires_at > now
    )
    return list(session.scalars(live.order_by(WebSession.last_seen_at.desc())))


def revoke_sessions(session: Session, person_id: int, now: datetime, *, keep: int | None = None) -> None:
    """End every sign-in of a person, except `keep`."""
    ending = update(WebSession).where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
    if keep is not None:
        ending = ending.where(WebSession.id != keep)
    session.execute(ending.values(revoked_at=now))


def failures_since(session: Session, since: datetime, *, email: str | None = None, address: str | None = None) -> int:
    """How often signing in failed for this account or from this address since `since`."""
    count = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.at >= since, ~SignInAttempt.succeeded)
    if email is not None:
        count = count.where(SignInAttempt.email == email)
    if address is not None:
        count = count.where(SignInAttempt.address == address)
    return session.scalar(count) or 0


def sweep_attempts(session: Session, now: datetime) -> None:
    """Forget tries older than a day."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - timedelta(days=1)))
