"""What a program is told when something is wrong: {"error": {"code", "message", "hint", "field"}}."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from editorial.domain.errors import EditorialError, NotAllowed, NotFound, StaleVersion
from editorial.domain.jobs import MoveRefused, Refused
from editorial.domain.messages import Message
from editorial.domain.slots import DayOutOfRange, NonexistentSlot, UnknownZone
from editorial.domain.workflow import TransitionRefused
from editorial.services.api_tokens import TokenRefused
from editorial.services.collisions import CollisionRefused
from editorial.services.once import KeyReused
from editorial.services.plan_jobs import GoingOut, PastJobs, PlanRefused
from editorial.services.sign_in import WINDOW, TooManyTries
from editorial.web.context import say

PREFIX = "/api/"
CODES: tuple[tuple[type[EditorialError], str], ...] = (
    (TokenRefused, "token_refused"),
    (TooManyTries, "too_many_tries"),
    (NotAllowed, "not_allowed"),
    (NotFound, "not_found"),
    (StaleVersion, "stale_version"),
    (KeyReused, "key_reused"),
    (NonexistentSlot, "nonexistent_time"),
    (UnknownZone, "unknown_zone"),
    (DayOutOfRange, "day_out_of_range"),
    (GoingOut, "going_out"),
    (PastJobs, "past_jobs"),
    (PlanRefused, "plan_refused"),
    (CollisionRefused, "query_taken"),
    (TransitionRefused, "step_refused"),
    (MoveRefused, "job_moved_on"),
    (Refused, "channel_refused"),
)
"""What programs may compare with. A name stays, whatever becomes of the class behind it."""
BY_STATUS = {
    400: "bad_request",
    401: "token_refused",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_many_tries",
}


class WithSides(EditorialError):
    """An error that shows what was sent and what is there now."""

    def __init__(self, error: EditorialError, *, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        super().__init__(error.says, hint=error.hint, field=error.field)
        self.http_status, self.code = error.http_status, code_of(error)
        self.sides = {"yours": dict(yours), "theirs": dict(theirs)}


def asked() -> bool:
    """Whether this request is a program's."""
    return request.path.startswith(PREFIX)


def code_of(error: EditorialError) -> str:
    """The error's name for programs."""
    if isinstance(error, WithSides):
        return error.code
    named = (code for kind, code in CODES if isinstance(error, kind))
    return next(named, BY_STATUS.get(error.http_status, "refused"))


def answer_to(error: EditorialError) -> Response:
    """The answer to a refusal."""
    more = error.sides if isinstance(error, WithSides) else {}
    return answer(error.says, error.hint, error.http_status, code=code_of(error), field=error.field or None, **more)


def answer(
    says: Message, hint: Message, status: int, *, code: str = "", field: str | None = None, **more: object
) -> Response:
    """One sentence what is wrong and one how to mend it, in the reader's language."""
    code = code or BY_STATUS.get(status, "internal" if status >= 500 else "refused")
    response = jsonify(error={"code": code, "message": say(says), "hint": say(hint), "field": field, **more})
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="editorial"'
    if status == 429:
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return response
