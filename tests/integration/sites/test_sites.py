"""Adding and changing sites: what is typed is made one address, or refused with the way on."""

import pytest
from sqlalchemy import event, select

from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services.auditing import start_audit
from editorial.services.sites import BadAddress, clean_address, overview
from editorial.store.audit import AuditTrigger
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.store.history import HistoryEvent
from tests.web import Visitor, add_person, add_workspace, application, visitor

FORM = {
    "name": "Northgauge",
    "base_url": "https://www.northgauge.example",
    "language": "en",
    "zone": "Asia/Shanghai",
    "audit_weekday": "0",
    "audit_time": "05:00",
    "mail_time": "08:00",
    "active": "on",
}


@pytest.fixture
def desk(deps) -> Visitor:
    """An administrator's browser."""
    add_workspace(deps)
    return visitor(application(deps), deps, add_person(deps))


def sites(deps) -> list[Site]:
    with deps.sessions() as session:
        return list(session.scalars(select(Site).order_by(Site.id)))


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("northgauge.example", "https://northgauge.example/"),
        ("  HTTP://WWW.Northgauge.Example:80/Blog ", "http://www.northgauge.example/Blog/"),
        ("https://北规.example/产品", "https://xn--djr658j.example/%E4%BA%A7%E5%93%81/"),
        ("https://x.example/a/../b/", "https://x.example/b/"),
        ("https://x.example:8443/", "https://x.example:8443/"),
    ],
)
def test_an_address_gets_its_one_spelling(typed, address) -> None:
    assert clean_address(typed, NOTHING_PRIVATE) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "our site",
        "northgauge",
        "ftp://northgauge.example/",
        "javascript:alert(1)",
        "mailto:mei@northgauge.example",
        "https://user:secret@northgauge.example/",
        "https://northgauge.example/?page=1",
        "https://northgauge.example/#top",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://localhost:8000/",
        "https://[::1]/",
        "https://169.254.169.254/latest/",
        "https://x.example/" + "a" * 600,
    ],
)
def test_what_is_no_public_website_is_refused(typed) -> None:
    with pytest.raises(BadAddress) as no:
        clean_address(typed, NOTHING_PRIVATE)

    assert no.value.field == "base_url"


def test_a_private_network_that_was_opened_may_be_added() -> None:
    assert clean_address("http://127.0.0.1:8123/", AllowList.of(["127.0.0.0/8"])) == "http://127.0.0.1:8123/"


def test_the_first_site_is_added_from_the_empty_page(desk, deps) -> None:
    assert "Add the first site" in desk.get("/sites")
    desk.get("/sites/new")
    answer = desk.post("/sites", **FORM)

    assert (answer.status_code, sites(deps)[0].base_url) == (302, "https://www.northgauge.example/")
    assert "www.northgauge.example" in desk.get("/sites")


def test_a_bad_form_keeps_what_was_typed_and_says_what_to_mend(desk, deps) -> None:
    answer = desk.post(
        "/sites", **(FORM | {"base_url": "our <site>", "zone": "Asia/Shanghia", "mail_time": "8 o'clock"})
    )

    assert (answer.status_code, sites(deps)) == (422, [])
    assert "our &lt;site&gt;" in answer.text
    assert "does not fit here" in answer.text


def test_two_sites_cannot_have_one_address(desk, deps) -> None:
    desk.post("/sites", **FORM)
    answer = desk.post("/sites", **(FORM | {"name": "Again", "base_url": "https://www.northgauge.example/"}))

    assert answer.status_code == 422
    assert "“Northgauge” has this address already." in answer.text


def test_a_change_is_saved_and_remembered(desk, deps) -> None:
    desk.post("/sites", **FORM)
    changed = FORM | {"audit_weekday": "3", "zone": "Europe/Berlin", "version": "1"}
    del changed["active"]
    desk.post("/sites/1", **changed)
    with deps.sessions() as session:
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.action == "site.changed")).one()

    site = sites(deps)[0]
    assert (site.audit_weekday, site.zone, site.active) == (3, "Europe/Berlin", False)
    assert (event.before["zone"], event.after["zone"]) == ("Asia/Shanghai", "Europe/Berlin")


def test_a_stale_save_changes_nothing_and_shows_both_sides(desk, deps) -> None:
    desk.post("/sites", **FORM)
    desk.post("/sites/1", **(FORM | {"name": "Theirs", "version": "1"}))
    answer = desk.post("/sites/1", **(FORM | {"name": "Mine", "version": "1"}))

    assert (answer.status_code, sites(deps)[0].name) == (409, "Theirs")
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert desk.post("/sites/1", **(FORM | {"name": "Mine", "version": "2"})).status_code == 302


@pytest.mark.parametrize("weekday", ["7", "-1", "x"])
def test_there_are_seven_days(desk, deps, weekday) -> None:
    assert desk.post("/sites", **(FORM | {"audit_weekday": weekday})).status_code == 422


