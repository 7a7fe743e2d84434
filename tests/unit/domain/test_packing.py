"""Messages survive being stored."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from editorial.domain.messages import Message
from editorial.domain.packing import pack, unpack

MOMENT = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "message",
    [
        Message("Plain."),
        Message("%(name)s", {"name": "中文"}),
        Message("%(at)s %(day)s %(time)s", {"at": MOMENT, "day": date(2026, 12, 9), "time": time(9, 5)}),
        Message("%(time)s (%(zone)s)", {"time": time(9), "zone": ZoneInfo("Asia/Shanghai")}),
        Message("%(names)s", {"names": ("Google", "Bing", date(2026, 12, 9))}),
        Message("%(inner)s", {"inner": Message("%(n)s", {"n": 3})}),
        Message.counted(("%(count)s page", "%(count)s pages"), 2),
    ],
)
def test_a_packed_message_unpacks_to_itself(message: Message) -> None:
    assert unpack(pack(message)) == message
