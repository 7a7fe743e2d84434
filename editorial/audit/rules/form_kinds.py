"""Is a form there to win a lead? First match wins, as far as markup alone can tell.

Thin on purpose: search, login, recovery, registration, comments, consent and filters are told apart by their controls
and words; a lead form asks for a contact and adds up to three points. English and Chinese words.
"""

import re

from editorial.audit.facts import Field, Form, PageFacts

TEXTUAL = frozenset({"text", "email", "tel", "url", "search", "password", "number", "date", "textarea"})
ENOUGH = 3  # points


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_EMAIL = _words(r"e-?mail", "邮箱", "邮件地址", "电邮", "電郵", "電子郵件", "信箱")
_PHONE = _words(r"\bphone", r"telephone", r"\bmobile\b", r"\btel\b", "电话", "電話", "手机", "手機", "联系方式", "座机")
_WECHAT = _words("wechat", "微信", r"\bqq\b")
_NAME = _words(r"\bname\b", r"first.?name", r"last.?name", r"full.?name", "姓名", "联系人", "称呼", "聯絡人")
_COMPANY = _words("company", r"organi[sz]ation", "employer", "公司", "企业", "单位", "机构", "機構")
_JOB = _words(r"job.?title", r"\bposition\b", "职位", "职务", "岗位", "職稱", "職位")
_SIZE = _words("employees", r"company.?size", "budget", "industry", "规模", "预算", "行业")
_CONSENT = _words("privacy", "consent", r"\bagree\b", "隐私", "同意")
_SEARCH = _words(r"^(?:q|s|wd|kw|keywords?|query|search)$")
_SEARCH_TEXT = _words(r"\bsearch\b", "搜索", "搜一搜", "查询", "请输入关键词")
_LOGIN = _words(r"log.?in", r"sign.?in", "登录", "登陆")
_RECOVERY = _words("forgot", r"reset.?password", r"recover", r"lost.?password", "找回密码", "忘记密码", "重置密码")
_REGISTER = _words(r"sign.?up", r"\bregister\b", r"create.{0,9}account", "注册")
_TRIAL = _words(r"free.?trial", r"start.{0,6}trial", "免费试用", "申请试用")
_ORDER = _words(r"\bcart\b", "checkout", "coupon", "shipping", "billing", "购物车", "立即购买", "结算")
_COMMENT = _words("comment", r"\breply\b", "发表评论", "评论", "回复")
_APPLY = _words("resume", r"\bcv\b", "简历", "应聘", "投递")
_LEAVE = _words("unsubscribe", "preferences", "退订", "订阅偏好")
_LEAD = _words(
    *(r"\bdemo\b", "get a quote", "pricing", "contact", "get in touch", "talk to", "free trial", "get started"),
    *(
        "download",
        r"white ?paper",
        "e-?book",
        "webinar",
        "subscribe",
        "newsletter",
        "enquiry",
        "inquiry",
        "send message",
    ),
    *(
        "预约",
        "演示",
        "报价",
        "询价",
        "咨询",
        "试用",
        "下载",
        "白皮书",
        "领取",
        "报名",
        "订阅",
        "联系我们",
        "留言",
        "需求",
    ),
)
_LEAD_URL = _words(
    "demo", "contact", "trial", "download", "webinar", "newsletter", "subscribe", "quote", "ebook", "whitepaper"
)


def is_lead_form(form: Form, page: PageFacts) -> bool:
    """True where the form asks visitors how to reach them."""
    if not any(field.kind in TEXTUAL and not field.hidden for field in form.fields):
        return False
    return not _is_other(form, page) and _points(form, page) >= ENOUGH


def _visible(form: Form) -> list[Field]:
    return [field for field in form.fields if not field.hidden]


def _said(field: Field) -> str:
    name = re.sub(r"([a-z])([A-Z])|[_\-\[\].]+", r"\1 \2", f"{field.name} {field.id}")
    return f"{field.label} {field.caption} {field.placeholder} {field.autocomplete} {name}"


def _buttons(form: Form) -> str:
    return " ".join(button.text for button in form.buttons)


def _asks(fields: list[Field], pattern: re.Pattern[str], *kinds: str) -> bool:
    return any(field.kind in kinds or pattern.search(_said(field)) for field in fields if field.kind != "checkbox")


def _is_other(form: Form, page: PageFacts) -> bool:
    """Search, login, recovery, registration, order, comment, application, preferences."""
    fields = _visible(form)
    textual = [field for field in fields if field.kind in TEXTUAL]
    passwords = sum(field.kind == "password" for field in fields)
    submit, around = _buttons(form), f"{form.action} {form.id} {form.name} {' '.join(form.classes)}"
    if _is_search(form, textual):
        return True
    if passwords or _LOGIN.search(submit):
        return not (passwords and _TRIAL.search(f"{submit} {page.title}"))
    if _REGISTER.fullmatch(submit.strip()) and len(textual) > 1 and not _asks(fields, _COMPANY):
        return True
    if len(textual) <= 2 and _RECOVERY.search(f"{submit} {around} {page.final_url}"):
        return True
    words = f"{submit} {around} " + " ".join(field.name for field in form.fields)
    return any(pattern.search(words) for pattern in (_ORDER, _COMMENT, _LEAVE)) or (
        any(field.kind == "file" for field in fields) and _APPLY.search(form.text) is not None
    )


def _is_search(form: Form, textual: list[Field]) -> bool:
    if form.role == "search" or any(field.kind == "search" for field in textual):
        return True
    if len(textual) != 1 or textual[0].kind in ("email", "tel", "textarea"):
        return False
    only = textual[0]
    return bool(_SEARCH.search(only.name) or _SEARCH_TEXT.search(f"{only.placeholder} {only.label} {_buttons(form)}"))


def _points(form: Form, page: PageFacts) -> int:
    """Points for a lead form; none without a contact."""
    fields = _visible(form)
    reach = _asks(fields, _EMAIL, "email") or _asks(fields, _PHONE, "tel") or _asks(fields, _WECHAT)
    named, company = _asks(fields, _NAME), _asks(fields, _COMPANY)
    if not reach and not (named and company):
        return 0
    points = 2 * reach + named + 2 * company + _asks(fields, _JOB) + _asks(fields, _SIZE)
    points += any(field.kind == "textarea" for field in fields)
    points += bool(_CONSENT.search(form.text))
    points += 2 * bool(_LEAD.search(f"{_buttons(form)} {form.text[:300]}"))
    points += any(field.kind == "hidden" and field.name.startswith("utm_") for field in form.fields)
    return points + bool(_LEAD_URL.search(page.final_url))
