"""Nothing that a server may send makes reading raise or hang: few pieces of each kind here, many in acceptance."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile_input import CHECKS

EXAMPLES = {"page": 30, "charset": 40, "robots": 40, "sitemap": 40, "address": 80}


@pytest.mark.parametrize("kind", CHECKS)
def test_whatever_comes_is_read(kind: str) -> None:
    check, given_of = CHECKS[kind]

    @settings(max_examples=EXAMPLES[kind], suppress_health_check=list(HealthCheck))
    @given(st.tuples(*given_of(15, 3)))
    def holds(given: tuple[object, ...]) -> None:
        check(*given)

    holds()
