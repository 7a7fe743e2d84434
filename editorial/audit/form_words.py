"""Words that tell forms apart: English and Chinese, and for lead forms the languages B2B sites are translated into."""

import re

from editorial.audit.lexicon import one_of


def _words(block: str) -> re.Pattern[str]:
    return re.compile(one_of(block), re.IGNORECASE)


SEARCH_NAME = _words(r"""
    ^(?:q|s|k|wd|kw|word|keywords?|query|search|searchword|search_?(?:query|term|text|box)|term|srch)$
""")
SEARCH = _words(r"""
    \bsearch\b|\bfind\b(?! out)|搜索|搜一搜|搜一下|查询|检索|查找|请输入关键[词字]|suche\b
    \bbuscar\b|recherche|\bcerca\b|검색|поиск|検索|\bara\b|pesquis
""")
SEARCH_ACTION = _words(r"\bsearch|/s(?:\?|$)|[?&]s=|/so\b|searchform|search-form|sousuo|chaxun")
LOGIN = _words(r"""
    log ?in\b|sign ?in\b|log ?on\b|登录|登陆|登入|anmelden|einloggen|iniciar sesi[oó]n
    (?:se )?connecter|connexion|accedi\b|entrar\b|로그인|войти|giriş yap|ログイン
""")
RECOVERY = _words(r"""
    forgot|reset.{0,10}password|password.{0,3}(?:reset|recover|reminder|request)|recover|lost.?pass
    retrieve|resend|send.{0,10}(?:reset|instructions)|找回密码|忘记密码|重置密码|忘記密碼|修改密码
    passwort vergessen|contraseña|mot de passe oublié
""")
REGISTER = _words(r"""
    sign.?up|\bregister\b|regist(?:ration|rieren)|create.{0,12}account
    join (?:now|us|free|for free)?|注册|註冊|开通账号|registrarse|s'inscrire|회원가입
    зарегистрироваться|kayıt ol|登録
""")
ACCOUNT = _words(r"""
    create.{0,12}account|new account|\bsignup\b|\bregister\b|registration|user.?registration
    注册(?:账号|帐号|会员|用户)?|会员
""")
TRIAL = _words(r"""
    free.?trial|start.{0,12}trial|try.{0,12}free|start.{0,4}free|免费试用|申请试用|立即试用|开通试用
    kostenlos(?:en)? test|prueba gratuita|essai gratuit|prova gratuita
""")
EVENT = _words(r"""
    webinar|\bevent\b|conference|workshop|seminar|session|save your seat|直播|研讨会|线上会议|活动
    公开课|沙龙|讲座|报名
""")
ORDER = _words(r"""
    add to (?:cart|bag|basket)|\bcheckout\b|buy now|place (?:your )?order|\bpurchase\b|pay now
    \bcart\b|购物车|立即购买|结算|提交订单|去付款|支付|apply coupon|redeem
""")
ORDER_FIELD = _words(r"\bcoupon|\bcart|billing_|shipping_|\bcc[-_]?num|card.?number|\bcvv|\bqty\b|quantity")
COMMENT = _words(r"""
    (?:post|submit|add|leave|write|send).{0,12}(?:comment|reply|review)
    ^\s*(?:comment|reply|review)s?\s*$|发表(?:评论|回复|看法)?|我要评价|评论|回复|提交评价
    join the (?:discussion|conversation)
""")
COMMENT_FORM = _words(r"commentform|comment form|\bcomment-form|respond|add comment|review form|reviewform")
COOKIES = _words(r"cookie|onetrust|osano|usercentrics|consent.?(?:manager|banner)|gdpr|全部接受")
SWITCH = _words(r"""
    \blang|langu|locale|currency|country.?(?:select|switch|chooser)|region.?(?:select|switch)|语言
    币种|切换
""")
TONGUES = _words(r"""
    english|deutsch|français|español|italiano|português|中文|日本語|한국어|русский|nederlands|polski
    türkçe|\bUSD\b|\bEUR\b|\bGBP\b|\bCNY\b|\bJPY\b
""")
FILTER = _words(r"filter|facet|\bsort|order.?by|筛选|排序|分类|per.?page|archive|pager|pagination")
QUIZ = _words(r"calculat|\bquiz\b|\bpoll\b|\bvote\b|survey|计算|测试题|测一测|投票|convert\b|estimate my")
APPLICATION = _words(r"""
    resum[eé]|\bcv\b|curriculum|cover letter|apply (?:now|for)|application|career|\bjobs?\b|简历
    应聘|投递|招聘|bewerb|lebenslauf
""")
LEAVE = _words(r"""
    unsubscribe|opt.?out|(?:email|communication|subscription|notification|manage)[ _-]?preferences
    退订|订阅偏好|取消订阅|preference.?cent(?:er|re)
""")
CONSENT = _words(r"""
    privacy|consent|\bagree\b|gdpr|datenschutz|privacidad|confidentialité|隐私|同意|개인정보
    конфиденциальн|gizlilik|kvkk|データ
""")
LEAD_PLACE = _words(r"""
    \bdemo|contact|\btrial|download|webinar|newsletter|subscribe|\bquote|e-?book|white ?paper
    get started|pricing|lianxi|shiyong|xiazai|yuyue|baojia|kontakt|contacto|联系|试用|下载|预约|报价
    白皮书
""")

