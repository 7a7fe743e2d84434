"""What a form field asks for, in English and Chinese first, and in the languages B2B sites are translated into.

Evidence in this order, and the first that decides wins: a one-time code by any word, the autocomplete token, a specific
type, the label, the text beside it, the placeholder, the title, the name, the id, the options. Words are our own.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from editorial.audit.facts import Field
from editorial.audit.lexicon import one_of

_TOKENS = {
    "email": "email",
    "organization": "company",
    "organization-title": "job-title",
    "name": "full-name",
    "given-name": "given-name",
    "additional-name": "given-name",
    "family-name": "family-name",
    "honorific-prefix": "honorific",
    "username": "username",
    "nickname": "username",
    "current-password": "password",
    "new-password": "password",
    "one-time-code": "otp",
    "street-address": "address",
    "address-line1": "address",
    "address-line2": "address",
    "address-level1": "region",
    "address-level2": "city",
    "postal-code": "postal",
    "country": "country",
    "country-name": "country",
    "url": "website",
    "bday": "birth-date",
    "sex": "gender",
}
_TYPES = {
    "email": "email",
    "tel": "phone",
    "url": "website",
    "password": "password",
    "file": "file",
    "search": "search",
}

_OTP = one_of(r"""
    验证码|驗證碼|校验码|动态码|captcha|recaptcha|verification code|security code|one.?time|\botp\b
    código de verific|code de vérif
