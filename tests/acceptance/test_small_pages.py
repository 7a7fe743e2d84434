"""Pages that are read in the process of a command (`audit.crawl.apart`): what the worst of them costs."""

import resource
import time

from editorial.audit.crawl.apart import SMALL
from tests.hostile_input import check_page

MOST = 3.0  # seconds of CPU; the worst takes 0.8
ELEMENTS = [
    "<div>",
    "<form>",
    "<template>",
    "<b>",
    "<font color=x>",
    "<i><p>",
    "<nobr><b><i><u>",
    "<svg><g>",
    "<math><mi>",
    "<h1><span>",
    "<a href=x><b>",
    "<ul><li>",
    "<dl><dt>",
    "<details>",
    "<object>",
    "<frameset>",
    "<select><option>",
    "<table><tr><td>",
    "<noscript><img src=a>",
    "<p id=a>",
    "<link rel=canonical href=/a>",
    "<link rel=alternate hreflang=de href=/a>",
    "<meta charset=x>",
    "<!--",
    "<",
    "&amp",
    "&notit;",
    "<iframe src='https://x.typeform.com/to/1'></iframe>",
    "<meta name=robots content='noindex,noindex'>",
    "<input aria-labelledby=a>",
    "a@b.",
    "1-",
    "1",
    ".",
    '"',
    "word ",
    " ",
]
WITHIN = {
    "<form>": [
        "<label><input>",
        "<label for=a>x</label>",
        "<input name=email>",
        "<fieldset><legend>",
        "<tr><td><input>",
    ],
    "<form><table><tr>": ["<td>Email</td><td><input></td>"],
    "<table><form>": ["<tr><td><input>"],
    "<form><select name=a>": ["<option>a"],
    "<title>": ["x", " "],
    "<a href='": ["x", "/"],
    "<!--": ["-", "--!"],
    "<meta name=robots content='": ["noindex,"],
    "<meta http-equiv=refresh content='": ["0;"],
    "<meta name=viewport content='": ["a=b,"],
    "<img srcset='": ["a 1x,", ","],
    "<a onclick='": ["location.href="],
    "<style>": ["a{"],
    "<script>": ["document.write('<a>');"],
    "<script type=application/ld+json>": ["[", '{"a":'],
    "<script type=application/ld+json>[": ['{"@type":"Article"},'],
    "<p>": ["中文。", "\x00", "é", " a"],
    "<p ": ["a=1 ", "a "],
}
RAW = [b"\xe4\xb8", b"\x81\x30", b"\xff\xfe<\0b\0>\0"]


def worst_pages() -> dict[str, bytes]:
    """As large as a small page may be, each of one piece again and again."""
    pieces = [("", element) for element in ELEMENTS]
    pieces += [(before, piece) for before, many in WITHIN.items() for piece in many]
    whole = {f"{before}{piece}": f"{before}{piece * SMALL}".encode()[:SMALL] for before, piece in pieces}
    return whole | {repr(piece): (piece * SMALL)[:SMALL] for piece in RAW}


def test_no_small_page_costs_much() -> None:
    costs = {}
    for name, body in worst_pages().items():
        began = time.process_time()
        check_page([("Content-Type", "text/html")], body)
        costs[name] = time.process_time() - began

    assert {name: cost for name, cost in costs.items() if cost > MOST} == {}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 600 * 1024  # KB, of the whole test process
    print(len(costs), sorted((round(cost, 2), name) for name, cost in costs.items())[-5:])
