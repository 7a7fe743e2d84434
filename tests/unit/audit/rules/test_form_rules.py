"""Consent, privacy notice, dead action, vanished form: what a lead form owes to those who fill it in."""

from dataclasses import replace

import pytest

from editorial.audit.engine import judge
from editorial.audit.facts import Known
from editorial.audit.form_memory import expected, seen_on, vanished
from editorial.audit.rule import CannotSay, Result, Severity
from editorial.audit.rules.form_changes import form_lead_vanished
from editorial.audit.rules.form_consents import form_consent_preticked, form_privacy_link_missing
from editorial.audit.rules.form_sending import form_action_dead
from tests.unit.audit.pages import document, page

URL = "https://example.com/x"
FIELDS = "<label>Work e-mail<input type=email name=email></label><label>Company<input name=company></label>"
BUTTON = "<button>Request a demo</button>"
SCRIPT = "<script>send()</script>"


def demo(inner: str = "", attributes: str = "action=/demo method=post", around: str = "{}", head: str = "") -> str:
    """A page with a lead form and these parts."""
    return document(head, around.format(f"<form id=f {attributes}>{FIELDS}{inner}{BUTTON}</form>"))


def asked(legend: str, choices: str) -> str:
    """Choices under a question."""
    return f"<fieldset><legend>{legend}</legend>{choices}</fieldset>"


@pytest.mark.parametrize(
    ("inner", "ticked"),
    [
        ("<label><input type=checkbox checked> I agree to the privacy policy</label>", True),
        ("<label><input type=checkbox checked name=n> Send me your newsletter</label>", True),
        ("<input type=checkbox id=c checked><label for=c>我已阅读并同意《隐私政策》</label>", True),
        ("<input type=checkbox name=marketing_consent checked>", True),
        ("<label><input type=checkbox checked> 接收产品资讯</label>", True),
        ("Newsletter <label><input type=radio name=newsletter value=1 checked> Yes</label>", True),
        ("<label><input type=radio name=newsletter checked> No</label>", False),
        ("<label><input type=radio name=size checked> Yes, more than 50</label>", False),
        ("<label><input type=checkbox> I agree to the privacy policy</label>", False),
        ("<label><input type=checkbox checked> Gateways</label>", False),
        ("<input type=checkbox checked><em>提交即代表同意</em><a href=/yinsi>隐私政策</a>", True),
        ("<span><input type=checkbox checked></span> I agree to the terms", True),
        ("<a href=/privacy>Privacy</a> <input type=checkbox checked> Remember me", False),
        ("<input type=checkbox checked> Gateways<br>I agree to nothing", False),
        ("<label><input type=checkbox checked> Send me a copy of this message</label>", False),
        ("<label><input type=checkbox checked> Send me product news</label>", True),
        ("<label><input type=checkbox checked> Don't send me e-mails</label>", False),
        ("<label><input type=checkbox checked disabled> I agree to the terms</label>", True),
        ("<label><input type=checkbox checked> Please do not send me newsletters</label>", False),
        ("<label><input type=checkbox checked> 不接收营销信息</label>", False),
        ("<div hidden><label><input type=checkbox checked> I agree to the terms</label></div>", False),
        (asked("May we send you marketing mail?", "<label><input type=radio name=m checked> Yes</label>"), True),
        (asked("May we send you marketing mail?", "<label><input type=radio name=m checked> No</label>"), False),
        (asked("可以向您发送营销邮件吗？", "<label><input type=radio name=m checked> 是</label>"), True),
        (asked("Newsletter", "<label><input type=checkbox name=m checked> Yes</label>"), True),
        (asked("Newsletter", "<div><label><input type=radio name=m checked> Yes</label></div>"), True),
        (asked("Do you have more than 50 machines?", "<label><input type=radio name=m checked> Yes</label>"), False),
        (asked("Newsletter", "<fieldset><label><input type=radio checked> Yes</label></fieldset>"), False),
        (asked("Newsletter", "<label><input type=checkbox checked> No, thanks</label>"), False),
        (asked("Which products, and may we send you offers?", "<input type=checkbox checked> Gateways"), False),
    ],
)
def test_nobody_agrees_for_somebody_else(inner, ticked):
    assert bool(list(form_consent_preticked(page(demo(inner), URL)))) is ticked


