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

NOFOLLOW, IN_MAIN = 2, 1  # bits below the number of a target
AT_ONCE = 200  # pages fetched together

Row = Sequence[Any]
"""Page, position, target, nofollow, text, in the main part, to a page of the site; in the order of positions."""


def save(connection: Connection, audit_id: int, links: Iterable[Row]) -> None:
    """Write the links of some pages, those of a page one after the other."""
    packs, rows = [], []
    for no, of_page in groupby(links, itemgetter(0)):
        found = list(of_page)
        if any(link[6] for link in found):
            codes = [link[2] << 2 | (NOFOLLOW if link[3] else 0) | (IN_MAIN if link[5] else 0) for link in found]
            texts = "\n".join([link[4] for link in found])  # none holds a line break: white space is collapsed
            packs.append((audit_id, no, _packed(orjson.dumps(codes)), _packed(texts.encode("utf-8", "replace"))))
        rows += [(audit_id, *link[:6]) for link in found if not link[6]]
    insert_rows(connection, AuditLinkPack, packs)
    insert_rows(connection, AuditLink, rows)


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
