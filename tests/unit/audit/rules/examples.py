"""A failing and a passing page for each page rule; more cases stand in the families' own tests."""

from dataclasses import replace

from editorial.audit.facts import FormSeen, Hop, Known, PageFacts, RobotsTxt
from tests.unit.audit.pages import URL, document, page

SOUND = document(
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>Gateways compared: seven for your factory</title>"
    '<meta name="description" content="Seven gateways side by side.">'
    '<link rel="canonical" href="/guides/start"><meta name="robots" content="max-image-preview:large">'
    '<link rel="alternate" hreflang="en-GB" href="https://example.com/guides/start">'
    '<script type="application/ld+json">{"@type": "Article"}</script>',
    '<h1>Gateways</h1><img src="a.png" alt="A gateway"><a href="/prices">Prices</a>'
    '<form id="demo" action="/demo"><h2>Request a demo</h2>'
    '<label for="e">Work e-mail</label><input id="e" name="email" type="email">'
    '<label for="c">Company</label><input id="c" name="company"><a href="/privacy">Privacy notice</a>'
    '<label><input type="checkbox" name="news"> Send me news</label><button>Request a demo</button></form>'
    f"<p>{'Each gateway connects machines of a factory. ' * 30}</p>",
)

FAILING = {
    "title-missing": SOUND.replace("<title>Gateways compared: seven for your factory</title>", ""),
    "title-multiple": SOUND.replace("</head>", "<title>Other</title></head>"),
    "title-too-long": SOUND.replace("Gateways compared", "Gateways compared " * 8),
    "description-missing": SOUND.replace("Seven gateways side by side.", " "),
    "description-too-long": SOUND.replace("Seven gateways side by side.", "Seven gateways side by side. " * 6),
    "h1-missing": SOUND.replace("<h1>Gateways</h1>", "<h2>Gateways</h2>"),
    "canonical-multiple": SOUND.replace("</head>", '<link rel="canonical" href="/other"></head>'),
    "canonical-invalid": SOUND.replace('rel="canonical" href="/guides/start"', 'rel="canonical" href="{{ url }}"'),
    "robots-meta-conflict": SOUND.replace("max-image-preview:large", "index, noindex"),
    "jsonld-invalid": SOUND.replace('"Article"}', '"Article",}'),
    "link-uncrawlable": SOUND.replace('href="/prices"', 'href="javascript:void(0)"'),
    "link-localhost-staging": SOUND.replace('href="/prices"', 'href="http://localhost:8000/prices"'),
    "hreflang-invalid-code": SOUND.replace("en-GB", "en-UK"),
    "html-too-large": SOUND.replace("</body>", f"<!-- {'x' * 2_000_000} --></body>"),
    "noindex-page": SOUND.replace("</head>", '<meta name="robots" content="noindex"></head>'),
    "img-alt-missing": SOUND.replace(' alt="A gateway"', ""),
    "html-lang-missing": SOUND.replace(' lang="en"', ""),
    "form-field-without-label": SOUND.replace('<label for="c">Company</label>', ""),
    "noindex-regression": SOUND.replace("</head>", '<meta name="robots" content="noindex"></head>'),
    "canonical-to-home": SOUND.replace('rel="canonical" href="/guides/start"', 'rel="canonical" href="/"'),
    "title-too-short": SOUND.replace("Gateways compared: seven for your factory", "Gateways"),
    "soft-404": document("<title>Page not found</title>", "<h1>Page not found</h1>"),
    "thin-content": document("<title>T</title>", "<p>Soon.</p>"),
    "mojibake": SOUND.replace("Gateways compared", "Gateways comparÃ©s"),
    "mixed-active": SOUND.replace("</head>", '<script src="http://cdn.example.net/a.js"></script></head>'),
    "viewport-missing": SOUND.replace("width=device-width, initial-scale=1", "width=1024"),
    "form-consent-preticked": SOUND.replace('type="checkbox"', 'type="checkbox" checked'),
    "form-privacy-link-missing": SOUND.replace('<a href="/privacy">Privacy notice</a>', ""),
    "form-action-dead": SOUND.replace('action="/demo"', 'action="#"'),
    "form-lead-vanished": document("<title>T</title>", "<p>Nothing to fill in.</p>"),
}
"""What makes the sound page fail, by rule id."""

BEFORE = Known(
    indexable_before=True, forms_before=(FormSeen("ab", "Request a demo", "demo", "", ("company", "email")),)
)
OLD = "https://example.com/old"
MADE: dict[str, PageFacts] = {
    "response-4xx": page(SOUND, status=404),
    "response-5xx": page(SOUND, status=500),
    "response-access-denied": page(SOUND, status=403),
    "redirect-chain": replace(page(SOUND), redirects=(Hop(OLD, 301, OLD + "er"), Hop(OLD + "er", 302, URL))),
    "redirect-loop": PageFacts(OLD, OLD, 0, error="redirect-loop", redirects=(Hop(OLD, 301, OLD),)),
    "redirect-to-error": replace(page(SOUND, status=404), redirects=(Hop(OLD, 301, URL),)),
    "charset-missing": page(SOUND, headers=(("Content-Type", "text/html"),)),
    "canonical-header-mismatch": page(SOUND, headers=(("Link", '<https://example.com/b>; rel="canonical"'),)),
    "page-http": page(SOUND, "http://example.com/guides/start"),
    "blocked-by-robots": replace(page(SOUND), robots_txt=(RobotsTxt("googlebot", False, "Disallow: /guides"),)),
}
"""Failing pages that HTML alone does not make."""


def failing(rule: str) -> PageFacts:
    """The page on which a rule must fail."""
    return MADE[rule] if rule in MADE else page(FAILING[rule], known=BEFORE)


def sound(rule: str) -> PageFacts:
    """The page on which a rule must pass. A page that is there for its form may be short."""
    html = SOUND.partition("<form")[0] + SOUND.partition("</form>")[2] if rule == "thin-content" else SOUND
    return page(html, known=BEFORE)