def test_a_ticked_box_of_another_form_is_none_of_this_rule():
    login = "<form><input name=u><input type=password><label><input type=checkbox checked> I agree</label></form>"

    assert not form_consent_preticked.applies(page(document("", login), URL))


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (demo(), True),
        (demo('<a href="/datenschutz">Datenschutz</a>'), False),
        (demo('<a href="/yinsi.html">隐私政策</a>'), False),
        (demo('<label><input type=checkbox> I agree to the <a href="/legal/privacy">notice</a></label>'), False),
        (demo('<a href="/p">Polityka prywatności</a>'), False),
        (demo('<a href="/p">RGPD</a>'), False),
        (demo('<a href="/p">個人情報保護方針</a>'), False),
        (demo("<button type=button data-opens=notice>Privacy policy</button>"), False),
        (demo("<a onclick=open()>Privacy policy</a>"), False),
        (demo("By sending you accept our privacy policy."), True),
        (demo('<a href="/terms">Terms</a>'), True),
        (demo(around='<section>{}<p><a href="/privacy">Privacy</a></p></section>'), False),
        (demo(around='<footer><div>{}</div><ul><li><a href="/p">Privacy policy</a></ul></footer>'), False),
        (demo(around='<main><section>{}</section></main><footer><a href="/privacy">Privacy</a></footer>'), True),
    ],
)
def test_a_privacy_notice_is_linked_in_the_form_or_its_section(html, missing):
    assert bool(list(form_privacy_link_missing(page(html, URL)))) is missing


def test_nobody_knows_what_stands_around_a_form_without_a_form_element():
    without = f"<div>{FIELDS}{BUTTON}</div>"
    with_one = f"<div>{FIELDS}<label><input type=checkbox> I read the <a href=/privacy>notice</a></label>{BUTTON}</div>"

    assert outcome_of(document("", without)) is Result.INCONCLUSIVE
    assert outcome_of(document("", with_one)) is Result.PASS
    assert outcome_of(demo(around="{}" + without)) is Result.FAIL  # of the other form it is known


def outcome_of(html: str) -> Result:
    """What the rule about privacy notices answers."""
    return judge(page(html, URL), frozenset(), rules=[form_privacy_link_missing])[0].result


@pytest.mark.parametrize(
    ("attributes", "head", "severity"),
    [
        ("action=#", "", Severity.ERROR),
        ("action=#", SCRIPT, Severity.WARNING),
        ("", "", Severity.ERROR),
        ("action=''", "", Severity.ERROR),
        ("action='javascript:void(0)'", "", Severity.ERROR),
        ("action='javascript:void(0)' method=post", SCRIPT, Severity.WARNING),
        ("action='{{ form_url }}' method=post", SCRIPT, Severity.ERROR),
        ("action='https://formspree.io/f/your_form_id' method=post", "", Severity.ERROR),
        ("action='https://formspree.io/f/{form_id}' method=post", SCRIPT, Severity.ERROR),
        ("action='YOUR_FORM_ACTION_URL' method=post", SCRIPT, Severity.ERROR),
        ("action='undefined' method=post", SCRIPT, Severity.ERROR),
        ("action='[object Object]' method=post", SCRIPT, Severity.ERROR),
        ("action='https://formspree.io/f/abcdef' method=post", "", None),
        ("action='/your-identity/lead' method=post", "", None),
        ("action='/send-your-form' method=post", "", None),
        ("action='http://' method=post", "", Severity.ERROR),
        ("action='http://localhost:3000/lead' method=post", SCRIPT, Severity.ERROR),
    ],
)
def test_a_form_that_sends_nowhere_loses_leads(attributes, head, severity):
    found = list(form_action_dead(page(demo(attributes=attributes, head=head), URL)))

    assert [failure.severity for failure in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("attributes", "head"),
    [
        ("", SCRIPT),
        ("action='' method=post", ""),
        ("action=# method=post", ""),
        ("onsubmit='send()'", ""),
        ("@submit.prevent=send", ""),
        ("data-netlify=true", ""),
        ("class=layui-form lay-filter=demo", ""),
        ("action='javascript:throw new Error(\"React form unexpectedly submitted.\")'", SCRIPT),
        ("class=wpcf7-form action='/x#wpcf7-f1' method=post", ""),
        ("class=w-form", ""),
        ("action=mailto:a@example.com", ""),
        ("action=/demo", ""),
        ("action='https://hooks.example.net/lead'", ""),
    ],
)
def test_a_form_that_something_may_send_is_left_alone(attributes, head):
    assert not list(form_action_dead(page(demo(attributes=attributes, head=head), URL)))


