"""Which forms are lead forms, and which of their fields lack a label."""

import pytest

from editorial.audit.form_kinds import is_lead_form
from editorial.audit.rules.form_labels import form_field_without_label
from tests.unit.audit.pages import document, page

URL = "https://example.com/x"

LEADS = [
    "<form><label>Work e-mail<input name=a></label><label>Company<input></label><button>Request a demo</button></form>",
    "<form><input type=email name=email placeholder='Your e-mail'><button>Subscribe</button></form>",
    "<form><input name=xm placeholder=姓名><input placeholder=手机><textarea></textarea><button>提交</button></form>",
    "<form><p>联系方式<input></p><p>公司名称<input></p><input type=button value=立即预约></form>",
    "<form><input name=first_name><input name=last_name><input name=companyName><input type=tel></form>",
    "<form><h2>Download the white paper</h2><input type=email><input type=checkbox> I agree to it</form>",
    "<form><input name=email><input type=password name=p><button>Start free trial</button></form>",
]
OTHERS = [
    "<form role=search><input name=email></form>",
    "<form action=/search><input name=q placeholder='Search'><button>Search</button></form>",
    "<form><input name=wd><button>搜索</button></form>",
    "<form><input name=email><input type=password><button>Log in</button></form>",
    "<form><input placeholder=手机号><input placeholder=验证码><button>登录</button></form>",
    "<form action=/forgot><input type=email><button>Reset password</button></form>",
    "<form><input name=email><input type=password><input type=password><button>Sign up</button></form>",
    "<form><input type=checkbox name=email> Cookies<button>Accept</button></form>",
    "<form action=/wp-comments-post.php><input name=author><input name=email><textarea name=comment></textarea></form>",
    "<form><input name=email><p>Unsubscribe</p><button>Unsubscribe</button></form>",
    "<form><select><option>English<option>中文</select></form>",
    "<form><input type=hidden name=email><button>Contact</button></form>",
    "<form action=/cart><input name=email><button>Checkout</button></form>",
]


def only_form(html: str):
    facts = page(document("", html), URL)
    return facts.forms[0], facts


@pytest.mark.parametrize("html", LEADS)
def test_a_form_that_asks_for_a_contact_is_a_lead_form(html):
    assert is_lead_form(*only_form(html))


@pytest.mark.parametrize("html", OTHERS)
def test_other_forms_are_none(html):
    assert not is_lead_form(*only_form(html))


def missing(fields: str) -> list[str]:
    sound = "<h2>Request a demo</h2><label>E-mail<input type=email name=email></label>"
    html = f"<form id=f>{sound}{fields}<button>Send</button></form>"
    return [failure.key for failure in form_field_without_label(page(document("", html), URL))]


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("<input name=company placeholder=Company>", ["f/company"]),
        ("<input name=company aria-label=Company>", []),
        ("<input name=company title=Company>", []),
        ("<input type=hidden name=utm_source>", []),
        ("<div style='display:none'><input name=website></div>", []),
        ("<select name=size><option>1-10</select>", ["f/size"]),
        ("<textarea name=message></textarea>", ["f/message"]),
        ("<input type=submit><input type=image><button>x</button>", []),
        ("<label for=c></label><input id=c>", ["f/c"]),
        ("<input>", ["f/1"]),
        ("<label for=c>*</label><input id=c>", ["f/c"]),  # a star names nothing
        ("<label for=c><b>*</b>公司：</label><input id=c>", []),
        ("<input name=company aria-label=' '>", ["f/company"]),
        ("<input name=fax tabindex=-1 autocomplete=off>", []),  # a trap for robots
        ("<label>Size<select><option>1</select></label><input class=search tabindex='-1'>", []),  # inside a widget
    ],
)
def test_a_visible_field_needs_a_name_and_a_placeholder_is_none(fields, keys):
    assert missing(fields) == keys


def test_forms_that_no_visitor_sees_are_left_alone():
    html = f"<template>{LEADS[1]}</template><div hidden>{LEADS[1]}</div>"

    assert not list(form_field_without_label(page(document("", html), URL)))
