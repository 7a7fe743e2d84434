"""Permission on every route: who is asking, and may they."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, Map

from editorial.adapters.catalog import PSEUDO
from editorial.domain.errors import NotAllowed
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, permissions
from editorial.services import sign_in
from editorial.web.context import deps, found_person, granted

COOKIE = "editorial_session"
LARGEST_ID = 2**31 - 1
"""Of a row, on both databases. Beyond it SQLite's driver raises, where a page should simply not be found."""
View = TypeVar("View", bound=Callable[..., Any])


class RowId(IntegerConverter):
    """`<int:...>` of an address: no row has a number beyond the database's integers."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 -- werkzeug's own name
        super().__init__(map, *args, **({"max": LARGEST_ID} | kwargs))


def requires(permission: Permission) -> Callable[[View], View]:
    """Say what a route takes. A route that says nothing is closed, and a test walks the URL map to find it."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What the route behind an endpoint takes."""
    if endpoint == "static":
        return Permission.PUBLIC
    return getattr(app.view_functions[endpoint], "permission", None)


def identify() -> None:
    """Before each request: find the person behind the cookie and the language to speak."""
    token = request.cookies.get(COOKIE, "")
    session = sign_in.find_session(deps(), token) if token and request.endpoint != "assets.file" else None
    person = session.person if session else None
    g.session_id = session.id if session else None
    g.person = person
    g.granted = permissions(person.roles) if person else frozenset({Permission.PUBLIC})
    g.zone = ZoneInfo(person.zone if person else "UTC")
    today = deps().now().astimezone(g.zone).date()
    g.catalog = deps().catalogs[_language(person.language if person else None)].on(today)


def admit() -> ResponseReturnValue | None:
    """Before each request, after `identify`: let the person in, ask them to sign in, or refuse."""
    if request.endpoint is None:
        return None  # no such page; the 404 answers
    wanted = permission_of(current_app, request.endpoint)
    if wanted is None:
        raise RuntimeError(f"the route {request.endpoint} names no permission")
    if wanted in granted():
        return None
    if found_person() is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        query = urlencode({"next": back}) if back and back != "/" else ""
        return redirect(url_for("people.sign_in_page") + (f"?{query}" if query else ""))
    raise NotAllowed(
        Message(N_("Your role does not allow this.")),
        hint=Message(N_("Ask an administrator of the desk for the right.")),
    )


def _language(own: Language | None) -> str:
    if current_app.config.get("PSEUDO_LOCALE"):
        return PSEUDO
    if own is not None:
        return own.value
    asked = request.args.get("lang") or request.cookies.get("editorial_lang", "")
    if asked in {language.value for language in Language}:
        return asked
    best = request.accept_languages.best_match(["en", "zh-Hans-CN", "zh-CN", "zh-Hans", "zh"], default="en")
    return Language.ZH.value if best.startswith("zh") else Language.EN.value
