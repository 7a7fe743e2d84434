"""The API's own description: an OpenAPI 3.1 document, made from what each route says of itself.

Made when somebody first asks for it, so that it costs a start of the desk nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from editorial import __version__
from editorial.domain.people import Permission
from editorial.web.api.contract import Operation, Shown
from editorial.web.guard import permission_of, requires

bp = Blueprint("document", __name__)
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_KEPT = "editorial.openapi"
_REF = "#/components/schemas/{model}"


class ErrorShown(Shown):
    """What is wrong."""

    code: str
    """For programs to compare with; stays the same in every language."""
    message: str
    hint: str
    """How to mend it."""
    field: str | None
    yours: dict[str, Any] | None = None
    """At a conflict of versions: what was sent."""
    theirs: dict[str, Any] | None = None
    """At a conflict of versions: what is there now."""


class Error(Shown):
    """The answer to everything that is refused."""

    error: ErrorShown


_REFUSALS = {
    "400": "The body is no JSON.",
    "401": "There is no token, or it opens nothing.",
    "403": "The token or its person may not do this.",
    "404": "There is nothing there.",
    "409": "It stands otherwise than this request believes.",
    "413": "Too large.",
    "415": "The body is not said to be JSON.",
    "422": "Something does not fit; `field` says what.",
    "429": "Too many failed tries.",
}


@bp.get("/api/openapi.json")
@requires(Permission.PUBLIC)
def document() -> Response:
    """The document. It holds nothing of the team's, so anybody may read it."""
    kept = current_app.extensions.get(_KEPT)
    if kept is None:
        kept = current_app.extensions[_KEPT] = json.dumps(make_document(current_app), sort_keys=False)
    response = Response(kept, mimetype="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


def make_document(app: Flask) -> dict[str, Any]:
    """Everything that programs may ask of this desk."""
    routes = sorted(_routes(app), key=lambda route: (route[0], route[1]))
    models: set[type[BaseModel]] = {Error}
    for _, _, _, route in routes:
        models |= {one for one in (route.body, route.query, route.answer) if one is not None}
    ordered = sorted(models, key=lambda model: model.__name__)
    refs, schemas = models_json_schema(
        [(one, "serialization" if issubclass(one, Shown) else "validation") for one in ordered], ref_template=_REF
    )
    named = {one: refs[one, "serialization" if issubclass(one, Shown) else "validation"] for one in ordered}
    definitions: dict[str, Any] = schemas["$defs"]
    paths: dict[str, dict[str, Any]] = {}
    for path, method, endpoint, route in routes:
        paths.setdefault(path, {})[method] = _operation(path, endpoint, route, named)
        paths[path][method]["x-permission"] = permission_of(app, endpoint)
        if route.query is not None:
            paths[path][method]["parameters"] += _parameters(definitions[route.query.__name__])
    asked = {route.query.__name__ for _, _, _, route in routes if route.query is not None}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Editorial",
            "version": __version__,
            "description": "The planning desk, for programs. Instants are ISO 8601 with an offset; wall times stand "
            "beside their zone. Fields that nobody asked for are refused.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "edt_…"}},
            "schemas": {name: schema for name, schema in definitions.items() if name not in asked},
        },
    }


def _routes(app: Flask) -> Iterator[tuple[str, str, str, Operation]]:
    for rule in app.url_map.iter_rules():
        route = getattr(app.view_functions[rule.endpoint], "operation", None)
        if isinstance(route, Operation):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield _PLACE.sub(r"{\1}", rule.rule), method.lower(), rule.endpoint, route


def _operation(path: str, endpoint: str, route: Operation, named: dict[type[BaseModel], Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": endpoint.removeprefix("api.").replace(".", "_"),
        "summary": route.says,
        "tags": [path.split("/")[3]],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
            for name in re.findall(r"{(\w+)}", path)
        ],
        "responses": {str(route.status): _answer("Done.", named[route.answer])},
    }
    described["responses"] |= {status: _answer(says, named[Error]) for status, says in _REFUSALS.items()}
    if route.keyed:
        described["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same request with the same key is done once; its answer is kept for 24 hours.",
                "schema": {"type": "string", "maxLength": 255},
            }
        )
    if route.body is not None:
        needed = any(field.is_required() for field in route.body.model_fields.values())
        described["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": named[route.body]}},
        }
    return described


def _parameters(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    required = schema.get("required", [])
    for name, value in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in required, "schema": value}


def _answer(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}
