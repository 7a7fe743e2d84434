"""The weekly mail, all the way: the desk audits a site, writes, sends through Postfix, and IMAP gives it back.

What a reader and their mail program make of it is judged there: its words, its headers, its spam score, its look on a
narrow and a wide screen, by day and by night, and the one click that ends it.
"""

import re
import secrets
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select, update

from editorial.adapters.catalog import Catalogs
from editorial.adapters.smtp import SmtpServer, Unreachable
from editorial.domain.locales import Language
from editorial.domain.mails import MailState, week_of
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services import sign_in
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.audit import Audit, Finding, FindingHistory
from editorial.store.base import Sessions, make_engine, make_sessions
from editorial.store.content import ContentItem, Site
from editorial.store.mail import OutgoingMail, WeeklyIssue, wants_weekly
from editorial.store.people import Person, PersonRole, Workspace
from editorial.web.guard import COOKIE
from tests.acceptance.post_office import DOMAIN, PostOffice, post_office, read, spam_score
from tests.acceptance.test_serve_to_hugo import until
from tests.browser import install
from tests.browser.conftest import AXE, LAUNCH
from tests.conftest import SCRIPTS, settings
from tests.integration.audit.conftest import Answer, Web, audit_site, links, page
from tests.integration.distribution.test_serve import line_with, serving
from tests.integration.mail.conftest import free_port

