"""Mails in a reader's language, written into the outbox. Sending them is `sending.py`'s."""

import re
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
from editorial.store.content import Site
from editorial.store.people import Person

UNSUBSCRIBE = "unsubscribe"
LONGEST_SUBJECT = 300
_TOKEN = re.compile(r"[0-9]{1,9}(-[0-9]{1,9})?")
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


@dataclass(frozen=True)
class Subscription:
    """The weekly mail of one site for one reader; without a site, that of all."""

    person: Person
    site: Site | None
    wanted: bool


def unsubscribe_url(deps: Deps, person_id: int, site_id: int | None = None) -> str:
    """The address behind which this person stops the weekly mail of a site, or of all, without signing in."""
    return f"{deps.config.public_url}/unsubscribe/{unsubscribe_token(deps, person_id, site_id)}"


def unsubscribe_token(deps: Deps, person_id: int, site_id: int | None = None) -> str:
    """Numbers of person and site, and our signature of them. It never runs out: links in old mails must still work."""
    what = str(person_id) if site_id is None else f"{person_id}-{site_id}"
    return f"{what}.{keys.sign(deps.config, UNSUBSCRIBE, what)}"


def list_headers(deps: Deps, person_id: int, site_id: int) -> dict[str, str]:
    """RFC 2369, 2919 and 8058; each site is a list of its own. One click needs an https address."""
    url = unsubscribe_url(deps, person_id, site_id)
    headers = {
        "List-Id": f"<weekly.site-{site_id}.{domain_of(deps.config.mail_from)}>",
        "List-Unsubscribe": f"<{url}>",
    }
    if url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def find_subscription(session: Session, deps: Deps, token: str) -> Subscription:
    """What this token is about, or `NotFound` where we did not sign it."""
    what, _, signature = token.partition(".")
    if _TOKEN.fullmatch(what) and keys.signed_by_us(deps.config, UNSUBSCRIBE, what, signature):
        number, _, of_site = what.partition("-")
        person, site = session.get(Person, int(number)), session.get(Site, int(of_site)) if of_site else None
        if person is not None and (site is not None or not of_site):
            return Subscription(person, site, mail.wants_weekly(session, person, site.id if site else None))
    raise NotFound(
        Message(N_("This link is not complete.")),
        hint=Message(N_("Copy it whole from the mail, or sign in and switch the mail off under your account.")),
    )


def subscribe(session: Session, deps: Deps, token: str, *, wanted: bool, everywhere: bool = False) -> Subscription:
    """Switch a weekly mail on or off by the token in it, of its site or `everywhere`. The caller commits."""
    found = find_subscription(session, deps, token)
    site = None if everywhere else found.site
    change_subscription(session, deps, found.person, site, wanted=wanted)
    return Subscription(found.person, found.site, wanted)


def change_subscription(session: Session, deps: Deps, person: Person, site: Site | None, *, wanted: bool) -> None:
    """Switch the weekly mail of a site, or of all, on or off for somebody; twice is as good as once. Caller commits.

    Who has it switched off everywhere and wants one site gets that of every site again but those left out before.
    """
    before = mail.wants_weekly(session, person, site.id if site else None)
    if before == wanted:
        return

    if site is None or (wanted and not person.weekly_mail):
        person.weekly_mail = wanted
    if site is not None and wanted:
        mail.take_in(session, person.id, site.id)
    elif site is not None:
        mail.leave_out(session, person.id, site.id, deps.now())
    if not wanted:
        reason = Message(N_("The reader switched the weekly mail off."))
        mail.cancel_for_reader(session, person.id, site.id if site else None, pack(reason))
    of = {"site": site.name} if site else {}
    history.record(
        session,
        at=deps.now(),
        actor_id=person.id,
        action="person.changed",
        entity="person",
        entity_id=person.id,
        before={"weekly_mail": before, **of},
        after={"weekly_mail": wanted, **of},
    )
