"""Whatever stands in a field or an address, the answer is one that was planned."""

from typing import Any

import pytest

from tests.integration.api.conftest import Programs
from tests.integration.plans import Desk

pytestmark = pytest.mark.thorough

ODD: tuple[Any, ...] = (
    None, 0, -1, 2**31, 2**63, 10**400, 1.5, True, "", " ", "x", "\x00", "\u202e", "é" * 5000, "2026-12-15",
    "9999-12-31", "0001-01-01", "2026-12-15T10:00:00", "2026-12-15T10:00:00Z", "0001-01-01T00:00:00+14:00",
    "Asia/Shanghai", "../..", "approved", "scheduled", "published", "archived", "now", [], [None], {}, {"a": [{}]},
    [{"role_id": 99, "step_id": 99}], [{"role_id": 2, "step_id": 4}] * 2, {"decision": "new", "reason": ""},
)  # fmt: skip
PARTS = 4  # all of it together takes two minutes on a busy machine
NUMBERS = dict.fromkeys(
    ("item_id", "job_id", "channel_id", "site_id", "audit_id", "finding_id", "task_id", "target_id"), 1
)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_odd_field_breaks_anything(desk: Desk, program: Programs, part: int) -> None:
    item_id, robot = desk.scheduled(), program()
    told = robot.client.get("/api/openapi.json").get_json()
    models = told["components"]["schemas"]
    broken = []
    for path, methods in sorted(told["paths"].items())[part::PARTS]:
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            for name in [*models[reference.rsplit("/", 1)[1]]["properties"], "unknown"]:
                for value in ODD:
                    usual = {"version": desk.item(item_id).version, "title": "A", "type_id": 1, "language": "en"}
                    known = models[reference.rsplit("/", 1)[1]]["properties"]
                    sent = {one: usual[one] for one in usual if one in known} | {name: value}
                    status = robot.client.open(
                        path.format_map(NUMBERS | {"item_id": item_id}), method=method, json=sent,
                        headers={"Authorization": f"Bearer {robot.secret}"},
                    ).status_code  # fmt: skip
                    if status >= 500:
                        broken.append((method, path, name, value))

    assert broken == []


def test_no_odd_address_breaks_anything(desk: Desk, program: Programs) -> None:
    desk.scheduled()
    robot = program()
    told = robot.client.get("/api/openapi.json").get_json()
    broken = []
    for path, methods in told["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            if parameter["in"] != "query":
                continue
            for value in ODD:
                asked = {"site": 1} if "findings" in path else {}
                status = robot.client.get(
                    path.format_map(NUMBERS), query_string=asked | {parameter["name"]: str(value)},
                    headers={"Authorization": f"Bearer {robot.secret}"},
                ).status_code  # fmt: skip
                if status >= 500:
                    broken.append((path, parameter["name"], value))

    assert broken == []
