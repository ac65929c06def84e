"""Language of a page: who decides it, and the formats templates use."""

from __future__ import annotations

from datetime import date, datetime

import flask
from flask import Flask, has_request_context, request
from flask_babel import Babel

from portal.core import formats
from portal.core.locales import BABEL_NAMES, LANGUAGE_NAMES, LOCALES
from portal.core.money import plain_e4, plain_minor
from portal.extensions import runtime, viewer

DEFAULT_LOCALE = LOCALES[0]

_TAGS = {name: tag for tag, name in BABEL_NAMES.items()}


def register_i18n(app: Flask) -> None:
    """Give the app its languages and its templates the formats bound to the reader's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=lambda: BABEL_NAMES[locale()], timezone_selector=timezone)
    app.jinja_env.filters.update(
        money=lambda minor, currency: formats.money(minor, currency, locale=locale()),
        unit_price=lambda amount, currency: formats.unit_price(amount, currency, locale=locale()),
        plain_money=plain_minor,
        plain_unit=plain_e4,
        quantity=lambda number: formats.quantity(number, locale=locale()),
        percent=lambda ppm: formats.percent(ppm, locale=locale()),
        localdate=_local_date,
        localdatetime=_local_datetime,
    )
    app.jinja_env.globals.update(current_locale=locale, language_names=LANGUAGE_NAMES)


def locale() -> str:
    """The reader's language: chosen in this browser, else the person's, else the account's, else the browser's."""
    if not has_request_context():
        return DEFAULT_LOCALE
    known = flask.g.get("locale")
    if known is None:
        known = flask.g.locale = _choose()
    return str(known)


def timezone() -> str:
    """The time zone moments are shown in: the account's, else the seller's."""
    looking = viewer()
    return looking.buyer.timezone if looking and looking.buyer else runtime().settings.seller_timezone


def _choose() -> str:
    if (chosen := flask.session.get("locale")) in LOCALES:
        return str(chosen)
    looking = viewer()
    if looking and looking.user.locale in LOCALES:
        return looking.user.locale
    if looking and looking.buyer and looking.buyer.locale in LOCALES:
        return looking.buyer.locale
    wanted = request.accept_languages.best_match([name.replace("_", "-") for name in BABEL_NAMES.values()])
    return wanted if wanted in LOCALES else _nearest(wanted)


def _nearest(wanted: str | None) -> str:
    return _TAGS.get((wanted or "").replace("-", "_"), DEFAULT_LOCALE)


def _local_date(day: date, style: str = "medium") -> str:
    return formats.local_date(day, locale=locale(), style=style)


def _local_datetime(moment: datetime, style: str = "short") -> str:
    return formats.local_datetime(moment, timezone(), locale=locale(), style=style)
