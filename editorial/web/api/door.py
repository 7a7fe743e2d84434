"""Who asks: pages by their cookie, programs by their token, and never one by the other's."""

from zoneinfo import ZoneInfo

from flask import current_app, g, request
from flask.typing import ResponseReturnValue

from editorial.domain.errors import NotAllowed
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, Scope, permissions
from editorial.services import api_tokens
from editorial.services.api_tokens import TokenRefused
from editorial.web import guard
from editorial.web.api import errors
from editorial.web.context import deps, granted

LARGEST_BODY = 1024 * 1024  # bytes
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def identify() -> None:
    """Before each request: the person behind the token, or behind the cookie of a page."""
    if not errors.asked():
        guard.identify()
        return
    request.max_content_length = LARGEST_BODY
    g.person, g.session_id, g.zone = None, None, ZoneInfo("UTC")
    g.granted = frozenset({Permission.PUBLIC})
    g.catalog = deps().catalogs[_language(None)]
    g.token = None
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        return
    kind, _, secret = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise TokenRefused
    g.token = api_tokens.person_behind(deps(), secret.strip(), address=request.remote_addr or "")
    g.person = g.token.person
    g.granted = permissions(g.person.roles)
    g.zone = ZoneInfo(g.person.zone)
    g.catalog = deps().catalogs[_language(g.person.language)].on(deps().now().astimezone(g.zone).date())


def admit() -> ResponseReturnValue | None:
    """Before each request, after `identify`: let the program in, or refuse."""
    if not errors.asked():
        return guard.admit()
    if request.endpoint is None:
        return None  # no such address; the 404 answers
    wanted = guard.permission_of(current_app, request.endpoint)
    if wanted is None:
        raise RuntimeError(f"the route {request.endpoint} names no permission")
    if wanted is Permission.PUBLIC:
        return None
    if g.person is None:
        raise TokenRefused
    if request.method not in _SAFE and g.token.scope is not Scope.WRITE:
        raise NotAllowed(
            Message(N_("This token may read, and change nothing.")),
            hint=Message(N_("Make one that may change things on your account page.")),
        )
    if wanted not in granted():
        raise NotAllowed(
            Message(N_("Your role does not allow this.")),
            hint=Message(N_("Ask an administrator of the desk for the right.")),
        )
    return None


def _language(own: Language | None) -> str:
    """What the request asks for, else the person's own, else English."""
    best = request.accept_languages.best_match(["en", "zh-Hans-CN", "zh-CN", "zh-Hans", "zh"])
    if best is not None:
        return Language.ZH.value if best.startswith("zh") else Language.EN.value
    return own.value if own is not None else Language.EN.value
