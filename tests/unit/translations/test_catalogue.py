"""Every sentence of the product has its Chinese, with the same places in it."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from config import ROOT

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "NP_": (1, 2)}
METHODS = [("editorial/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "false"}}
PLACE = re.compile(r"%\((\w+)\)")


def collected() -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    for folder in ("editorial", "templates"):
        methods = [(pattern.split("/", 1)[1], method) for pattern, method in METHODS if pattern.startswith(folder)]
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, method_map=methods, keywords=KEYWORDS):
            found.add(tuple(message) if isinstance(message, (tuple, list)) else message)
    return {message for message in found if message}


def chinese() -> Catalog:
    path = Path(ROOT / "editorial/translations/zh_Hans_CN/LC_MESSAGES/messages.po")
    return read_po(BytesIO(path.read_bytes()), locale="zh_Hans_CN")


def texts(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def test_every_sentence_is_translated() -> None:
    catalog = chinese()
    missing = []
    for message in collected():
        singular = message if isinstance(message, str) else message[0]
        entry = catalog.get(singular)
        if entry is None or not texts(entry.string) or not all(texts(entry.string)):
            missing.append(message)

    assert missing == []


def test_the_catalogue_holds_no_sentence_that_nobody_says() -> None:
    said = {message if isinstance(message, str) else message[0] for message in collected()}

    assert [
        entry.id
        for entry in chinese()
        if entry.id and (entry.id if isinstance(entry.id, str) else entry.id[0]) not in said
    ] == []


def test_a_translation_has_the_places_of_its_sentence() -> None:
    wrong = []
    for entry in chinese():
        allowed = {place for text in texts(entry.id) for place in PLACE.findall(text)}
        needed = allowed - {"count", "num"}  # one number may be left out: Chinese says "a page" without it
        for text in texts(entry.string):
            places = set(PLACE.findall(text))
            if entry.id and (places - allowed or needed - places):
                wrong.append((entry.id, text))

    assert wrong == []
