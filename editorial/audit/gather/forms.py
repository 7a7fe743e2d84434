"""Forms: one entry a `<form>` start tag, with its controls, their owners and their accessible names.

Owner of a control (html.spec.whatwg.org, "form owner"): its form attribute, the form around it, and else the form whose
tags stand around it in the source, which is what browsers do with a form that a table breaks. A form within a form is
dropped by every parser; it is kept as an entry without controls.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from editorial.audit.facts import Button, Field, Form, Link
from editorial.audit.field_meanings import meaning_of
from editorial.audit.gather.controls import CONTROLS, Control, groups, is_button, kind_of, markup_of
from editorial.audit.gather.form_tags import Signature, signature, source_tags, start_tags
from editorial.audit.gather.names import LABEL_TEXT, NO_NAME, Names
from editorial.audit.gather.page import ANCESTORS, PageReader, hides
from editorial.audit.gather.sections import asks_something, read_section, surroundings
from editorial.audit.gather.text import collapse
from editorial.audit.gather.trees import Node, Tree

OFF_SCREEN = frozenset(
    {
        "sr-only",
        "visually-hidden",
        "u-off-screen",
        "screen-reader-text",
        "hp",
        "honeypot",
        "offscreen",
        "d-none",
        "hidden",
    }
)
SCRIPTING = ("on", "@", "v-on:", "(", "x-on:", "ng-", "hx-", "data-hx-", "wire:", "data-action", "lay-")
SCRIPTED = frozenset({"data-netlify", "netlify", "data-remote", "data-ajax", "data-controller", "x-data", "data-turbo"})
FORM_TEXT = 2_000  # characters kept
MOST_OPTIONS = 60
MOST_FORMS = 200
MOST_CONTROLS = 2_000
CONTACTS = frozenset(
    {"email", "work-email", "phone", "full-name", "given-name", "family-name", "wechat", "company", "qq"}
)

_DISABLED = re.compile(r"<fieldset[^>]*\sdisabled", re.IGNORECASE)
_LEGEND = re.compile(r"<legend[\s/>]", re.IGNORECASE)
_FORM_TAG = re.compile(r"<form[\s/>]", re.IGNORECASE)

Parse = Callable[[str], Tree]


@dataclass
class _Draft:
    """A form while its parts are being found; `node` is None for a start tag the parser dropped."""

    node: Node
    index: int
    end: int
    attributes: dict[str, str]
    inert: bool
    nested_in: int | None = None
    controls: list[Control] = field(default_factory=list)


def read_forms(page: PageReader, html: str, parse: Parse) -> tuple[Form, ...]:
    """Every form of a page that was walked, in the order of the source."""
    if not page.form_nodes:
        return ()
    reader = _FormReader(page, html)
    forms = reader.read()
    for index, node, tag, _ in page.form_nodes:
        if tag == "script":
            forms.extend(_scripted(page, page.tree.text(node), index, parse))
    order = sorted(range(len(forms)), key=lambda position: forms[position][0])[:MOST_FORMS]
    number = {position: index for index, position in enumerate(order)}
    return tuple(
        replace(form, index=index, nested_in=None if form.nested_in is None else number.get(form.nested_in))
        for index, form in enumerate(forms[position][1] for position in order)
    )


def _scripted(page: PageReader, markup: str, index: int, parse: Parse) -> Iterator[tuple[float, Form]]:
    """The forms within a script that holds a template."""
    if not _FORM_TAG.search(markup):
        return
    inner = PageReader(parse(markup), markup, page.url)
    inner.base = page.base
    inner.read()
    inner.form_nodes = [entry for entry in inner.form_nodes if entry[2] != "script"]
    for _, form in _FormReader(inner, markup).read():
        yield index, replace(form, origin="inert")


class _FormReader:
    def __init__(self, page: PageReader, html: str) -> None:
        self.page, self.tree, self.html = page, page.tree, html
        self.names = Names(page.tree, page.budget)
        self.has_disabled = _DISABLED.search(html) is not None
        self.has_legends = _LEGEND.search(html) is not None
        self.drafts: list[_Draft] = []
        self.controls: list[Control] = []

    def read(self) -> list[tuple[float, Form]]:
        """The forms with a number to sort them by."""
        self._collect()
        unowned = self._own()
        order = [float(draft.index) for draft in self.drafts]
        if start_tags(self.html) > len(self.drafts) or self._is_cut(unowned):
            order = self._read_source(unowned)
        forms = [(place, self._form(draft)) for place, draft in zip(order, self.drafts, strict=True)]
        owned = {control.index for draft in self.drafts for control in draft.controls}
        left = [control for control in unowned if control.index not in owned]
        return forms + [
            (float(group[0].index), form)
            for group in groups(self.tree, self.page.budget, left)
            if (form := self._virtual(group))
        ]

    def _virtual(self, group: list[Control]) -> Form | None:
        """A group that asks for a contact, as a form; other controls are switches, filters and search boxes."""
        draft = _Draft(None, group[0].index, 0, {}, inert=False, controls=group)
        form = self._form(draft)
        asks = any(not field.hidden and meaning_of(field) in CONTACTS for field in form.fields)
        return replace(form, origin="virtual", action_url=None, method="") if asks else None

    def _collect(self) -> None:
        outer_end = -1
        for index, node, tag, inert in self.page.form_nodes:
            if tag == "form":
                end = self._end(index, node, outer_end)
                outer_end = max(outer_end, end)
                self.drafts.append(_Draft(node, index, end, self.tree.attributes(node), inert))
            elif tag == "label":
                self.names.add_label(index, node)
            elif tag in CONTROLS and len(self.controls) < MOST_CONTROLS:
                attributes = self.tree.attributes(node)
                self.controls.append(Control(index, node, tag, attributes, inert))
                if (identity := attributes.get("id")) and not inert:
                    self.names.first_with.setdefault(identity, node)

    def _end(self, index: int, node: Node, outer_end: int) -> int:
        """Where a form ends. One within another is rare (a template, tags that overlap) and paid for."""
        budget = self.page.budget
        if index < outer_end and not budget.visit():
            return outer_end
        within = self.tree.inside(node)
        if index < outer_end:
            budget.visit(within)
        return index + 1 + within

    def _own(self) -> list[Control]:
        """Give each control to its form by attribute or by the tree; the rest is returned."""
        by_id: dict[str, _Draft] = {}
        for draft in self.drafts:
            if draft.attributes.get("id") and not draft.inert:  # what is in a template is no part of the document
                by_id.setdefault(draft.attributes["id"], draft)
        unowned: list[Control] = []
        position, around = 0, list[_Draft]()
        for control in self.controls:
            while position < len(self.drafts) and self.drafts[position].index < control.index:
                around.append(self.drafts[position])
                position += 1
            while around and around[-1].end <= control.index:
                around.pop()
            if "form" in control.attributes and not control.inert:
                owner = by_id.get(control.attributes["form"])
                if owner is not None:
                    owner.controls.append(control)
            elif around and (around[-1].inert or not control.inert):
                around[-1].controls.append(control)
            elif not control.inert:
                unowned.append(control)
        return unowned

    def _is_cut(self, unowned: list[Control]) -> bool:
        """Whether a control may belong to a form that it does not stand in.

        A table throws the controls of a form in it out, and an end tag too many (`<div><form></div>`) ends the box of
        a form and not the form; an end tag within a table ends the form but not its box, in which later forms stand.
        """
        if any(within.index < draft.end and not within.inert for draft, within in pairwise(self.drafts)):
            return True
        last = unowned[-1].index if unowned else -1
        return any((draft.index < last and not draft.inert) or not draft.controls for draft in self.drafts if unowned)

    def _read_source(self, unowned: list[Control]) -> list[float]:
        """Order, nesting and owners by the tags as they stand in the source."""
        waiting: dict[Signature, deque[_Draft]] = defaultdict(deque)
        for draft in self.drafts:
            waiting[signature("form", draft.attributes)].append(draft)
        loose = {control.index for control in unowned}
        held = {
            it.index: draft
            for draft in self.drafts
            for it in draft.controls
            if not it.inert and "form" not in it.attributes
        }
        alike: dict[Signature, deque[Control]] = defaultdict(deque)
        for control in self.controls:
            alike[signature(control.tag, control.attributes)].append(control)
        drafts: list[_Draft] = []
        open_at: int | None = None
        for name, closing, attributes in source_tags(self.html):
            if closing:
                open_at = None if name == "form" else open_at
            elif name == "form":
                known = waiting[signature("form", attributes)]
                draft = known.popleft() if known else _Draft(None, 0, 0, attributes, inert=False, nested_in=open_at)
                drafts.append(draft)
                if open_at is None and draft.node is not None:
                    open_at = len(drafts) - 1
            elif found := alike.get(signature(name, attributes)):
                control = found.popleft()
                if open_at is not None and (control.index in loose or control.index in held):
                    _hand(control, held.get(control.index), drafts[open_at])
        drafts.extend(draft for queue in waiting.values() for draft in queue)
        return self._placed(drafts)

    def _placed(self, drafts: list[_Draft]) -> list[float]:
        """Keep the order found in the source; a dropped tag stands just after the one before it."""
        order: list[float] = []
        last = 0.0
        for draft in drafts:
            last = max(last + 1e-6, float(draft.index)) if draft.node is not None else last + 1e-6
            order.append(last)
        self.drafts = drafts[:MOST_FORMS]
        return order[:MOST_FORMS]

    def _form(self, draft: _Draft) -> Form:
        attributes = draft.attributes
        action = attributes.get("action", "")
        controls = sorted(draft.controls, key=lambda control: control.index)
        fields = [self._field(control) for control in controls if not is_button(control)]
        text = collapse(self.page.budget.text(draft.node)) if draft.node is not None else ""
        return Form(
            index=0,
            origin="inert" if draft.inert else "native",
            id=attributes.get("id", ""),
            name=attributes.get("name", ""),
            action=action[:2000],
            action_url=self.page.resolve(action.strip()),
            method=attributes.get("method", "").strip().lower() or "get",
            role=attributes.get("role", ""),
            classes=tuple(attributes.get("class", "").split()[:20]),
            hidden=draft.node is not None and self._hidden(draft.node, attributes),
            nested_in=draft.nested_in,
            fields=tuple(fields),
            buttons=tuple(self._button(control) for control in controls if is_button(control)),
            links=self._links_within(draft.index, draft.end) if draft.node is not None else (),
            text=text[:FORM_TEXT],
            scripted=_is_scripted(attributes) or any(_is_scripted(it.attributes) for it in controls if is_button(it)),
            **self._around(draft, fields),
        )

    def _around(self, draft: _Draft, fields: list[Field]) -> dict[str, Any]:
        """Landmark of a form, and of one that asks for something the heading and the links of its section."""
        if draft.node is None or draft.inert:
            return {}
        landmark, section = surroundings(self.tree, draft.node)
        if section is None or not asks_something(fields):
            return {"landmark": landmark}
        heading, links = read_section(self.page, section)
        return {"landmark": landmark, "heading": heading, "nearby": links}

    def _links_within(self, start: int, end: int) -> tuple[Link, ...]:
        return tuple(
            link for place, link in zip(self.page.link_places, self.page.links, strict=True) if start < place < end
        )

    def _button(self, control: Control) -> Button:
        attributes = control.attributes
        kind = attributes.get("type", "").strip().lower()
        if control.tag == "button":
            kind = kind if kind in ("button", "reset") else "submit"
            text = collapse(self.page.budget.text(control.node))
        else:
            text = attributes.get("value", "") or (attributes.get("alt", "") if kind == "image" else "")
        return Button(
            kind,
            (collapse(text) or self.names.of(control.node, attributes)[0])[:LABEL_TEXT],
            attributes.get("name", ""),
            "disabled" in attributes,
            attributes.get("formaction", "")[:2000],
        )

    def _field(self, control: Control) -> Field:
        attributes = control.attributes
        kind = kind_of(control)
        label, source, links = self.names.of(control.node, attributes) if kind != "hidden" else NO_NAME
        return Field(
            kind=kind,
            name=attributes.get("name", "")[:200],
            id=attributes.get("id", "")[:200],
            label=label[:LABEL_TEXT],
            label_source=source,
            placeholder=collapse(attributes.get("placeholder", ""))[:LABEL_TEXT],
            autocomplete=collapse(attributes.get("autocomplete", "")).lower()[:100],
            title=collapse(attributes.get("title", ""))[:LABEL_TEXT],
            caption="" if label or kind == "hidden" else self._caption(kind, control.node),
            required="required" in attributes or attributes.get("aria-required", "").strip().lower() == "true",
            disabled="disabled" in attributes or self._in_disabled(control.node),
            readonly="readonly" in attributes,
            checked="checked" in attributes and kind in ("checkbox", "radio"),
            hidden=kind == "hidden" or self._hidden(control.node, attributes),
            options=self._options(control.node) if kind == "select" else (),
            label_links=links,
            markup=markup_of(control),
            legend=self.names.legend(control.node) if self.has_legends and kind in ("checkbox", "radio") else "",
        )

    def _caption(self, kind: str, node: Node) -> str:
        """What stands after a box, and before any other field."""
        after = self.names.words_after(node) if kind in ("checkbox", "radio") else ""
        return after or self.names.caption(node)

    def _options(self, node: Node) -> tuple[str, ...]:
        found: list[str] = []
        waiting = list(self.tree.children(node))[::-1]
        while waiting and len(found) < MOST_OPTIONS:
            child = waiting.pop()
            if self.tree.tag(child) == "option":
                found.append(collapse(self.page.budget.text(child))[:100])
            elif self.tree.tag(child):
                waiting.extend(list(self.tree.children(child))[::-1])
        return tuple(found)

    def _in_disabled(self, node: Node) -> bool:
        """True within a disabled fieldset, save in its first legend (html.spec.whatwg.org, "concept-fe-disabled")."""
        if not self.has_disabled:
            return False
        below, seen = node, self.tree.parent(node)
        for _ in range(ANCESTORS):
            if seen is None:
                return False
            if self.tree.tag(seen) == "fieldset" and self.tree.attribute(seen, "disabled") is not None:
                legends = (child for child in self.tree.children(seen) if self.tree.tag(child) == "legend")
                if next(legends, None) != below:
                    return True
            below, seen = seen, self.tree.parent(seen)
        return False

    def _hidden(self, node: Node, attributes: dict[str, str]) -> bool:
        """True where markup hides the node, or something around it up to its form."""
        if _hides(attributes):
            return True
        seen = self.tree.parent(node)
        for _ in range(ANCESTORS):
            if seen is None or self.tree.tag(seen) in ("body", "html"):
                return False
            if _hides(self.tree.attributes(seen)):
                return True
            seen = self.tree.parent(seen)
        return False


def _hand(control: Control, holder: _Draft | None, owner: _Draft) -> None:
    """Give a control to the form whose tags stand around it, whatever form the tree has it in."""
    if holder is not owner:
        owner.controls.append(control)
        if holder is not None:
            holder.controls = [it for it in holder.controls if it is not control]


def _hides(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    if "style" in attributes and hides(attributes["style"]):
        return True
    return "class" in attributes and not OFF_SCREEN.isdisjoint(attributes["class"].lower().split())


def _is_scripted(attributes: dict[str, str]) -> bool:
    return any(name.startswith(SCRIPTING) or name in SCRIPTED for name in attributes)
