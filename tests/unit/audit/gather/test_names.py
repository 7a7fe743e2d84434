"""What a screen reader calls a control: W3C accname 1.2, and "labeled control" of the HTML standard."""

import pytest

from tests.unit.audit.pages import document, page

HEARD = {
    "all labels, in the order of the page": (
        "<label for=f>First</label><label>then <input id=f></label>",
        "First then",
    ),
    "the one around it may come first": ("<label>First <input id=f></label><label for=f>then</label>", "First then"),
    "what another control in the label holds": (
        "<label for=f>At most <input type=number value=5> days</label><input id=f>",
        "At most 5 days",
    ),
    "the chosen option of a list in it": (
        "<label for=f>Every <select><option>day<option selected>week</select></label><input id=f>",
        "Every week",
    ),
    "the first option where none is chosen": (
        "<label for=f>Every <select><option>day<option>week</select></label><input id=f>",
        "Every day",
    ),
    "the chosen option of a list by ARIA": (
        (
            "<label for=f>Each <ul role=listbox><li role=option>day<li role=option aria-selected=true>hour</ul></label>"
            "<input id=f>"
        ),
        "Each hour",
    ),
    "the words of a slider, not its number": (
        "<label for=f>On <i role=slider aria-valuenow=1 aria-valuetext=Monday></i></label><input id=f>",
        "On Monday",
    ),
    "what a part is called, not what it shows": (
        "<label for=f>Price in <b aria-label=euros>€</b></label><input id=f>",
        "Price in euros",
    ),
    "nothing that is hidden in it": (
        (
            "<label for=f>E-mail <b aria-hidden=true>*</b><b hidden>x</b><i style='display: none'>y</i></label>"
            "<input id=f>"
        ),
        "E-mail",
    ),
    "a label that is hidden as a whole": ("<label for=f hidden>E-mail</label><input id=f>", "E-mail"),
    "what it is owned by elsewhere": (
        "<label for=f>Your <span aria-owns=more></span></label><input id=f><p id=more>name</p>",
        "Your name",
    ),
    "no menu": ("<label for=f>Open <ul role=menu><li role=menuitem>New</ul></label><input id=f>", "Open"),
    "blocks are words of their own": (
        "<label for=f>First<br>and<div>last</div>name</label><input id=f>",
        "First and last name",
    ),
    "the title of a label without text": ("<label for=f title=Phone></label><input id=f title=Other>", "Phone"),
    "itself among others": (
        "<b id=b>Delete</b><input id=f aria-label=draft.txt aria-labelledby='b f'>",
        "Delete draft.txt",
    ),
    "its own label among others": (
        "<b id=b>Home:</b><label for=f>Street</label><input id=f aria-labelledby='b f'>",
        "Home: Street",
    ),
    "nothing of a label for another": ("<label for=''>E-mail <input id=f></label>", ""),
    "nothing of a label around two but in the first": ("<label>From <input> to <input id=f></label>", ""),
    "a hidden field before it takes no label": ("<label>E-mail <input type=hidden><input id=f></label>", "E-mail"),
}


@pytest.mark.parametrize(("html", "label"), HEARD.values(), ids=HEARD)
def test_the_label_is_what_a_screen_reader_says(html, label):
    fields = [field for form in page(document("", f"<form>{html}</form>")).forms for field in form.fields]

    assert next(field.label for field in fields if field.id == "f") == label


def test_of_two_controls_with_one_id_a_label_names_the_first():
    found = page(document("", "<form><label for=f>E-mail</label><input id=f><input id=f></form>")).forms[0].fields

    assert [field.label for field in found] == ["E-mail", ""]


def test_of_two_copies_of_a_form_the_first_says_its_labels_once():
    copy = "<form><label for=f>E-mail</label><input id=f></form>"

    assert [form.fields[0].label for form in page(document("", copy + copy)).forms] == ["E-mail", ""]


@pytest.mark.parametrize(
    "html",
    [
        "<b id=b>Send</b><button aria-labelledby=b><svg></svg></button>",
        "<label for=s>Send</label><input id=s type=image src=arrow.svg>",
        "<button title=Send></button>",
    ],
)
def test_a_button_without_text_says_its_name(html):
    assert page(document("", f"<form><input name=q>{html}</form>")).forms[0].buttons[0].text == "Send"