@pytest.mark.parametrize("host", ["example.org", "api.invalid", "forms.example.net"])
def test_an_address_that_belongs_to_nobody_is_dead_on_a_site_of_somebody(host):
    html = demo(attributes=f"action='https://{host}/lead' method=post")

    assert list(form_action_dead(page(html, "https://northgauge.de/demo")))
    assert not list(form_action_dead(page(html, "https://www.example.net/demo")))


@pytest.mark.parametrize(
    ("button", "dead"),
    [
        ("<button formaction=/lead formmethod=post>Request a demo</button>", False),
        ("<input type=submit formaction=/lead value='Request a demo'>", False),
        ("<button formaction=#>Request a demo</button>", True),
        ("<button type=button formaction=/lead>Help</button><button>Request a demo</button>", True),
    ],
)
def test_a_button_may_send_the_form_elsewhere(button, dead):
    html = document("", f"<form action=#>{FIELDS}{button}</form>")

    assert bool(list(form_action_dead(page(html, URL)))) is dead


def test_a_form_is_called_by_the_button_that_sends_it():
    (failure,) = form_privacy_link_missing(page(demo("<button type=button>Send the code</button>"), URL))

    assert failure.params["form"] == "Request a demo"


def after(html: str, before: str) -> list[str]:
    """What is missed on a page that was `before` at the last audit."""
    facts = replace(page(html, URL), known=Known(forms_before=seen_on(page(before, URL))))
    return [str(failure.params["form"]) for failure in form_lead_vanished(facts)]


NEWSLETTER = "<form id=n action=/news><input type=email name=e><button>Subscribe</button></form>"


@pytest.mark.parametrize(
    ("now", "missed"),
    [
        (document("", "<p>Soon.</p>"), ["Request a demo"]),
        (document("", "<form role=search><input name=q></form>"), ["Request a demo"]),
        (document("", f"<template><form>{FIELDS}{BUTTON}</form></template>"), ["Request a demo"]),
        (document(SCRIPT, f"<template><form>{FIELDS}{BUTTON}</form></template>"), []),
        (demo(around="<div class=modal aria-hidden=true>{}</div>"), []),
        (demo(around="<div style='display:none'>{}</div>"), []),
        (document(SCRIPT, "<p>" + "The form is gone. " * 10), ["Request a demo"]),
        (demo(), []),
        (demo("<input name=phone>", "action=/other method=post"), []),
        (document("", f"<form>{FIELDS}<button>Talk to us</button></form>"), []),
        (document('<script src="https://js.hsforms.net/forms/v2.js"></script>'), []),
        (document("", NEWSLETTER), []),
    ],
)
def test_a_lead_form_is_missed_when_nothing_came_in_its_place(now, missed):
    assert after(now, demo()) == missed


def test_of_a_page_that_a_script_writes_nothing_is_known():
    shell = document(SCRIPT, "<div id=root></div>")

    with pytest.raises(CannotSay):
        after(shell, demo())


def test_a_form_in_a_dialog_is_looked_for_too():
    dialog = page(demo(around="<div class=modal aria-hidden=true>{}</div>"), URL)

    gone = replace(page(document("", "<p>Soon.</p>"), URL), known=Known(forms_before=expected(dialog)))

    assert [form.shown for form in vanished(gone)] == ["Request a demo"]


def test_one_of_two_forms_is_missed():
    both = document("", f"<form action=/demo>{FIELDS}{BUTTON}</form>{NEWSLETTER}")

    assert after(document("", NEWSLETTER), both) == ["Request a demo"]


def test_a_page_that_had_none_misses_none():
    assert after(document(), document()) == []


def test_what_is_missed_is_looked_for_until_it_is_back():
    gone = replace(page(document(), URL), known=Known(forms_before=seen_on(page(demo(), URL))))
    still = replace(page(document(), URL), known=Known(forms_before=expected(gone)))
    back = replace(page(demo(), URL), known=Known(forms_before=expected(still)))

    assert [form.key for form in vanished(gone)] == [form.key for form in vanished(still)]
    assert vanished(back) == ()
