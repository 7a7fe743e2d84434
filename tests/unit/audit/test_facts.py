"""Facts and responses go to JSON and back."""

import json

from editorial.audit.facts import Hop, PageFacts, Response
from tests.unit.audit.pages import document, page


def test_facts_come_back_from_json_as_they_were():
    facts = page(
        document(
            '<title>Gateways</title><link rel="canonical" href="/a"><meta name="robots" content="max-snippet: 50">'
            '<script type="application/ld+json">{"@type": "Article"}</script>',
            '<h1>Gateways</h1><a href="/b" rel="nofollow">b</a><img src="c.png" width="20">'
            '<form><label>E-mail <input type="email" name="e" required></label><button>Send</button></form>',
        ),
        headers=(("X-Robots-Tag", "noarchive"),),
    )

    assert PageFacts.from_dict(json.loads(json.dumps(facts.to_dict()))) == facts


def test_a_response_keeps_its_bytes_and_hops():
    response = Response(
        "https://a/",
        "https://b/",
        200,
        (("X", "y"),),
        b"\xff\x00",
        (Hop("https://a/", 301, "https://b/"),),
        elapsed_ms=12,
    )

    assert Response.from_dict(json.loads(json.dumps(response.to_dict()))) == response


def test_facts_stored_before_a_field_came_take_its_default():
    stored = {"url": "https://a/", "final_url": "https://a/", "status": 200, "gone_since": "1.0"}

    assert PageFacts.from_dict(stored) == PageFacts("https://a/", "https://a/", 200)


def test_a_header_is_found_whatever_its_case():
    response = Response("https://a/", "https://a/", 200, (("content-TYPE", "text/html"),))

    assert response.header("Content-Type") == "text/html"
