"""Templates and similar texts: what many pages have in common is told, filtered and repaired once."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.audit.facts import PageFacts
from editorial.audit.gather.text import measure
from editorial.domain.people import Scope
from editorial.services import api_tokens, similar_pages, template_pages
from editorial.services.deps import Deps
from editorial.store.audit import Finding
from editorial.store.tasks import Task, TaskFinding
from tests.integration.web.audited import add_site, audit, good, untitled
from tests.web import Visitor, add_person, add_workspace, application, visitor

TEXT = " ".join(f"word{number}" for number in range(300))


def made(facts: PageFacts, layout: str, text: str = "") -> PageFacts:
    """A page of a template, with a text of its own unless one is given."""
    return replace(facts, layout=layout, text=measure(text or TEXT.replace("word", facts.url)))


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def editor(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera"))


@pytest.fixture
def site(deps: Deps) -> int:
    """Seven posts without a title, one list, two pages with nearly one text and three with the same."""
    site = add_site(deps)
    posts = [made(untitled(f"blog/{no}"), "aaaaaaaa") for no in range(7)]
    near = [made(good(f"near/{no}"), "cccccccc", f"{TEXT} end{no}") for no in range(2)]
    copies = [made(good(f"copy/{no}"), "cccccccc", f"{TEXT.upper()} {TEXT[:700]}") for no in range(3)]
    audit(deps, site, [made(good(""), "eeeeeeee"), made(untitled("blog/list"), "bbbbbbbb"), *posts, *near, *copies])
    return site


def test_an_audit_tells_templates_apart_and_marks_its_findings(deps: Deps, site: int) -> None:
    with deps.sessions() as session:
        found = {one.key: (one.pages, one.open) for one in template_pages.overview(session, site).shown}
        marked = set(session.scalars(select(Finding.template).where(Finding.rule == "title-missing")))

    assert found["/blog/*"][0] == 7
    assert found["/blog/*#"][0] == 1
    assert found["/"] == (1, 0)
    assert marked == {"/blog/*", "/blog/*#"}


def test_similar_pages_stand_in_groups_with_the_one_to_keep_first(deps: Deps, site: int) -> None:
    with deps.sessions() as session:
        groups = similar_pages.groups_of(session, site).groups

    assert [(group.exact, group.pages) for group in groups] == [(True, 3), (False, 2)]
    assert groups[1].members[0].url.endswith("near/0")
    assert groups[1].members[0].other.endswith("near/1")
    assert [member.percent for member in groups[0].members] == [100, 100, 100]


def test_findings_stand_together_by_template_and_become_one_task(deps: Deps, site: int, editor: Visitor) -> None:
    page = editor.get(f"/audits/sites/{site}/findings?by=template&rule=title-missing")
    offered = re.search(r'href="([^"]+/task\?[^"]+)"', page)
    assert offered is not None
    address = offered[1].replace("&amp;", "&")
    form = editor.get(address)

    editor.post(f"/audits/sites/{site}/task", rule="title-missing", template="/blog/*")

    assert "7 findings, one template" in page
    assert "these 7 pages" in form
    with deps.sessions() as session:
        task = session.scalars(select(Task)).one()
        assert len(session.scalars(select(TaskFinding).where(TaskFinding.task_id == task.id)).all()) == 7


def test_a_template_filters_findings_on_the_page_and_in_the_file(site: int, editor: Visitor) -> None:
    address = f"/audits/sites/{site}/findings"
    one = editor.get(f"{address}?by=template&rule=title-missing&template=/blog/*%23")
    rows = editor.get(f"{address}.csv?template=/blog/*&rule=title-missing").splitlines()

    assert re.findall(r'data-finding="\d+"><span data-own-words>([^<]+)</span>', one) == ["/blog/list"]
    assert len(rows) == 1 + 7
    assert rows[1].endswith(",/blog/*")


def test_the_screens_show_templates_and_similar_texts(site: int, editor: Visitor) -> None:
    templates = editor.get(f"/audits/sites/{site}/templates")
    similar = editor.get(f"/audits/sites/{site}/similar?after=-3")

    assert "/blog/*, the others" in templates
    assert "3 pages with the same text" in similar
    assert "2 pages with nearly the same text" in similar


def test_a_site_without_an_audit_says_so(deps: Deps, editor: Visitor) -> None:
    site = add_site(deps)

    for screen in ("templates", "similar"):
        assert "not audited yet" in editor.get(f"/audits/sites/{site}/{screen}")


def test_programs_get_templates_and_similar_texts_and_make_one_task(site: int, app: Flask, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        robin = add_person(deps, "Robin")
        secret = api_tokens.make(session, deps, robin, name="Robot", scope=Scope.WRITE, days=None).secret
    client, door = app.test_client(), {"Authorization": f"Bearer {secret}"}
    found = client.get(f"/api/v1/sites/{site}/templates", headers=door).get_json()
    similar = client.get(f"/api/v1/sites/{site}/similar", headers=door).get_json()
    said = {"site_id": site, "rule": "title-missing", "template": found["templates"][0]["key"]}
    made = client.post("/api/v1/tasks", json=said, headers=door)
    refused = client.post("/api/v1/tasks", json={"template": "/blog/*", "rule": "title-missing"}, headers=door)

    assert found["templates"][0] | {"example": ""} == {
        "key": "/blog/*", "name": "/blog/*", "example": "", "pages": 7, "words": 300, "open": 7,
        "rules": [{"rule": "title-missing", "count": 7}],
    }  # fmt: skip
    assert [(group["exact"], group["count"]) for group in similar["groups"]] == [(True, 3), (False, 2)]
    assert (made.status_code, refused.status_code) == (201, 422)
