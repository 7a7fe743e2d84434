"""The texts of mails: `templates/email/<message>/{subject.txt,body.txt,body.html}` in a reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from editorial.adapters.catalog import Catalog
from editorial.domain.bilingual import Bilingual
from editorial.domain.messages import Message

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "email"
MAX_HTML_BYTES = 100_000  # Gmail cuts a mail off at 102 KB and hides the rest, the footer first


@dataclass(frozen=True)
class Rendered:
    """A mail in words. `html` has its styles inside and fetches nothing."""

    subject: str
    text: str
    html: str


class MailTooLong(ValueError):
    """The HTML would be cut off by mail programs: whoever filled in the values must leave something out."""


class MailTemplates:
    """Renders mails. One environment a language, made when it is first needed."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._environments: dict[str, Environment] = {}
        # a fixed and complete list: a style sheet from outside would tell its server who reads what
        self._inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def render(self, message: str, catalog: Catalog, zone: ZoneInfo, values: Mapping[str, object]) -> Rendered:
        """Fill the three templates of `message`; times are written in `zone`.

        Raises:
            jinja2.UndefinedError: a name that nobody gave. MailTooLong: the HTML is beyond 100,000 bytes.
        """
        environment = self._environments.get(catalog.name)
        if environment is None:
            environment = self._environments[catalog.name] = _environment(self._folder, catalog)
        given = {**values, "zone": zone, "lang_tag": catalog.tag}
        subject, text, html = (
            environment.get_template(f"{message}/{part}").render(given)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        html = self._inliner.inline(html)
        if (size := len(html.encode())) > MAX_HTML_BYTES:
            raise MailTooLong(f"{message}: {size} bytes of HTML")
        return Rendered(subject=" ".join(subject.split()), text=_tidy(text), html=html)


def _environment(folder: Path, catalog: Catalog) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalog.gettext, catalog.ngettext, newstyle=True
    )

    @pass_context
    def say(context: Context, message: Message | str) -> str:
        return catalog.say(message, zone=_zone(context)) if isinstance(message, Message) else message

    @pass_context
    def moment(context: Context, value: datetime) -> str:
        return catalog.moment(value, _zone(context))

    def day(value: date, *, year: bool = False) -> str:
        return catalog.day(value, year=year)

    def name_of(value: Bilingual) -> str:
        return value.in_(catalog.name)

    def number(value: float) -> str:
        return catalog.value(value)

    def city(value: ZoneInfo) -> str:
        return catalog.value(value)

    environment.filters.update(
        say=say, moment=moment, day=day, name_of=name_of, number=number, city=city, signed=_signed
    )
    return environment


def _zone(context: Context) -> ZoneInfo:
    zone = context["zone"]
    if not isinstance(zone, ZoneInfo):
        raise TypeError("a mail is rendered in a zone")
    return zone


def _signed(value: float) -> str:
    """`+3`, `−3` with a true minus, `±0`."""
    return f"+{value:g}" if value > 0 else f"−{-value:g}" if value < 0 else "±0"


def _tidy(text: str) -> str:
    """At most two empty lines in a row, no space at a line's end but in `-- `, which begins a signature (RFC 3676)."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        bare = line if line == "-- " else line.rstrip()
        if bare or (lines and "".join(lines[-2:])):
            lines.append(bare)
    return "\n".join(lines) + "\n"
