"""What names a form control: W3C accname 1.2 by markup alone.

aria-labelledby, aria-label, labels, title, in that order. A placeholder is no name: it goes when somebody types.
"""

from collections import defaultdict
from collections.abc import Iterator

from editorial.audit.facts import LabelSource
from editorial.audit.gather.limits import Budget
from editorial.audit.gather.page import ANCESTORS, FORM_TAGS
from editorial.audit.gather.spoken import Spoken
from editorial.audit.gather.text import collapse
from editorial.audit.gather.trees import Node, Tree

LABEL_TEXT = 300  # characters
CAPTION = 40
ENDS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "form", "fieldset"})
MOST_LABELS = 3  # of one control
LABELABLE = frozenset({"button", "input", "meter", "output", "progress", "select", "textarea"})

Name = tuple[str, LabelSource, tuple[str, ...]]
NO_NAME: Name = ("", "", ())


class Names:
    """Finds names on one page.

    The walk tells every label, and in `first_with` the first control of each id: of two a label names the first.
    """

    def __init__(self, tree: Tree, budget: Budget) -> None:
        self.tree, self.budget = tree, budget
        self._labels_for: dict[str, list[tuple[int, Node]]] = defaultdict(list)
        self._places: list[tuple[int, Node]] = []
        self.first_with: dict[str, Node] = {}
        self.spoken = Spoken(tree, budget, lambda name: self.ids().get(name))
        self._ids: dict[str, Node] | None = None
        self._legend: tuple[Node, str] | None = None

    def add_label(self, index: int, label: Node) -> None:
        """A label and its number in the page."""
        target = self.tree.attribute(label, "for")
        if target is None:
            self._places.append((index, label))
        elif target:
            self._labels_for[target].append((index, label))

    def of(self, node: Node, attributes: dict[str, str]) -> Name:
        """Accessible name, where it came from, and the addresses linked from its label."""
        if references := attributes.get("aria-labelledby", "").split():
            named = [found for found in map(self.ids().get, references[:10]) if found is not None]
            if name := collapse(" ".join(self._referred(found, node, attributes) for found in named)):
                return name, "aria-labelledby", ()
        if name := collapse(attributes.get("aria-label", "")):
            return name, "aria-label", ()
        source, labels = self._labels(node, attributes)
        if name := self._said(labels, node):
            return name, source, tuple(href for label in labels for href in self._hrefs(label))
        if name := collapse(attributes.get("title", "")):
            return name, "title", ()
        return NO_NAME

    def _referred(self, found: Node, node: Node, attributes: dict[str, str]) -> str:
        """What one id of aria-labelledby says; a control may name itself by its own label as well."""
        if found != node:
            return self.spoken.of(found, node)
        own = attributes.get("aria-label") or self._said(self._labels(node, attributes)[1], node)
        return own or attributes.get("title", "")

    def _said(self, labels: list[Node], node: Node) -> str:
        """The labels in a row; what two forms with the same ids say twice is said once."""
        return " ".join(dict.fromkeys(filter(None, (self.spoken.of(label, node) for label in labels))))

    def _labels(self, node: Node, attributes: dict[str, str]) -> tuple[LabelSource, list[Node]]:
        """Every label of a control in the order of the page (HTML, "labeled control")."""
        around = self._around(node)
        identity = attributes.get("id")
        found = self._labels_for.get(identity, []) if identity else []
        if not found or self.first_with.get(identity or "", node) != node:
            return "label-wrap", [around] if around is not None else []
        labels = [label for _, label in found[:MOST_LABELS]]
        if around is not None:
            place = next((index for index, label in self._places if label == around), 0)
            labels.insert(sum(1 for index, _ in found[:MOST_LABELS] if index < place), around)
        return "label-for", labels

    def ids(self) -> dict[str, Node]:
        """Elements by id, looked up on first use."""
        if self._ids is None:
            self._ids = self.tree.ids()
        return self._ids

    def _around(self, node: Node) -> Node | None:
        """The label around a control, if it is for none by id and the control is the first in it."""
        seen = self.tree.parent(node)
        for _ in range(ANCESTORS):
            if seen is None:
                return None
            tag = self.tree.tag(seen)
            if tag == "label":
                by_id = self.tree.attribute(seen, "for") is not None
                return None if by_id or self._first_control(seen) != node else seen
            if tag == "form":
                return None
            seen = self.tree.parent(seen)
        return None

    def _first_control(self, label: Node) -> Node | None:
        """The control that a label without `for` names: the first in it that can have a label."""
        waiting = [label]
        while waiting and self.budget.visit():
            node = waiting.pop()
            tag = self.tree.tag(node)
            if tag in LABELABLE and (self.tree.attribute(node, "type") or "").strip().lower() != "hidden":
                return node
            waiting.extend([child for child in self.tree.children(node) if self.tree.tag(child)][::-1])
        return None

    def _hrefs(self, label: Node) -> Iterator[str]:
        waiting, seen = [label], 0
        while waiting and seen < 200:
            node = waiting.pop()
            seen += 1
            if self.tree.tag(node) == "a" and (href := self.tree.attribute(node, "href")):
                yield href[:500]
            waiting.extend([child for child in self.tree.children(node) if self.tree.tag(child)][::-1])

    def _is_of_another(self, before: Node) -> bool:
        """A control, or the label around one: what it says is not about the next control."""
        tag = self.tree.tag(before)
        return tag in FORM_TAGS and (tag != "label" or self.tree.inside(before) > 0)

    def legend(self, node: Node) -> str:
        """What the nearest fieldset around a control asks."""
        seen = self.tree.parent(node)
        for _ in range(ANCESTORS):
            if seen is None or self.tree.tag(seen) in ("form", "body"):
                return ""
            if self.tree.tag(seen) == "fieldset":
                return self._legend_of(seen)
            seen = self.tree.parent(seen)
        return ""

    def _legend_of(self, fieldset: Node) -> str:
        """Remembered for the next control, which mostly stands in the same fieldset."""
        if self._legend is None or self._legend[0] != fieldset:
            legends = (child for child in self.tree.children(fieldset) if self.tree.tag(child) == "legend")
            found = next(legends, None)
            said = collapse(self.budget.text(found))[:LABEL_TEXT] if found is not None else ""
            self._legend = (fieldset, said)
        return self._legend[1]

    def words_after(self, node: Node) -> str:
        """The text just after a box or choice that no label names, up to the next control or line."""
        seen: Node | None = node
        for _ in range(2):
            if seen is None or self.tree.tag(seen) in ("form", "table", "body"):
                return ""
            parent = self.tree.parent(seen)
            if parent is None:
                return ""
            if said := collapse(" ".join(self._following(parent, seen))):
                return said[:LABEL_TEXT]
            seen = parent
        return ""

    def _following(self, parent: Node, node: Node) -> Iterator[str]:
        after = False
        for child in self.tree.children(parent):
            if not self.budget.visit():
                return
            if after and (self.tree.tag(child) in ENDS or self._is_of_another(child)):
                return
            if after:
                yield self.budget.text(child)
            after = after or child == node

    def caption(self, node: Node) -> str:
        """The text just before a field that no label names: same line, or the cell before it."""
        seen: Node | None = node
        for _ in range(3):
            if seen is None or self.tree.tag(seen) in ("form", "table", "body"):
                return ""
            before = self.tree.previous(seen)
            while before is not None:
                if self._is_of_another(before):
                    return ""
                if text := collapse(self.budget.text(before)):
                    return text if len(text) <= CAPTION else ""
                before = self.tree.previous(before)
            seen = self.tree.parent(seen)
        return ""
