"""Paper texts: Jinja templates in the document's language, or in two at once, without a web request around them.

A template of ``portal/templates/paper`` gets the values of its sheet and the sheet itself, ``_`` and ``ngettext`` in
the language of the document, and formats bound to it. Where a document is in two languages, ``_`` gives the text in the
first, followed by the second in an element that says so; numbers and dates are written as in the first.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from typing import Any, Final

import segno
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portal.adapters.mail_templates import FOLDER, translations
from portal.adapters.paper import Sheet
from portal.core import formats
from portal.core.locales import BABEL_NAMES
from portal.core.money import plain_e4, plain_minor

TEMPLATES: Final = FOLDER / "templates" / "paper"


def page_of(sheet: Sheet, *, stylesheet: str = "") -> str:
    """The document as one page of HTML. Raises jinja2.TemplateNotFound, UndefinedError."""
    environment = _environment(sheet.locale, sheet.second_locale)
    template = environment.get_template(f"{sheet.template}.html")
    return template.render(**sheet.values, sheet=sheet, stylesheet=stylesheet)


@cache
def _environment(locale: str, second: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    locales = (locale, second) if second else (locale,)
    environment.globals.update(_=partial(_text, locales), ngettext=partial(_plural, locales))
    environment.filters.update(
        money=lambda minor, currency: money(minor, currency, locale=locale),
        amount=lambda minor, currency: amount(minor, currency, locale=locale),
        unit_amount=lambda price_e4, currency: unit_amount(price_e4, currency, locale=locale),
        quantity=partial(formats.quantity, locale=locale),
        percent=partial(formats.percent, locale=locale),
        day=lambda day: day_text(day, locale=locale, in_two=bool(second)),
        short_day=partial(formats.local_date, locale=locale, style="MM-dd"),
        qr=qr,
    )
    return environment


def _text(locales: tuple[str, ...], message: str, **values: Any) -> Markup:
    return _one_or_both(locales, lambda tag: translations(tag).ugettext(message), values)


def _plural(locales: tuple[str, ...], singular: str, plural: str, num: int, **values: Any) -> Markup:
    return _one_or_both(
        locales, lambda tag: translations(tag).ungettext(singular, plural, num), {"num": num, **values}
    )


def _one_or_both(locales: tuple[str, ...], pattern: Callable[[str], str], values: dict[str, Any]) -> Markup:
    first, *rest = (_filled(pattern(tag), values) for tag in locales)
    for tag, text in zip(locales[1:], rest, strict=True):
        if text != first:
            first += Markup('<span class="second" lang="{}">{}</span>').format(tag, text)
    return first


def _filled(pattern: str, values: dict[str, Any]) -> Markup:
    if not values:
        return Markup(pattern.replace("%%", "%"))  # noqa: S704 -- the catalogs are ours.
    # A number needs no escaping, and must stay one for %(num)d.
    safe = {name: value if type(value) is int else escape(value) for name, value in values.items()}
    return Markup(pattern % safe)  # noqa: S704 -- the catalogs are ours, and the values escaped.


def money(minor: int, currency: str, *, locale: str) -> str:
    """Minor units with their currency. The full-width yen sign of Japanese leaves a gap in print: ¥ instead."""
    return formats.money(minor, currency, locale=locale).replace("￥", "¥")


def amount(minor: int, currency: str, *, locale: str) -> str:
    """Minor units as a number with the currency's digits, for columns whose head or foot names the currency."""
    return _grouped(plain_minor(minor, currency), locale)


def unit_amount(price_e4: int, currency: str, *, locale: str) -> str:
    """A unit price in e4 as a number, with as many digits as it has and at least the currency's own."""
    return _grouped(plain_e4(price_e4, currency), locale)


def _grouped(plain: str, locale: str) -> str:
    digits = len(plain.partition(".")[2])
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(plain, format=pattern, locale=BABEL_NAMES[locale]))


def day_text(day: date, *, locale: str, in_two: bool = False) -> str:
    """A day as the language writes it; year, month, day in figures where two languages must read it."""
    return formats.local_date(day, locale=locale, style="y-MM-dd" if in_two else "medium")


def qr(text: str) -> str:
    """The text as a QR code: the address of a picture that is all in its address."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, svgns=True, nl=False
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
