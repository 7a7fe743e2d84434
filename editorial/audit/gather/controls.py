"""Controls of forms: what they are, and which of those without a form belong together."""

from collections.abc import Iterator
from dataclasses import dataclass

from editorial.audit.gather.limits import Budget
from editorial.audit.gather.page import EVIDENCE
from editorial.audit.gather.trees import Node, Tree

CONTROLS = frozenset({"input", "select", "textarea", "button"})
BUTTONS = frozenset({"submit", "button", "reset", "image"})
INPUT_TYPES = frozenset(
    {
        *("hidden", "text", "search", "tel", "url", "email", "password", "date", "month", "week", "time", "number"),
        *("datetime-local", "range", "color", "checkbox", "radio", "file", *BUTTONS),
    }
)
MOST_GROUPS = 20  # of controls without a form
GROUP_LEVELS = 8  # elements between such a control and the one that holds its button, too


@dataclass
class Control:
    """A control with its number in the page. `inert`: within a template or noscript."""

    index: int
    node: Node
    tag: str
    attributes: dict[str, str]
    inert: bool


def groups(tree: Tree, budget: Budget, controls: list[Control]) -> list[list[Control]]:
    """Controls without a form that share the nearest element which also holds a button, with those buttons."""
    buttons = [list(ancestors(tree, it.node)) for it in controls if is_button(it)][:MOST_GROUPS]
    found: list[tuple[Node, list[Control]]] = []
    for control in controls if buttons else ():
        if is_button(control) or not budget.visit(GROUP_LEVELS * len(buttons)):
            continue
        near = ancestors(tree, control.node)
        around = next((node for node in near if any(node in each for each in buttons)), None)
        known = next((group for node, group in found if node == around), None)
        if known is not None:
            known.append(control)
        elif around is not None and len(found) < MOST_GROUPS:
            found.append((around, [control]))
    for node, group in found:
        group += [it for it in controls if is_button(it) and node in ancestors(tree, it.node)]
    return [group for _, group in found]


def ancestors(tree: Tree, node: Node) -> Iterator[Node]:
    """What stands around a node, from near to far, within reach and below the body."""
    seen = tree.parent(node)
    for _ in range(GROUP_LEVELS):
        if seen is None or tree.tag(seen) in ("body", "html"):
            return
        yield seen
        seen = tree.parent(seen)


def kind_of(control: Control) -> str:
    if control.tag != "input":
        return control.tag
    kind = control.attributes.get("type", "").strip().lower()
    return kind if kind in INPUT_TYPES else "text"


def is_button(control: Control) -> bool:
    return control.tag == "button" or (control.tag == "input" and kind_of(control) in BUTTONS)


def markup_of(control: Control) -> str:
    """The start tag, without its value: it may hold what a visitor typed."""
    parts = [f'{name}="{value}"' if value else name for name, value in control.attributes.items() if name != "value"]
    return f"<{' '.join([control.tag, *parts])}>"[:EVIDENCE]
