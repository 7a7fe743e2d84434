"""The room that is left, counted in the browser as on the server."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from config import ROOT
from editorial.domain.limits import Limits, counted

TABLE: list[dict[str, Any]] = json.loads(Path(ROOT / "tests/unit/domain/counted.json").read_text())
MODULE = b64encode((ROOT / "static/js/content/limits.js").read_bytes()).decode()
COUNT = f"""async (rows) => {{
  const {{ counted }} = await import("data:text/javascript;base64,{MODULE}");
  return rows.map((row) => counted(row.text, row));
}}"""
ALPHABET = [*"aß中한 \n.,:/?#()&=", "\u0308", "…", "“", "€", "🎉", "\u200d", "\r\n", "https://", "http://a.b/c", "价"]


def _rows() -> list[dict[str, Any]]:
    """The table, and every pair and many triples of what is awkward to count."""
    mixed = [one + two for one in ALPHABET for two in ALPHABET]
    mixed += [f"{one}{two}{three}x" for one, two, three in zip(mixed, reversed(mixed), ALPHABET * 40, strict=False)]
    return TABLE + [
        {"text": text, "wide": wide, "address": address} for text in mixed for wide, address in ((1, 0), (2, 23))
    ]


def test_browser_and_server_count_alike(browser: Browser) -> None:
    rows, page = _rows(), browser.new_page()
    seen = page.evaluate(COUNT, rows)
    page.close()

    wrong = [
        (row["text"], count)
        for row, count in zip(rows, seen, strict=True)
        if count != counted(row["text"], Limits(0, wide=row["wide"], address=row["address"]))
    ]
    assert not wrong


def test_the_room_that_is_left_is_told_while_one_writes(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        '<textarea data-limit="10" data-wide="2" data-address="0" data-reserved="3" data-left="t"></textarea>'
        '<span id="t" class="hint" data-one="{n} left" data-many="{n} left" data-over-one="{n} too many"'
        ' data-over-many="{n} too many"></span>'
    )
    page.add_script_tag(content=(ROOT / "static/js/content/limits.js").read_text(), type="module")
    told = []
    for text in ("中a", "中中中", "中中中中中"):
        page.get_by_role("textbox").fill(text)
        told.append((page.locator("#t").inner_text(), page.locator("#t").get_attribute("class")))
    page.close()

    assert told == [("4 left", "hint"), ("1 left", "hint"), ("3 too many", "error")]
