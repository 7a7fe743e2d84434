"""The links of a page in one piece, and rows for those that a rule or a person asks for.

A page of a menu-rich site has 400 links: rows of them cost more than parsing the page, and as much room as all its
facts. Nearly all lead to sound pages of the site, and nobody asks for a single one: what is worked out over all of them
(`link_graph`) reads the pieces. Links out of the site become rows at once, those to pages that are broken or lead
elsewhere at the end of the audit (`spell_out`).
"""

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection, exists, or_, select
from sqlalchemy.orm import Session

from editorial.store.audit_rows import AuditLink, AuditLinkPack, AuditPage, insert_rows

INTERNAL, NOFOLLOW, IN_MAIN = 4, 2, 1  # bits; the last two stand below the number of a target
AT_ONCE = 200  # pages fetched together

Pack = tuple[int, Sequence[int], str, str]
"""A page, the targets of its links, a digit of the bits below for each, their texts by lines."""


def save(connection: Connection, audit_id: int, pages: Iterable[Pack]) -> None:
    """Write the links of some pages."""
    packs, rows = [], []
    for no, targets, marks, texts in pages:
        digits = marks.encode()  # those of 0 to 7 end in the bits that they name
        if digits.translate(None, b"0123"):
            codes = [target << 2 | digit & 3 for target, digit in zip(targets, digits, strict=True)]
            packs.append((audit_id, no, _packed(orjson.dumps(codes)), _packed(texts.encode("utf-8", "replace"))))
        if digits.translate(None, b"4567"):
            rows += _rows_out(audit_id, no, targets, digits, texts)
    insert_rows(connection, AuditLinkPack, packs)
    insert_rows(connection, AuditLink, rows)


def _rows_out(audit_id: int, no: int, targets: Sequence[int], digits: bytes, texts: str) -> list[tuple[Any, ...]]:
    """Rows of the links that lead out of the site."""
    said = texts.split("\n")
    return [
        (audit_id, no, place, targets[place], bool(digit & NOFOLLOW), said[place], bool(digit & IN_MAIN))
        for place, digit in enumerate(digits)
        if not digit & INTERNAL
    ]


def codes(session: Session, audit_id: int) -> Iterator[tuple[int, list[int]]]:
    """Page and its links, each the target's number times four with the bits; pages without a piece have rows."""
    pack, link = AuditLinkPack, AuditLink
    wanted = select(pack.no, pack.targets).where(pack.audit_id == audit_id).order_by(pack.no)
    for no, targets in _streamed(session, wanted):
        yield no, orjson.loads(zlib.decompress(targets))
    packed = exists().where(pack.audit_id == link.audit_id, pack.no == link.no)
    alone = select(link.no, link.target, link.nofollow, link.in_main).where(link.audit_id == audit_id, ~packed)
    rows = _streamed(session, alone.order_by(link.no, link.position))
    for no, of_page in groupby(rows, itemgetter(0)):
        yield (
            no,
            [
                target << 2 | (NOFOLLOW if nofollow else 0) | (IN_MAIN if in_main else 0)
                for _, target, nofollow, in_main in of_page
            ],
        )


def links_in(session: Session, audit_id: int) -> Counter[int]:
    """How many links lead to each address, by its number."""
    counted: Counter[int] = Counter()
    for _, found in codes(session, audit_id):
        counted.update([code >> 2 for code in found])
    return counted


def odd_targets(session: Session, audit_id: int) -> set[int]:
    """Pages that rules ask who links to them: broken, without an answer, or leading elsewhere."""
    page = AuditPage
    odd = or_(page.hops > 0, page.status >= 400, page.error.is_not(None))
    return set(session.scalars(select(page.no).where(page.audit_id == audit_id, odd)))


def spelled_out(session: Session, audit_id: int, targets: Collection[int]) -> Iterator[tuple[Any, ...]]:
    """Rows of `AuditLink` for the links to these addresses."""
    pack = AuditLinkPack
    wanted = select(pack.no, pack.targets, pack.texts).where(pack.audit_id == audit_id).order_by(pack.no)
    for no, packed, texts in _streamed(session, wanted) if targets else ():
        found = orjson.loads(zlib.decompress(packed))
        places = [place for place, code in enumerate(found) if code >> 2 in targets]
        if places:
            said = zlib.decompress(texts).decode().split("\n")
            for place in places:
                code = found[place]
                yield audit_id, no, place, code >> 2, bool(code & NOFOLLOW), said[place], bool(code & IN_MAIN)


def _packed(raw: bytes) -> bytes:
    return zlib.compress(raw, 1)


def _streamed(session: Session, wanted: Any) -> Iterator[Any]:
    return iter(session.connection().execute(wanted, execution_options={"yield_per": AT_ONCE}))
