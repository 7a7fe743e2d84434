"""The forms of an item: what they hold, what they mean, and the page around them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import render_template, request

from editorial.domain.diffing import Block, compare
from editorial.domain.errors import EditorialError
from editorial.domain.journey import PURCHASE_STEPS
from editorial.domain.keywords import LONGEST_QUERY, Decision, Intent
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import collisions, item_pages
from editorial.services.collisions import Choice, Collision
from editorial.services.content import Cell, Draft
from editorial.services.details import fields_of
from editorial.services.item_pages import ItemPage
from editorial.store import content as store
from editorial.store import people
from editorial.store.base import reading
from editorial.store.campaigns import Campaign
from editorial.store.campaigns import campaigns as all_campaigns
from editorial.store.content import BuyingStep, ContentItem, ContentType, DecisionRole, Site
from editorial.store.people import Person
from editorial.web.context import catalog, deps, may, person, say
from editorial.web.forms import Form
from editorial.web.zones import zone_groups

LONGEST_BODY = 1_000_000  # characters
_UNBROKEN = re.compile(r"\S{1000}")
"""With kerning, Chromium shapes such a run anew for each of its lines: 200,000 letters took 4 s a keystroke."""


@dataclass(frozen=True)
class Choices:
    """What the lists of an item's form offer."""

    types: Iterable[ContentType]
    roles: Iterable[DecisionRole]
    steps: Iterable[BuyingStep]
    sites: Iterable[Site]
    people: Iterable[Person]
    campaigns: Iterable[Campaign]
    proposals: Mapping[int, str]
    """What a type usually answers: its id to cells, written `role-step role-step`."""


@dataclass(frozen=True)
class Difference:
    """One field of a stale save: what stands there now, and what was typed."""

    field: str
    name: Message
    theirs: str
    yours: str
    value: str
    """What the field would hold if theirs is taken."""
    blocks: tuple[Block, ...] = ()
    """Of a long text: what changed, word by word."""


def draft_of(form: Form) -> Draft | None:
    """What an item's form means; None where something of it is wrong, and the form says what."""
    title = form.line("title", longest=200)
    kind = form.number("type")
    if kind is None and "type" not in form.errors:
        form.reject(
            EditorialError(
                Message(N_("No content type is chosen.")),
                hint=Message(N_("Choose one from the list.")),
                field="type",
            )
        )
    cells = _cells(form, _all(form.typed, "cells"))
    primary = _cells(form, [form.typed["primary"]]) if form.typed.get("primary") else frozenset()
    draft = Draft(
        type_id=kind or 0,
        title=title,
        language=form.choice("language", Language) or Language(catalog().name),
        slug=form.line("slug", longest=120, required=False),
        description=form.text("description", longest=1000),
        brief=form.text("brief", longest=20_000),
        body=form.text("body", longest=LONGEST_BODY),
        owner_id=form.number("owner"),
        site_id=form.number("site"),
        cells=cells,
        primary=next(iter(primary), None),
        campaign_id=form.number("campaign"),
        priority=form.number("priority") or 2,
        target_query=form.line("target_query", longest=LONGEST_QUERY, required=False),
        query_intent=form.choice("query_intent", Intent) or Intent.INFORMATIONAL,
        choice=_choice(form),
        is_offer=form.typed.get("is_offer") == "1",
        review_by=form.day("review_by"),
        details={name[7:]: value for name, value in form.typed.items() if name.startswith("detail-")},
    )
    return draft if form.ok else None


def _choice(form: Form) -> Choice | None:
    decision = form.choice("query_decision", Decision)
    reason = form.text("query_reason", longest=1000)
    return Choice(decision, reason) if decision else None


def blank_form() -> Form:
    """A new item's form: mine, in my language, for the only site, on the day of the address."""
    with reading(deps().sessions) as session:
        sites = store.active_sites(session)
    only = sites[0] if len(sites) == 1 else None
    typed = {"day": "", "title": "", "type": ""} | {
        name: request.args.get(name, "") for name in ("day", "type", "title", "campaign", "target_query")
    }
    typed |= {"owner": str(person().id), "language": only.language if only else person().language}
    return Form(typed | {"site": str(only.id) if only else ""})


