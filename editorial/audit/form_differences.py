"""How the lead forms of a site differ from one audit to the next.

Forms are compared page by page, and only on pages that both audits saw whole. Who is who on a page: the same form
first; then the same id, place in the source and address; then whatever asks for nearly the same. A form that an equal
one replaces elsewhere has moved. Only what matters to those who fill a form in, or to what arrives, is told.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from editorial.audit.form_inventory import Asked, Shape
from editorial.audit.form_vendors import vendor_name
from editorial.domain.messages import N_, NP_, Message

ALIKE = 0.5  # share of what two forms ask for that makes them the same form, changed
OWN_PAGE = "self"  # the action of a form that sends to the page it stands on


class Stand(NamedTuple):
    """A form on a page of an audit. `no` and `url` are the page's; `mark` begins the keys of findings about it."""

    no: int
    url: str
    position: int
    key: str
    mark: str
    address: str


class What(StrEnum):
    """What became of a form."""

    VANISHED = "vanished"
    CHANGED = "changed"
    MOVED = "moved"
    NEW = "new"
    TAKEN = "taken"
    SPREAD = "spread"


WHAT = {
    What.VANISHED: Message(N_("vanished")),
    What.CHANGED: Message(N_("changed")),
    What.MOVED: Message(N_("moved")),
    What.NEW: Message(N_("new")),
    What.TAKEN: Message(N_("on fewer pages")),
    What.SPREAD: Message(N_("on more pages")),
}


class Edit(NamedTuple):
    """One thing that is different. `loses`: it can cost leads, or asks more of people."""

    says: Message
    loses: bool


