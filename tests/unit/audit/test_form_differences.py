"""What became of lead forms between two audits."""

import pytest

from editorial.audit.form_differences import Difference, Seen, Stand, What, differences, edits_between
from editorial.audit.form_inventory import Shape, lead_forms_of
from editorial.domain.urls import n2
from tests.unit.audit.pages import document, page

SITE = "https://example.com"
EMAIL = "<label>E-mail<input type=email name=e required></label>"
DEMO = (
    f"<form action=/demo method=post>{EMAIL}<label>Company<input name=c></label>"
    "<a href=/privacy>Privacy</a><button>Request a demo</button></form>"
)
NEWS = f"<form action=/news method=post>{EMAIL}<button>Subscribe</button></form>"
FRAME = "<iframe src='https://tally.so/embed/abc'></iframe>"


def seen(pages: dict[str, str]) -> Seen:
    """An audit that saw these bodies at these paths."""
    shapes: dict[str, Shape] = {}
    stands: dict[str, list[Stand]] = {}
    for no, (path, body) in enumerate(pages.items(), start=1):
        url = SITE + path
        placed = list(lead_forms_of(page(document("", body), url)))
        shapes |= {one.shape.key: one.shape for one in placed}
        stands[n2(url) or url] = [
            Stand(no, url, position, one.shape.key, one.mark, one.address) for position, one in enumerate(placed)
        ]
    return Seen(shapes, {url: found for url, found in stands.items() if found}, set(stands))


def became(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, list[str]]]:
    """What became of which form, on which paths."""
    return [
        (one.what.value, one.shape.shown, [url.removeprefix(SITE) for url in one.pages])
        for one in differences(seen(before), seen(after))
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"/a": DEMO}, {"/a": DEMO}, []),
        ({"/a": DEMO}, {"/a": ""}, [("vanished", "Request a demo", ["/a"])]),
        ({"/a": ""}, {"/a": DEMO}, [("new", "Request a demo", ["/a"])]),
        ({"/a": DEMO, "/b": ""}, {"/a": "", "/b": DEMO}, [("moved", "Request a demo", ["/b"])]),
        ({"/a": DEMO}, {"/a": "", "/b": DEMO}, [("moved", "Request a demo", ["/b"])]),  # to a page not seen before
        ({"/a": NEWS, "/b": NEWS}, {"/a": NEWS, "/b": ""}, [("taken", "Subscribe", ["/b"])]),
        ({"/a": NEWS, "/b": ""}, {"/a": NEWS, "/b": NEWS}, [("spread", "Subscribe", ["/b"])]),
        ({"/a": DEMO}, {}, []),  # the page was not seen: nobody knows
        ({}, {"/a": DEMO}, []),  # seen for the first time: not new
        ({"/a": DEMO + NEWS}, {"/a": NEWS + DEMO}, []),  # another order is no difference
        ({"/a": DEMO}, {"/a": DEMO.replace("Request a demo", "Show me")}, []),
        ({"/a": DEMO}, {"/a": FRAME}, [("changed", "Tally", ["/a"])]),
        ({"/a": NEWS + DEMO}, {"/a": NEWS}, [("vanished", "Request a demo", ["/a"])]),
    ],
)
def test_each_form_is_told_once(before, after, told):
    assert became(before, after) == told


def test_a_template_that_changed_on_many_pages_is_one_difference():
    before = {f"/{n}": DEMO for n in range(30)}
    after = {path: DEMO.replace("action=/demo", "action=/lead") for path in before}

    (one,) = differences(seen(before), seen(after))

    assert (one.what, len(one.pages)) == (What.CHANGED, 30)


def edits(old: str, new: str) -> list[tuple[str, bool]]:
    """What is different about a form, in English, and whether it can lose leads."""
    (before,), (after,) = (list(lead_forms_of(page(document("", body), SITE + "/x"))) for body in (old, new))
    return [(edit.says.id % edit.says.params, edit.loses) for edit in edits_between(before.shape, after.shape)]


PHONE = "<label>Phone<input name=p></label>"
BOX = "<label><input type=checkbox> I agree to the <a href=/privacy>privacy policy</a></label>"
BARE = "<input name=p placeholder=Phone>"
WITH_PHONE = DEMO.replace("<a ", PHONE + "<a ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (DEMO, WITH_PHONE, [("new field: Phone", False)]),
        (WITH_PHONE, DEMO, [("field gone: Phone", True)]),
        (WITH_PHONE, WITH_PHONE.replace("name=p", "name=p required"), [("Phone is required now", True)]),
        (WITH_PHONE.replace("name=p", "name=p required"), WITH_PHONE, [("Phone is not required any more", False)]),
        (DEMO, DEMO.replace("/demo", "/lead"), [("it sends to example.com/lead, before to example.com/demo", True)]),
        (DEMO, DEMO.replace("method=post", "method=get"), [("its answers stand in the address now (GET)", True)]),
        (DEMO, DEMO.replace("<a href=/privacy>Privacy</a>", ""), [("it has no privacy notice any more", True)]),
        (DEMO, f"<div hidden>{DEMO}</div>", [("its markup hides it now", True)]),
        (
            DEMO.replace("<a href=/privacy>Privacy</a>", BOX),
            DEMO.replace("<a href=/privacy>Privacy</a>", BOX.replace("checkbox", "checkbox checked")),
            [("its consent is ticked beforehand now", True)],
        ),
        (WITH_PHONE, DEMO.replace("<a ", BARE + "<a "), [("Phone has no label any more", True)]),
        (DEMO, DEMO.replace("E-mail", "Work e-mail"), []),  # a better word for the same
    ],
)  # fmt: skip
def test_what_is_different_is_said(old, new, told):
    assert edits(old, new) == told


def test_what_may_lose_leads_comes_first():
    before = {"/a": DEMO, "/b": NEWS, "/c": ""}
    after = {"/a": "", "/b": NEWS.replace("</form>", PHONE + "</form>"), "/c": WITH_PHONE + FRAME}

    found = differences(seen(before), seen(after))

    assert [one.what for one in found][:2] == [What.VANISHED, What.CHANGED]
    assert isinstance(found[0], Difference)
    assert found[0].loses
