"""What an element says as the name of a control: W3C accname 1.2, steps 2A to 2I, by markup alone.

Style sheets are not read: what a class hides is heard, what `::before` adds is not.
"""

import re
from collections.abc import Callable, Iterator

from editorial.audit.gather.controls import BUTTONS
from editorial.audit.gather.limits import Budget
from editorial.audit.gather.text import collapse
from editorial.audit.gather.trees import BREAKING, Node, Tree

LEVELS = 40  # of elements within each other; deeper nesting is no label that people wrote
MOST_OWNED = 10
SILENT = frozenset({"script", "style", "template", "noscript"})
RANGES = frozenset({"slider", "spinbutton", "scrollbar", "progressbar", "meter"})
LISTS = frozenset({"listbox", "combobox"})
MENUS = frozenset({"menu", "menubar"})
UNSAID = frozenset({"hidden", "checkbox", "radio", "file", "password"})
_HIDES = re.compile(r"display:none|visibility:(?:hidden|collapse)")


class Spoken:
    """Reads names out of the elements of one page. `find` looks an element up by its id."""

    def __init__(self, tree: Tree, budget: Budget, find: Callable[[str], Node | None]) -> None:
        self.tree, self.budget, self._find = tree, budget, find

    def of(self, root: Node, control: Node) -> str:
        """Text of a label, or of what aria-labelledby refers to, without the control that it names.

        A root that is hidden names all the same, with whatever is hidden in it.
        """
        return collapse(self._say(root, control, self._is_hidden(root), LEVELS))

    def _say(self, node: Node, control: Node, hidden: bool, levels: int) -> str:
        tag = self.tree.tag(node)
        if not tag:
            return self.budget.text(node)
        if levels <= 0 or tag in SILENT or node == control or not self.budget.visit():
            return ""
        if not hidden and self._is_hidden(node):
            return ""
        role = next(iter((self.budget.attribute(node, "role") or "").lower().split()), "")
        value, own = self._value(node, tag, role), self._own(node, tag)
        if value is not None and (levels < LEVELS or not own):  # within a label a control says what it holds
            return f" {value} "
        if not own:
            own = "".join(self._say(child, control, hidden, levels - 1) for child in self._inside(node, role))
            own = own if own.strip() else self.budget.attribute(node, "title") or own
        return f" {own} " if tag in BREAKING or tag == "img" else own

    def _own(self, node: Node, tag: str) -> str:
        """What its attributes call it: aria-label, and of an image its alt or title."""
        said = collapse(self.budget.attribute(node, "aria-label") or "")
        if not said and tag == "img":
            said = self.budget.attribute(node, "alt") or self.budget.attribute(node, "title") or ""
        return said

    def _inside(self, node: Node, role: str) -> Iterator[Node]:
        """Its children, and what it says that it owns; a menu is no part of a sentence."""
        if role in MENUS:
            return
        yield from self.tree.children(node)
        for name in (self.budget.attribute(node, "aria-owns") or "").split()[:MOST_OWNED]:
            if (owned := self._find(name)) is not None:
                yield owned

    def _is_hidden(self, node: Node) -> bool:
        attribute = self.budget.attribute
        if attribute(node, "hidden") is not None or (attribute(node, "aria-hidden") or "").strip().lower() == "true":
            return True
        style = attribute(node, "style")
        return style is not None and _HIDES.search("".join(style.lower().split())) is not None

    def _value(self, node: Node, tag: str, role: str) -> str | None:
        """What a control within a label holds (step 2C); None for what is none, and for a menu."""
        attribute = self.budget.attribute
        kind = (attribute(node, "type") or "").strip().lower() if tag == "input" else ""
        if role in RANGES or kind in ("range", "number"):
            spoken = (attribute(node, name) for name in ("aria-valuetext", "aria-valuenow", "value"))
            return next((value for value in spoken if value), "")
        if role in MENUS:
            return None
        if tag == "select" or role in LISTS:
            return self._chosen(node, tag)
        if tag == "textarea" or role == "textbox":
            return attribute(node, "value") or self.budget.text(node)
        return self._typed(node, kind) if tag == "input" else None

    def _typed(self, node: Node, kind: str) -> str:
        if kind in UNSAID:
            return ""
        return (
            self.budget.attribute(node, "value")
            or (self.budget.attribute(node, "alt") if kind in BUTTONS else "")
            or ""
        )

    def _chosen(self, node: Node, tag: str) -> str:
        """The options that are chosen; of a list that folds the first, as browsers choose it."""
        if tag == "input":
            return self.budget.attribute(node, "value") or ""
        options = [it for it in self._descendants(node, 0) if self._is_option(it)]
        chosen = [it for it in options if self._is_chosen(it)]
        folds = tag == "select" and self.budget.attribute(node, "multiple") is None
        if not chosen and folds and self.budget.attribute(node, "size") in (None, "", "1"):
            chosen = options[:1]
        return " ".join(self.budget.text(it).strip() for it in chosen)

    def _is_option(self, node: Node) -> bool:
        return self.tree.tag(node) == "option" or self.budget.attribute(node, "role") == "option"

    def _is_chosen(self, node: Node) -> bool:
        attribute = self.budget.attribute
        return attribute(node, "selected") is not None or attribute(node, "aria-selected") == "true"

    def _descendants(self, node: Node, level: int) -> Iterator[Node]:
        """The elements within, and what a list of ARIA says that it owns."""
        for child in self._inside(node, ""):
            if level < LEVELS and self.tree.tag(child) and self.budget.visit():
                yield child
                yield from self._descendants(child, level + 1)
