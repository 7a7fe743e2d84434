"""A failing and a passing page for each page rule; more cases stand in the families' own tests."""

from tests.unit.audit.pages import document

SOUND = document(
    '<title>Gateways compared</title><meta name="description" content="Seven gateways side by side.">'
    '<link rel="canonical" href="/guides/start"><meta name="robots" content="max-image-preview:large">'
    '<link rel="alternate" hreflang="en-GB" href="https://example.com/guides/start">'
    '<script type="application/ld+json">{"@type": "Article"}</script>',
    '<h1>Gateways</h1><img src="a.png" alt="A gateway"><a href="/prices">Prices</a>'
    '<form id="demo" action="/demo"><h2>Request a demo</h2>'
    '<label for="e">Work e-mail</label><input id="e" name="email" type="email">'
    '<label for="c">Company</label><input id="c" name="company"><button>Request a demo</button></form>',
)

FAILING = {
    "title-missing": SOUND.replace("<title>Gateways compared</title>", ""),
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
}
"""What makes the sound page fail, by rule id."""