@pytest.mark.parametrize(("role", "status"), [(Role.CHANNEL_ADMIN, 302), (Role.EDITOR, 403), (Role.VIEWER, 403)])
def test_who_may_connect_channels_may_add_sites(deps, role, status) -> None:
    add_workspace(deps)
    browser = visitor(application(deps), deps, add_person(deps, "Ann", role))
    browser.get("/sites")

    assert browser.post("/sites", **FORM).status_code == status


def test_the_list_asks_as_little_for_forty_sites_as_for_one(deps, database) -> None:
    asked: list[str] = []
    for number in range(40):
        with deps.sessions.begin() as session:
            session.add(
                Site(
                    name=f"Site {number}",
                    base_url=f"https://{number}.example/",
                    language=Language.EN,
                    zone="UTC",
                    created_at=deps.now(),
                )
            )
    event.listen(database, "before_cursor_execute", lambda *heard: asked.append(heard[2]))
    with reading(deps.sessions) as session:
        rows = overview(session)

    selects = [statement for statement in asked if statement.startswith("SELECT")]
    assert (len(rows), len(selects)) == (40, 3), selects


def test_a_site_is_crawled_as_its_form_says(desk, deps) -> None:
    manners = {"crawl_rate": "0,5", "crawl_connections": "1", "crawl_max_pages": "1000000"}
    desk.post("/sites", **FORM, **manners)
    with deps.sessions.begin() as session:
        site = session.scalars(select(Site)).one()
        audit = start_audit(session, site, AuditTrigger.PERSON, deps.now())

        assert audit.options == {"rate": 0.5, "connections": 1, "max_pages": 1_000_000}
    page = desk.get(f"/sites/{site.id}")
    assert 'value="0.5"' in page
    assert 'value="1000000"' in page


def test_a_site_says_which_of_its_pages_are_looked_at(desk, deps) -> None:
    typed = {
        "crawl_include": " /blog/* \n\nre:^/shop/\\d+$",
        "crawl_exclude": "*?print=*",
        "crawl_subdomains": "on",
        "crawl_whole": "on",
        "crawl_max_depth": "7",
    }
    desk.post("/sites", **FORM, **typed)
    with deps.sessions.begin() as session:
        site = session.scalars(select(Site)).one()
        options = start_audit(session, site, AuditTrigger.PERSON, deps.now()).options

    assert options == {
        "include": ["/blog/*", "re:^/shop/\\d+$"],
        "exclude": ["*?print=*"],
        "subdomains": True,
        "conditional": False,
        "max_depth": 7,
    }
    page = desk.get(f"/sites/{site.id}")
    assert "re:^/shop/\\d+$</textarea>" in page
    assert 'name="crawl_whole" checked' in page
    assert 'name="crawl_only_path" checked' not in page


def test_a_site_that_says_nothing_is_crawled_as_the_desk_does(desk, deps) -> None:
    desk.post("/sites", **FORM, crawl_rate="", crawl_max_pages=" ")
    with deps.sessions.begin() as session:
        audit = start_audit(session, session.scalars(select(Site)).one(), AuditTrigger.PERSON, deps.now())

        assert audit.options == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [("crawl_rate", "0"), ("crawl_rate", "nan"), ("crawl_rate", "101"), ("crawl_connections", "17"),
     ("crawl_connections", "two"), ("crawl_max_pages", "0"), ("crawl_max_pages", "1000001"), ("crawl_max_hours", "73")],
)  # fmt: skip
def test_a_crawl_out_of_bounds_is_refused_and_kept_in_the_form(desk, deps, field, typed) -> None:
    answer = desk.post("/sites", **FORM, **{field: typed})

    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert sites(deps) == []


@pytest.mark.parametrize("field", ["crawl_include", "crawl_exclude"])
def test_what_is_no_pattern_is_told_beside_its_lines(desk, deps, field) -> None:
    answer = desk.post("/sites", **FORM, **{field: "/fine/*\nre:(broken", "crawl_only_path": "on"})

    assert answer.status_code == 422
    assert "“re:(broken” is no pattern of addresses." in answer.text
    assert f'id="f-{field}-error"' in answer.text
    assert 'name="crawl_only_path" checked' in answer.text
    assert answer.text.count('<details class="more" open>') == 1  # what is wrong is not hidden; limits stay closed
    assert "re:(broken</textarea>" in answer.text
    assert sites(deps) == []


def test_every_bad_field_of_a_form_is_told_at_once(desk, deps) -> None:
    wrong = {"base_url": "nowhere", "crawl_rate": "1000", "crawl_include": "re:("}

    answer = desk.post("/sites", **{**FORM, **wrong})

    assert answer.status_code == 422
    assert [name for name in wrong if f'id="f-{name}-error"' not in answer.text] == []
    assert sites(deps) == []
