"""What `editorial audit` prints, in each of its formats."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from editorial import __version__
from editorial.adapters.catalog import Catalog
from editorial.adapters.report_page import render_report
from editorial.audit.folder import Folder
from editorial.audit.report import page_json, text_report
from editorial.audit.report_csv import csv_report
from editorial.audit.report_html import html_values
from editorial.audit.report_sarif import sarif_report
from editorial.audit.rulebook import BY_ID
from editorial.audit.summary import Judged
from editorial.cli.audit_gaps import NO_GAPS, Gaps
from editorial.services.stop_reasons import why_it_stopped
from editorial.store.audit import Audit

STYLES = ("text", "json", "html", "csv", "sarif")


@dataclass(frozen=True)
class Wanted:
    """How to print. `target` is what was audited, as it was typed; `facts` count for JSON alone."""

    style: str
    target: str
    facts: bool = False
    every_outcome: bool = False
    folder: Folder | None = None
    """Where the pages lie, if they lie on this machine."""
    gaps: Gaps = NO_GAPS

    def place(self, url: str) -> str:
        """The URI by which code hosts know the page of an address: of a file its path from here."""
        file = self.folder.path_of(url) if self.folder is not None else None
        if file is None:
            return url
        path = file.absolute()
        inside = path.is_relative_to(Path.cwd())
        return quote(os.fsencode(path.relative_to(Path.cwd()).as_posix())) if inside else path.as_uri()


def written(pages: Iterable[Judged], audit: Audit, catalog: Catalog, wanted: Wanted) -> Iterator[str]:
    """The output piece by piece, line ends included."""
    if wanted.style == "json":
        site = wanted.gaps.as_json(catalog.say)  # with the first line alone
        for page in pages:
            line = page_json(
                page, BY_ID, catalog.say, every_outcome=wanted.every_outcome, facts=wanted.facts, more=site
            )
            yield f"{line}\n"
            site = {}
    elif wanted.style == "csv":
        yield from csv_report(pages, BY_ID, catalog.say, every_outcome=wanted.every_outcome)
    elif wanted.style == "sarif":
        yield from sarif_report(
            pages,
            BY_ID,
            catalog.say,
            version=__version__,
            every_outcome=wanted.every_outcome,
            gaps=wanted.gaps.told(catalog.say),
            successful=not wanted.gaps.unfit,
            place=wanted.place,
        )
    elif wanted.style == "html":
        yield _html(pages, audit, catalog, wanted)
    else:
        for line in text_report(pages, BY_ID, catalog.say, every_outcome=wanted.every_outcome):
            yield f"{line}\n"


def _html(pages: Iterable[Judged], audit: Audit, catalog: Catalog, wanted: Wanted) -> str:
    values = html_values(pages, BY_ID, catalog.say, every_outcome=wanted.every_outcome)
    ended = audit.ended_at
    values |= {
        "target": wanted.target,
        "moment": f"{catalog.day(ended.date(), year=True)} {catalog.clock(ended)}" if ended else "",
        "score": catalog.value(round(audit.score)) if audit.score is not None else None,
        "stopped": catalog.say(why_it_stopped(audit)),
    }
    return render_report(catalog, values)