def form_of(item: ContentItem) -> Form:
    """The item as its form shows it."""
    primary = next((cell for cell in item.cells if cell.is_primary), None)
    return Form(
        {
            "version": str(item.version),
            "title": item.title,
            "slug": item.slug or "",
            "description": item.description,
            "brief": item.brief,
            "body": item.body,
            "type": str(item.type_id),
            "language": item.language.value,
            "owner": str(item.owner_id or ""),
            "site": str(item.site_id or ""),
            "primary": f"{primary.role_id}-{primary.step_id}" if primary else "",
            "campaign": str(item.campaign_id or ""),
            "priority": str(item.priority),
            "target_query": item.target_query,
            "query_intent": item.query_intent.value,
            "is_offer": "1" if item.is_offer else "",
            "review_by": item.review_by.isoformat() if item.review_by else "",
        }
        | {f"detail-{key}": str(value) for key, value in item.details.items()}
    )


def slot_form_of(page: ItemPage) -> Form:
    """The publish time as its form shows it; an empty one proposes the planned day and the site's zone."""
    item, found = page.item, page.slot
    if found is not None:
        return Form(
            {
                "publish_day": found.wall.date().isoformat(),
                "publish_time": found.wall.strftime("%H:%M"),
                "publish_zone": found.zone,
                "publish_fold": str(found.fold),
            }
        )
    zone = item.site.zone if item.site else person().zone
    return Form(
        {
            "publish_day": item.target_date.isoformat() if item.target_date else "",
            "publish_time": "",
            "publish_zone": zone,
        }
    )


def ticked_of(args: Mapping[str, str], role: str, step: str) -> frozenset[str]:
    """The cell that an address names by the ids or keys of its role and step."""
    with reading(deps().sessions) as session:
        roles, steps = store.decision_roles(session), store.buying_steps(session)
    one = next((r.id for r in roles if args.get(role, "") in {str(r.id), r.key}), None)
    other = next((s.id for s in steps if args.get(step, "") in {str(s.id), s.key}), None)
    return frozenset({f"{one}-{other}"}) if one and other else frozenset()


def new_page(form: Form, ticked: frozenset[str]) -> str:
    """The page of a new item."""
    return render_template(
        "content/new.html",
        form=form,
        ticked=ticked,
        choices=_choices(),
        purchase=PURCHASE_STEPS,
        intents=tuple(Intent),
        decisions=tuple(Decision),
        collision=_collision(form),
    )


def _collision(form: Form) -> Collision | None:
    """Others after the query that was typed, where there is one."""
    query = form.typed.get("target_query", "")[:LONGEST_QUERY]
    if not query.strip():
        return None
    intent = form.choice("query_intent", Intent) or Intent.INFORMATIONAL
    language = form.choice("language", Language) or Language(catalog().name)
    with reading(deps().sessions) as session:
        return collisions.look(session, query, intent, language)


def page_of(
    item_id: int,
    *,
    form: Form | None = None,
    ticked: frozenset[str] | None = None,
    other: Form | None = None,
    stale: bool = False,
) -> str:
    """The page of an item.

    Args:
        form: the text's form as it was sent, where it was refused.
        ticked: the cells that were ticked in it.
        other: a smaller form of the page that was refused: decision, publish time, publication.
        stale: the item was saved by somebody else meanwhile: both versions are shown, nothing typed is lost.
    """
    with reading(deps().sessions) as session:
        page = item_pages.item_page(session, deps(), person(), item_id)
    item = page.item
    saved, choices = form_of(item), _choices(item)
    differences = _differences(page, form, choices) if stale and form is not None else ()
    if stale and form is not None:  # sending the form once more keeps what was typed
        form.typed = {**form.typed, "version": str(item.version)}
    return render_template(
        "content/item.html",
        page=page,
        item=item,
        form=form or saved,
        ticked=ticked if ticked is not None else frozenset(f"{cell.role_id}-{cell.step_id}" for cell in item.cells),
        slot_form=other if other is not None and "publish_day" in other.typed else slot_form_of(page),
        other=other or Form(),
        differences=differences,
        choices=choices,
        purchase=PURCHASE_STEPS,
        zones=zone_groups(),
        write=may(Permission.WRITE_CONTENT),
        intents=tuple(Intent),
        decisions=tuple(Decision),
        fields=fields_of(item.type),
        unbroken=_UNBROKEN.search((form or saved).typed.get("body", "")) is not None,
    )


