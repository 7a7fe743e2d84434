"""What two pages are compared by: a sketch of the main text, and the layout that its template leaves in the tree.

Both are numbers that come out the same in every process, on every machine and with every version of Python: checksums
by CRC-32, never Python's own hashes.
"""

import re
from binascii import b2a_base64
from itertools import compress, islice
from struct import pack, unpack
from zlib import crc32

from editorial.audit.gather.trees import Node, Tree

SHINGLE_WORDS = 5
SHINGLE_CHARACTERS = 8  # where words are not set apart
ENOUGH = 50  # words, or twice as many characters of Han and kana; below that texts are alike by chance
MOST = 1_200
"""Words, or characters, that are looked at: an endless page costs no more. The length of all is compared apart."""
BINS = 256
ENOUGH_BINS = 28  # filled at once; 50 words fill 42, and a text that repeats itself says too little to be compared
LEFT_EMPTY = 2  # bins without a shingle that are not worth another round
ROUNDS = [(1 + 5 * number % 31, 1 + (7 + 11 * number) % 31) for number in range(60)]
_FREE = 1 << 32
_PHI = 0x9E3779B1  # the golden ratio of 32 bits; spreads code points over all of them


def sketch_of(flat: bytes, *, words: int, by_character: bool) -> str:
    """256 samples of a text's shingles, four bits each, as base64; empty for a text with too little to compare.

    The share of equal samples tells how many shingles two texts share (`alike.likeness`). Each shingle falls into one
    of 256 bins by its hash, and the smallest of a bin stays: one pass instead of a hash function for each sample. Bins
    that nothing fell into are filled by further rounds with other hashes, so that short texts give 256 samples too.
    Source: Dahlgaard, Knudsen and Thorup, Fast Similarity Sketching (2017); Li and König, b-Bit Minwise Hashing (2010).

    Args:
        flat: the text in lower case and UTF-8, its words set apart by single spaces.
        words: how many the text has, each character of Han and kana counted as one.
        by_character: whether the text is in a script that does not set words apart.
    """
    if words < (2 * ENOUGH if by_character else ENOUGH):
        return ""
    if by_character:
        text = flat.decode("utf-8", "surrogatepass").replace(" ", "")[:MOST]
        numbers = [ord(each) * _PHI & 0xFFFFFFFF for each in text]
        return _sampled(*_shingles(numbers, SHINGLE_CHARACTERS))
    return _sampled(*_shingles([*map(crc32, flat.split(b" ", MOST)[:MOST])], SHINGLE_WORDS))


def _shingles(numbers: list[int], size: int) -> tuple[int, int]:
    """The hash of every run of `size` numbers, side by side in one integer of 32 bits each, and how many there are.

    A cyclic polynomial (Cohen, Recursive Hashing Functions for n-Grams, 1997): each number is turned by its place in
    the run, and all are XORed. One integer of thousands of bits does that for a whole text at the price of a few.
    """
    row = int.from_bytes(pack(f"<{len(numbers)}I", *numbers), "little")
    count = max(0, len(numbers) - size + 1)
    whole = (1 << 32 * count) - 1
    result = 0
    for place in range(size):
        result ^= _turned((row >> 32 * place) & whole, 4 * place + 1, count)
    return result, count


def _turned(row: int, by: int, count: int) -> int:
    """Each of `count` numbers of 32 bits turned left by some bits."""
    low = int.from_bytes(pack("<I", (1 << by) - 1) * count, "little")
    high = int.from_bytes(pack("<I", (1 << 32 - by) - 1) * count, "little")
    return ((row & high) << by) | ((row >> 32 - by) & low)


def _sampled(row: int, count: int) -> str:
    """What `sketch_of` gives for shingles side by side."""
    if not count:
        return ""
    bins = [_FREE] * BINS
    for number in unpack(f"<{count}I", row.to_bytes(4 * count, "little")):
        place = number >> 24
        if number < bins[place]:  # noqa: PLR1730 -- a call of min takes three times as long
            bins[place] = number
    free = bytearray([number == _FREE for number in bins])  # a table: 1 for a bin that nothing fell into
    if BINS - free.count(1) < ENOUGH_BINS:
        return ""
    for one, other in ROUNDS:
        if free.count(1) <= LEFT_EMPTY:
            break
        raw = (row ^ _turned(row, one, count) ^ _turned(row, other, count)).to_bytes(4 * count, "little")
        fallen: dict[int, int] = {}
        for number in compress(unpack(f"<{count}I", raw), raw[3::4].translate(free)):
            place = number >> 24
            if number < fallen.get(place, _FREE):
                fallen[place] = number
        for place, number in fallen.items():
            bins[place], free[place] = number, 0
    halves = [number & 15 for number in bins]
    return b2a_base64(bytes([high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True)])).decode()[
        :-1
    ]


LEVELS = 3  # below the body
MOST_CHILDREN = 30  # of one element, texts among them; a longer list says nothing more about the template
_MAKING = frozenset({"div", "header", "footer", "main", "nav", "section", "article", "aside", "form"})
"""What templates are made of; paragraphs, headings and lists come with the text, scripts with plugins."""
_DIGIT = re.compile("[0-9]").search


def layout_of(tree: Tree, root: Node | None) -> str:
    """Eight hex digits over the top three levels of the body: what the template makes, whatever the text is.

    Each element counts with its name and its first class without a digit (`post-123` is of one page, and the classes
    behind the first tell of tags and states), and once under its parent. Empty without a body.

    Args:
        root: the html element.
    """
    if root is None:
        return ""
    body = next((child for child in tree.children(root) if tree.tag(child) == "body"), None)
    if body is None:
        return ""
    return f"{crc32(_outline(tree, body, LEVELS).encode('utf-8', 'replace')):08x}"


def _outline(tree: Tree, node: Node, levels: int) -> str:
    found: dict[str, None] = {}
    tag_of, attribute = tree.tag, tree.attribute
    for child in islice(tree.children(node), MOST_CHILDREN):
        tag = tag_of(child)
        if tag in _MAKING:
            said = f"{tag}.{_first_class(attribute(child, 'class'))}"
            inner = _outline(tree, child, levels - 1) if levels > 1 and tag != "nav" else ""
            found[f"{said}({inner})" if inner else said] = None
    return " ".join(found)


def _first_class(classes: str | None) -> str:
    if not classes:
        return ""
    return next((name for name in classes.split() if not _DIGIT(name)), "")
