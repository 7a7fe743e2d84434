"""The pattern that an address is of."""

import pytest

from editorial.domain.url_patterns import LONGEST, pattern_of


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("/?p=12", "/?*"),
        ("/about", "/*"),
        ("/about/", "/*"),
        ("/blog/a", "/blog/*"),
        ("/blog/2024/05/a", "/blog/*"),
        ("/blog/a/?page=2", "/blog/*"),
        ("/2024/05/a", "/*/*/*"),
        ("/3.11/library/os.html", "/*/library/*"),
        ("/zh/", "/zh/"),
        ("/zh-CN/blog/a", "/zh-CN/blog/*"),
        ("/item.php?id=3", "/item.php?*"),
        ("/shop/item.php?id=3", "/shop/*"),
    ],
)
def test_the_first_folder_names_the_pattern(path, pattern):
    assert pattern_of(f"https://example.com{path}") == pattern


def test_a_long_folder_is_cut():
    assert len(pattern_of(f"https://example.com/{'x' * 500}/a")) == LONGEST
