"""The document that describes the API is valid, and leaves no route out."""

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.api.conftest import Program
from tests.integration.plans import Desk


def test_the_document_is_valid_openapi(desk: Desk) -> None:
    found = Program(desk.app.test_client(), "").client.get("/api/openapi.json").get_json()

    assert list(OpenAPIV31SpecValidator(found).iter_errors()) == []


def test_the_document_names_every_route(desk: Desk) -> None:
    found = desk.app.test_client().get("/api/openapi.json").get_json()
    told = {(path, method.upper()) for path, methods in found["paths"].items() for method in methods}
    routes = {
        (rule.rule.replace("<int:", "{").replace(">", "}"), method)
        for rule in desk.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1")
    }

    assert told == routes
    assert len(routes) > 20


def test_every_operation_says_which_permission_it_takes(desk: Desk) -> None:
    found = desk.app.test_client().get("/api/openapi.json").get_json()

    assert all(one["x-permission"] for methods in found["paths"].values() for one in methods.values())


def test_whoever_has_the_document_already_gets_no_body(desk: Desk) -> None:
    client = desk.app.test_client()
    tag = client.get("/api/openapi.json").headers["ETag"]

    assert client.get("/api/openapi.json", headers={"If-None-Match": tag}).status_code == 304
