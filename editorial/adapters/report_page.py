"""An audit as one HTML file that needs nothing else: `templates/report/`."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from editorial.adapters.catalog import Catalog

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "report"


def render_report(catalog: Catalog, values: Mapping[str, object]) -> str:
    """Fill the page. Everything in `values` is escaped.

    Raises:
        jinja2.UndefinedError: a name that nobody gave.
    """
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalog.gettext, catalog.ngettext, newstyle=True
    )
    environment.filters["number"] = catalog.value
    styles = Markup((FOLDER / "audit.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own file
    given = {**values, "styles": styles, "lang_tag": catalog.tag}
    return environment.get_template("audit.html").render(given)