SENDER = "Editorial 编辑部 <desk@editorial.example>"
PAGES = 41
DESK = "https://desk.editorial.example"
NAMES = {"mei": ("Mei Lin", Language.EN), "chen": ("陈宇", Language.ZH), "gone": ("Gone Away", Language.EN)}
NAMES["full"] = ("Full Box", Language.EN)
AS_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SMALLEST_LETTER = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter(each => each.offsetHeight > 2 && [...each.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
  .map(each => parseFloat(getComputedStyle(each).fontSize)))"""
ENGLISH = (
    "Lead form vanished",
    "Page newly closed to search engines",
    "No lead form was seen on any page.",
    "Guide 7: how a gateway speaks to a PLC 网关",
    "2 findings",
    "Title missing",
    "Seen: 41 of 41 known pages (100%)",
)
CHINESE = (
    "线索表单消失",
    "没有在任何页面上看到线索表单。",
    "Guide 7: how a gateway speaks to a PLC 网关",
    "2 个问题",
    "已知 41 页，抓到 41 页",
)
FORM = (
    '<form action="/thanks" method="post"><h2>Request a demo</h2>'
    '<label>Work email <input type="email" name="email" required></label>'
    '<label>Company <input name="company"></label>'
    '<p>See our <a href="/privacy">privacy policy</a>.</p><button type="submit">Request a demo</button></form>'
)


@dataclass(frozen=True)
class Run:
    """A desk that has sent its mails, and still runs."""

    deps: Deps
    office: PostOffice
    url: str
    mails: dict[str, bytes]
    """By reader, as IMAP gave them out."""

    def rows(self) -> dict[str, OutgoingMail]:
        """The outbox, by reader."""
        with self.deps.sessions() as session:
            return {row.address.partition("@")[0]: row for row in session.scalars(select(OutgoingMail))}

    def parts(self, reader: str) -> tuple[str, str]:
        """Plain text and HTML of a mail."""
        text, html = (part.get_content() for part in read(self.mails[reader]).iter_parts())
        return text, html


# -- the desk and its site ----------------------------------------------------------------------------------------


def build(web: Web, *, later: bool) -> None:
    """A site of `PAGES` pages; `later` is a week on: one page is closed to search engines, one form is gone."""
    paths = [f"/guide/{number}" for number in range(36)]
    web.pages["/"] = page("Northgauge", links("/contact", "/privacy", "/thanks", "/pricing", *paths))
    web.pages["/privacy"], web.pages["/thanks"] = page("Privacy"), page("Thank you")
    web.pages["/pricing"] = page("Pricing" if later else "")
    web.pages["/contact"] = page("Contact us", "" if later else FORM)
    for path in paths:
        shut = '<meta name="robots" content="noindex">' if later and path == "/guide/7" else ""
        web.pages[path] = page(f"Guide {path[7:]} 网关", head=shut)
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nAllow: /\n", headers={"Content-Type": "text/plain"})


def seed(folder: Path, web: Web) -> Deps:
    """A team whose site was audited, and told of, a week ago."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'editorial.sqlite'}"
    engine = make_engine(url)
    migrate.to_revision(engine, SCRIPTS)
    sessions, now = make_sessions(engine), datetime.now(UTC)
    with sessions.begin() as session:
        session.add(
            Workspace(id=1, name="Northgauge 内容组", language=Language.EN, zone="Asia/Shanghai", created_at=now)
        )
        for user, (name, language) in NAMES.items():
            session.add(
                Person(
                    name=name,
                    email=f"{user}@{DOMAIN}",
                    language=language,
                    zone="Asia/Shanghai",
                    created_at=now,
                    grants=[PersonRole(role=Role.EDITOR)],
                )
            )
        site = Site(
            name="Northgauge",
            base_url=f"{web.url}/",
            language=Language.EN,
            zone="Asia/Shanghai",
            created_at=now - timedelta(days=60),
        )
        session.add(site)
    first = audit_site(sessions, site)
    assert first.html_pages == PAGES
    week_ago(sessions, site.id, first.id)
    return Deps(
        config=settings(folder, url, instance_dir=folder, base_url=DESK),
        sessions=sessions,
        now=lambda: datetime.now(UTC),
        token=partial(secrets.token_urlsafe, 32),
        catalogs=Catalogs(),
        scripts=SCRIPTS,
        worker="reader",
    )


def week_ago(sessions: Sessions, site_id: int, audit_id: int) -> None:
    """Put the first audit, and the mail that told it, eight days back; and let a piece go out in between."""
    now = datetime.now(UTC)
    then = now - timedelta(days=8)
    with sessions.begin() as session:
        session.execute(
            update(Audit).where(Audit.id == audit_id).values(requested_at=then, started_at=then, ended_at=then)
        )
        session.execute(update(Finding).values(first_seen_at=then, last_seen_at=then))
        session.execute(update(FindingHistory).values(at=then))
        week = week_of(then, ZoneInfo("Asia/Shanghai"))
        session.add(WeeklyIssue(site_id=site_id, week=week, due_at=then, written_at=then, mails=4))
        address = session.get_one(Site, site_id).base_url
        session.add(
            ContentItem(
                type_id=1,
                title="Guide 7: how a gateway speaks to a PLC 网关",
                language=Language.EN,
                site_id=site_id,
                status=Status.PUBLISHED,
                owner_id=1,
                url=f"{address}guide/7",
                url_n2=f"{address}guide/7",
                published_at=now - timedelta(days=2),
                content_hash="h",
                created_at=then,
                updated_at=then,
            )
        )


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture(scope="module")
def run(office: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A desk that nobody touches: it finds the week's audit and mail due, does both, and sends."""
    folder, web = tmp_path_factory.mktemp("weekly") / "desk", Web()
    build(web, later=False)
    deps = seed(folder, web)
    build(web, later=True)
    env = {
        "EDITORIAL_SMTP_HOST": "localhost",
        "EDITORIAL_SMTP_PORT": str(office.submission),
        "EDITORIAL_SMTP_SECURITY": "starttls",
        "EDITORIAL_SMTP_USER": f"desk@{DOMAIN}",
        "EDITORIAL_SMTP_PASSWORD": office.password,
        "EDITORIAL_MAIL_FROM": SENDER,
        "EDITORIAL_BASE_URL": DESK,
        "EDITORIAL_ALLOW_PRIVATE": "127.0.0.0/8",
        "EDITORIAL_CRAWL_RATE": "100",
        "SSL_CERT_FILE": str(office.certificate),
    }
    port = free_port()
    run = Run(deps, office, f"http://127.0.0.1:{port}", {})
    with serving(folder, port=port, **env) as desk:
        line_with(desk, "Editorial serves on")
        until(lambda: sum(row.attempts for row in run.rows().values()) >= len(NAMES), 240)
        until(lambda: all(row.state is not MailState.SENDING for row in run.rows().values()), 60)
        run.mails.update({user: office.wait_for(user)[0] for user in ("mei", "chen")})
        yield run
    web.close()


# -- the way ------------------------------------------------------------------------------------------------------


def test_each_reader_has_their_own_fate(run: Run) -> None:
    """One is turned away for good, one for now; the others have their mail, once."""
    rows = run.rows()

    assert {user: row.state.value for user, row in rows.items()} == {
        "mei": "sent",
        "chen": "sent",
        "gone": "refused",
        "full": "waiting",
    }
    said = {user: (rows[user].last_error or {})["params"] for user in ("gone", "full")}
    assert said["gone"] == {
        "code": "550",
        "said": "5.1.1 <gone@example.test>: Recipient address rejected: No such user here",
    }
    assert said["full"]["code"] == "452"
    assert rows["full"].next_try_at > rows["full"].created_at
    assert [len(run.office.mails(user)) for user in ("mei", "chen")] == [1, 1]


def test_the_desk_signed_in_over_an_encrypted_line(run: Run) -> None:
    assert f"sasl_username=desk@{DOMAIN}" in run.office.log()  # Postfix takes a password behind STARTTLS alone


def test_a_server_that_speaks_tls_from_the_first_byte_takes_it_too(run: Run, office: PostOffice) -> None:
    door = partial(SmtpServer, "localhost", office.wrapped, "tls", f"desk@{DOMAIN}", context=trusting(office))
    door(office.password).deliver("desk@editorial.example", f"wrapped@{DOMAIN}", run.mails["mei"])

    assert len(office.wait_for("wrapped")) == 1
    with pytest.raises(Unreachable, match="user or the password"):
        door("wrong").deliver("desk@editorial.example", f"wrapped@{DOMAIN}", run.mails["mei"])


def test_a_certificate_that_nobody_vouches_for_ends_the_talk(run: Run, office: PostOffice) -> None:
    with pytest.raises(Unreachable, match="prove who it is"):
        SmtpServer("localhost", office.submission).deliver("desk@editorial.example", f"x@{DOMAIN}", run.mails["mei"])


def trusting(office: PostOffice) -> Callable[[], ssl.SSLContext]:
    return partial(ssl.create_default_context, cafile=str(office.certificate))


# -- what a mail program reads ------------------------------------------------------------------------------------


def test_the_subject_arrives_in_the_readers_language(run: Run) -> None:
    subjects = {reader: str(read(raw)["Subject"]) for reader, raw in run.mails.items()}

    assert re.fullmatch(r"\[Northgauge\] Score \d+ \(−\d+\), \d+ new findings?, 1 fixed", subjects["mei"])
    assert re.fullmatch(r"【Northgauge】得分 \d+（−\d+），新问题 \d+ 个，已修复 1 个", subjects["chen"])


@pytest.mark.parametrize("reader", ["mei", "chen"])
def test_its_headers_are_those_of_a_good_mail(run: Run, reader: str) -> None:
    mail, row = read(run.mails[reader]), run.rows()[reader]
    token = urlsplit(str(mail["List-Unsubscribe"])[1:-1])

    assert mail["Message-ID"] == row.message_id
    assert row.message_id is not None
    assert row.message_id.endswith("@editorial.example>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (f"{token.scheme}://{token.netloc}", token.path.split("/")[1]) == (DESK, "unsubscribe")
    assert mail["List-Id"] == "<weekly.site-1.editorial.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].display_name == "Editorial 编辑部"
    assert mail["To"].addresses[0].display_name == NAMES[reader][0]
    assert abs(mail["Date"].datetime - row.sent_at) < timedelta(minutes=1)
    assert not mail.defects


@pytest.mark.parametrize(("reader", "words"), [("mei", ENGLISH), ("chen", CHINESE)])
def test_both_parts_tell_the_week(run: Run, reader: str, words: tuple[str, ...]) -> None:
    parts = list(read(run.mails[reader]).iter_parts())
    text, html = run.parts(reader)

    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    shown = BeautifulSoup(html, "html.parser").get_text(" ", strip=True)
    for word in words:
        assert word in " ".join(text.split())
        assert word in " ".join(shown.split())
    assert len(html.encode()) < 100_000


@pytest.mark.parametrize("reader", ["mei", "chen"])
def test_spamassassin_has_nothing_against_it(run: Run, reader: str) -> None:
    arrived, rules = spam_score(run.mails[reader])
    bare, others = spam_score(before_the_way(run.mails[reader]))

    print(f"{reader}: {arrived} {rules}; as it left: {bare} {others}")
    assert arrived <= 0.0
    assert bare <= 0.0
    assert set(others) <= {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS", "WEIRD_PORT"}  # the site's, on this machine


def before_the_way(raw: bytes) -> bytes:
    """The mail as the desk wrote it: without what the servers on the way put on top of it."""
    return raw[raw.index(b"\r\nFrom: ") + 2 :]


# -- what its links do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["mei", "chen"])
def test_every_link_leads_to_a_page(run: Run, reader: str) -> None:
    text, html = run.parts(reader)
    found = {str(link["href"]) for link in BeautifulSoup(html, "html.parser")("a")} | set(
        re.findall(r"https?://\S+", text)
    )
    with run.deps.sessions.begin() as session:
        person = session.scalar(select(Person).where(Person.email == f"{reader}@{DOMAIN}"))
        assert person is not None
        key = sign_in.open_session(session, run.deps, person, address="127.0.0.1", agent="test")[1]
    answers = {link: requests.get(link.replace(DESK, run.url), cookies={COOKIE: key}, timeout=20) for link in found}

    assert any(link.startswith(f"{DESK}/audits/sites/1/findings") for link in found)
    assert {link: answer.status_code for link, answer in answers.items()} == dict.fromkeys(found, 200)
    assert not [link for link, answer in answers.items() if "/sign-in" in answer.url]


# -- how it looks -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert install.main() == 0
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=install.find_browser(), args=["--no-sandbox", *LAUNCH])
        yield launched
        launched.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize("reader", ["mei", "chen"])
def test_it_reads_well_on_every_screen_and_fetches_nothing(
    run: Run, browser: Browser, tmp_path: Path, *, reader: str, width: int, scheme: str
) -> None:
    asked: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(run.parts(reader)[1])
    page.screenshot(path=tmp_path / f"{reader}-{width}-{scheme}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALLEST_LETTER) >= 11  # pixels
    assert page.locator("body").evaluate("body => body.getBoundingClientRect().height") > 400
    assert asked == []
    page.add_script_tag(path=AXE)
    assert violations(page) == []
    context.close()


def test_a_program_that_drops_the_style_sheet_shows_it_whole(run: Run, browser: Browser) -> None:
    bare = re.sub(r"<style.*?</style>", "", run.parts("mei")[1], flags=re.DOTALL)
    page = browser.new_page(viewport={"width": 320, "height": 900})
    page.set_content(bare)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("h1").evaluate("head => getComputedStyle(head).fontSize") == "24px"
    page.close()


def violations(page: Page) -> list[str]:
    """What axe finds, in a line each."""
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


# -- the way out, last: it changes what the others look at ----------------------------------------------------------


def test_looking_at_the_way_out_changes_nothing_and_one_click_does(run: Run) -> None:
    mail = read(run.mails["chen"])
    path = urlsplit(str(mail["List-Unsubscribe"])[1:-1]).path
    looked = requests.get(f"{run.url}{path}", timeout=10)
    still = wants_it(run, "chen")
    clicked = requests.post(f"{run.url}{path}", data=str(mail["List-Unsubscribe-Post"]), headers=AS_FORM, timeout=10)

    assert (looked.status_code, still) == (200, True)
    assert "不再接收 Northgauge 的周报？" in looked.text
    assert (clicked.status_code, clicked.history, wants_it(run, "chen")) == (200, [], False)
    assert wants_it(run, "mei")


def wants_it(run: Run, reader: str) -> bool:
    with run.deps.sessions() as session:
        person = session.scalar(select(Person).where(Person.email == f"{reader}@{DOMAIN}"))
        return person is not None and wants_weekly(session, person, 1)
