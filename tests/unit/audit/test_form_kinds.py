"""Which form is for what: kinds, types of lead forms, and what fields ask for, in English, Chinese and beyond."""

import pytest

from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import has_task, kind_of, lead_forms, lead_type
from editorial.audit.form_vendors import embeds_form, vendor_of
from tests.unit.audit.pages import document, page

URL = "https://example.com/x"

KINDS = [
    ("search", "<form role=search><input name=a></form>"),
    ("search", "<form action=/search><input name=q><select name=cat><option>All</select><button>Go</button></form>"),
    ("search", "<form><input type=search></form>"),
    ("search", "<form action=/so><input name=keyword placeholder=请输入关键词></form>"),
    (
        "login",
        "<form><input name=user><input type=password><label><input type=checkbox> Keep me</label><button>Go</form>",
    ),
    ("login", "<form><input type=email><input type=password><button>Sign in</button></form>"),
    ("login", "<form><input placeholder=手机号><input placeholder=短信验证码><button>登录</button></form>"),
    ("recovery", "<form action=/password/reset><input type=email name=email><button>Send</button></form>"),
    ("recovery", "<form><h2>忘记密码</h2><input placeholder=邮箱><button>找回密码</button></form>"),
    ("registration", "<form><input name=u><input type=email><input type=password><input type=password></form>"),
    ("registration", "<form><input type=email><input type=password><button>Create account</button></form>"),
    ("registration", "<form><input placeholder=手机号><input placeholder=验证码><button>立即注册</button></form>"),
    ("order", "<form action=/cart/add><input name=quantity value=1><button>Add to cart</button></form>"),
    ("order", "<form><input name=email><input autocomplete=cc-number><button>Pay</button></form>"),
    ("order", "<form><input type=number name=num><button>立即购买</button></form>"),
    ("comment", "<form action=/wp-comments-post.php><input name=author><input name=email><textarea name=c></textarea>"),
    (
        "comment",
        "<form id=commentform><input name=email><textarea name=comment></textarea><button>Post</button></form>",
    ),
    ("comment", "<form><input name=email><textarea></textarea><button>发表评论</button></form>"),
    ("consent", "<form class=cookie-banner><input type=checkbox name=stats> Statistics<button>Accept</button></form>"),
    ("switch", "<form><select name=lang><option>English<option>中文</select></form>"),
    ("switch", "<form><select name=c><option>USD<option>EUR<option>GBP</select></form>"),
    ("filter", "<form class=filters><select name=industry><option>x</select><button>Apply</button></form>"),
    ("filter", "<form><label><input type=checkbox name=a>A</label><select name=sort><option>new</select></form>"),
    ("quiz", "<form><h3>Savings calculator</h3><input type=number name=machines><button>Calculate</button></form>"),
    ("application", "<form><input name=name><input type=email><label>Resume<input type=file name=cv></label></form>"),
    ("application", "<form><input placeholder=姓名><input placeholder=电话><input type=file name=f>上传简历</form>"),
    ("preferences", "<form action=/unsubscribe><input type=email><button>Unsubscribe</button></form>"),
    ("other", "<form><input name=a><input name=b><button>OK</button></form>"),
    ("lead", "<form><input type=email><button>Subscribe</button></form>"),
    (
        "lead",
        "<form><label>Comments<textarea name=comments></textarea></label><input name=email><button>Send message</form>",
    ),
    ("lead", "<form><input name=name><input name=email><input name=company><button>Register now</button></form>"),
    ("lead", "<form><input type=email><p>You can unsubscribe at any time.</p><button>Sign up for news</button></form>"),
    ("lead", "<form class=hs-form><input name=email type=email></form>"),
    ("lead", "<form><input name=email><input type=password name=p><button>Start free trial</button></form>"),
    ("lead", "<form><input type=hidden name=elqFormName><input name=emailAddress></form>"),
    ("lead", "<form><label>姓　　名<input></label><label>公司名称<input></label><button>提交</button></form>"),
]


def forms_of(html: str, url: str = URL):
    facts = page(document("", html), url)
    return facts.forms, facts


@pytest.mark.parametrize(("kind", "html"), KINDS)
def test_a_form_is_for_one_thing(kind, html):
    forms, facts = forms_of(html)

    assert kind_of(forms[0], facts).value == kind


MAIL = "<label>Work e-mail<input type=email name=email></label><label>Company<input name=company></label>"


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        ("demo", f"<form><h2>Request a demo</h2>{MAIL}<button>Submit</button></form>"),
        ("demo", "<h2>预约演示</h2><form><input placeholder=手机><input placeholder=公司><button>提交</button></form>"),
        ("quote", f"<form>{MAIL}<textarea></textarea><button>Get a quote</button></form>"),
        ("quote", "<form><input placeholder=手机><input placeholder=公司><button>获取报价</button></form>"),
        ("trial", f"<form>{MAIL}<button>Start your free trial</button></form>"),
        ("trial", "<form><input placeholder=手机><button>免费试用</button></form>"),
        ("download", f"<section><h2>White paper: gateways</h2><form>{MAIL}<button>Download</button></form></section>"),
        (
            "download",
            "<form><h3>白皮书下载</h3><input placeholder=邮箱><input placeholder=公司><button>立即领取</button></form>",
        ),
        ("webinar", f"<form><h2>Live webinar</h2>{MAIL}<button>Save my seat</button></form>"),
        (
            "webinar",
            "<form><h2>线上直播</h2><input placeholder=手机><input placeholder=公司><button>立即报名</button></form>",
        ),
        ("newsletter", "<form><input type=email placeholder='Your e-mail'><button>Subscribe</button></form>"),
        ("newsletter", "<form><input type=email><button>Go</button></form>"),
        (
            "contact",
            "<form><input name=name><input type=email><textarea></textarea><button>Send message</button></form>",
        ),
        ("contact", "<form><label>姓名<input></label><label>手机<input></label><button>提交</button></form>"),
        ("newsletter", "<form><input placeholder=手机><button>订阅资讯</button></form>"),
        (
            "contact",
            "<form><input placeholder=姓名><input placeholder=电话><textarea></textarea><button>提交留言</form>",
        ),
    ],
)
def test_a_lead_form_has_a_type(kind, html):
    forms, facts = forms_of(html)

    assert lead_type(forms[0], facts).value == kind


