"""What docs/webhooks.md shows is what the code sends and what verifies it."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.signature import make_secret, signature
from editorial.adapters.channels.webhook import WebhookChannel
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.domain.addresses import NOTHING_PRIVATE
from editorial.domain.rendering import Piece

KEY = "3q2vUx0n8zJpYt1bQmKc5rWf7LdEoHsXaGiNyVlTuP4"
SECRET = make_secret(bytes(range(32)))
PIECE = Piece(
    7,
    "What a sensor gateway may never do",
    "sensor-gateway",
    "Five questions to ask before you buy",
    "In 43 plants an unplanned stop cost **3,800 to 21,500** an hour.\n",
    "en",
    datetime(2026, 12, 15, 18, 0, tzinfo=timezone(timedelta(hours=8))),
    html="<p>In 43 plants an unplanned stop cost <strong>3,800 to 21,500</strong> an hour.</p>\n",
    text="Five questions for your next gateway",
    link="https://www.example.com/posts/sensor-gateway/?utm_source=hook&utm_medium=referral",
    utm={"utm_source": "hook", "utm_medium": "referral"},
)


def block(language: str) -> str:
    """The page's example in a language."""
    found = re.search(rf"```{language}\n(.*?)\n```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def verifier() -> Callable[[str, dict[str, str], bytes], None]:
    """The page's own function."""
    names: dict[str, Any] = {}
    exec(block("python"), names)  # what a reader will copy
    found: Callable[[str, dict[str, str], bytes], None] = names["verify"]
    return found


def headers(body: bytes, seconds: int) -> dict[str, str]:
    return {
        "webhook-id": f"msg_{KEY}",
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature([make_secret(bytes(32)), SECRET], f"msg_{KEY}", seconds, body),
    }


def test_the_body_is_the_one_of_the_page() -> None:
    settings = {"url": "https://hook.example.com/", "url_pattern": "https://www.example.com/posts/{slug}/"}
    around = Surroundings(NOTHING_PRIVATE, Path("/none"), lambda: datetime.now(UTC))
    rendered = WebhookChannel(read_settings(WebhookSettings, settings), around).render(PIECE, KEY)

    assert rendered.data.decode() == block("json")


def test_the_function_of_the_page_takes_what_we_sign() -> None:
    verifier()(SECRET, headers(b"{}", int(time.time())), b"{}")


@pytest.mark.parametrize(("body", "late"), [(b"{ }", 0), (b"{}", 301)])
def test_the_function_of_the_page_refuses_what_was_changed_or_is_old(body: bytes, late: int) -> None:
    with pytest.raises(ValueError, match=r"wrong|old"):
        verifier()(SECRET, headers(b"{}", int(time.time()) - late), body)
