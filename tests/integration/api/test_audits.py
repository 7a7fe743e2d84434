"""Audits and findings, as programs see and steer them."""

import pytest
from sqlalchemy import func, select

from editorial.domain.people import Role, Scope
from editorial.store.audit import Audit
from editorial.store.content import Site
from tests.integration.api.conftest import Program, Programs
from tests.integration.plans import Desk
from tests.integration.web.audited import BASE, audit, good, untitled, with_sitemap
from tests.web import add_person


@pytest.fixture
def site(desk: Desk) -> int:
    """A site whose last audit found that a page has no title."""
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    audit(desk.deps, site, [untitled("pricing")])
    return site


def finding(robot: Program, site: int) -> int:
    (found,) = robot.ask(f"/api/v1/findings?site={site}")["findings"]
    return int(found["id"])


def test_findings_are_narrowed_as_on_the_screen(program: Programs, site: int) -> None:
    robot = program()

    def count(query: str) -> int:
        return len(robot.ask(f"/api/v1/findings?site={site}&{query}")["findings"])

    assert [count(query) for query in ("path=/pri", "path=/x", "category=titles", "category=robots")] == [1, 0, 1, 0]
    assert [count(query) for query in ("campaign=0", "campaign=7", "order=newest", "audit=99")] == [1, 0, 1, 0]


def test_an_audit_is_started_followed_paused_and_stopped(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    made = robot.send(f"/api/v1/sites/{site}/audits", status=201)
    same = robot.send(f"/api/v1/sites/{site}/audits", status=201)
    paused = robot.send(f"/api/v1/audits/{made['id']}/pause")
    going = robot.send(f"/api/v1/audits/{made['id']}/continue")
    stopped = robot.send(f"/api/v1/audits/{made['id']}/stop")

    assert (made["state"], made["trigger"], made["progress"]["share"]) == ("queued", "person", 0)
    assert same["id"] == made["id"]
    assert (paused["paused"], going["paused"]) == (True, False)
    assert (stopped["state"], stopped["says"]) == ("failed", "Somebody stopped the audit.")


def test_an_audit_may_have_every_page_sent_and_tells_how_it_was_crawled(
    desk: Desk, program: Programs, site: int
) -> None:
    robot = program()
    made = robot.send(f"/api/v1/sites/{site}/audits", whole=True, status=201)
    trap = {"kind": "queries", "pattern": "https://x.example/cal?*", "count": 12, "examples": []}
    pace = {"floor": 0.5, "interval": 2.0, "slowest": 4.0, "why": {"429": 2}, "wait": 0.0}
    with desk.deps.sessions.begin() as session:
        audit = session.get_one(Audit, made["id"])
        assert audit.options["conditional"] is False
        audit.course = {"reused": 3, "saved_bytes": 9, "hosts": {"x.example": pace}, "traps": [trap], "hides": True}

    told = robot.ask(f"/api/v1/audits/{made['id']}")["crawl"]

    assert (told["reused"], told["saved_bytes"], told["links_seen"], told["traps"]) == (3, 9, False, [trap])
    why = "it answered 2 times that we ask too often (429)"
    assert told["slowed"] == [{"host": "x.example", "rate": 0.5, "slowest": 0.25, "why": [why]}]


def test_one_key_starts_one_audit(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    first = robot.post(f"/api/v1/sites/{site}/audits", key="monday")
    robot.send(f"/api/v1/audits/{first.get_json()['id']}/stop")
    second = robot.post(f"/api/v1/sites/{site}/audits", key="monday")

    assert second.headers["Idempotent-Replayed"] == "true"
    with desk.deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 2  # that of the fixture, and one more


def test_audits_are_read_newest_first_with_score_and_counts(desk: Desk, program: Programs, site: int) -> None:
    audit(desk.deps, site, [good("pricing")])
    first = program().ask(f"/api/v1/audits?site={site}&state=done&limit=1")
    rest = program().ask(f"/api/v1/audits?site={site}&after={first['next']}")

    (newest,), (older,) = first["audits"], rest["audits"]
    assert (newest["score"], newest["progress"], newest["findings"]["fixed"]) == (100.0, None, 1)
    assert older["score"] < 100
    assert rest["next"] is None
    assert program().ask(f"/api/v1/audits/{newest['id']}") == newest


def test_a_finding_is_read_with_evidence_and_all_that_explains_it(program: Programs, site: int) -> None:
    robot = program()
    found = robot.ask(f"/api/v1/findings/{finding(robot, site)}")

    assert (found["rule"], found["url"], found["state"]) == ("title-missing", f"{BASE}pricing", "new")
    assert found["message"]
    assert found["why"]
    assert found["fix"]
    assert found["source"].startswith("https://")
    assert [one["event"] for one in found["history"]] == ["new"]
    assert (found["task_ids"], found["mute"]) == ([], None)


def test_a_finding_is_muted_and_opened_again(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    number = finding(robot, site)
    muted = robot.send(f"/api/v1/findings/{number}/mute", reason="A frame.", scope="page", until="2027-01-09")
    listed = robot.ask(f"/api/v1/findings?site={site}&state=muted")["findings"]
    back = robot.send(f"/api/v1/findings/{number}/unmute")

    assert (muted["state"], muted["mute"]["scope"], muted["mute"]["reason"]) == ("muted", "page", "A frame.")
    assert muted["mute"]["until"] == "2027-01-08T16:00:00Z"  # midnight in Shanghai
    assert muted["mute"]["created_by"] == desk.admin.id
    assert [one["id"] for one in listed] == [number]
    assert (back["state"], back["mute"]) == ("persisting", None)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "A frame.", "scope": "site"}, "until"),
        ({"reason": "A frame.", "until": "2026-12-01"}, "until"),
        ({"reason": "A frame.", "scope": "world"}, "scope"),
    ],
)
def test_a_mute_that_cannot_be_is_refused_at_its_field(
    program: Programs, site: int, wish: dict[str, str], field: str
) -> None:
    robot = program()

    assert robot.send(f"/api/v1/findings/{finding(robot, site)}/mute", status=422, **wish)["error"]["field"] == field


