"""Mails in a reader's language, written into the outbox. Sending them is `sending.py`'s."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.adapters.mail_templates import MailTemplates, Rendered
from editorial.adapters.mime import domain_of
from editorial.domain.errors import NotFound
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.services import keys
from editorial.services.deps import Deps
from editorial.store import history, mail
from editorial.store.people import Person

UNSUBSCRIBE = "unsubscribe"
LONGEST_SUBJECT = 300
_TEMPLATES = MailTemplates()


@dataclass(frozen=True)
class Reader:
    """Who a mail is for, and how they read."""

    name: str
    address: str
    language: Language
    zone: ZoneInfo
    person_id: int | None = None

    @classmethod
    def of(cls, person: Person) -> "Reader":
        """Somebody on the team."""
        return cls(person.name, person.email, person.language, ZoneInfo(person.zone), person.id)


def compose(
    deps: Deps, name: str, to: Reader, *, reason: Message, unsubscribe_url: str = "", **values: object
) -> Rendered:
    """Fill `templates/email/<name>/` for its reader.

    Args:
        reason: why they receive it; stands below every mail.
        unsubscribe_url: the way out, for mails that one may not want.

    Raises:
        jinja2.UndefinedError: the template uses a name that is not in `values`.
        MailTooLong: more than 100,000 bytes of HTML.
    """
    given = {"reason": reason, "unsubscribe_url": unsubscribe_url, "reader": to.name, **values}
    return _TEMPLATES.render(name, deps.catalogs[to.language.value], to.zone, given)


def put(
    session: Session, deps: Deps, *, kind: str, dedupe_key: str, to: Reader, composed: Rendered, **others: Any
) -> int | None:
    """Write a composed mail into the outbox. The caller commits. None where the same mail is there already."""
    return mail.add_mail(
        session,
        kind=kind,
        dedupe_key=dedupe_key,
        person_id=to.person_id,
        name=to.name,
        address=to.address,
        language=to.language,
        subject=composed.subject[:LONGEST_SUBJECT],
        text=composed.text,
        html=composed.html,
        created_at=deps.now(),
        **others,
    )


# -- the way out --------------------------------------------------------------------------------------------------


def unsubscribe_url(deps: Deps, person_id: int) -> str:
    """The address behind which this person stops their weekly mails, without signing in."""
    return f"{deps.config.public_url}/unsubscribe/{unsubscribe_token(deps, person_id)}"


def unsubscribe_token(deps: Deps, person_id: int) -> str:
    """The person's number and our signature of it. It never runs out: a link in an old mail must still work."""
    return f"{person_id}.{keys.sign(deps.config, UNSUBSCRIBE, str(person_id))}"


def list_headers(deps: Deps, person_id: int, label: str) -> dict[str, str]:
    """RFC 2369, 2919 and 8058; `label` names the list under our domain. One click needs an https address."""
    url = unsubscribe_url(deps, person_id)
    headers = {"List-Id": f"<{label}.{domain_of(deps.config.mail_from)}>", "List-Unsubscribe": f"<{url}>"}
    if url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def find_subscriber(session: Session, deps: Deps, token: str) -> Person:
    """Whose token this is, or `NotFound` where we did not sign it."""
    number, _, signature = token.partition(".")
    known = number.isascii() and number.isdigit() and len(number) < 10
    if known and keys.signed_by_us(deps.config, UNSUBSCRIBE, str(int(number)), signature):
        person = session.get(Person, int(number))
        if person is not None:
            return person
    raise NotFound(
        Message(N_("This link is not complete.")),
        hint=Message(N_("Copy it whole from the mail, or sign in and switch the mail off under your account.")),
    )


def subscribe(session: Session, deps: Deps, token: str, *, wanted: bool) -> Person:
    """Switch somebody's weekly mail on or off by the token in it; twice is as good as once. The caller commits."""
    person = find_subscriber(session, deps, token)
    if person.weekly_mail == wanted:
        return person

    person.weekly_mail = wanted
    if not wanted:
        mail.cancel_for_reader(session, person.id, pack(Message(N_("The reader switched the weekly mail off."))))
    history.record(
        session,
        at=deps.now(),
        actor_id=person.id,
        action="person.changed",
        entity="person",
        entity_id=person.id,
        before={"weekly_mail": not wanted},
        after={"weekly_mail": wanted},
    )
    return person