@dataclass(frozen=True)
class Difference:
    """What became of one form. `before` is None for a new one, `after` for one that is gone.

    `pages` are addresses of the pages it happened on, in order; of a form that moved, where it stands now, and `left`
    where it stood.
    """

    what: What
    before: Shape | None
    after: Shape | None
    pages: tuple[str, ...]
    left: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def shape(self) -> Shape:
        """The form as it is, or as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a difference has a form before or after")
        return found

    @property
    def loses(self) -> bool:
        """Whether leads may be lost by it."""
        return self.what in (What.VANISHED, What.TAKEN) or any(edit.loses for edit in self.edits)


@dataclass(frozen=True)
class Seen:
    """The forms of one audit: by their keys, where they stand by page (N2), and which pages it saw whole."""

    shapes: Mapping[str, Shape]
    stands: Mapping[str, Sequence[Stand]]
    pages: Collection[str]


@dataclass
class _Tally:
    """Addresses of pages by what happened there."""

    changed: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    gone: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    came: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stays: set[str] = field(default_factory=set)


def differences(before: Seen, after: Seen) -> list[Difference]:
    """What became of the forms, the worst first."""
    tally = _Tally()
    for page in before.stands.keys() | after.stands.keys():
        if page in before.pages and page in after.pages:
            _compare(before.stands.get(page, ()), after.stands.get(page, ()), before, after, tally)
    _join_moves(before, after, tally)
    order = list(What)
    found = [*_changed(before, after, tally), *_gone(before, after, tally), *_came(before, after, tally)]
    return sorted(found, key=lambda one: (order.index(one.what), -len(one.pages), one.shape.shown, one.pages))


def _compare(old: Sequence[Stand], new: Sequence[Stand], before: Seen, after: Seen, tally: _Tally) -> None:
    """The forms of one page."""
    left, fresh = list(old), []
    for stand in new:
        twin = next((other for other in left if other.key == stand.key), None)
        if twin is None:
            fresh.append(stand)
        else:
            left.remove(twin)
            tally.stays.add(stand.key)
    pairs = sorted(
        ((_likeness(one, other, before, after), i, j) for i, one in enumerate(left) for j, other in enumerate(fresh)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    done_old: set[int] = set()
    done_new: set[int] = set()
    for likeness, i, j in pairs:
        if likeness >= ALIKE and i not in done_old and j not in done_new:
            done_old.add(i)
            done_new.add(j)
            tally.changed[left[i].key, fresh[j].key].append(fresh[j].url)
    for i, stand in enumerate(left):
        if i not in done_old:
            tally.gone[stand.key].append(stand.url)
    for j, stand in enumerate(fresh):
        if j not in done_new:
            tally.came[stand.key].append(stand.url)


def _likeness(one: Stand, other: Stand, before: Seen, after: Seen) -> float:
    """1 and more for the same form, 0 for nothing in common."""
    old, new = before.shapes[one.key], after.shapes[other.key]
    if old.fields is None or new.fields is None:
        if old.fields is None and new.fields is None:
            return 1.0 if old.vendor == new.vendor else ALIKE
        return ALIKE if one.position == other.position else 0.0
    if old.own_id and old.own_id == new.own_id:
        return 2.0
    if old.action and old.action != OWN_PAGE and old.action == new.action:
        return 1.5
    shared = len(old.meanings & new.meanings) / max(1, len(old.meanings | new.meanings))
    return shared + 0.25 * (old.type == new.type) if shared else 0.0


def _join_moves(before: Seen, after: Seen, tally: _Tally) -> None:
    """A form that is gone from one page and stands on one that the audit before did not see came there."""
    first_seen = defaultdict(list)
    for page, stands in after.stands.items():
        if page not in before.pages:
            for stand in stands:
                first_seen[stand.key].append(stand.url)
    for key in tally.gone:
        if key not in tally.stays and key not in tally.came and key in first_seen:
            tally.came[key] = first_seen[key]


def _changed(before: Seen, after: Seen, tally: _Tally) -> Iterator[Difference]:
    for (old, new), pages in tally.changed.items():
        edits = tuple(edits_between(before.shapes[old], after.shapes[new]))
        if edits:
            yield Difference(What.CHANGED, before.shapes[old], after.shapes[new], _sorted(pages), edits=edits)


def _gone(before: Seen, after: Seen, tally: _Tally) -> Iterator[Difference]:
    for key, pages in tally.gone.items():
        shape = before.shapes[key]
        if key in tally.stays:
            yield Difference(What.TAKEN, shape, shape, _sorted(pages))
        elif key in tally.came:
            yield Difference(What.MOVED, shape, after.shapes[key], _sorted(tally.came[key]), _sorted(pages))
        else:
            yield Difference(What.VANISHED, shape, None, _sorted(pages))


def _came(before: Seen, after: Seen, tally: _Tally) -> Iterator[Difference]:
    for key, pages in tally.came.items():
        if key in tally.gone and key not in tally.stays:
            continue  # it moved
        known = before.shapes.get(key)
        what = What.SPREAD if known is not None else What.NEW
        yield Difference(what, known, after.shapes[key], _sorted(pages))


def _sorted(pages: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(pages)))


def edits_between(old: Shape, new: Shape) -> Iterator[Edit]:
    """What is different about one form, what costs leads first."""
    edits = [*_sending(old, new), *_consent(old, new)]
    if old.fields is not None and new.fields is not None:
        edits += _fields(old.fields, new.fields)
    yield from sorted(edits, key=lambda edit: not edit.loses)


def _sending(old: Shape, new: Shape) -> Iterator[Edit]:
    if old.fields is not None and new.fields is None:
        says = N_("%(vendor)s brings it now: what it asks is not in the page's source")
        yield Edit(Message(says, {"vendor": vendor_name(new.vendor)}), loses=False)
    elif old.vendor != new.vendor and new.vendor:
        yield Edit(Message(N_("%(vendor)s takes it in now"), {"vendor": vendor_name(new.vendor)}), loses=False)
    elif old.action != new.action:
        params = {"before": _place(old.action), "after": _place(new.action)}
        yield Edit(Message(N_("it sends to %(after)s, before to %(before)s"), params), loses=True)
    if old.method != new.method and "get" in (old.method, new.method) and old.method and new.method:
        says = N_("its answers stand in the address now (GET)") if new.method == "get" else N_("it sends by POST now")
        yield Edit(Message(says), loses=new.method == "get")
    if old.hidden != new.hidden:
        says = N_("its markup hides it now") if new.hidden else N_("its markup does not hide it any more")
        yield Edit(Message(says), loses=new.hidden)


def _place(action: str) -> Message | str:
    if action == OWN_PAGE:
        return Message(N_("its own page"))
    return action or Message(N_("a script"))


_CONSENTS = {
    "ticked": Message(N_("its consent is ticked beforehand now")),
    "box": Message(N_("it asks for consent with a box now")),
    "notice": Message(N_("it shows a privacy notice and asks for no consent now")),
    "none": Message(N_("it has no privacy notice any more")),
}


def _consent(old: Shape, new: Shape) -> Iterator[Edit]:
    if old.consent and new.consent and old.consent != new.consent:
        yield Edit(_CONSENTS[new.consent], loses=new.consent in ("ticked", "none"))


def _fields(old: Sequence[Asked], new: Sequence[Asked]) -> Iterator[Edit]:
    """Fields by what they ask for; two that ask for the same are told apart by their order."""
    before, after = _numbered(old), _numbered(new)
    for name, asked in after.items():
        if name not in before:
            says = N_("new required field: %(field)s") if asked.required else N_("new field: %(field)s")
            yield Edit(Message(says, {"field": asked.text}), loses=asked.required)
    for name, asked in before.items():
        if name not in after:
            yield Edit(Message(N_("field gone: %(field)s"), {"field": asked.text}), loses=asked.meaning in REACHES)
    for name in after:
        if name in before:
            yield from _field(before[name], after[name])


REACHES = frozenset({"email", "work-email", "phone", "wechat"})


def _numbered(fields: Sequence[Asked]) -> dict[tuple[str, int], Asked]:
    seen: Counter[str] = Counter()
    found = {}
    for asked in fields:
        name = asked.meaning.removeprefix("work-") or asked.text
        found[name, seen[name]] = asked
        seen[name] += 1
    return found


def _field(old: Asked, new: Asked) -> Iterator[Edit]:
    name = {"field": new.text}
    if new.required and not old.required:
        yield Edit(Message(N_("%(field)s is required now"), name), loses=True)
    elif old.required and not new.required:
        yield Edit(Message(N_("%(field)s is not required any more"), name), loses=False)
    if old.labelled and not new.labelled:
        yield Edit(Message(N_("%(field)s has no label any more"), name), loses=True)
    elif new.labelled and not old.labelled:
        yield Edit(Message(N_("%(field)s has a label now"), name), loses=False)


def where(difference: Difference) -> Message:
    """On how many pages it happened, or on which one."""
    if len(difference.pages) == 1:
        return Message(N_("on %(page)s"), {"page": difference.pages[0]})
    return Message.counted(NP_("on %(count)s page", "on %(count)s pages"), len(difference.pages))
