"""What names a form control: W3C accname 1.2 by markup alone.

aria-labelledby, aria-label, label, title, in that order. A placeholder is no name: it goes when somebody types.
"""

from collections import defaultdict
from collections.abc import Iterator

from editorial.audit.facts import LabelSource
from editorial.audit.gather.limits import Budget
from editorial.audit.gather.page import ANCESTORS, FORM_TAGS
from editorial.audit.gather.text import collapse
from editorial.audit.gather.trees import Node, Tree

LABEL_TEXT = 300  # characters
CAPTION = 40
ENDS = frozenset({"br", "p", "div", "li", "tr", "table", "ul", "form", "fieldset"})
SPOKEN = 2_000
SILENT_IN_LABELS = frozenset({"script", "style", "template", "select", "textarea", "button", "svg"})

Name = tuple[str, LabelSource, tuple[str, ...]]
NO_NAME: Name = ("", "", ())


class Names:
    """Finds names on one page. `labels_for` is filled by the walk: labels by the id they are for."""

    def __init__(self, tree: Tree, budget: Budget) -> None:
        self.tree, self.budget = tree, budget
        self.labels_for: dict[str, list[Node]] = defaultdict(list)
        self._ids: dict[str, Node] | None = None
        self._legend: tuple[Node, str] | None = None

    def of(self, node: Node, attributes: dict[str, str]) -> Name:
        """Accessible name, where it came from, and the addresses linked from its label."""
        if references := attributes.get("aria-labelledby", "").split():
            named = [found for found in map(self.ids().get, references[:10]) if found is not None]
            if name := collapse(" ".join(self._spoken(found) for found in named)):
                return name, "aria-labelledby", ()
        if name := collapse(attributes.get("aria-label", "")):
            return name, "aria-label", ()
        for source, nodes in self._labels(node, attributes):
            if name := collapse(" ".join(self._spoken(label) for label in nodes[:3])):
                return name, source, tuple(href for label in nodes[:3] for href in self._hrefs(label))
        if name := collapse(attributes.get("title", "")):
            return name, "title", ()
        return NO_NAME

    def _labels(self, node: Node, attributes: dict[str, str]) -> Iterator[tuple[LabelSource, list[Node]]]:
        if identity := attributes.get("id"):
            yield "label-for", self.labels_for.get(identity, [])
        yield "label-wrap", self._around(node)

    def ids(self) -> dict[str, Node]:
        """Elements by id, looked up on first use."""
        if self._ids is None:
            self._ids = self.tree.ids()
        return self._ids

    def _around(self, node: Node) -> list[Node]:
        """The label around a control."""
        seen = self.tree.parent(node)
        for _ in range(ANCESTORS):
            if seen is None:
                return []
            tag = self.tree.tag(seen)
            if tag == "label":  # a label for another control does not name this one
                target = self.tree.attribute(seen, "for")
                return [seen] if not target or target == self.tree.attribute(node, "id") else []
            if tag == "form":
                return []
            seen = self.tree.parent(seen)
        return []

    def _spoken(self, label: Node) -> str:
        """What a label says: its text and image alts, without the controls within."""
        said: list[str] = []
        waiting, length = [label], 0
        while waiting and length < SPOKEN and self.budget.visit():
            node = waiting.pop()
            tag = self.tree.tag(node)
            if not tag:
                said.append(self.tree.text(node))
                length += len(said[-1])
            elif tag == "img":
                said.append(f" {self.tree.attribute(node, 'alt') or ''} ")
            elif tag not in SILENT_IN_LABELS or node is label:
                children = list(self.tree.children(node))
                self.budget.visit(len(children))
                waiting.extend(reversed(children))
        return "".join(said)

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
