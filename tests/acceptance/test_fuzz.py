"""The same as `tests/unit/audit/test_hostile_input.py`, by chance and for longer: many pieces, each repeated often."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile_input import CHECKS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1500"))
PATIENCE = 5.0  # seconds of CPU, what a page may cost


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("many", "largest"), [(40, 20), (12, 3000)], ids=["many", "large"])
@pytest.mark.parametrize("kind", CHECKS)
def test_whatever_comes_is_read_soon(kind: str, many: int, largest: int, capsys: pytest.CaptureFixture[str]) -> None:
    check, given_of = CHECKS[kind]
    slowest = 0.0

    @settings(max_examples=EXAMPLES, derandomize=False, database=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*given_of(many, largest)))
    def holds(given: tuple[object, ...]) -> None:
        nonlocal slowest
        began = time.process_time()
        check(*given)
        took = time.process_time() - began
        slowest = max(slowest, took)
        assert took < PATIENCE

    holds()
    with capsys.disabled():
        print(f"\n{kind}: {EXAMPLES} of up to {many} pieces, the slowest {slowest:.2f} s")