def _choices(item: ContentItem | None = None) -> Choices:
    with reading(deps().sessions) as session:
        sites, team = list(store.active_sites(session)), people.active_people(session)
        if item is not None and item.site is not None and item.site.id not in {site.id for site in sites}:
            sites.append(item.site)  # it was switched off since; the item keeps it until somebody chooses another
        if item is not None and item.owner is not None and item.owner.id not in {one.id for one in team}:
            team.append(item.owner)
        campaigns = list(all_campaigns(session))
        if item is not None and item.campaign is not None and item.campaign not in campaigns:
            campaigns.append(item.campaign)
        cells = store.type_cells(session)
        return Choices(
            store.content_types(session),
            store.decision_roles(session),
            store.buying_steps(session),
            sites,
            team,
            campaigns,
            {kind: " ".join(f"{role}-{step}" for role, step in found) for kind, found in cells.items()},
        )


def _all(typed: Mapping[str, str], name: str) -> list[str]:
    many = getattr(typed, "getlist", None)
    return list(many(name)) if many else [typed[name]] if typed.get(name) else []


def _cells(form: Form, values: Iterable[str]) -> frozenset[Cell]:
    found = set()
    for value in values:
        role, _, step = value.partition("-")
        if not (role.isdecimal() and step.isdecimal() and len(value) < 20):
            form.reject(
                EditorialError(
                    Message(N_("There is no such decision role or buying step.")),
                    hint=Message(N_("Load the page again and tick the cells once more.")),
                    field="cells",
                )
            )
            continue
        found.add((int(role), int(step)))
    return frozenset(found)


def _differences(page: ItemPage, form: Form, choices: Choices) -> tuple[Difference, ...]:
    theirs, found = form_of(page.item).typed, []
    named = _names_of(choices)
    for name, label in _COMPARED.items():
        mine, other = (values.get(name, "").replace("\r\n", "\n").strip() for values in (form.typed, theirs))
        if mine != other:
            blocks = compare(other, mine) if name in {"body", "brief"} else ()
            shown = named.get(name, {})
            found.append(Difference(name, label, shown.get(other, other), shown.get(mine, mine), other, blocks))
    return tuple(found)


def _names_of(choices: Choices) -> dict[str, dict[str, str]]:
    """What the ids in a form's lists stand for, in the reader's language."""
    locale = catalog().name
    return {
        "owner": {str(one.id): one.name for one in choices.people},
        "site": {str(one.id): one.name for one in choices.sites},
        "campaign": {str(one.id): one.name for one in choices.campaigns},
        "type": {str(one.id): one.name.in_(locale) for one in choices.types},
        "language": {one.value: one.own_name for one in Language},
        "query_intent": {one.value: say(one.label) for one in Intent},
    }


_COMPARED = {
    "title": Message(N_("Title")),
    "body": Message(N_("Text")),
    "description": Message(N_("Description")),
    "slug": Message(N_("Address")),
    "brief": Message(N_("Brief")),
    "type": Message(N_("Type")),
    "owner": Message(N_("Owner")),
    "site": Message(N_("Site")),
    "language": Message(N_("Language")),
    "campaign": Message(N_("Campaign")),
    "priority": Message(N_("Priority")),
    "target_query": Message(N_("Target query")),
    "query_intent": Message(N_("What the searcher wants")),
    "review_by": Message(N_("Review day")),
}
