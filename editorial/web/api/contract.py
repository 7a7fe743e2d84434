"""What a route of the API takes and gives: said once, checked on every request, and read out in openapi.json.

Own code and not APIFlask's decorators; docs/decisions/0027 says why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Annotated, Any, TypeVar, get_origin

from flask import Response, jsonify, request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import FIRST_YEAR, LAST_YEAR, DayOutOfRange
from editorial.services import once
from editorial.services.once import Answer
from editorial.web.context import deps, person
from editorial.web.forms import Form
from editorial.web.guard import requires

BIGGEST = 2**31 - 1


class Given(BaseModel):
    """What a program sends. Fields that nobody asked for are refused, and nothing is taken for something else."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Asked(BaseModel):
    """What stands behind the question mark of an address."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Shown(BaseModel):
    """What a program gets."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


class Contradiction(ValueError):
    """What a model's own check refuses, as sentences."""

    def __init__(self, says: Message, hint: Message) -> None:
        super().__init__(says.id)
        self.says, self.hint = says, hint


Time = TypeVar("Time", date, datetime)


def _reachable(when: Time) -> Time:
    """Neither arithmetic nor a database reaches the ends of Python's calendar."""
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        beyond = DayOutOfRange()
        raise Contradiction(beyond.says, beyond.hint)
    return when


def _whole(text: str) -> str:
    return Form({"": text}).text("", longest=len(text))


def _one_line(text: str) -> str:
    return Form({"": text}).line("", longest=len(text), required=False)


WHOLE = AfterValidator(_whole)
"""A text of several lines: line ends made equal, no NUL."""
ONE_LINE = AfterValidator(_one_line)
"""One line: no space around it, no marks that turn the words around it."""
Moment = Annotated[AwareDatetime, AfterValidator(_reachable)]
"""An instant, with its offset."""
Day = Annotated[date, AfterValidator(_reachable)]
Id = Annotated[int, Field(ge=1, le=BIGGEST)]


@dataclass(frozen=True)
class Operation:
    """One route, for the document."""

    says: str
    body: type[Given] | None
    query: type[Asked] | None
    answer: type[Shown]
    status: int
    keyed: bool
    """Whether an Idempotency-Key is heeded."""


def operation(
    permission: Permission,
    says: str,
    answer: type[Shown],
    *,
    body: type[Given] | None = None,
    query: type[Asked] | None = None,
    status: int = 200,
    keyed: bool = False,
) -> Callable[[Callable[..., "Shown | Response"]], Callable[..., Response]]:
    """Say what a route takes and gives. The view gets `body` and `query`, checked, and returns a Shown or a Response.

    Args:
        permission: of the person behind the token.
        says: one line for the document.
        answer: what comes back.
        body: what has to be sent, as JSON.
        query: what may stand in the address.
        status: of an answer.
        keyed: the view writes by `done_once`.
    """

    def mark(view: Callable[..., Shown | Response]) -> Callable[..., Response]:
        @wraps(view)
        def checked(**places: Any) -> Response:
            if body is not None:
                places["body"] = _body(body)
            if query is not None:
                places["query"] = _query(query)
            found = view(**places)
            return found if isinstance(found, Response) else _response(found, status)

        checked.operation = Operation(says, body, query, answer, status, keyed)  # type: ignore[attr-defined]
        return requires(permission)(checked)

    return mark


def done_once(act: Callable[[Session], Shown], *, status: int = 200) -> Response:
    """Do it in one transaction; a request that comes again with its Idempotency-Key gets the first one's answer."""

    def run(session: Session) -> Answer:
        return Answer(status, act(session).model_dump(mode="json"))

    said = f"{request.method} {request.full_path}\n{request.get_data(as_text=True)}"
    done = once.once(deps(), person().id, request.headers.get("Idempotency-Key", ""), said, run)
    response = jsonify(done.body)
    response.status_code = done.status
    if done.again:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _response(shown: Shown, status: int) -> Response:
    """The JSON. Of something that is only read, with a tag: who has it already gets no body again."""
    response = Response(shown.model_dump_json(), status=status, mimetype="application/json")
    if request.method == "GET":
        response.add_etag()
        response.make_conditional(request)
    return response


def _body(model: type[Given]) -> Given:
    sent = request.get_data()
    if not sent.strip():
        sent = b"{}"
    elif not request.is_json:
        raise NotJson
    try:
        return model.model_validate_json(sent)
    except ValidationError as error:
        raise refusal_of(error.errors(include_url=False)) from error


def _query(model: type[Asked]) -> Asked:
    several = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        found[name] = values if name in several else values[-1]
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise refusal_of(error.errors(include_url=False)) from error


class NotJson(EditorialError):
    """The body says that it is something else."""

    http_status = 415

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The body is not said to be JSON.")),
            hint=Message(N_("Send it with “Content-Type: application/json”.")),
        )


class BadJson(EditorialError):
    """The body cannot be read."""

    http_status = 400

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The body is not valid JSON.")),
            hint=Message(N_("Check its quotes, commas and encoding (UTF-8).")),
        )


_LEAVE_OUT = Message(N_("Leave it out, or look for its name in /api/openapi.json."))
_AS_DOCUMENTED = Message(N_("/api/openapi.json says what fits."))
_WITH_OFFSET = Message(N_("Write it with its offset, such as 2026-12-15T10:00:00+08:00."))
_WITHOUT_OFFSET = Message(N_("Write what the clock on the wall shows, without an offset, and name its zone in “zone”."))


def refusal_of(faults: Sequence[ErrorDetails]) -> EditorialError:
    """The first of the faults that pydantic found, as a sentence with the place it belongs to."""
    fault = faults[0]
    if fault["type"] == "json_invalid":
        return BadJson()
    place = ".".join(str(part) for part in fault["loc"] if not _is_branch(part)) or "body"
    says, hint = _sentence(fault["type"], place, fault.get("ctx", {}), str(fault.get("input"))[:60])
    return EditorialError(says, hint=hint, field=place)


def _is_branch(part: int | str) -> bool:
    """Names that pydantic gives the branches of a union, which no program has sent."""
    return isinstance(part, str) and part.startswith(("function-", "constrained-", "nullable"))


_SENTENCES: dict[str, tuple[str, Message]] = {
    "missing": (N_("“%(field)s” is missing."), _AS_DOCUMENTED),
    "extra_forbidden": (N_("Nobody asked for “%(field)s”."), _LEAVE_OUT),
    "timezone_aware": (N_("“%(value)s” names no offset, so it is no instant."), _WITH_OFFSET),
    "timezone_naive": (N_("“%(value)s” is no wall time: it has an offset."), _WITHOUT_OFFSET),
}
_TOO_LONG = NP_(
    "“%(field)s” may have %(count)s character or entry at most.",
    "“%(field)s” may have %(count)s characters or entries at most.",
)


def _sentence(kind: str, place: str, context: Mapping[str, Any], sent: str) -> tuple[Message, Message]:
    params = {"field": place, "value": sent}
    if kind in _SENTENCES:
        says, hint = _SENTENCES[kind]
        return Message(says, params), hint
    if kind in {"string_too_long", "too_long"}:
        return Message.counted(_TOO_LONG, context["max_length"], field=place), Message(N_("Shorten it."))
    if isinstance(context.get("error"), Contradiction):
        return context["error"].says, context["error"].hint
    return Message(N_("“%(value)s” does not fit “%(field)s”."), params), _AS_DOCUMENTED
