"""A running desk, a real browser, a real static site: what the browser tests share."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from waitress.server import create_server

from editorial.adapters.catalog import Catalogs
from editorial.app import create_app
from editorial.domain.locales import Language
from editorial.services import sign_in
from editorial.services.deps import Deps
from editorial.store.base import make_engine, make_sessions
from editorial.store.people import Person
from editorial.web.guard import COOKIE
from tests.browser.install import find_browser
from tests.conftest import SCRIPTS, numbered_tokens, settings

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
# what passed is not listed, nor where each fault stands in the tree: half of axe's time
AXE_OPTIONS = """{
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'], selectors: false, ancestry: false, xpath: false, elementRef: false,
}"""
LAUNCH = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class MovingClock:
    """The real clock plus an offset, so that a test may go two minutes ahead without waiting."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def forward(self, **by: float) -> None:
        self.offset += timedelta(**by)


@dataclass
class Desk:
    """A desk on a free port of this machine."""

    deps: Deps
    url: str
    clock: MovingClock

    def cookie_for(self, person: Person) -> str:
        """Sign somebody in without the form."""
        with self.deps.sessions.begin() as session:
            return sign_in.open_session(session, self.deps, person, address="127.0.0.1", agent="test")[1]


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path, catalogs: Catalogs) -> Iterator[Desk]:
    """The real application behind the real server, on a database of its own."""
    database = tmp_path / "editorial.sqlite"
    database.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{database}")
    clock = MovingClock()
    config = settings(tmp_path, f"sqlite:///{database}", base_url="")
    config.instance_dir.mkdir()
    deps = Deps(
        config=config,
        sessions=make_sessions(engine),
        now=clock,
        token=numbered_tokens(),
        catalogs=catalogs,
        scripts=SCRIPTS,
        worker="browser-test",
    )
    app = create_app(config, deps)
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Desk(deps=deps, url=f"http://127.0.0.1:{server.effective_port}", clock=clock)
    server.close()
    thread.join(5)
    server.task_dispatcher.shutdown()
    engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    path = find_browser()
    assert path, "no Chromium found: run `python -m tests.browser.install`"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(LAUNCH), chromium_sandbox=False)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """One browser window that remembers everything that went wrong in it."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def violations(self, *, path: str) -> list[str]:
        """What axe-core finds on the page that is shown (WCAG 2.2 A and AA, and its best practices)."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"axe.run(document, {AXE_OPTIONS}).then(found => found.violations)")
        return [f"{path}: {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found]


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a window: `open_window(desk, person, width=380, dark=True, language=Language.ZH)`."""
    visits: list[Visit] = []

    def open_one(
        desk: Desk,
        person: Person | None = None,
        *,
        width: int = 1440,
        dark: bool = False,
        language: Language = Language.EN,
    ) -> Visit:
        context = browser.new_context(
            base_url=desk.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if language is Language.ZH else "en-GB",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        if person is not None:
            context.add_cookies([{"name": COOKIE, "value": desk.cookie_for(person), "url": desk.url}])
        visit = Visit(context=context, page=context.new_page())

        def heard(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                visit.faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

        visit.page.on("console", heard)
        visit.page.on("pageerror", lambda error: visit.faults.append(f"exception: {error}"))
        visits.append(visit)
        return visit

    yield open_one
    for visit in visits:
        visit.context.close()
