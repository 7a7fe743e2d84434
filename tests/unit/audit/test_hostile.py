"""Nothing that can stand in a stored answer makes judging raise, hang, or print what is no JSON."""

import base64
import json
import time
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.audit.alone import judge_stored
from editorial.audit.report import page_json
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import Stored, Unreadable, read
from tests.unit.audit.test_report import english

URL = "https://example.com/guides/start"
PATIENCE = 20.0  # seconds of CPU; many times what it takes


def judged(stored: Stored) -> dict[str, Any]:
    """What is printed, with any error of a rule raised."""
    broken: list[tuple[str, Exception]] = []
    page = judge_stored(stored, lambda rule, error: broken.append((rule, error)))
    assert not broken
    said: dict[str, Any] = orjson.loads(page_json(page, BY_ID, english, every_outcome=True))
    return said


def of(**stored: Any) -> dict[str, Any]:
    return judged(read(json.dumps({"url": URL, **stored}).encode()))


def packed(body: bytes, content_type: str = "text/html") -> dict[str, Any]:
    return of(headers=[["Content-Type", content_type]], body_b64=base64.b64encode(body).decode())


@settings(max_examples=300, deadline=None)
@given(line=st.binary(max_size=400))
def test_any_bytes_are_a_stored_answer_or_none(line: bytes):
    with suppress(Unreadable):
        judged(read(line))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "id": ANYTHING,
            "status": ANYTHING | st.integers(0, 999),
            "headers": ANYTHING | st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=4),
            "html": ANYTHING | st.text(max_size=200),
            "body_b64": ANYTHING,
            "robots_txt": ANYTHING | st.fixed_dictionaries({"status": st.integers(0, 999), "content": st.text()}),
            "final_url": ANYTHING,
            "redirects": ANYTHING,
            "error": ANYTHING,
            "truncated": ANYTHING,
            "elapsed_ms": ANYTHING,
        },
    )
)
def test_any_value_of_any_name_is_read_or_refused(fields: dict[str, Any]):
    with suppress(Unreadable):
        judged(read(json.dumps({"url": URL, **fields}).encode()))


HEADERS = ("Content-Type", "Link", "X-Robots-Tag", "Date", "Location", "Content-Security-Policy", "Refresh", "Server")


@settings(max_examples=300, deadline=None)
@given(
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), st.text(max_size=80)), max_size=8),
    body=st.binary(max_size=300),
    status=st.sampled_from([0, 200, 204, 301, 404, 403, 429, 503, 999]),
)
def test_any_headers_and_bytes_are_judged(headers: list[tuple[str, str]], body: bytes, status: int):
    said = of(headers=headers, body_b64=base64.b64encode(body).decode(), status=status)

    assert said["status"] == status


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60), cut=st.integers(0, 40), charset=st.sampled_from(["utf-8", "gbk", "utf-16le", ""]))
def test_characters_may_be_cut_anywhere(text: str, cut: int, charset: str):
    body = f"<title>{text}</title><p>{text}中文".encode()

    packed(body[: len(body) - cut], f"text/html; charset={charset}")


@settings(max_examples=200, deadline=None)
@given(raw=st.text(max_size=80) | st.from_regex(r'[{}\[\]",:0-9eE+\-.a\\u<>!/* ]{0,40}', fullmatch=True))
def test_any_json_ld_is_items_or_errors(raw: str):
    said = of(html=f'<script type="application/ld+json">{raw}</script>')

    assert isinstance(said["facts"]["jsonld"]["items"], list)


@pytest.mark.parametrize(
    "raw",
    [
        '{"@type": "\\ud800"}',
        "[" * 2000 + "]" * 2000,
        '{"a":' * 300 + "1" + "}" * 300,
        "9" * 5000,
        "1e999",
        '{"@type": {"@type": [1, null]}}',
        "\ufeff\x00",
    ],
)
def test_odd_json_ld_is_no_reason_to_stop(raw: str):
    assert of(html=f'<script type="application/ld+json">{raw}</script>')["facts"]["jsonld"]["types"] in ([], ["?"])


DEEP = 100_000
LARGE = 10_000_000  # bytes
WORST = {
    "nested div": b"<div>" * DEEP,
    "nested form": b"<form>" * DEEP,
    "nested template": b"<template>" * DEEP,
    "nested table": b"<table><tr><td>" * (DEEP // 10),
    "nested label": b"<form>" + b"<label><input>" * (DEEP // 10),
    "nested link": b"<a href=x><b>" * (DEEP // 10),
    "nested heading": b"<h1><span>" * (DEEP // 10),
    "nested svg": b"<svg><g>" * (DEEP // 2),
    "one line": b"<p>" + b"word " * (LARGE // 5),
    "one attribute": b"<a href='" + b"x" * LARGE + b"'>",
    "one comment": b"<!--" + b"-" * LARGE,
    "one script": b"<script>" + b"<!--" * (LARGE // 4),
    "one title": b"<title>" + b"x" * LARGE,
    "NULs": b"<title>a\0b</title>" + b"\0" * LARGE,
    "open angles": b"<" * 1_000_000,
    "many attributes": b"<p " + b" ".join(b"a%d=1" % number for number in range(50_000)) + b">",
    "many metas": b"<meta name=robots content='noindex,noindex'>" * 50_000,
    "many frames": b"<iframe src='https://x.typeform.com/to/%d'></iframe>" * 20_000,
    "half characters": b"\xe4\xb8" * 1_000_000,
    "json depth": b"<script type=application/ld+json>" + b"[" * 1_000_000,
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", WORST)
def test_the_worst_pages_end_soon(name: str):
    began = time.process_time()

    packed(WORST[name])

    assert time.process_time() - began < PATIENCE


@pytest.mark.thorough
@pytest.mark.parametrize(
    "line", ["[" * LARGE, '{"url":' * 100_000, '{"url":"' + "h" * LARGE, '"' + "\\ud800" * 1_000_000]
)
def test_the_worst_lines_are_refused_soon(line: str):
    began = time.process_time()

    with pytest.raises(Unreadable):
        read(line.encode())

    assert time.process_time() - began < PATIENCE
