"""Services and plug-ins that send a form, told by its action, its classes and ids, and its hidden fields.

Markup of their own documentation and plug-ins; facts, in our words.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from editorial.audit.facts import Form, PageFacts
from editorial.audit.identity import Same
from editorial.domain.urls import host_of


@dataclass(frozen=True)
class Vendor:
    """A service. `wins_leads`: its forms are there for leads, as those of a marketing system are."""

    id: str
    action: re.Pattern[str] | None = None
    mark: re.Pattern[str] | None = None
    hidden: re.Pattern[str] | None = None
    wins_leads: bool = False


def _vendor(id_: str, action: str = "", mark: str = "", hidden: str = "", *, wins_leads: bool = False) -> Vendor:
    return Vendor(id_, _pattern(action), _pattern(mark), _pattern(hidden), wins_leads)


def _pattern(text: str) -> re.Pattern[str] | None:
    return re.compile(text, re.IGNORECASE) if text else None


_HOST = r"^(?:https?:)?//(?:[a-z0-9-]+\.)*"
VENDORS = (
    _vendor("hubspot", _HOST + r"(?:hsforms\.com|forms\.hubspot\.com)/", r"\bhs-form", wins_leads=True),
    _vendor("marketo", _HOST + r"(?:marketo|mktoresp|mktoweb)\.com/", r"\bmktoform", wins_leads=True),
    _vendor("pardot", r"//[^/]+/l/\d+/\d{4}-\d\d-\d\d/", "", r"^\d+pi_\d+", wins_leads=True),
    _vendor(
        "eloqua", r"//[^/]+/e/f2(?:\.aspx)?(?:$|\?)", "", r"^elq(?:formname|siteid|customerguid)$", wins_leads=True
    ),
    _vendor("salesforce", _HOST + r"salesforce\.com/servlet/servlet\.webtolead", "", "", wins_leads=True),
    _vendor("dynamics", _HOST + r"svc\.dynamics\.com/", r"marketing-form|d365", "", wins_leads=True),
    _vendor("zoho-crm", _HOST + r"zoho\.[a-z.]+/crm/webtoleadform", r"webtoleads", "^xnqsjsdp$", wins_leads=True),
    _vendor("activecampaign", _HOST + r"(?:activehosted|activecampaign)\.com/", r"\b_form_\d", "", wins_leads=True),
    _vendor("mailchimp", _HOST + r"list-manage\d*\.com/subscribe", r"mc-embedded-subscribe-form", "", wins_leads=True),
    _vendor("kit", _HOST + r"(?:convertkit|kit)\.com/forms/", r"seva-form|formkit-form", "", wins_leads=True),
    _vendor("brevo", _HOST + r"sibforms\.com/", r"\bsib-form", "", wins_leads=True),
    _vendor("klaviyo", _HOST + r"klaviyo\.com/", r"klaviyo-form", "", wins_leads=True),
    _vendor("formassembly", _HOST + r"tfaforms\.(?:net|com)/", "", "^tfa_", wins_leads=True),
    _vendor("google-forms", _HOST + r"docs\.google\.com/forms/"),
    _vendor("formspree", _HOST + r"formspree\.io/"),
    _vendor("basin", _HOST + r"usebasin\.com/"),
    _vendor("formstack", _HOST + r"formstack\.com/"),
    _vendor("wufoo", _HOST + r"wufoo\.com/"),
    _vendor("jotform", _HOST + r"jotform(?:eu)?\.com/", r"jotform-form"),
    _vendor("web3forms", _HOST + r"web3forms\.com/", "", "^access_key$"),
    _vendor("getform", _HOST + r"(?:getform\.io|formbold\.com|airform\.io|form\.taxi|slapform\.com)/"),
    _vendor("netlify", "", "", "^form-name$"),
    _vendor("gravity-forms", "", r"\bgform_\d|gform_wrapper", r"^is_submit_\d+$"),
    _vendor("contact-form-7", "", r"\bwpcf7", r"^_wpcf7"),
    _vendor("wpforms", "", r"\bwpforms", r"^wpforms\["),
    _vendor("ninja-forms", "", r"\bnf-form|ninja-forms"),
    _vendor("formidable", "", r"\bfrm-show-form|frm_forms", r"^frm_action$"),
    _vendor("elementor", "", r"\belementor-form", r"^queried_id$"),
    _vendor("fluent-forms", "", r"\bfrm-fluent-form|fluentform", r"^__fluent_form"),
    _vendor("webflow", "", r"\bw-form|^wf-form|\bwf-form"),
    _vendor("wix", "", r"\bwixui-form"),
    _vendor("squarespace", "", r"newsletter-form|sqs-block-form"),
    _vendor("jinshuju", _HOST + r"jinshuju\.net/", r"\bgd-form"),
    _vendor("mikecrm", _HOST + r"mikecrm\.com/"),
    _vendor("wjx", _HOST + r"wjx\.(?:cn|top|com)/"),
)


def vendor_of(form: Form) -> Vendor | None:
    """The service that a form is sent by, if it is one we know."""
    return _vendor_of(Same(form))


@lru_cache(maxsize=64)
def _vendor_of(same: Same[Form]) -> Vendor | None:
    form = same.it
    marks = f"{form.id} {form.name} {' '.join(form.classes)}"
    hidden = [field.name for field in form.fields if field.hidden]
    for vendor in VENDORS:
        if vendor.action and vendor.action.search(form.action):
            return vendor
        if vendor.mark and vendor.mark.search(marks):
            return vendor
        if vendor.hidden and any(vendor.hidden.search(name) for name in hidden):
            return vendor
    return None


_NAMES = {
    "hubspot": "HubSpot",
    "activecampaign": "ActiveCampaign",
    "zoho-crm": "Zoho CRM",
    "formassembly": "FormAssembly",
    "web3forms": "Web3Forms",
    "wpforms": "WPForms",
    "surveymonkey": "SurveyMonkey",
    "chilipiper": "Chili Piper",
    "contact-form-7": "Contact Form 7",
    "jinshuju": "金数据",
    "mikecrm": "麦客",
    "wjx": "问卷星",
    "tencent-survey": "腾讯问卷",
    "feishu": "飞书",
    "yida": "宜搭",
}
"""Names that are not their id in capitals."""


def vendor_name(vendor: str) -> str:
    """What a service calls itself."""
    return _NAMES.get(vendor) or vendor.replace("-", " ").title()


_EMBED_HOSTS = (
    *(
        "hsforms.net",
        "hsforms.com",
        "marketo.com",
        "pardot.com",
        "typeform.com",
        "tally.so",
        "jotform.com",
        "jotfor.ms",
    ),
    *(
        "forms.office.com",
        "surveymonkey.com",
        "zohopublic.com",
        "zohopublic.eu",
        "zohopublic.in",
        "zfrmz.com",
        "wufoo.com",
    ),
    *(
        "formstack.com",
        "fillout.com",
        "convertkit.com",
        "activehosted.com",
        "sibforms.com",
        "leadpages.net",
        "ubembed.com",
    ),
    *(
        "calendly.com",
        "chilipiper.com",
        "bigmarker.com",
        "livestorm.co",
        "jinshuju.net",
        "mikecrm.com",
        "wjx.cn",
        "wjx.top",
    ),
    *("wj.qq.com", "feishu.cn", "larksuite.com", "aliwork.com", "mktdplp102cdn.azureedge.net"),
)


def embeds_form(page: PageFacts) -> bool:
    """True where a script or frame of the page brings a form of a service: its fields are not in the source."""
    for part in page.resources:
        if part.kind not in ("script", "frame") or part.url is None:
            continue
        host = host_of(part.url)
        if any(host == known or host.endswith("." + known) for known in _EMBED_HOSTS):
            return True
        if (host == "docs.google.com" and "/forms/" in part.url) or "/js/forms2/" in part.url:
            return True
    return False
