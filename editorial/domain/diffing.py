"""What changed between two texts, word by word in English and sign by sign in Chinese. Pure."""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

_TOKENS = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"  # each Chinese character is a word of its own
    r"|\d+(?:[.,]\d+)*|[^\W\d\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+(?:['’-][^\W\d]+)*|\s+|."
)
_TOO_MANY = 4000
"""Tokens of one paragraph beyond which it is shown as replaced: the comparison is quadratic."""
_CONTEXT = 1
"""Unchanged paragraphs shown before and after a changed one."""


class Mark(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A run of text with one fate."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Block:
    """One paragraph, or a gap where `left_out` unchanged ones are not shown."""

    pieces: tuple[Piece, ...]
    left_out: int = 0


def compare(before: str, after: str) -> tuple[Block, ...]:
    """The paragraphs of two texts side by side; long unchanged stretches are left out and counted."""
    old, new = _paragraphs(before), _paragraphs(after)
    blocks: list[Block] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            blocks += [Block((Piece(Mark.KEPT, text),)) for text in old[i1:i2]]
        else:
            paired = min(i2 - i1, j2 - j1)
            blocks += [Block(words(old[i1 + n], new[j1 + n])) for n in range(paired)]
            blocks += [Block((Piece(Mark.GONE, text),)) for text in old[i1 + paired : i2]]
            blocks += [Block((Piece(Mark.NEW, text),)) for text in new[j1 + paired : j2]]
    return _shortened(blocks)


def words(before: str, after: str) -> tuple[Piece, ...]:
    """What changed inside one paragraph or line. Joining kept and gone gives `before`, kept and new gives `after`."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) > _TOO_MANY or len(new) > _TOO_MANY:
        return tuple(piece for piece in (Piece(Mark.GONE, before), Piece(Mark.NEW, after)) if piece.text)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Mark.KEPT, "".join(old[i1:i2])))
            continue
        pieces += [
            piece
            for piece in (Piece(Mark.GONE, "".join(old[i1:i2])), Piece(Mark.NEW, "".join(new[j1:j2])))
            if piece.text
        ]
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """A space kept between two changes reads as part of them: `<del>a b</del>`, not `<del>a</del> <del>b</del>`."""
    joined: list[Piece] = []
    gone = new = ""

    def close() -> None:
        nonlocal gone, new
        joined.extend(piece for piece in (Piece(Mark.GONE, gone), Piece(Mark.NEW, new)) if piece.text)
        gone = new = ""

    for n, piece in enumerate(pieces):
        if piece.mark is Mark.GONE:
            gone += piece.text
        elif piece.mark is Mark.NEW:
            new += piece.text
        elif piece.text.isspace() and gone and new and n + 1 < len(pieces):
            gone, new = gone + piece.text, new + piece.text
        else:
            close()
            joined.append(piece)
    close()
    return tuple(joined)


def _paragraphs(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _shortened(blocks: list[Block]) -> tuple[Block, ...]:
    changed = [n for n, block in enumerate(blocks) if any(piece.mark is not Mark.KEPT for piece in block.pieces)]
    shown = {m for n in changed for m in range(n - _CONTEXT, n + _CONTEXT + 1)}
    out: list[Block] = []
    for n, block in enumerate(blocks):
        if n in shown:
            out.append(block)
        elif out and out[-1].left_out:
            out[-1] = Block((), left_out=out[-1].left_out + 1)
        else:
            out.append(Block((), left_out=1))
    return tuple(out)
