"""Mail texts: Jinja templates in the reader's language, without a web request around them.

A mail ``name`` has three templates in ``portal/templates/mail``: ``name.subject.jinja`` (one line), ``name.text.jinja``
and ``name.html.jinja`` (escaped). All three see the same values, ``_`` and ``ngettext`` in the reader's language, and
the formats of ``portal.core.formats`` bound to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.core import formats
from portal.core.locales import BABEL_NAMES

FOLDER: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class MailLook:
    """What the seller decides about the looks of mails."""

    accent: str = "#1f4fd8"
    """Colour of the button, on white and under white."""
    logo_url: str = ""
    """Address of a PNG; empty: the name alone. Most programs show no SVG."""
    logo_width: int = 0
    logo_height: int = 0


@dataclass(frozen=True, slots=True)
class MailRenderer:
    """Renders mails in any language of the portal."""

    look: MailLook = MailLook()

    @staticmethod
    def folder() -> Path:
        """Where the templates are."""
        return FOLDER / "templates" / "mail"

    def render(self, name: str, locale: str, **values: Any) -> tuple[str, str, str]:
        """Subject, plain text and HTML of the mail ``name``. Raises jinja2.TemplateNotFound, UndefinedError."""
        environment = _environment(locale, self.look)
        subject, text, html = (
            environment.get_template(f"{name}.{part}.jinja").render(**values)
            for part in ("subject", "text", "html")
        )
        return " ".join(subject.split()), text.strip() + "\n", html


@cache
def _environment(locale: str, look: MailLook) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(MailRenderer.folder()),
        autoescape=lambda name: bool(name and name.endswith(".html.jinja")),  # noqa: S701 -- plain text must not be.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(look=look, language=locale)
    environment.filters.update(
        money=partial(formats.money, locale=locale),
        unit_price=partial(formats.unit_price, locale=locale),
        quantity=partial(formats.quantity, locale=locale),
        localdate=partial(formats.local_date, locale=locale),
        percent=partial(formats.percent, locale=locale),
    )
    return environment


@cache
def translations(locale: str) -> NullTranslations:
    """The catalog of ``locale``; English, the language of the source, where there is none."""
    return Translations.load(FOLDER / "translations", [BABEL_NAMES[locale]])
