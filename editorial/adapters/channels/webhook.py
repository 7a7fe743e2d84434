"""The channel “signed webhook”: one POST of JSON to a receiver of the team's own, signed by Standard Webhooks."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from editorial.adapters.channels.base import Limits, Surroundings
from editorial.adapters.channels.patterns import parameters
from editorial.adapters.channels.signature import signature, valid_secrets
from editorial.adapters.channels.webhook_answers import outcome, unreached
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.adapters.channels.webhook_trace import answered, asked, without_values
from editorial.adapters.post import Answer, post, reach
from editorial.domain.jobs import Nature, Receipt, Refused, Unclear
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import Piece, Rendered, one_line, unix_text

_AGENT = "Editorial"


class WebhookChannel:
    """A receiver of the team's own. The receipt's id is the webhook-id, which every try of a job shares."""

    kind: ClassVar[str] = "webhook"
    by_hand: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(words=True)
    time_limit: ClassVar[float] = 60.0
    finds: ClassVar[bool] = False

    def __init__(
        self, settings: WebhookSettings, surroundings: Surroundings, send: Callable[..., Answer] = post
    ) -> None:
        self._settings, self._surroundings, self._send = settings, surroundings, send

    @property
    def nature(self) -> Nature:
        """As the receiver does."""
        return Nature.PAGE_MAKING if self._settings.does == "page" else Nature.POINTING

    @property
    def remembers(self) -> timedelta:
        """How long the receiver drops a second delivery of a webhook-id, as its owner says."""
        return timedelta(hours=self._settings.remembers_hours)

    @property
    def live_check(self) -> bool:
        """Whether a job succeeds only when its page was seen."""
        return self._settings.live_check and self.nature is Nature.PAGE_MAKING

    def url_of(self, piece: Piece) -> str | None:
        """Where the receiver's page will be read, if that is known beforehand."""
        if self.nature is Nature.POINTING or not self._settings.url_pattern:
            return None
        return self._settings.url_pattern.format(**parameters(piece))

    def render(self, piece: Piece, key: str = "") -> Rendered:
        """The body, byte for byte as it will be signed and sent. Pure."""
        title = one_line(piece.title)
        if not title:
            raise Refused(Message(N_("The piece has no title.")), hint=Message(N_("Give it one.")), field="title")
        at = piece.published_at
        data: dict[str, Any] = {
            "id": str(piece.item_id),
            "key": key,
            "title": title,
            "slug": piece.slug,
            "language": piece.language,
            "description": one_line(piece.description),
            "markdown": unix_text(piece.body),
            "html": unix_text(piece.html),
            "text": unix_text(piece.text),
            "url": self.url_of(piece),
            "link": piece.link or None,
            "utm": dict(piece.utm),
            "published_at": at.isoformat(timespec="seconds"),
        }
        kind = "content.updated" if piece.update else "content.published"
        happened = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        body = orjson.dumps({"type": kind, "timestamp": happened, "data": data}, option=orjson.OPT_INDENT_2)
        return Rendered(f"POST {without_values(self._settings.url)}", body)

    def publish(self, piece: Piece, *, key: str) -> Receipt:
        """Deliver it once. Every try of a job has the same webhook-id, and a timestamp and signature of its own.

        Raises:
            Refused, Gone, NotSent, Unclear: as the receiver answers, see `webhook_answers`.
        """
        body, headers = self.render(piece, key).data, self._headers(key)
        headers |= self._signed(headers["webhook-id"], body)
        settings = self._settings
        answer = self._send(settings.url, body, headers, allow=self._surroundings.allow, timeout=settings.timeout)
        secrets = (*self._surroundings.secrets.values(), *headers["webhook-signature"].split())
        trace = answered(asked(settings.url, headers, body), answer, settings.url, secrets)
        made = self.url_of(piece) if self.nature is Nature.PAGE_MAKING else None
        return outcome(
            answer,
            trace,
            host=self._host,
            webhook_id=headers["webhook-id"],
            url=made,
            makes_page=self.nature is Nature.PAGE_MAKING,
            now=self._surroundings.now(),
        )

    def find(self, key: str) -> Receipt | None:
        """A receiver cannot be asked."""
        raise Unclear

    def check(self) -> None:
        """Connect to the receiver and agree on TLS. Nothing is delivered: a receiver may take whatever it gets."""
        self._secrets()
        fault = reach(self._settings.url, allow=self._surroundings.allow)
        if fault is not None:
            raise unreached(fault, self._host, None)

    @property
    def _host(self) -> str:
        return urlsplit(self._settings.url).hostname or ""

    def _headers(self, key: str) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "accept": "application/json",
            "user-agent": _AGENT,
            "webhook-id": f"msg_{key}",
        }

    def _signed(self, webhook_id: str, body: bytes) -> dict[str, str]:
        seconds = int(self._surroundings.now().timestamp())
        value = signature(self._secrets(), webhook_id, seconds, body)
        return {"webhook-timestamp": str(seconds), "webhook-signature": value}

    def _secrets(self) -> list[str]:
        found = valid_secrets(self._surroundings.secrets, self._surroundings.now())
        if not found:
            raise Refused(
                Message(N_("The webhook has no signing secret.")),
                hint=Message(N_("Have one made in the channel's settings and give it to the receiver.")),
                field="secret",
            )
        return found
