"""Forms that a vendor brings into the page."""

import pytest

from editorial.audit.facts import Form
from tests.unit.audit.pages import document, page


def forms(body: str, head: str = "") -> tuple[Form, ...]:
    return page(document(head, body)).forms


def vendors(body: str) -> list[str]:
    head = "<script src='https://www.googletagmanager.com/gtm.js?id=x'></script>"
    return [form.vendor for form in forms(body, head) if form.origin == "embedded"]


EMBEDDED = [
    ("hubspot", "<script src='//js.hsforms.net/forms/v2.js'></script>"),
    ("hubspot", "<script src='https://js-eu1.hsforms.net/forms/embed/123.js' defer></script>"),
    ("hubspot", "<div class='hs-form-frame' data-portal-id=1 data-form-id=2></div>"),
    ("hubspot", "<script>hbspt.forms.create({portalId: 1, formId: '2'})</script>"),
    ("marketo", "<script src='//app-ab12.marketo.com/js/forms2/js/forms2.min.js'></script>"),
    ("marketo", "<script src='https://go.example.com/js/forms2/js/forms2.min.js'></script>"),
    ("pardot", "<iframe src='https://go.pardot.com/l/123/2024-01-02/abc'></iframe>"),
    ("pardot", "<iframe src='https://info.example.com/l/123/2024-01-02/abc'></iframe>"),
    ("dynamics", "<div data-form-block-id='x'></div>"),
    ("zoho-forms", "<iframe src='https://forms.zohopublic.com/org/form/Contact/formperma/k'></iframe>"),
    ("activecampaign", "<script src='https://acme.activehosted.com/f/embed.php?id=3'></script>"),
    ("kit", "<script async data-uid=x src='https://acme.ck.page/abc/index.js'></script>"),
    ("typeform", "<div data-tf-live='x'></div><script src='//embed.typeform.com/next/embed.js'></script>"),
    ("typeform", "<iframe src='https://acme.typeform.com/to/x'></iframe>"),
    ("tally", "<iframe data-tally-src='https://tally.so/embed/x'></iframe>"),
    ("jotform", "<script src='https://form.jotform.com/jsform/123'></script>"),
    ("google-forms", "<iframe src='https://docs.google.com/forms/d/e/x/viewform?embedded=true'></iframe>"),
    ("microsoft-forms", "<iframe src='https://forms.office.com/Pages/ResponsePage.aspx?id=x'></iframe>"),
    ("surveymonkey", "<script src='https://widget.surveymonkey.com/collect/website/js/x.js'></script>"),
    ("calendly", "<div class='calendly-inline-widget' data-url='https://calendly.com/a'></div>"),
    ("chilipiper", "<script src='https://js.chilipiper.com/marketing.js'></script>"),
    ("unbounce", "<script src='https://abc.js.ubembed.com'></script>"),
    ("leadpages", "<a data-leadbox-popup=x data-leadbox=y href=#>x</a>"),
    ("formassembly", "<iframe src='https://acme.tfaforms.net/123'></iframe>"),
    ("formstack", "<script src='https://acme.formstack.com/forms/js.php/x'></script>"),
    ("wufoo", "<iframe src='https://acme.wufoo.com/embed/x/'></iframe>"),
    ("fillout", "<div data-fillout-id=x></div><script src='https://server.fillout.com/embed/v1/'></script>"),
    ("klaviyo", "<div class='klaviyo-form-AbC'></div>"),
    ("brevo", "<iframe src='https://a.sibforms.com/serve/x'></iframe>"),
    ("webinar", "<iframe src='https://acme.zoom.us/webinar/register/x'></iframe>"),
    ("jinshuju", "<iframe src='https://jinshuju.net/f/AbCdEf?background=white'></iframe>"),
    ("jinshuju", "<div data-role='gd-sdk'></div>"),
    ("mikecrm", "<iframe src='http://acme.mikecrm.com/AbCdEfG'></iframe>"),
    ("wjx", "<script src='https://www.wjx.cn/handler/jqemed.ashx?activity=1&source=iframe'></script>"),
    ("wjx", "<iframe src='https://www.wjx.cn/vm/abc.aspx'></iframe>"),
    ("tencent-survey", "<iframe src='https://wj.qq.com/s2/1/ab/'></iframe>"),
    ("feishu", "<iframe src='https://acme.feishu.cn/share/base/form/shrcnX'></iframe>"),
    ("yida", "<iframe src='https://acme.aliwork.com/o/x'></iframe>"),
]
NOT_EMBEDDED = [
    "<script src='https://js.hs-scripts.com/1.js'></script>",
    "<a href='https://acme.typeform.com/to/x'>x</a>",
    "<iframe src='https://www.youtube.com/embed/typeform.com'></iframe>",
    "<iframe src='https://nottypeform.com/to/x'></iframe>",
    "<iframe src='/l/123/2024-01-02/abc'></iframe>",
    "<iframe src='https://www.google.com/maps/forms/'></iframe>",
    "<iframe src='https://work.feishu.cn/docx/x'></iframe>",
    "<script src='https://hm.baidu.com/hm.js?x'></script>",
    "<script src='https://widget.intercom.io/widget/x'></script>",
    "<!-- <iframe src='https://acme.typeform.com/to/x'></iframe> -->",
    "<template><iframe src='https://acme.typeform.com/to/x'></iframe></template>",
    "<noscript><iframe src='https://acme.typeform.com/to/x'></iframe></noscript>",
    "<pre>&lt;iframe src='https://acme.typeform.com/to/x'&gt; hbspt.forms.create(</pre>",
    "<script type='application/ld+json'>\"hbspt.forms.create(\"</script>",
    "<style>.hs-form-frame {}</style>",
]


@pytest.mark.parametrize(("vendor", "body"), EMBEDDED)
def test_a_vendors_mark_is_one_embedded_form(vendor: str, body: str):
    assert vendors(body) == [vendor]


@pytest.mark.parametrize("body", NOT_EMBEDDED)
def test_what_only_resembles_one_is_none(body: str):
    assert vendors(body) == []


def test_a_library_and_its_call_are_one_form_and_two_calls_are_two():
    library = "<script src='//js.hsforms.net/forms/v2.js'></script>"

    assert vendors(library + "<script>hbspt.forms.create({formId: 'a'})</script>") == ["hubspot"]
    assert vendors(
        library + "<script>hbspt.forms.create({formId: 'a'});hbspt.forms.create({formId: 'b'})</script>"
    ) == [
        "hubspot",
        "hubspot",
    ]


def test_embedded_forms_stand_where_the_source_has_them():
    frame = "<iframe src='https://acme.typeform.com/to/x'></iframe>"
    found = forms(
        f"<form id=a></form><template><form id=b></form></template><noscript><form id=c></form></noscript>{frame}"
        "<script type='text/template'><form id=d></form></script><form id=e><form id=f></form>"
    )

    assert [(form.index, form.id, form.origin) for form in found] == [
        (0, "a", "native"),
        (1, "b", "inert"),
        (2, "c", "inert"),
        (3, "", "embedded"),
        (4, "d", "inert"),
        (5, "e", "native"),
        (6, "f", "native"),
    ]
    assert found[6].nested_in == 5


def test_an_embedded_form_says_where_it_comes_from():
    found = forms("<iframe data-src='//jinshuju.net/f/x' src='about:blank'></iframe>")[0]

    assert (found.action, found.action_url) == ("//jinshuju.net/f/x", "https://jinshuju.net/f/x")
    assert found.fields == ()