LABELS = {
    "de": ("Vorname", "Nachname", "Unternehmen", "E-Mail-Adresse", "Telefon", "Demo anfordern"),
    "es": ("Nombre", "Apellidos", "Empresa", "Correo electrónico", "Teléfono", "Solicitar una demostración"),
    "fr": ("Prénom", "Nom de famille", "Société", "Adresse e-mail", "Téléphone", "Demander une démo"),
    "it": ("Nome", "Cognome", "Azienda", "E-mail", "Telefono", "Richiedi una demo"),
    "ko": ("이름", "성명", "회사", "이메일", "전화번호", "데모 신청"),
    "pt": ("Nome", "Sobrenome", "Empresa", "E-mail", "Celular", "Solicitar demonstração"),
    "ru": ("Имя", "Фамилия", "Компания", "Электронная почта", "Телефон", "Запросить демо"),
    "tr": ("Ad", "Soyad", "Şirket", "E-posta", "Telefon", "Demo talep et"),
    "zh": ("名", "姓", "公司", "邮箱", "手机", "预约演示"),
    "en": ("First name", "Last name", "Company", "Email", "Phone", "Request a demo"),
}


@pytest.mark.parametrize("language", LABELS)
def test_labels_alone_tell_a_lead_form_in_many_languages(language):
    *labels, button = LABELS[language]
    inputs = "".join(f"<label>{label}<input></label>" for label in labels)
    forms, facts = forms_of(f"<form>{inputs}<button>{button}</button></form>")

    assert kind_of(forms[0], facts).value == "lead"
    assert [meaning_of(field) for field in forms[0].fields][2:] == ["company", "email", "phone"]


@pytest.mark.parametrize(
    ("field", "meaning"),
    [
        ("<input autocomplete='section-a work email'>", "work-email"),
        ("<input autocomplete='tel-national'>", "phone"),
        ("<input type=tel placeholder=短信验证码>", "otp"),
        ("<label>公司邮箱<input></label>", "work-email"),
        ("<label>邮编<input></label>", "postal"),
        ("<label>公司规模<select><option>1-10</select></label>", "company-size"),
        ("<label>公司网址<input></label>", "website"),
        ("<label>姓　　名：*<input></label>", "full-name"),
        ("<label>User name<input></label>", "username"),
        ("<label>Company name<input></label>", "company"),
        ("<input name=firstName>", "given-name"),
        ("<input name=last_name>", "family-name"),
        ("<label>职位<input></label>", "job-title"),
        ("<label>Job title<input></label>", "job-title"),
        ("<label>How did you hear about us?<input></label>", "source-question"),
        ("<label>区号<select><option>+86</select></label>", "country-code"),
        ("<textarea name=x></textarea>", "message"),
        ("<input type=hidden name=utm_source>", "attribution"),
        ("<input type=hidden name=csrfmiddlewaretoken>", "csrf"),
        ("<div style='display:none'><input name=website></div>", "honeypot"),
        ("<label><input type=checkbox> I agree to the privacy policy</label>", "consent-privacy"),
        ("<label><input type=checkbox> 接收产品资讯</label>", "consent-marketing"),
        ("<label><input type=checkbox> Gateways</label>", ""),
        ("<input name=f7>", ""),
    ],
)
def test_a_field_asks_for_something(field, meaning):
    forms, _ = forms_of(f"<form>{field}</form>")

    assert meaning_of(forms[0].fields[0]) == meaning


def test_a_page_is_there_for_its_form_unless_it_searches_or_subscribes():
    assert has_task(forms_of(f"<form>{MAIL}<button>Request a demo</button></form>")[1])
    assert not has_task(forms_of("<form role=search><input name=q></form>")[1])
    assert not has_task(forms_of("<form><input type=email><button>Subscribe</button></form>")[1])


def test_forms_in_a_template_win_no_lead():
    assert lead_forms(forms_of(f"<template><form>{MAIL}<button>Request a demo</button></form></template>")[1]) == ()


@pytest.mark.parametrize(
    ("html", "vendor"),
    [
        ("<form action='https://forms.hubspot.com/uploads/form/v2/1/2'></form>", "hubspot"),
        ("<form action='https://go.pardot.com/l/12345/2026-01-02/abc'></form>", "pardot"),
        ("<form action='https://acme.us1.list-manage.com/subscribe/post?u=1'></form>", "mailchimp"),
        ("<div class=wpcf7><form class=wpcf7-form></form></div>", "contact-form-7"),
        ("<form><input type=hidden name=form-name value=x></form>", "netlify"),
        ("<form action='https://example.com/?go=forms.hubspot.com'></form>", None),
        ("<form action='https://nothubspot.com/x' class=ns-form></form>", None),
    ],
)
def test_a_service_is_told_by_host_mark_or_field(html, vendor):
    found = vendor_of(forms_of(html)[0][0])

    assert (found.id if found else None) == vendor


def test_a_script_may_bring_a_form():
    assert embeds_form(page(document('<script src="https://js.hsforms.net/forms/v2.js"></script>')))
    assert not embeds_form(page(document('<script src="https://example.com/hsforms.net.js"></script>')))
