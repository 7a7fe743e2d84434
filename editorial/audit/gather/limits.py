"""What keeps a hostile page from costing more than its length."""

from collections.abc import Callable, Mapping

from editorial.audit.gather.trees import Node, Tree

MOST = {"a": 50_000, "img": 50_000}  # elements of one kind that are read; a page of more is a trap, not a page
MOST_OTHERS = 5_000

Handler = Callable[[Node], None]


class Budget:
    """Characters that may still be read out of elements; nested headings would else be read a thousand times over."""

    def __init__(self, tree: Tree, characters: int) -> None:
        self._tree, self._left = tree, characters
        self._text = tree.text

    def text(self, node: Node) -> str:
        """The text of a node as written, or nothing once the page has been read too often."""
        if self._left <= 0:
            return ""
        text = self._text(node)
        self._left -= len(text) + 20
        return text

    def attribute(self, node: Node, name: str) -> str | None:
        """An attribute of a node, which counts like its text; None once the page has been read too often."""
        if self._left <= 0:
            return None
        value = self._tree.attribute(node, name)
        if value:
            self._left -= len(value)
        return value

    def visit(self, nodes: int = 1) -> bool:
        """Pay for looking at some nodes; False once the page has been read too often."""
        self._left -= 20 * nodes
        return self._left > 0


def limited(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers, each giving up after a number of elements. For huge pages alone: counting costs time."""
    left = {tag: MOST.get(tag, MOST_OTHERS) for tag in handlers}

    def counting(tag: str, handler: Handler) -> Handler:
        def handle(node: Node) -> None:
            left[tag] -= 1
            if left[tag] >= 0:
                handler(node)

        return handle

    return {tag: counting(tag, handler) for tag, handler in handlers.items()}
