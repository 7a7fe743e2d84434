"""A channel writes pages of its own site."""

import pytest

from editorial.domain.channel_places import expect_on_site
from editorial.domain.errors import EditorialError

SITE = "https://www.company.com/en/"


@pytest.mark.parametrize("pattern", ["https://www.company.com/posts/{slug}/", "https://WWW.company.com:443/{slug}"])
def test_pages_of_the_site_are_its_own(pattern: str) -> None:
    expect_on_site(pattern, SITE)


@pytest.mark.parametrize(
    "pattern",
    [
        "https://blog.company.com/{slug}/",
        "https://www.company.com.evil.example/{slug}/",
        "https://www.company.com:8443/{slug}/",
        "https://{slug}.company.com/",
        "posts/{slug}/",
    ],
)
def test_pages_elsewhere_are_refused_with_the_host_of_the_site(pattern: str) -> None:
    with pytest.raises(EditorialError) as refused:
        expect_on_site(pattern, SITE)

    assert refused.value.says.params == {"site": "www.company.com"}
