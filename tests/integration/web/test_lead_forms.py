"""The pages of a site's lead forms: the list, one form, the forms of one page, the table for spreadsheets."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services.deps import Deps
from editorial.store.audit import AuditFormPlace, AuditFormShape
from tests.conftest import Clock
from tests.integration.web.audited import BASE, add_site, audit, good, with_form
from tests.unit.audit.pages import page
from tests.web import Visitor, add_person, add_workspace, application, visitor

PHONE = "<label>Phone<input name=phone required></label>"


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))


def key_of(deps: Deps) -> str:
    """The only form of the newest audit."""
    with deps.sessions() as session:
        return session.scalars(select(AuditFormShape.key).order_by(AuditFormShape.audit_id.desc())).first() or ""


def test_a_site_that_was_not_audited_says_so(reader: Visitor, deps: Deps) -> None:
    assert "Lead forms are found by the first audit." in reader.get(f"/audits/sites/{add_site(deps)}/forms")


def test_a_site_without_forms_says_so(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [good("a")])

    assert "The last audit saw no lead form." in reader.get(f"/audits/sites/{site}/forms")


def test_a_form_that_stands_on_several_pages_is_one_line(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("a"), with_form("b"), with_form("c")])

    listed = reader.get(f"/audits/sites/{site}/forms")

    assert "1 form on 3 pages." in listed
    assert listed.count("Ask for a demo") == 1


def test_what_changed_since_the_audit_before_is_told(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])
    clock.forward(days=7)
    audit(deps, site, [with_form("demo", PHONE)])

    listed = reader.get(f"/audits/sites/{site}/forms")
    one = reader.get(f"/audits/sites/{site}/forms/{key_of(deps)}")

    assert "new required field: Phone" in listed
    assert "new required field: Phone" in one
    assert "since Wed 9 Dec" in listed


def test_a_form_that_vanished_is_told_until_it_is_back(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    seen = with_form("demo")
    audit(deps, site, [seen])
    clock.forward(days=7)
    audit(deps, site, [good("demo")])

    assert "vanished" in reader.get(f"/audits/sites/{site}/forms")


def test_a_page_that_a_script_writes_has_lost_no_form(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])
    clock.forward(days=7)
    shell = good("demo")
    audit(deps, site, [replace(shell, text=replace(shell.text, words=3))])

    assert "vanished" not in reader.get(f"/audits/sites/{site}/forms")


def test_findings_stand_with_the_form_they_are_about(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo", "<input name=phone placeholder=Phone>")])

    assert "to be mended" in reader.get(f"/audits/sites/{site}/forms")
    one = reader.get(f"/audits/sites/{site}/forms/{key_of(deps)}")
    assert "Form field without label" in one
    assert "missing" in one


def test_filters_narrow_the_list_and_say_when_nothing_is_left(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])

    assert "Ask for a demo" in reader.get(f"/audits/sites/{site}/forms?kind=demo&by=native&state=sound")
    assert "No form fits these filters." in reader.get(f"/audits/sites/{site}/forms?kind=webinar")
    assert "Ask for a demo" in reader.get(f"/audits/sites/{site}/forms?state=nonsense")


def test_an_audit_from_before_forms_were_kept_is_not_compared_with(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])
    with deps.sessions.begin() as session:
        for row in (*session.scalars(select(AuditFormPlace)), *session.scalars(select(AuditFormShape))):
            session.delete(row)
    clock.forward(days=7)
    audit(deps, site, [with_form("demo")])

    assert "There is no earlier audit to compare with." in reader.get(f"/audits/sites/{site}/forms")


def test_what_a_service_brings_says_that_its_fields_are_not_known(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    frame = page("<iframe src='https://tally.so/embed/abc'></iframe>", BASE + "talk")
    audit(deps, site, [replace(good("talk"), forms=frame.forms)])

    assert "Tally" in reader.get(f"/audits/sites/{site}/forms")
    assert "so nothing is said about them." in reader.get(f"/audits/sites/{site}/forms/{key_of(deps)}")


def test_the_forms_of_one_page_are_reached_from_its_facts(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    number = audit(deps, site, [with_form("demo"), good("b")])

    assert f"/audits/pages/{number}/1/forms" in reader.get(f"/audits/pages/{number}/1")
    assert "1 lead form on this page." in reader.get(f"/audits/pages/{number}/1/forms")
    assert "This page has no lead form." in reader.get(f"/audits/pages/{number}/2/forms")


def test_the_table_for_spreadsheets_is_safe_to_open(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo", "<button>=cmd()</button>"), with_form("talk")])

    answer = reader.client.get(f"/audits/sites/{site}/forms.csv")

    assert answer.mimetype == "text/csv"
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffPage,Form,Kind,Origin")
    assert ",'=cmd()," in lines[1]
    assert "Work e-mail* (work e-mail); Company (company)" in lines[1]


@pytest.mark.parametrize("path", ["forms/0123456789abcdef", "forms/none"])
def test_a_form_that_is_not_there_is_a_404(reader: Visitor, deps: Deps, path: str) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])

    assert reader.client.get(f"/audits/sites/{site}/{path}").status_code == 404


def test_the_pages_speak_chinese(app: Flask, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_form("demo")])

    listed = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH)).get(f"/audits/sites/{site}/forms")

    assert "1 个表单，分布在 1 页上。" in listed
    assert "未见问题" in listed
