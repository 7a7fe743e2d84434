"""A zone by the city that its reader knows."""

import pytest
from babel import Locale

from editorial.adapters.zone_names import city

EN, ZH = Locale.parse("en"), Locale.parse("zh_Hans_CN")


@pytest.mark.parametrize(
    ("zone", "english", "chinese"),
    [
        ("Asia/Shanghai", "Shanghai", "上海"),
        ("Asia/Kolkata", "Kolkata", "加尔各答"),  # CLDR has it under the name Asia/Calcutta
        ("Europe/Kyiv", "Kyiv", "基辅"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "布宜诺斯艾利斯"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city(zone: str, english: str, chinese: str) -> None:
    assert (city(zone, EN), city(zone, ZH)) == (english, chinese)
