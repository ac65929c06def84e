"""Language of a page: who decides it, and the formats templates use."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

import flask
from babel.support import NullTranslations
from flask import Flask, has_request_context, request
from flask_babel import Babel, refresh
from markupsafe import Markup, escape

from portal.accounts.queries import Viewer
from portal.adapters.mail_templates import translations
from portal.catalog.models import Unit
from portal.core import formats
from portal.core.locales import BABEL_NAMES, LANGUAGE_NAMES, LOCALES
from portal.core.money import plain_e4, plain_minor
from portal.extensions import runtime, viewer

DEFAULT_LOCALE = LOCALES[0]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, ready for templates: its texts as safe markup, each looked up once per process."""

    locale: str
    catalog: NullTranslations
    plain: dict[str, Markup] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)

    def text(self, message: str) -> Markup:
        """The translation of a message without placeholders."""
        known = self.plain.get(message)
        if known is None:
            known = self.plain[message] = Markup(self.catalog.ugettext(message).replace("%%", "%"))  # noqa: S704
        return known

    def filled(self, message: str, values: dict[str, object]) -> Markup:
        """The translation of a message with its placeholders filled in; text is escaped, markup is not."""
        pattern = self.patterns.get(message)
        if pattern is None:
            pattern = self.patterns[message] = self.catalog.ugettext(message)
        return _filled(pattern, values)

    def plural(self, singular: str, plural: str, number: int, values: dict[str, object]) -> Markup:
        """The form for ``number``, which is also the placeholder ``num``."""
        return _filled(self.catalog.ungettext(singular, plural, number), {"num": number, **values})


def _filled(pattern: str, values: dict[str, object]) -> Markup:
    # A number needs no escaping, and must stay one for %(num)d.
    safe = {name: value if type(value) is int else escape(value) for name, value in values.items()}
    return Markup(pattern % safe)  # noqa: S704


_speaking: ContextVar[Tongue | None] = ContextVar("speaking", default=None)
"""The language of the request at hand: templates ask for it some hundred times a page."""


def register_i18n(app: Flask) -> None:
    """Give the app its languages and its templates texts and formats in the reader's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=lambda: BABEL_NAMES[locale()], timezone_selector=timezone)
    app.before_request(_forget)
    app.teardown_request(_forget)
    # Jinja's own wrappers do the same at ten times the cost, which a page of 24 products feels.
    app.jinja_env.globals.update(gettext=_gettext, _=_gettext, ngettext=_ngettext)
    app.jinja_env.filters.update(
        money=lambda minor, currency: formats.money(minor, currency, locale=locale()),
        unit_price=lambda amount, currency: formats.unit_price(amount, currency, locale=locale()),
        typed_money=lambda minor, currency: formats.typed_money(minor, currency, locale=locale()),
        plain_money=plain_minor,
        plain_unit=plain_e4,
        quantity=lambda number: formats.quantity(number, locale=locale()),
        units=counted,
        percent=lambda ppm: formats.percent(ppm, locale=locale()),
        localdate=_local_date,
        localday=lambda day: formats.local_day(day, locale=locale()),
        localdatetime=_local_datetime,
    )
    app.jinja_env.globals.update(current_locale=locale, language_names=LANGUAGE_NAMES)


def locale() -> str:
    """The reader's language: chosen in this browser, else the person's, else the account's, else the browser's."""
    return _tongue().locale


def _tongue() -> Tongue:
    speaking = _speaking.get()
    if speaking is None:
        speaking = _tongue_of(_choose(viewer()) if has_request_context() else DEFAULT_LOCALE)
        if has_request_context():
            _speaking.set(speaking)
    return speaking


@cache
def _tongue_of(tag: str) -> Tongue:
    return Tongue(tag, translations(tag))


def _forget(_error: BaseException | None = None) -> None:
    _speaking.set(None)


def choose_anew() -> None:
    """Choose the language again: somebody has signed in within this request, and reads the rest of the answer."""
    _speaking.set(None)
    refresh()


def gettext(message: str, /, **values: object) -> str:
    """A text in the reader's language, for code that words answers: Flask-Babel's, without its look around."""
    text: str = _tongue().catalog.ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """The form for ``number``, which is also the placeholder ``num``, for code that words answers."""
    text: str = _tongue().catalog.ungettext(singular, plural, number)
    return text % {"num": number, **values}


def counted(number: int, unit: str) -> str:
    """So many of a unit, as the language counts them: 12 bottles · 12병. A unit of no catalog stands as it is."""
    shown = formats.quantity(number, locale=locale())
    match unit:
        case Unit.EACH:
            return ngettext("%(shown)s piece", "%(shown)s pieces", number, shown=shown)
        case Unit.PACK:
            return ngettext("%(shown)s pack", "%(shown)s packs", number, shown=shown)
        case Unit.BOX:
            return ngettext("%(shown)s box", "%(shown)s boxes", number, shown=shown)
        case Unit.CASE:
            return ngettext("%(shown)s case", "%(shown)s cases", number, shown=shown)
        case Unit.BAG:
            return ngettext("%(shown)s bag", "%(shown)s bags", number, shown=shown)
        case Unit.BOTTLE:
            return ngettext("%(shown)s bottle", "%(shown)s bottles", number, shown=shown)
        case Unit.ROLL:
            return ngettext("%(shown)s roll", "%(shown)s rolls", number, shown=shown)
        case Unit.SET:
            return ngettext("%(shown)s set", "%(shown)s sets", number, shown=shown)
        case _:
            return f"{shown} {unit}".rstrip()


def _gettext(message: str, /, **values: object) -> Markup:
    return _tongue().filled(message, values) if values else _tongue().text(message)


def _ngettext(singular: str, plural: str, num: int, /, **values: object) -> Markup:
    return _tongue().plural(singular, plural, num, values)


def timezone() -> str:
    """The time zone moments are shown in: the account's, else the seller's."""
    looking = viewer()
    return looking.buyer.timezone if looking and looking.buyer else runtime().settings.seller_timezone


def speak_without_database() -> None:
    """Choose this request's language without asking who looks: for pages that say the database is away."""
    _speaking.set(_tongue_of(_choose(None)))


def _choose(looking: Viewer | None) -> str:
    if (chosen := flask.session.get("locale")) in LOCALES:
        return str(chosen)
    if looking and looking.user.locale in LOCALES:
        return looking.user.locale
    if looking and looking.buyer and looking.buyer.locale in LOCALES:
        return looking.buyer.locale
    return next(
        (known for wanted in request.accept_languages.values() if (known := _known(wanted))), DEFAULT_LOCALE
    )


def _known(wanted: str) -> str | None:
    """The portal's language for a browser's tag: fr-FR is served by fr-CA, for there is no other French."""
    by_language = {tag.partition("-")[0]: tag for tag in LOCALES}
    return by_language.get(wanted.lower().partition("-")[0])


def _local_date(day: date, style: str = "medium") -> str:
    return formats.local_date(day, locale=locale(), style=style)


def _local_datetime(moment: datetime, style: str = "short") -> str:
    return formats.local_datetime(moment, timezone(), locale=locale(), style=style)
