"""A failing and a passing page for each page rule; more cases stand in the families' own tests."""

from tests.unit.audit.pages import document

SOUND = document(
    '<title>Gateways compared</title><meta name="description" content="Seven gateways side by side.">'
    '<link rel="canonical" href="/guides/start">',
    '<h1>Gateways</h1><img src="a.png" alt="A gateway">'
    '<form id="demo" action="/demo"><h2>Request a demo</h2>'
    '<label for="e">Work e-mail</label><input id="e" name="email" type="email">'
    '<label for="c">Company</label><input id="c" name="company"><button>Request a demo</button></form>',
)

FAILING = {
    "title-missing": SOUND.replace("<title>Gateways compared</title>", ""),
    "description-missing": SOUND.replace("Seven gateways side by side.", " "),
    "h1-missing": SOUND.replace("<h1>Gateways</h1>", "<h2>Gateways</h2>"),
    "canonical-multiple": SOUND.replace("</head>", '<link rel="canonical" href="/other"></head>'),
    "noindex-page": SOUND.replace("</head>", '<meta name="robots" content="noindex"></head>'),
    "img-alt-missing": SOUND.replace(' alt="A gateway"', ""),
    "html-lang-missing": SOUND.replace(' lang="en"', ""),
    "form-field-without-label": SOUND.replace('<label for="c">Company</label>', ""),
}
"""What makes the sound page fail, by rule id."""
