"""Which part of a site a page belongs to."""

import pytest

from editorial.services.site_sections import section_of


@pytest.mark.parametrize(
    ("url", "section"),
    [
        ("https://site.example/", "/"),
        ("https://site.example/about", "/"),
        ("https://site.example/blog/", "/blog/"),
        ("https://site.example/blog/a/b?c=d/e", "/blog/"),
        ("https://site.example/about?from=/blog/", "/"),
        ("https://site.example//blog/", "/"),
        ("https://site.example:8443/%E4%BA%A7%E5%93%81/x", "/%E4%BA%A7%E5%93%81/"),
    ],
)
def test_the_first_step_of_the_path_is_the_part(url: str, section: str) -> None:
    assert section_of(url) == section
