"""The lead forms of a page as people look at them: which count, what tells two of them apart, what they ask."""

import pytest

from editorial.audit.form_inventory import Shape, lead_forms_of, rows_of
from tests.unit.audit.pages import document, page

FIELDS = (
    "<label>Work e-mail<input type=email name=email required></label><label>Company<input name=company></label>"
    "<input name=phone placeholder=Phone>"
)
BUTTON = "<button>Request a demo</button>"
DEMO = f"<form id=f action=/demo method=post>{FIELDS}{BUTTON}</form>"


def forms(body: str, url: str = "https://example.com/x", head: str = "") -> list[Shape]:
    """The lead forms of a page with this body."""
    return [placed.shape for placed in lead_forms_of(page(document(head, body), url))]


def test_a_form_says_what_it_asks_and_where_it_sends():
    (shape,) = forms(DEMO)

    assert (shape.shown, shape.type, shape.origin, shape.action, shape.method, shape.consent) == (
        "Request a demo", "demo", "native", "example.com/demo", "post", "none",
    )  # fmt: skip
    assert [(field.text, field.meaning, field.required, field.labelled) for field in shape.fields or ()] == [
        ("Work e-mail", "work-email", True, True), ("Company", "company", False, True), ("Phone", "phone", False, False)
    ]  # fmt: skip


def test_what_nobody_types_is_no_field():
    hidden = "<input type=hidden name=utm_source><input type=hidden name=csrf_token><input name=website class=hp>"

    assert forms(DEMO) == forms(DEMO.replace(BUTTON, hidden + BUTTON))


@pytest.mark.parametrize(
    ("field", "required"),
    [
        ("<label>Phone *<input name=phone></label>", True),
        ("<label>电话（必填）<input name=phone></label>", True),
        ("<input name=phone placeholder='Phone (required)'>", True),
        ("<label>Phone<input name=phone lay-verify='required|phone'></label>", True),
        ("<label>Phone<input name=phone aria-required=true></label>", True),
        ("<label>Phone (optional)<input name=phone></label>", False),
        ("<label>Phone, not required<input name=phone></label>", False),
    ],
)
def test_a_field_is_required_where_people_read_so(field, required):
    (shape,) = forms(f"<form action=/demo method=post><input type=email name=email>{field}{BUTTON}</form>")

    assert [one.required for one in shape.fields or ()] == [False, required]


@pytest.mark.parametrize(
    ("body", "origins"),
    [
        (DEMO, ["native"]),
        ("<form role=search><input name=q></form>", []),
        (f"<div>{FIELDS}{BUTTON}</div>", ["virtual"]),
        (f"<template>{DEMO}</template>", ["inert"]),
        (f"<div style='display:none'>{DEMO}</div>", ["native"]),
        ("<iframe src='https://tally.so/embed/abc'></iframe>", ["embedded"]),
    ],
)
def test_every_origin_is_told(body, origins):
    assert [shape.origin for shape in forms(body)] == origins


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (DEMO.replace("Request a demo", "Show me"), True),  # the button promises something else
        (DEMO.replace("id=f", "id=form-33"), True),  # an id that names its page
        (DEMO.replace("action=/demo", "action='/demo?page=7#top'"), True),
        (DEMO.replace("action=/demo", "action=/other"), False),
        (DEMO.replace("Company", "公司"), False),
        (DEMO.replace("name=company", "name=company required"), False),
        (DEMO.replace(BUTTON, f"<a href=/privacy>Privacy</a>{BUTTON}"), False),
    ],
)
def test_two_forms_are_one_when_nothing_differs_for_those_who_fill_them_in(other, same):
    (one,), (two,) = forms(DEMO), forms(other)

    assert (one.key == two.key) is same


def test_a_form_that_sends_to_its_own_page_is_one_form_on_all_pages():
    bare = DEMO.replace("action=/demo", "action=''")

    keys = {shape.key for url in ("https://example.com/a", "https://example.com/b") for shape in forms(bare, url)}

    assert len(keys) == 1


def test_a_shape_comes_back_from_its_json():
    for shape in (*forms(DEMO), *forms("<iframe src='https://tally.so/embed/abc'></iframe>")):
        assert Shape.from_json(shape.to_json()) == shape


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ("action=/send.php method=post", "https://example.com/send.php"),
        ("action='/send?form=7' method=post", "https://example.com/send?form=7"),
        ("action='/send?form=7'", "https://example.com/send"),  # GET: the answers take the place of the query
        ("action='' method=post", ""),
        ("action=/x method=post", ""),  # its own page, which the crawl has seen
        ("action=mailto:a@example.com method=post", ""),
        ("action=/send method=post onsubmit='send()'", ""),  # a script sends it, nobody knows where to
        ("class=wpcf7-form action=/send method=post", ""),
        ("action=/send method=dialog", ""),
        ("action=https://me:secret@example.com/send method=post", ""),
    ],
)
def test_only_an_address_of_our_own_markup_is_asked_about(attributes, address):
    html = document("", f"<form {attributes}>{FIELDS}{BUTTON}</form>")

    assert [row[3] for row in rows_of(page(html, "https://example.com/x"))] == [address]
