"""A body as Hugo is given it, so that the page shows what the preview showed.

The preview reads no raw HTML and makes no link of a `javascript:` address; Hugo, told `unsafe`, does both, and runs
shortcodes wherever they stand, in code as well: one that it does not know stops the build of the whole site. So HTML
becomes text by `&lt;`, a refused link loses its bracket's meaning by a backslash, and a shortcode is written in Hugo's
own comment form, which it turns back before it reads the Markdown.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.autolink import autolink
from markdown_it.rules_inline.backticks import backtick
from markdown_it.rules_inline.image import image
from markdown_it.rules_inline.link import link

from editorial.domain.rendering import unix_text

_Rule = Callable[[StateInline, bool], bool]

_OPENERS = {"{{<": ">}}", "{{%": "%}}"}
_OPENER = re.compile(r"\{\{[<%]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# footnotes and definitions, which Hugo reads and the preview does not: what is indented below them is no code there
_CONTINUED = re.compile(r"^[ >]*(?:\[\^[^\]\n]+\]:|:[ \t])", re.MULTILINE)
_MARKS = re.compile(r"[ \t>*+\-\d.)]*")
_ENTITIES = {"<": "&lt;", "%": "&#37;"}
_JOINER = "\u2060"  # no width: in code no entity is read, so the opener is parted by what nobody sees


@dataclass
class _Seen:
    """What one reading met: places in the text of a block, or, for `definitions`, in the whole body."""

    refused: bool = False
    base: int = 0
    verbatim: list[tuple[int, int]] = field(default_factory=list)
    """Code and addresses in angle brackets: no entity is read there."""
    targets: list[tuple[int, int]] = field(default_factory=list)
    """Addresses and titles of links: `<` means no tag there, but entities are read."""
    brackets: list[int] = field(default_factory=list)
    """Each `(` before an address that no link may have."""
    definitions: list[int] = field(default_factory=list)
    """Each `[` of a definition whose address no link may have."""
    defined: list[tuple[int, int]] = field(default_factory=list)


def hugo_text(body: str) -> str:
    """The body with nothing in it that Hugo runs or passes on as HTML. Lines end in a single line feed."""
    body = unix_text(body)
    changes, kept, verbatim = _read_blocks(body)
    for tag in _TAG.finditer(body):
        if tag.start() not in kept and not _escaped(body, tag.start()):
            changes[tag.start()] = "&lt;"
    for opener in _open_for_good(body):
        at = opener + 2
        changes[at] = _JOINER + body[at] if at in verbatim else _ENTITIES[body[at]]
    return _without_shortcodes(_changed(body, changes))


def _read_blocks(body: str) -> tuple[dict[int, str], set[int], set[int]]:
    """Backslashes to put in, places where `<` means no tag, and those of them where no entity is read."""
    seen = _Seen()
    reader = _reader(seen)
    starts = [0, *(at + 1 for at, char in enumerate(body) if char == "\n"), len(body) + 1]
    places = _Places(body)
    verbatim: set[int] = set()
    kept: set[int] = set()
    changes: dict[int, str] = {}
    row: tuple[int, int] | None = None
    env: dict[str, Any] = {}
    tokens = reader.parse(body, env)
    kept.update(_spread(seen.defined))
    for token in tokens:
        row = (token.map[0], token.map[1]) if token.map else row
        if token.type in {"fence", "code_block"} and row:
            if token.type == "fence" or not _CONTINUED.search(body):
                verbatim.update(range(starts[row[0]], starts[row[1]]))
        elif token.type == "inline" and row:
            _read(reader, seen, token.content, env)
            at = places.of(token.content, starts[row[0] : row[1] + 1])
            code = {at[each] for each in _spread(seen.verbatim) if each in at}
            verbatim.update(code)
            # in code that goes on over a line's end a tag may begin a line, where Hugo would read an HTML block
            changes.update((place, f"{_JOINER}<") for place in code if body[place] == "<" and _begins(body, place))
            kept.update(at[each] for each in _spread(seen.targets) if each in at)
            changes.update((at[each], "\\(") for each in seen.brackets if each in at)
    changes.update((each, "\\[") for each in seen.definitions)
    return changes, kept | verbatim, verbatim


class _Places:
    """Where the signs of a block's text stand in the body.

    A block's text is its lines without what marks the block (`>`, `#`, `-`, `|`); those marks hold none of the three
    signs, so the n-th of a kind in a line of text is the n-th in the line of the body. Cells of a row count on.
    """

    def __init__(self, body: str) -> None:
        self._body = body
        self._used: defaultdict[tuple[int, str], int] = defaultdict(int)

    def of(self, text: str, starts: list[int]) -> dict[int, int]:
        """From place in the text to place in the body, for each sign."""
        found: dict[int, int] = {}
        offset = 0
        for number, line in enumerate(text.split("\n")[: len(starts) - 1]):
            for sign in "<(%":
                key = (starts[number], sign)
                at = self._used[key] or starts[number]
                inside = line.find(sign)
                while inside >= 0 and (at := self._body.find(sign, at, starts[number + 1])) >= 0:
                    found[offset + inside] = at
                    at += 1
                    self._used[key] = at
                    inside = line.find(sign, inside + 1)
            offset += len(line) + 1
        return found


def _reader(seen: _Seen) -> MarkdownIt:
    """The preview's reader, which notes what it meets and leaves the text of blocks to `_read`."""
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    allowed = reader.validateLink

    def validate(url: str) -> bool:
        fine = allowed(url)
        seen.refused = seen.refused or not fine
        return fine

    reader.validateLink = validate  # type: ignore[method-assign]
    reader.inline.ruler.at("backticks", _noting_verbatim(backtick, seen))
    reader.inline.ruler.at("autolink", _noting_verbatim(autolink, seen))
    reader.inline.ruler.at("link", _noting_target(link, "[", reader, seen))
    reader.inline.ruler.at("image", _noting_target(image, "![", reader, seen))
    reader.block.ruler.at("reference", _noting_definition(seen))
    reader.core.ruler.disable("inline")
    return reader