_DEMO = r"""
    \bdemo|see it in action|talk to (?:an expert|sales|us)
    book (?:a|your) (?:meeting|call|consultation)|schedule (?:a|your)|预约|演示|展示|咨询专家|démo
    demostración|dimostrazione|demonstração|데모|демо|vorführung|デモ
"""
_QUOTE = r"""
    \bquot(?:e|ation)|pricing|price list|contact sales|\bestimate|报价|询价|价格|索取报价|联系销售
    angebot|presupuesto|devis|preventivo|orçamento|견적|teklif|стоимост|cotizaci[oó]n|見積
"""
_TRIAL = r"""
    free trial|start free|\btrial|get started|try .{0,12}free|try it|免费试用|申请试用|立即试用|试用
    免费体验|kostenlos test|prueba gratis|prueba gratuita|essai gratuit|prova gratuita
    teste gr[aá]tis|무료 ?체험|пробн|ücretsiz dene|無料
"""
_DOWNLOAD = r"""
    download|white ?paper|e-?book|\bguide\b|\breport\b|template|checklist|case stud|brochure
    get (?:the|your) (?:copy|guide|report)|下载|白皮书|电子书|报告|资料|领取|获取资料|案例集|手册
    herunterladen|descargar|télécharger|scarica|baixar|다운로드|백서|скачать|indir|ダウンロード
    资料包
"""
_WEBINAR = r"""
    webinar|save (?:your|my) (?:seat|spot)|register (?:now|for|today)|\bevent\b
    watch (?:on demand|now)|live session|报名|直播|研讨会|线上会议|活动|公开课|回放|讲座|沙龙
    webinaire|seminario web|웨비나|вебинар|세미나|ウェビナー
"""
_NEWSLETTER = r"""
    subscri|newsletter|(?:get|receive) (?:the latest|updates|our|news)
    stay (?:informed|updated|up to date|in the loop)|join (?:our|the) (?:mailing )?list|mailing list
    keep me (?:posted|updated)|notify me|sign up for|in your inbox|订阅|电子报|获取最新|资讯
    邮件列表|abonnieren|suscr[ií]b|s'abonner|abonne|iscriviti|assin[ae]|구독|подпис|abone|購読
    inscreva
"""
_CONTACT = r"""
    contact|get in touch|send (?:us )?(?:a |your |an )?(?:message|enquiry|inquiry|request|e-?mail)
    en?quir|\binquir|talk to us|reach (?:out|us)|how can we help|message us|feedback|联系我们
    在线咨询|咨询|留言|提交需求|意见反馈|联系|kontakt|nachricht|contacto|contáct|contattaci|contato
    문의|상담|связаться|заявк|iletişim|お問い合わせ|nous contacter|write to us|call me back
    request a call
"""
TYPES = {
    "demo": _words(_DEMO),
    "quote": _words(_QUOTE),
    "trial": _words(_TRIAL),
    "download": _words(_DOWNLOAD),
    "webinar": _words(_WEBINAR),
    "newsletter": _words(_NEWSLETTER),
    "contact": _words(_CONTACT),
}
"""Words of each type of lead form, by its name."""
_ASKING = "需求|partner|合作|加盟|anfordern|solicitar|demander|richied|신청|talep|запрос"
LEAD = re.compile("|".join((*(pattern.pattern for pattern in TYPES.values()), _ASKING)), re.IGNORECASE)
