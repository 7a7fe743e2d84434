"""Messages as JSON, so that a stored reason can be said in every reader's language later."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from editorial.domain.messages import Message

_KINDS: dict[str, type[datetime] | type[date] | type[time]] = {"datetime": datetime, "date": date, "time": time}


def pack(message: Message) -> dict[str, Any]:
    """JSON of a message: its id, its plural and its values; times, zones and inner messages are marked as such."""
    packed: dict[str, Any] = {"id": message.id}
    if message.plural:
        packed["plural"] = message.plural
    if message.params:
        packed["params"] = {name: _pack(value) for name, value in message.params.items()}
    return packed


def unpack(packed: Mapping[str, Any]) -> Message:
    """The message again."""
    params = {name: _unpack(value) for name, value in packed.get("params", {}).items()}
    return Message(packed["id"], params, plural=packed.get("plural", ""))


def _pack(value: object) -> object:
    match value:
        case Message():
            return {"message": pack(value)}
        case ZoneInfo():
            return {"zone": value.key}
        case datetime() | date() | time():
            return {type(value).__name__: value.isoformat()}
        case str() | int() | float():
            return value
        case list() | tuple():
            return [_pack(one) for one in value]
        case _:
            return str(value)


def _unpack(value: object) -> object:
    if isinstance(value, list):
        return tuple(_unpack(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind, inner = next(iter(value.items()))
    if kind == "message":
        return unpack(inner)
    return ZoneInfo(inner) if kind == "zone" else _KINDS[kind].fromisoformat(inner)
