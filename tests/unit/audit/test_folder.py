"""A folder of built HTML answers like a server."""

import pytest

from editorial.audit.folder import Folder, NothingToAudit
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
