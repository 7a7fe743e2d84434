"""Forms, their controls, owners and names."""

import pytest

from tests.unit.audit.pages import document, page


def forms(body: str):
    return page(document("", body)).forms


def test_controls_belong_to_the_form_around_them():
    found = forms("<input name=a><form id=f><input name=b><select name=c></select></form><textarea name=d></textarea>")

    assert [[field.name for field in form.fields] for form in found] == [["b", "c"]]


def test_a_form_attribute_beats_the_tree():
    found = forms(
        "<form id=f><input name=a form=g></form><form id=g></form><input name=b form=f><input name=c form=none>"
    )

    assert [[field.name for field in form.fields] for form in found] == [["b"], ["a"]]


def test_a_form_broken_by_a_table_keeps_its_controls():
    found = forms("<table><form id=f><tr><td>姓名</td><td><input name=xm></td></tr></form></table><input name=later>")

    assert [[field.name for field in form.fields] for form in found] == [["xm"]]


def test_an_end_tag_too_many_closes_the_box_of_a_form_and_not_the_form():
    """As Chromium has it: the parser's form pointer stays until the form's own end tag."""
    found = forms("<div><form id=f><input name=a></div><input name=b></form><input name=c><p><input name=b></p>")

    assert [[field.name for field in form.fields] for form in found] == [["a", "b"]]


def test_a_control_like_one_of_a_cut_form_stays_where_it_is():
    cut = "<div><form id=f></div><input name=q></form>"
    found = forms(f"<form id=e><input name=q></form>{cut}<input name=q>")

    assert [(form.id, len(form.fields)) for form in found] == [("e", 1), ("f", 1)]


def test_two_broken_forms_are_told_apart_by_the_source():
    row = "<tr><td><input name=q></td></tr>"
    found = forms(f"<table><form id=f>{row}</form><form id=g>{row}{row}</form></table>")

    assert [(form.id, len(form.fields)) for form in found] == [("f", 1), ("g", 2)]


def test_a_form_that_a_table_left_open_does_not_keep_the_controls_of_the_next():
    """As Chromium has it: the second form stands in the first, empty, and its controls beside it."""
    second = "<table><form id=b><tr><td><input name=y></td></tr></form></table>"
    found = forms(f"<form id=a><table><tr><td><input name=x></form>{second}</td></tr></table>")

    assert [(form.id, [field.name for field in form.fields]) for form in found] == [("a", ["x"]), ("b", ["y"])]


def test_spaces_in_a_class_make_no_second_form_of_one():
    found = forms(
        "<form id=a><div class='x '><form id=b class=' y  z '></form></div></form><form id=c class='z '></form>"
    )

    assert [(form.id, form.nested_in) for form in found] == [("a", None), ("b", 0), ("c", None)]


def test_each_start_tag_is_an_entry_and_a_nested_one_says_so():
    found = forms("<form id=a><input name=x><form id=b><input name=y></form></form><form id=c></form>")

    assert [(form.index, form.id, form.nested_in, len(form.fields)) for form in found] == [
        (0, "a", None, 2),
        (1, "b", 0, 0),
        (2, "c", None, 0),
    ]


def test_forms_that_wait_for_a_script_are_inert():
    found = forms(
        "<form id=a></form><template><form id=b><input name=x></form></template><noscript><form id=c></form></noscript>"
        '<script type="text/template"><form id=d><input name=y></form></script><form id=e></form><!-- <form id=f> -->'
    )

    assert [(form.id, form.origin) for form in found] == [
        ("a", "native"),
        ("b", "inert"),
        ("c", "inert"),
        ("d", "inert"),
        ("e", "native"),
    ]
    assert [field.name for field in found[3].fields] == ["y"]


@pytest.mark.parametrize(
    ("body", "label", "source"),
    [
        ('<label for="i">Work e-mail *</label><input id="i">', "Work e-mail *", "label-for"),
        ("<label>Name <input></label>", "Name", "label-wrap"),
        ('<span id="s">Phone</span><input aria-labelledby="none s">', "Phone", "aria-labelledby"),
        ('<input aria-label="Company">', "Company", "aria-label"),
        ('<input title="Company">', "Company", "title"),
        ('<label for="i"></label><input id="i" title="Company">', "Company", "title"),
        ('<input placeholder="Company">', "", ""),
        ('<label for="other">No <input id="i"></label>', "", ""),
        ('<label><img alt="E-mail" src="e.svg"><input></label>', "E-mail", "label-wrap"),
        ("<label><select><option>Option</option></select></label>", "", ""),
        ('<label aria-hidden="true">A</label><label for="i">B</label><input id="i">', "B", "label-for"),
    ],
)
def test_a_field_is_named_by_its_label(body, label, source):
    field = forms(f"<form>{body}</form>")[0].fields[0]

    assert (field.label, field.label_source) == (label, source)


