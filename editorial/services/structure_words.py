"""Names of what the structure of a site shows."""

from collections.abc import Mapping

from editorial.audit.graph.languages import Flaw
from editorial.audit.graph.redirects import Cause
from editorial.audit.graph.sitemaps import Bad, Standing
from editorial.domain.messages import N_, Message

_ERROR = Message(N_("answers with an error"))
_REDIRECT = Message(N_("redirects"))
_NOINDEX = Message(N_("noindex"))
_CANONICAL = Message(N_("its canonical names another page"))

STANDINGS: Mapping[str, Message] = {
    Standing.BOTH: Message(N_("In the sitemap and linked")),
    Standing.SITEMAP_ONLY: Message(N_("Only in the sitemap: no link leads there")),
    Standing.CRAWL_ONLY: Message(N_("Linked, and in no sitemap")),
    Standing.BAD: Message(N_("In the sitemap, and should not be")),
}
BAD: Mapping[str, Message] = {
    Bad.UNSEEN: Message(N_("not to be seen by us")),
    Bad.ERROR: _ERROR,
    Bad.REDIRECT: _REDIRECT,
    Bad.NOINDEX: _NOINDEX,
    Bad.CANONICAL: _CANONICAL,
    Bad.OTHER: Message(N_("not shown by search engines")),
}
CAUSES: Mapping[str, Message] = {
    Cause.SCHEME: Message(N_("http or https")),
    Cause.HOST: Message(N_("host name")),
    Cause.SLASH: Message(N_("slash at the end")),
    Cause.CASE: Message(N_("capital letters")),
    Cause.CONTENT: Message(N_("another page")),
}
FLAWS: Mapping[str, Message] = {
    Flaw.ERROR: _ERROR,
    Flaw.UNSEEN: Message(N_("not looked at")),
    Flaw.REDIRECT: _REDIRECT,
    Flaw.NOINDEX: _NOINDEX,
    Flaw.CANONICAL: _CANONICAL,
    Flaw.NO_RETURN: Message(N_("does not name back")),
    Flaw.NO_SELF: Message(N_("does not name itself")),
    Flaw.DUPLICATE: Message(N_("two pages for one language")),
}
