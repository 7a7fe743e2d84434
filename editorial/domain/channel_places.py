"""Where a channel puts its pages: on the site it belongs to, and nowhere that another channel writes."""

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, netloc_of


def expect_on_site(pattern: str, site_url: str) -> None:
    """Refuse a URL pattern that leads to another host than its site: audits and live checks would look elsewhere.

    Args:
        pattern: an address with places such as `{slug}`.
        site_url: where the site begins, in N1 form.
    """
    address = n1(pattern.replace("{", "").replace("}", ""))
    if address is None or netloc_of(address) != netloc_of(site_url):
        raise EditorialError(
            Message(N_("These pages would not be on the site, which is at %(site)s."), {"site": netloc_of(site_url)}),
            hint=Message(N_("Begin the address with that of the site, or add the other site first.")),
            field="url_pattern",
        )
