"""What is wrong with twenty pages of Debian's python3-doc 3.11, read from their HTML before anything was run on them.

Widths of titles were added up from the advance widths of Helvetica, whose metrics Arial shares (20 px); sizes are those
of the files; words were counted in the element with role=main. Whether an address exists was looked up in the folder.
"""

CHANGELOG = "/whatsnew/changelog.html"
"""The one address that pages name and the package does not hold."""

EVERYWHERE = {
    "description-missing": "no page of the package has a meta description",
    "canonical-invalid": "each names file:///usr/share/doc/... as its canonical",
}

PAGES: dict[str, dict[str, str]] = {
    # 196 px of title are few, but this is the home page, which may carry the brand alone
    "/index.html": {},
    "/contents.html": {
        "html-too-large": "2,566 KB",
        "link-broken-internal": CHANGELOG,  # 746 links to it, one finding; its title takes 575 px of 600
    },
    "/genindex.html": {
        "title-duplicate": "“Index — Python 3.11.2 documentation” stands on 30 pages",
        "thin-content": "the letters of the alphabet and two sentences: 41 words",  # 340 px of title are enough
    },
    "/genindex-all.html": {
        "title-duplicate": "as above",
        "html-too-large": "1,684 KB",
        "link-broken-internal": CHANGELOG,
    },
    "/genindex-P.html": {"title-duplicate": "as above", "link-broken-internal": CHANGELOG},
    "/genindex-Y.html": {"title-duplicate": "as above", "thin-content": "the names that begin with Y: 53 words"},
    # its form searches, so it is no task that would excuse the page
    "/search.html": {"thin-content": "20 words, filled in by a script only after a search"},
    "/copyright.html": {"thin-content": "48 words"},
    "/license.html": {},
    "/bugs.html": {},
    "/library/json.html": {"title-too-long": "607 px"},
    "/library/csv.html": {"title-too-long": "618 px"},
    # speaks of 404 and of pages that are not found, but is none
    "/library/urllib.error.html": {"title-too-long": "779 px"},
    "/library/http.html": {},  # as does this one, in a table
    # shows two replacement characters as examples: they are no garbled text
    "/library/codecs.html": {"title-too-long": "675 px"},
    "/library/intro.html": {"title-duplicate": "“Introduction — Python 3.11.2 documentation”, as c-api/intro.html"},
    "/c-api/intro.html": {"title-duplicate": "as library/intro.html"},
    "/tutorial/appetite.html": {},
    "/whatsnew/2.0.html": {"link-broken-internal": CHANGELOG},
    "/faq/index.html": {"title-too-long": "610 px", "thin-content": "the titles of eight parts: 35 words"},
}