""")
# First match wins; what is more specific stands first.
_MEANINGS = (
    (
        "work-email",
        one_of(r"""
            (?:work|business|company|corporate|professional|office).{0,3}e.?mail
            (?:工作|企业|公司|办公|单位|商务)(?:电子)?(?:邮箱|邮件)
        """),
    ),
    (
        "email",
        one_of(r"""
            e.?mail|邮箱|邮件(?!编)|电邮|電郵|電子郵件|信箱|correo|courriel|posta elettronica|이메일
            почт|e.?posta|メール|адрес эл|\bmel\b
        """),
    ),
    ("country-code", r"区号|country code|dial(?:ing)? code|phone.?code"),
    (
        "phone",
        one_of(r"""
            phone|\bmobile|\bcell\b|\btel\b|\bfax\b|电话|手机|座机|電話|手機|联系方式|聯絡方式
            telefon|teléfono|téléphone|\bcelular|m[oó]vil|전화|휴대|연락처|телефон|\bgsm\b|携帯
            \bhandy|numéro de tél|whats.?app
        """),
    ),
    ("wechat", r"wechat|we.?chat|微信|weixin|企微"),
    ("qq", r"\bqq\b|qq号"),
    (
        "company-size",
        one_of(r"""
            (?:number of|no\. of|how many) (?:employees|staff|people|users)
            (?:company|team|organi[sz]ation|business|org).?size|head.?count|\bemployees\b
            (?:公司|企业|团队|单位|机构)?规模|公司人数|员工(?:数|人数)|人数|mitarbeiter
            nombre d.?employ|n[uú]mero de (?:empleados|funcion)|dipendenti|직원 ?수|çalışan sayısı
            unternehmensgröße|сотрудник|従業員
        """),
    ),
    ("website", r"web.?site|web.?page|\burl\b|网址|网站|官网|網站|home.?page|\bdomain\b|sitio web|site web|сайт"),
    (
        "source-question",
        one_of(r"""
            how did you (?:hear|find|learn)|where did you hear
            (?:了解|得知|知道).{0,4}(?:渠道|我们|途径)|从(?:何处|哪里)|信息来源
        """),
    ),
    (
        "industry",
        r"\bindustry\b|\bsector\b|行业|产业|branche|industria|secteur|settore|업종|отрасл|sektör|業種",
    ),
    ("department", r"department|\bdept\b|部门|部門|abteilung|departamento|département|reparto|부서|отдел|departman"),
    (
        "job-title",
        one_of(r"""
            job.?(?:title|function|role|level)|\bposition\b|\brole\b|seniority|designation
            occupation|\bprofession\b|职位|职务|岗位|头衔|職稱|職位|职称|\bcargo\b|puesto|\bposte\b
            fonction|\bruolo\b|직책|직함|직위|должност|unvan|\bgörev|berufsbezeichnung|役職|funktion
        """),
    ),
    (
        "company",
        one_of(r"""
            company|organi[sz]a[tç]|\borg(?:anisme)?\b|business|employer|\bfirm\b|\bfirma\b
            enterprise|institution|\bschool\b|universit|公司|企业|单位|机构|機構|貴社|企業
            unternehmen|empresa|entreprise|société|azienda|società|회사|기업|업체|소속|компани
            организац|предприят|şirket|kurum|会社|組織
        """),
    ),
    ("budget", r"budget|spend|预算|預算|presupuesto|orçamento|бюджет|예산|bütçe"),
    ("timeline", r"time.?(?:line|frame)|when (?:do|are|would) you|采购时间|上线时间|项目周期|计划时间"),
    ("honorific", r"salutation|honorific|\banrede\b|\bcivilité|称谓|^title$|\bprefix\b"),
    (
        "given-name",
        one_of(r"""
            (?:first|given|fore|middle).?name|\bfname\b|vorname|prénom|\bprenom|primer nombre|^名$
            ^名字$|имя(?! и фам)|^ad[ıi]?n?[ıi]?z?$|\bnombres?$(?<!apellidos)
        """),
    ),
    (
        "family-name",
        one_of(r"""
            (?:last|family|sur).?name|\bsurname|\blname\b|nachname|apellido|nom de famille|cognome
            ^姓$|^姓氏$|sobrenome|фамили|soyad
        """),
    ),
    (
        "username",
        one_of(r"""
            user.?(?:name|id)|\blogin\b|screen.?name|nick.?name|用户名|账号|帐号|賬號|昵称
            \busuario\b|benutzername|\baccount\b
        """),
    ),
    (
        "full-name",
        one_of(r"""
            (?:full|your|contact|complete|customer|author|real).?name|^names?$|\bname\b(?!.{0,3}of)
            姓名|联系人|聯絡人|称呼|您的名字|尊姓|\bnom\b|\bnome\b|\bnombre\b|성명|성함|이름|氏名
            お名前|\bф\.?и\.?о|ad[ıi]? soyad|contact person|ansprechpartner|\bauthor\b
        """),
    ),
    ("country", r"countr|国家|國家|\bnation|\bland\b|\bpays\b|\bpaís\b|\bpaese\b|국가|страна|ülke|国籍"),
    ("postal", r"\bzip|post(?:al)?.?code|\bpostal\b|邮编|邮政编码|郵遞區號|\bplz\b|code postal|código postal|индекс"),
    ("region", r"\bstate\b|province|\bregion\b|county|省份|省市|地区|所在地|所在区域|^省$|provinz|bundesland"),
    ("city", r"\bcity\b|\btown\b|城市|^市$|\bstadt\b|\bciudad\b|\bville\b|\bcittà|\bcidade|город|şehir|도시"),
    ("address", r"address|street|地址|adresse|dirección|indirizzo|endereço|주소|адрес"),
    ("birth-date", r"birth|\bdob\b|生日|出生"),
    ("gender", r"\bgender\b|\bsex\b|性别"),
    ("id-number", r"身份证|\bpassport\b|social security|\bssn\b"),
    ("search", r"^(?:q|s|wd|kw|keywords?|query|search)$|\bsearch\b|搜索|搜一搜|请输入关键词"),
    (
        "interest",
        one_of(r"""
            interest|product|\btopic\b|\bsubject\b|service|solution|reason|inquiry type|感兴趣|意向
            咨询类型|主题|产品|服务|关注|场景|类型
        """),
    ),
    (
        "message",
        one_of(r"""
            message|comment|how can we help|tell us|question|in?quiry|describe|description|details
            \bnotes?\b|feedback|remarks|requirement|留言|需求|咨询|备注|描述|反馈|内容|意见|建议
            问题|說明|nachricht|mensaje|messaggio|mensagem|메시지|문의|내용|сообщени|комментар|mesaj
            お問い合わせ
        """),
    ),
    ("quantity", r"quantity|\bqty\b|数量"),
    ("card", r"card.?number|\bcvc\b|\bcvv\b|卡号"),
    ("date", r"\bdate\b|日期|\btime\b|时间"),
)
_COMPILED = tuple((meaning, re.compile(pattern, re.IGNORECASE)) for meaning, pattern in _MEANINGS)
_ONE_TIME = re.compile(_OTP, re.IGNORECASE)
_PRIVACY = re.compile(
    one_of(r"""
        privacy|terms|conditions|\bgdpr\b|consent|\bagree|\baccept|policy|隐私|条款|协议|同意|隱私
        datenschutz|privacidad|confidentialité|개인정보|конфиденциальн|gizlilik|kvkk
    """),
    re.IGNORECASE,
)
_MARKETING = re.compile(
    one_of(r"""
        newsletter|\bupdates?\b|marketing|opt.?in|subscri|receive|\boffers?\b|promotion|contact me
        keep me|send me(?! (?:a )?copy)|stay (?:informed|in touch)|email me(?! (?:a )?copy)
        接收|订阅|营销|资讯|推送|产品信息|活动通知|通知我|短信|电子报
    """),
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    one_of(r"""
        ^(?:.{0,20}[_\[.-])?(?:utm_?(?:source|medium|campaign|term|content|id)|gclid|gbraid|wbraid|dclid|msclkid|fbclid|li_fat_id|ttclid|referr?er|referer_title|landing_?page(?:_url)?|acquisition_url|gclid__c|sfdccampaignid|bd_vid|qhclickid|gdt_vid|sg_vid|clickid|e_keywordid|hm(?:sr|pl|cu|kw|ci)|lead_?source)\]?$
    """),
    re.IGNORECASE,
)
_CSRF = re.compile(r"csrf|xsrf|^_token$|authenticity_token|requestverificationtoken|nonce", re.IGNORECASE)
_TRAP = re.compile(
    one_of(r"""
        _gotcha|^b_[0-9a-f]{10,}|bot-field|honey.?pot|^hp_|_hp$|gotcha|leave.?(?:this|blank)
        _wpcf7_ak_hp
    """),
    re.IGNORECASE,
)
_DECOYS = frozenset({"website", "full-name", "phone", "message", "company", "email", "work-email"})

_CAMEL = re.compile(r"([a-z])([A-Z])|[_\-\[\].:]+")
_MARKS = re.compile(
    r"[*＊:：]|（?必填）?|\(?(?:required|optional)\)?|（?选填）?|请(?:输入|填写|选择)|^(?:您|你)的|贵公司",
    re.IGNORECASE,
)
_PADDING = re.compile(r"(?<=[\u4e00-\u9fff])[\s\u3000]+(?=[\u4e00-\u9fff])")


def normal(text: str) -> str:
    """Lower case without marks, fill-in words, and the spaces that pad Chinese labels; names split into words."""
    text = unicodedata.normalize("NFKC", text)
    text = _PADDING.sub("", _MARKS.sub(" ", _PADDING.sub("", text)))
    return " ".join(text.lower().split())


def meaning_of(field: Field) -> str:
    """What a field asks for: one of the names of this module, or empty where nothing tells.

    Beside those of `_MEANINGS`: `otp`, `password`, `file`, `consent-privacy`, `consent-marketing`, `honeypot`,
    `attribution`, `csrf`.
    """
    if field.kind == "hidden":
        return _hidden(field)
    if field.kind in ("checkbox", "radio"):
        return _ticked(field)
    texts = list(_texts(field))
    found = _told(field, texts)
    if field.hidden and (found in _DECOYS or not found or _TRAP.search(field.name)):
        return "honeypot"
    if not found and field.kind == "textarea":
        return "message"
    return found


def is_trap(field: Field) -> bool:
    """A field for robots, by its name alone: in a dialog that waits to be opened every field is hidden."""
    return _TRAP.search(field.name) is not None


def _told(field: Field, texts: list[str]) -> str:
    if any(_ONE_TIME.search(text) for text in texts):
        return "otp"
    token = _token(field.autocomplete)
    if token:
        return token
    if field.kind in _TYPES:
        if field.kind == "email" and any(by_words(text) == "work-email" for text in texts):
            return "work-email"
        return _TYPES[field.kind]
    found = next((meaning for text in texts if (meaning := by_words(text))), "")
    if found == "full-name" and field.kind == "select":
        return ""
    return found


def _texts(field: Field) -> Iterator[str]:
    for text in (field.label, field.caption, field.placeholder, field.title):
        if text:
            yield normal(text)
    for name in (field.name, field.id):
        if name:
            yield normal(_CAMEL.sub(r"\1 \2", name))


@lru_cache(maxsize=4096)
def by_words(text: str) -> str:
    """The meaning of a normalised text, or empty. A sentence is no label."""
    if not text or len(text) > 120:
        return ""
    return next((meaning for meaning, pattern in _COMPILED if pattern.search(text)), "")


def _token(autocomplete: str) -> str:
    tokens = autocomplete.split()
    if not tokens:
        return ""
    last = tokens[-2] if tokens[-1] == "webauthn" and len(tokens) > 1 else tokens[-1]
    if last.startswith("tel"):
        return "country-code" if last == "tel-country-code" else "phone"
    if last.startswith("cc-"):
        return "card"
    return "work-email" if last == "email" and "work" in tokens else _TOKENS.get(last, "")


def _hidden(field: Field) -> str:
    if _ATTRIBUTION.search(field.name):
        return "attribution"
    return "csrf" if _CSRF.search(field.name) else ""


def _ticked(field: Field) -> str:
    """A box is read by its label; by its name only without one."""
    said = f"{field.label} {field.caption}".strip() or _CAMEL.sub(r"\1 \2", f"{field.name} {field.id}")
    if _PRIVACY.search(said) or any(_PRIVACY.search(link) for link in field.label_links):
        return "consent-privacy"
    return "consent-marketing" if _MARKETING.search(said) else ""