def test_the_text_before_a_field_is_its_caption_not_its_label():
    fields = forms(
        "<form><table><tr><td>姓　名：</td><td><input name=a></td></tr></table><p>E-mail <input name=b></p></form>"
    )[0].fields

    assert [(field.label, field.caption) for field in fields] == [("", "姓 名："), ("", "E-mail")]


@pytest.mark.parametrize(
    "body",
    [
        "<input type=hidden name=a>",
        '<div style="display: none"><input></div>',
        '<div class="x sr-only"><input></div>',
        "<p hidden><input></p>",
        '<p aria-hidden="true"><input></p>',
        '<div style="position: absolute; left: -5000px"><input></div>',
    ],
)
def test_markup_can_hide_a_field(body):
    assert forms(f"<form>{body}</form>")[0].fields[0].hidden


def test_buttons_are_not_fields():
    form = forms(
        '<form><input name=a><input type=submit value="Send"><button>Go</button><button type=button>x</button></form>'
    )[0]

    assert [field.name for field in form.fields] == ["a"]
    assert [(button.kind, button.text) for button in form.buttons] == [
        ("submit", "Send"),
        ("submit", "Go"),
        ("button", "x"),
    ]


def test_a_consent_box_knows_its_links_and_that_it_is_ticked():
    field = forms(
        '<form><label><input type=checkbox checked> I agree to the <a href="/privacy">policy</a></label></form>'
    )[0].fields[0]

    assert (field.checked, field.label_links) == (True, ("/privacy",))


def test_what_a_visitor_typed_is_not_kept():
    field = forms('<form><input name=email value="jo@example.com"></form>')[0].fields[0]

    assert "jo@example.com" not in repr(field)


def test_the_action_is_resolved():
    found = forms('<form action="/send" method=POST></form><form></form>')

    assert [(form.method, form.action_url) for form in found] == [
        ("post", "https://example.com/send"),
        ("get", "https://example.com/guides/start"),
    ]


def test_a_form_in_a_template_ends_with_it():
    found = forms(
        "<form id=a><template><form id=t><input name=x></form><input name=w></template><input name=y></form>"
        "<input name=z form=t>"
    )

    assert [(form.id, form.origin, [field.name for field in form.fields]) for form in found] == [
        ("a", "native", ["y"]),
        ("t", "inert", ["x"]),
    ]


def test_a_form_whose_tags_overlap_keeps_to_its_own_controls():
    found = forms("<form id=a><div></form><input name=x><form id=b><input name=y></form><input name=z></div>")

    assert [(form.id, [field.name for field in form.fields]) for form in found] == [("a", ["x", "z"]), ("b", ["y"])]


def test_a_disabled_fieldset_disables_all_but_its_first_legend():
    found = forms(
        "<form><fieldset disabled><legend><input name=a></legend><p><input name=b></p><legend><input name=c></legend>"
        "</fieldset><fieldset><input name=d></fieldset></form>"
    )

    assert [(field.name, field.disabled) for field in found[0].fields] == [
        ("a", False),
        ("b", True),
        ("c", True),
        ("d", False),
    ]


def test_controls_without_a_form_that_ask_for_a_contact_are_a_virtual_form():
    found = forms(
        "<form id=a></form><div class=box><p><label>Email <input name=mail></label></p><p><input name=company></p>"
        "<p><button>Book a demo</button></p></div><form id=b></form>"
    )

    assert [(form.index, form.origin, form.id) for form in found] == [
        (0, "native", "a"),
        (1, "virtual", ""),
        (2, "native", "b"),
    ]
    assert [field.name for field in found[1].fields] == ["mail", "company"]
    assert [button.text for button in found[1].buttons] == ["Book a demo"]


def test_two_groups_are_two_virtual_forms():
    group = "<div><input type=email name=%s><button>Go</button></div>"

    found = forms(f"<div>{group % 'a'}{group % 'b'}</div>")

    assert [[field.name for field in form.fields] for form in found] == [["a"], ["b"]]


@pytest.mark.parametrize(
    "body",
    [
        "<div><input type=search name=q><button>Search</button></div>",
        "<div><input type=email name=email></div>",
        "<div><input type=checkbox name=dark><button>Theme</button></div>",
        "<template><div><input type=email name=email><button>Go</button></div></template>",
        "<div><input type=email name=email form=none><button>Go</button></div>",
        "<div hidden><input type=email name=email hidden><button>Go</button></div>",
    ],
)
def test_other_controls_without_a_form_are_none(body):
    assert forms(body) == ()


def test_a_template_of_any_library_is_inert():
    for kind in ("text/x-handlebars", "text/x-mustache", "text/x-template; charset=utf-8"):
        assert [form.origin for form in forms(f'<script type="{kind}"><form></form></script>')] == ["inert"]
