"""One audit of the hostile site, and what must hold whatever its sizes."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from editorial.adapters.fetch import Limits
from editorial.audit.crawl.pool import WorkerPool
from editorial.domain.addresses import AllowList
from editorial.store.audit import AuditFailure, AuditFile, AuditPage, AuditState, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit import hostile
from tests.integration.audit.conftest import Web, audit_site, make_site

HOME = {"link-localhost-staging", "link-to-redirect", "link-uncrawlable", "page-http", "crawl-trap"}
"""What the first page fails by the odd links on it, and for the site."""


class Run:
    """Plants the site and audits it to its end."""

    def __init__(self, web: Web, desk: Sessions, *, size: int, robots_size: int, limits: Limits) -> None:
        hostile.plant(web, size, robots_size)
        port = web.url.rpartition(":")[2]
        self.start = f"http://{hostile.HOST}:{port}/"
        self.web, self.peak = web, 0
        bent = (f"{hostile.HOST}:{port}:127.0.0.1", f"www.{hostile.HOST}:{port}:{hostile.INSIDE}")
        pools: list[WorkerPool] = []
        ended = threading.Event()
        watching = threading.Thread(target=self._watch, args=(pools, ended), daemon=True)
        watching.start()
        with hostile.inside(web) as self.came:
            self.audit = audit_site(
                desk,
                make_site(desk, self.start),
                allow=AllowList.of(["127.0.0.1"]),
                resolve=bent,
                limits=limits,
                started=pools.append,
                connections=8,
            )
        ended.set()
        watching.join()
        self._read(desk)

    def check(self) -> None:
        """The promises of the crawl."""
        assert (self.audit.state, self.audit.stop_reason) == (AuditState.DONE, "complete")
        assert self.came == []  # nobody was led inside
        assert self.web.cookies == []  # what one answer sets no request carries
        self._check_pages()
        self._check_traps()
        self._check_files()

    def _check_pages(self) -> None:
        assert {path: page.status for path, page in self.pages.items() if path.startswith("/sound/")} == {
            f"/sound/{place}": 200 for place in range(hostile.SOUND)
        }
        assert {path: rules for path, rules in self.failed.items() if path.startswith("/sound/")} == {
            f"/sound/{place}": {"page-http"} if place % 10 else {"page-http", "title-missing"}
            for place in range(hostile.SOUND)
        }
        assert self.failed["/"] == HOME  # none of its links is called broken
        for path in hostile.no_answers(1000):
            assert self.pages[path].error, path
            assert path not in self.failed, self.failed
        for path in hostile.cut_short(1000):
            assert self.pages[path].truncated, path
            assert self.failed.get(path, set()) <= {"html-too-large"}, self.failed[path]
        for path in hostile.CHALLENGES:
            assert self.failed[path] == {"response-access-denied"}, path
        for path in hostile.odd_pages(1000):
            assert self.pages[path].error in (None, "overrun"), path

    def _check_traps(self) -> None:
        for path in ("/month", "/session"):
            assert 10 < len([asked for asked in self.pages if asked.startswith(path)]) <= 101  # 100 queries of a path
        assert len([asked for asked in self.pages if asked.startswith("/again/")]) <= 4
        onward = [page.error for path, page in self.pages.items() if path.startswith("/onward")]
        assert len(onward) <= 25
        assert set(onward) == {"redirects"}
        told = [rules for path, rules in self.failed.items() if path.startswith("/onward")]
        assert told == [{"redirect-chain"}]  # where it begins, and not at each hop
        assert self.pages["/needs-cookie"].error == "redirect-loop"
        assert self.failed["/needs-cookie"] == {"redirect-loop"}
        assert max(map(len, self.pages)) < 2100

    def _check_files(self) -> None:
        """Maps that go round are read once; those inside the network are not reached, and do not count as broken."""
        names = [asked for asked in self.web.paths() if asked in ("/index.xml", "/index2.xml", "/bomb.xml")]
        assert len(names) == len(set(names)) == 3
        refused = {file.url: file.error for file in self.files if "map.xml" in file.url}
        assert set(refused.values()) == {"address"}
        assert len(refused) == 2

    def _watch(self, pools: Sequence[WorkerPool], ended: threading.Event) -> None:
        """The most memory that a worker program held, in MB, as the kernel counts it."""
        while not ended.wait(0.02):
            for pid in pools[0].pids if pools else ():
                with suppress(OSError, ValueError, IndexError):
                    held = Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]
                    self.peak = max(self.peak, int(held) // 1024)

    def _read(self, desk: Sessions) -> None:
        of_page = (AuditUrl.audit_id == AuditPage.audit_id) & (AuditUrl.no == AuditPage.no)
        of_failure = (AuditUrl.audit_id == AuditFailure.audit_id) & (AuditUrl.no == AuditFailure.no)
        self.pages: dict[str, AuditPage] = {}
        self.failed: dict[str, set[str]] = {}
        with desk() as session:
            pages = select(AuditUrl.url, AuditPage).join(AuditPage, of_page).where(AuditPage.audit_id == self.audit.id)
            for url, page in session.execute(pages):
                self.pages["/" + url.removeprefix(self.start)] = page
            failed = select(AuditUrl.url, AuditFailure.rule).join(AuditFailure, of_failure)
            for url, rule in session.execute(failed.where(AuditFailure.audit_id == self.audit.id)):
                self.failed.setdefault("/" + url.removeprefix(self.start), set()).add(rule)
            self.files = session.scalars(select(AuditFile).where(AuditFile.audit_id == self.audit.id)).all()