def _noting_verbatim(rule: _Rule, seen: _Seen) -> _Rule:
    def run(state: StateInline, silent: bool) -> bool:
        start = state.pos
        done = rule(state, silent)
        if done and not silent:
            seen.verbatim.append((seen.base + start, seen.base + state.pos))
        return done

    return run


def _noting_target(rule: _Rule, sign: str, reader: MarkdownIt, seen: _Seen) -> _Rule:
    def run(state: StateInline, silent: bool) -> bool:
        start, base = state.pos, seen.base
        if silent or not state.src.startswith(sign, start):
            return rule(state, silent)
        end = reader.helpers.parseLinkLabel(state, start + len(sign) - 1, sign == "[")
        state.pos = start
        if end >= 0 and state.src.startswith("(", end + 1) and _refused_at(reader, state, end + 2):
            seen.brackets.append(base + end + 1)
        if sign == "![":
            seen.base = base + start + 2  # the text of an image is read on its own
        done = rule(state, silent)
        seen.base = base
        if done:
            seen.targets.append((base + end, base + state.pos))
        return done

    return run


def _noting_definition(seen: _Seen) -> Callable[[StateBlock, int, int, bool], bool]:
    def run(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        seen.refused = False
        done = reference(state, start, end, silent)
        at = state.bMarks[start] + state.tShift[start]
        if not done and seen.refused:
            seen.definitions.append(at)
        if done and not silent and not state.src.startswith("[^", at):  # Hugo takes that for a footnote's text
            seen.defined.append((at, state.eMarks[state.line - 1]))
        return done

    return run


def _refused_at(reader: MarkdownIt, state: StateInline, at: int) -> bool:
    while at < state.posMax and state.src[at] in " \t\n":
        at += 1
    target = reader.helpers.parseLinkDestination(state.src, at, state.posMax)
    return bool(target.ok) and not reader.validateLink(reader.normalizeLink(target.str))


def _read(reader: MarkdownIt, seen: _Seen, text: str, env: dict[str, Any]) -> None:
    seen.base, seen.verbatim, seen.targets, seen.brackets = 0, [], [], []
    reader.inline.parse(text, reader, env, [])


def _spread(ranges: list[tuple[int, int]]) -> Iterator[int]:
    for start, end in ranges:
        yield from range(start, end)


def _begins(text: str, at: int) -> bool:
    """Whether only space and the marks of quotes and lists stand before it on its line."""
    line = text.rfind("\n", 0, at) + 1
    return _MARKS.fullmatch(text, line, at) is not None


def _escaped(text: str, at: int) -> bool:
    """Whether an odd number of backslashes stands before."""
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def _open_for_good(text: str) -> list[int]:
    """Each opener of a shortcode that nothing closes."""
    last = {opener: text.rfind(closer) for opener, closer in _OPENERS.items()}
    return [found.start() for found in _OPENER.finditer(text) if found.end() > last[found[0]]]


def _changed(text: str, changes: dict[int, str]) -> str:
    parts, at = [], 0
    for place in sorted(changes):
        parts += [text[at:place], changes[place]]
        at = place + 1
    return "".join([*parts, text[at:]])


def _without_shortcodes(text: str) -> str:
    parts, at = [], 0
    while (found := _OPENER.search(text, at)) is not None:
        closer = _OPENERS[found[0]]
        end = text.find(closer, found.end())
        if end < 0:  # nothing closes it any more
            parts += [text[at : found.end() - 1], _JOINER, found[0][-1]]
            at = found.end()
            continue
        parts += [text[at : found.end()], "/*", text[found.end() : end], "*/", closer]
        at = end + len(closer)
    return "".join([*parts, text[at:]])
