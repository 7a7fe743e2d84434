"""A folder of built HTML answers like a server."""

from pathlib import Path

import pytest

from editorial.audit.folder import Folder, FolderLost, NothingToAudit
from editorial.audit.gather import gather


@pytest.fixture
def built(tmp_path):
    (tmp_path / "guide").mkdir()
    (tmp_path / "index.html").write_text("<title>Home</title>")
    (tmp_path / "guide" / "index.html").write_text("<title>Guide</title>")
    (tmp_path / "guide" / "内容 1.html").write_text("<title>One</title>")
    (tmp_path / "a.css").write_text("p{}")
    return tmp_path


def test_every_html_file_is_a_page_at_its_address(built):
    folder = Folder(built, "https://example.com/docs/")

    assert folder.addresses == (
        "https://example.com/docs/guide/",
        "https://example.com/docs/guide/%E5%86%85%E5%AE%B9%201.html",
        "https://example.com/docs/",
    )


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("", ""),
        ("index.html", ""),
        ("guide/", "guide/"),
        ("guide", "guide/"),
        ("guide/index.html?x=1", "guide/"),
        ("guide/%e5%86%85%E5%AE%B9%201.html", "guide/%E5%86%85%E5%AE%B9%201.html"),
        ("guide/%E5%86%85%E5%AE%B9%201", "guide/%E5%86%85%E5%AE%B9%201.html"),
    ],
)
def test_spellings_of_a_page_lead_to_it(built, path, page):
    response = Folder(built, "https://example.com/docs/").fetch("https://example.com/docs/" + path)

    assert (response.status, response.final_url) == (200, "https://example.com/docs/" + page)
    assert gather(response).title


def test_other_files_answer_without_a_body(built):
    response = Folder(built).fetch("http://localhost/a.css")

    assert (response.status, response.body) == (200, b"")


def test_what_is_not_there_is_404(built):
    assert Folder(built).fetch("http://localhost/guide/none.html").status == 404


def test_what_lies_outside_is_not_known(built):
    folder = Folder(built, "https://example.com/docs/")

    assert folder.fetch("https://example.com/").error == "outside"
    assert folder.fetch("https://other.example/docs/").error == "outside"


def test_one_file_is_a_page_by_itself(built):
    folder = Folder(built / "guide" / "index.html", "https://example.com/guide")

    assert folder.addresses == ("https://example.com/guide",)
    assert gather(folder.fetch("https://example.com/guide")).title == "Guide"
    assert folder.fetch("https://example.com/other").error == "outside"


def test_a_folder_without_pages_is_refused(tmp_path):
    with pytest.raises(NothingToAudit):
        Folder(tmp_path)


def naming(*canonicals):
    return "<title>t</title>" + "".join(f'<link rel="canonical" href="{each}">' for each in canonicals)


@pytest.mark.parametrize(
    ("canonicals", "base"),
    [
        ({"index.html": "https://e.com/", "a/index.html": "https://e.com/a/"}, "https://e.com/"),
        ({"index.html": "https://e.com/docs/", "a/b.html": "https://e.com/docs/a/b.html"}, "https://e.com/docs/"),
        ({"a/index.html": "https://e.com/a/index.html", "b.html": "https://e.com/b"}, "https://e.com/"),
        ({"a.html": "https://e.com/a.html", "b.html": "https://e.com/b.html", "c.html": "https://f.com/c.html"},
         "https://e.com/"),
        ({"内容.html": "https://e.com/%E5%86%85%E5%AE%B9.html"}, "https://e.com/"),
    ],
)  # fmt: skip
def test_the_canonicals_of_the_pages_tell_the_base(tmp_path, canonicals, base):
    for name, canonical in canonicals.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(naming(canonical))

    folder = Folder(tmp_path)

    assert (folder.base, folder.told) == (base, True)
    assert all(address.startswith(base) for address in folder.addresses)


@pytest.mark.parametrize(
    "canonicals",
    [
        {"a.html": "https://e.com/a.html", "b.html": "https://f.com/b.html"},
        {"a.html": "https://e.com/other.html"},
        {"a.html": "/a.html"},
        {"a.html": ""},
    ],
)
def test_without_agreement_there_is_no_base(tmp_path, canonicals):
    for name, canonical in canonicals.items():
        (tmp_path / name).write_text(naming(canonical))

    folder = Folder(tmp_path)

    assert (folder.base, folder.told) == ("http://localhost/", False)


def test_one_file_stands_where_its_canonical_says(tmp_path):
    (tmp_path / "x.html").write_text(naming("https://e.com/guides/x"))

    assert Folder(tmp_path / "x.html").addresses == ("https://e.com/guides/x",)


def test_a_named_base_is_not_questioned(tmp_path):
    (tmp_path / "a.html").write_text(naming("https://e.com/a.html"))

    assert Folder(tmp_path, "https://staging.example/").base == "https://staging.example/"


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "hostname").write_text("desk")

    with pytest.raises(NothingToAudit, match="is not an HTML file"):
        Folder(tmp_path / "hostname")


def test_a_folder_that_vanishes_while_it_is_read_is_said(tmp_path, monkeypatch):
    def gone(*_):
        raise FileNotFoundError(tmp_path)

    monkeypatch.setattr(Path, "rglob", gone)

    with pytest.raises(FolderLost):
        Folder(tmp_path)


def test_pages_stand_where_their_canonicals_leave_the_ending_out(tmp_path):
    (tmp_path / "blog").mkdir()
    for name, address in {"index.html": "", "a.html": "a", "b.html": "b", "blog/index.html": "blog"}.items():
        (tmp_path / name).write_text(naming("https://e.com/" + address))

    folder = Folder(tmp_path)

    assert set(folder.addresses) == {"https://e.com/" + address for address in ("", "a", "b", "blog")}
    assert folder.fetch("https://e.com/a.html").final_url == "https://e.com/a"
    assert folder.fetch("https://e.com/blog/").final_url == "https://e.com/blog"


def test_a_page_beside_a_folder_of_its_name_keeps_its_address(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a.html").write_text(naming("https://e.com/a"))
    (tmp_path / "a" / "index.html").write_text(naming("https://e.com/a"))

    assert len(Folder(tmp_path).addresses) == 2


def test_each_spelling_of_a_page_leads_to_its_file(built):
    folder = Folder(built, "https://example.com/docs/")
    found = [
        folder.path_of(f"https://example.com/docs/{path}") for path in ("guide", "guide/index.html", "none", "../x")
    ]

    assert found == [built / "guide" / "index.html", built / "guide" / "index.html", None, None]
