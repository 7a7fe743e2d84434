"""The forms of an item: what they hold, what they mean, and the page around them."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import render_template, request

from editorial.domain.errors import EditorialError
from editorial.domain.journey import PURCHASE_STEPS
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import item_pages
from editorial.services.content import Cell, Draft
from editorial.services.item_pages import ItemPage
from editorial.store import content as store
from editorial.store import people
from editorial.store.base import reading
from editorial.store.content import BuyingStep, ContentItem, ContentType, DecisionRole, Site
from editorial.store.people import Person
from editorial.web.context import catalog, deps, may, person
from editorial.web.forms import Form
from editorial.web.zones import zone_groups

LONGEST_BODY = 1_000_000  # characters


@dataclass(frozen=True)
class Choices:
    """What the lists of an item's form offer."""

    types: Iterable[ContentType]
    roles: Iterable[DecisionRole]
    steps: Iterable[BuyingStep]
    sites: Iterable[Site]
    people: Iterable[Person]


@dataclass(frozen=True)
class Difference:
    """One field of a stale save: what stands there now, and what was typed. Lines of a text as (sign, line)."""

    name: Message
    theirs: str
    yours: str
    lines: tuple[tuple[str, str], ...] = ()


def draft_of(form: Form) -> Draft | None:
    """What an item's form means; None where something of it is wrong, and the form says what."""
    title = form.line("title", longest=200)
    kind = form.number("type")
    if kind is None and "type" not in form.errors:
        form.reject(
            EditorialError(
                Message(N_("There is no such content type.")),
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
    )
    return draft if form.ok else None


def blank_form() -> Form:
    """A new item's form: mine, in my language, for the only site, on the day of the address."""
    with reading(deps().sessions) as session:
        sites = store.active_sites(session)
    only = sites[0] if len(sites) == 1 else None
    typed = {"day": "", "title": "", "type": ""} | {
        name: request.args.get(name, "") for name in ("day", "type", "title")
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
        }
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
    return render_template("content/new.html", form=form, ticked=ticked, choices=_choices(), purchase=PURCHASE_STEPS)


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
    saved = form_of(item)
    differences = _differences(page, form) if stale and form is not None else ()
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
        choices=_choices(item),
        purchase=PURCHASE_STEPS,
        zones=zone_groups(),
        write=may(Permission.WRITE_CONTENT),
    )


def _choices(item: ContentItem | None = None) -> Choices:
    with reading(deps().sessions) as session:
        sites, team = list(store.active_sites(session)), people.active_people(session)
        if item is not None and item.site is not None and item.site.id not in {site.id for site in sites}:
            sites.append(item.site)  # it was switched off since; the item keeps it until somebody chooses another
        if item is not None and item.owner is not None and item.owner.id not in {one.id for one in team}:
            team.append(item.owner)
        return Choices(
            store.content_types(session), store.decision_roles(session), store.buying_steps(session), sites, team
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


def _differences(page: ItemPage, form: Form) -> tuple[Difference, ...]:
    theirs, found = form_of(page.item).typed, []
    for name, label in _COMPARED.items():
        mine = form.typed.get(name, "").replace("\r\n", "\n").strip()
        other = theirs[name].strip()
        if mine != other:
            lines = _changed_lines(other, mine) if name in {"body", "brief"} else ()
            found.append(Difference(label, other, mine, lines))
    return tuple(found)


def _changed_lines(theirs: str, mine: str) -> tuple[tuple[str, str], ...]:
    """Only what differs, with a line of context: ("-", theirs), ("+", yours), (" ", both), ("…", left out)."""
    lines = list(difflib.unified_diff(theirs.splitlines(), mine.splitlines(), n=1, lineterm=""))[3:200]
    return tuple(("…", "") if line.startswith("@@") else (line[:1], line[1:]) for line in lines)


_COMPARED = {
    "title": Message(N_("Title")),
    "body": Message(N_("Text")),
    "description": Message(N_("Description")),
    "slug": Message(N_("Address")),
    "brief": Message(N_("Brief")),
}