def test_what_is_not_there_is_a_404(program: Programs) -> None:
    robot = program()
    for path in ("audits/98765", "findings/98765", "tasks/98765"):
        assert robot.ask(f"/api/v1/{path}", status=404)["error"]["code"] == "not_found"
    assert robot.send("/api/v1/sites/98765/audits", status=404)
    assert robot.send("/api/v1/findings/98765/unmute", status=404)
    assert robot.ask("/api/v1/audits?after=x", status=422)


def test_a_token_that_reads_and_a_person_who_may_not_start_nothing(desk: Desk, program: Programs, site: int) -> None:
    reader, writer = program(scope=Scope.READ), program(add_person(desk.deps, "Cora", Role.CONTRIBUTOR))

    assert reader.send(f"/api/v1/sites/{site}/audits", status=403)["error"]["code"] == "not_allowed"
    assert writer.send(f"/api/v1/sites/{site}/audits", status=403)["error"]["code"] == "not_allowed"
    assert reader.send(f"/api/v1/findings/{finding(reader, site)}/mute", status=403, reason="No.")


def test_a_sitemap_is_told_beside_that_of_the_audit_before(desk: Desk, program: Programs, site: int) -> None:
    first, second = (with_sitemap(desk.deps, audit(desk.deps, site, [good("")]), both, crawl_only=0) for both in (4, 6))

    before = program().ask(f"/api/v1/audits/{second}/structure")["sitemap"]["before"]

    assert (before["audit_id"], before["named"], before["counts"]["both"]) == (first, 5, 4)


def test_an_audit_tells_how_its_pages_hang_together(desk: Desk, program: Programs, site: int) -> None:
    made = audit(desk.deps, site, [good(""), good("a"), good("b")])
    robot = program()

    whole = robot.ask(f"/api/v1/audits/{made}/structure")
    first = robot.ask(f"/api/v1/audits/{made}/pages?limit=2")
    rest = robot.ask(f"/api/v1/audits/{made}/pages?limit=2&after={first['next']}")

    assert (whole["complete"], whole["links"], whole["clicks"]) == (True, 2, {"0": 1, "1": 2})
    assert whole["sitemap"]["before"] is None
    places = [(page["url"], page["clicks"], page["links_in"]) for page in [*first["pages"], *rest["pages"]]]
    assert places == [(BASE, 0, 0), (f"{BASE}a", 1, 1), (f"{BASE}b", 1, 1)]
    assert rest["next"] is None
