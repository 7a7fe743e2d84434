"""The filters of the findings: read from an address, written into one, shown as chips that can be taken off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from editorial.audit.rule import Severity
from editorial.audit.templates import pattern_in
from editorial.domain.messages import N_, Message
from editorial.domain.slots import shown_in
from editorial.domain.urls import path_of
from editorial.services import finding_filters, findings
from editorial.services.finding_filters import SEVERITIES, Grouping, Order, Place, Standing, Wanted
from editorial.services.rule_pages import CATEGORIES
from editorial.store.audit import Audit
from editorial.store.campaigns import Campaign
from editorial.store.people import Person
from editorial.web.context import catalog, say, zone
from editorial.web.forms import Form

PARAMS: Mapping[str, str] = {
    "standing": "state",
    "severity": "severity",
    "category": "category",
    "rule": "rule",
    "template": "template",
    "owner_id": "owner",
    "campaign_id": "campaign",
    "path": "path",
    "page": "page",
    "audit_id": "audit",
    "text": "q",
}
"""Filter of `Wanted` to its name in addresses."""
LABELS: Mapping[str, Message] = {
    "standing": Message(N_("State")),
    "severity": Message(N_("Severity")),
    "category": Message(N_("Subject")),
    "rule": Message(N_("Rule")),
    "template": Message(N_("Template")),
    "owner_id": Message(N_("Owner")),
    "campaign_id": Message(N_("Campaign")),
    "path": Message(N_("Path begins with")),
    "page": Message(N_("Page")),
    "audit_id": Message(N_("Changed by the audit of")),
    "text": Message(N_("Text")),
}
NOBODY = Message(N_("Nobody"))
NO_CAMPAIGN = Message(N_("None"))
SOMETHING = Message(N_("something that is not here"))


@dataclass(frozen=True)
class Chip:
    """A filter in force. `own` where the value is somebody's own words; `hides` counts what it alone hides."""

    param: str
    label: str
    value: str
    own: bool
    hides: int = 0


def wanted_of(site_id: int, form: Form) -> Wanted:
    """What an address asks for; what it asks wrongly is left out, with an error beside the field."""
    return Wanted(
        site_id=site_id,
        by=form.choice("by", Grouping) or Grouping.RULE,
        standing=form.choice("state", Standing) or Standing.OPEN,
        severity=form.choice("severity", Severity),
        category=form.text("category", longest=40),
        owner_id=form.number("owner"),
        campaign_id=form.number("campaign"),
        text=form.line("q", required=False),
        rule=form.text("rule", longest=80),
        template=form.text("template", longest=120),
        page=form.text("page", longest=8000),
        path=form.line("path", longest=2000, required=False),
        audit_id=form.number("audit"),
        order=form.choice("order", Order) or Order.WORST,
        after=Place.parse(form.typed.get("after", "")),
    )


def query_of(form: Form) -> dict[str, str]:
    """The filters in force, the grouping and the order, to be kept in the links of the page."""
    kept = ("by", "order", *PARAMS.values())
    return {name: form.typed[name] for name in kept if form.typed.get(name) and name not in form.errors}


def chips(
    wanted: Wanted,
    owners: Sequence[Person],
    campaigns: Sequence[Campaign],
    changed_by: Audit | None,
    hidden: Mapping[str, int],
) -> list[Chip]:
    """The filters in force.

    Args:
        wanted: what is asked for.
        owners: people whose names may be needed.
        campaigns: the same of campaigns.
        changed_by: the audit that `wanted` names.
        hidden: how many findings each filter alone hides.
    """
    found = []
    for name in wanted.filters:
        value, own = _value(name, wanted, owners, campaigns, changed_by)
        found.append(Chip(PARAMS[name], say(LABELS[name]), value, own, hidden.get(name, 0)))
    return found


def _value(
    name: str, wanted: Wanted, owners: Sequence[Person], campaigns: Sequence[Campaign], changed_by: Audit | None
) -> tuple[str, bool]:
    """The value of a filter in words, and whether they are somebody's own."""
    if name in ("owner_id", "campaign_id"):
        return _named(name, wanted, owners, campaigns)
    if name == "audit_id":
        return (_day(changed_by), False) if changed_by is not None else (say(SOMETHING), False)
    if name == "template":
        return pattern_in(wanted.template), True
    if name in ("path", "page", "text"):
        typed = str(getattr(wanted, name))
        return (shown_path(typed) if name == "page" else typed), True
    said = {
        "standing": finding_filters.STANDINGS[wanted.standing],
        "severity": SEVERITIES[wanted.severity] if wanted.severity is not None else SOMETHING,
        "category": CATEGORIES.get(wanted.category, SOMETHING),
        "rule": findings.title_of(wanted.rule),
    }[name]
    return say(said), False


def _named(name: str, wanted: Wanted, owners: Sequence[Person], campaigns: Sequence[Campaign]) -> tuple[str, bool]:
    people = name == "owner_id"
    number = wanted.owner_id if people else wanted.campaign_id
    if not number:
        return say(NOBODY if people else NO_CAMPAIGN), False
    found = next((each.name for each in (owners if people else campaigns) if each.id == number), None)
    return (found, True) if found is not None else (say(SOMETHING), False)


def _day(audit: Audit) -> str:
    return catalog().day(shown_in(audit.ended_at or audit.requested_at, zone()).date())


def shown_path(url: str) -> str:
    """Path and query; whatever is no whole address stays as it is."""
    try:
        return path_of(url)
    except ValueError:
        return url
