"""What stands around a form: its landmark, the heading above it, the links beside it."""

from collections.abc import Sequence

from editorial.audit.facts import Field
from editorial.audit.gather.page import PageReader
from editorial.audit.gather.text import collapse
from editorial.audit.gather.trees import Node, Tree

LANDMARKS = frozenset({"header", "nav", "footer", "aside", "main", "dialog"})
SECTIONS = LANDMARKS | {"section", "article"}
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
TEXTUAL = frozenset({"text", "email", "tel", "textarea", "url", "password"})
LEVELS = 40  # looked up; deeper nesting is no page that people wrote
WITHOUT_SECTION = 3  # levels that count as the section of a form that stands in plain boxes
MOST_NODES = 600
MOST_LINKS = 30
LINK_CHARS = 160
HEADING_CHARS = 200


def asks_something(fields: Sequence[Field]) -> bool:
    """True for a form that may ask for a contact; a search box alone does not."""
    textual = [field for field in fields if field.kind in TEXTUAL and not field.hidden]
    return len(textual) > 1 or any(field.kind != "text" or _may_reach(field) for field in textual)


def _may_reach(field: Field) -> bool:
    said = f"{field.name} {field.id} {field.label} {field.placeholder}".lower()
    return any(word in said for word in ("mail", "phone", "tel", "邮", "电话", "手机", "微信", "联系"))


def surroundings(tree: Tree, form: Node) -> tuple[str, Node | None]:
    """The innermost landmark around a form, or empty, and the node of its section."""
    landmark, section, fallback = "", None, None
    seen = tree.parent(form)
    for level in range(LEVELS):
        if seen is None or (tag := tree.tag(seen)) in ("body", "html"):
            fallback = seen if fallback is None else fallback
            break
        if section is None and (tag in SECTIONS or tree.attribute(seen, "role") in ("dialog", "region")):
            section = seen
        if level < WITHOUT_SECTION:
            fallback = seen
        if tag in LANDMARKS:
            landmark = tag
            break
        seen = tree.parent(seen)
    return landmark, section if section is not None else fallback


def read_section(page: PageReader, section: Node) -> tuple[str, tuple[str, ...]]:
    """The last heading before the first form of a section, and the section's links outside its forms."""
    tree, heading, before = page.tree, "", True
    links: list[str] = []
    waiting = [section]
    for _ in range(MOST_NODES):
        if not waiting or not page.budget.visit():
            break
        node = waiting.pop()
        tag = tree.tag(node)
        if tag == "form":
            before = False
        elif tag in HEADINGS and before:
            heading = collapse(page.budget.text(node))[:HEADING_CHARS]
        elif tag == "a" and len(links) < MOST_LINKS:
            href = tree.attribute(node, "href") or ""
            links.append(f"{collapse(page.budget.text(node))[:80]} {href}"[:LINK_CHARS])
        elif tag:
            waiting.extend([child for child in tree.children(node) if tree.tag(child)][::-1])
    return heading, tuple(links)
