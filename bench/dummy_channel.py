"""The simplest channel that really sends: one POST, one answer. What it costs is the network, not the channel."""

from datetime import timedelta
from threading import local
from typing import ClassVar

import requests

from editorial.adapters.channels import Kind
from editorial.adapters.channels.base import Limits, Settings, Surroundings
from editorial.domain.jobs import Nature, Receipt
from editorial.domain.messages import Message
from editorial.domain.rendering import Piece, Rendered

_OURS = local()


class DummySettings(Settings):
    """Where to."""

    url: str


class DummyChannel:
    """Posts the title and remembers nothing."""

    kind: ClassVar[str] = "dummy"
    by_hand: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits()
    time_limit: ClassVar[float] = 30.0
    finds: ClassVar[bool] = False
    live_check = False
    nature = Nature.PAGE_MAKING
    remembers = timedelta(0)

    def __init__(self, settings: DummySettings, surroundings: Surroundings) -> None:
        self._settings = settings

    def url_of(self, piece: Piece) -> str | None:
        """Where the piece will be read."""
        return f"https://www.example.com/{piece.slug}/"

    def render(self, piece: Piece, key: str = "") -> Rendered:
        """What would be sent."""
        return Rendered("dummy", piece.title.encode())

    def publish(self, piece: Piece, *, key: str) -> Receipt:
        """Send it over the connection of this thread."""
        if not hasattr(_OURS, "http"):
            _OURS.http = requests.Session()
        answer = _OURS.http.post(
            self._settings.url, data=self.render(piece).data, headers={"webhook-id": key}, timeout=(5, 20)
        )
        answer.raise_for_status()
        return Receipt(answer.json()["id"], self.url_of(piece))

    def find(self, key: str) -> Receipt | None:
        """It cannot tell."""
        return None

    def check(self) -> None:
        """It is always well."""


KIND = Kind("dummy", Message("Dummy"), DummyChannel, DummySettings)
