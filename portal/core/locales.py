"""The languages of the portal, and text kept in several of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LOCALES: Final = ("ko", "en", "ja", "fr-CA")
"""Languages a person can choose, as BCP 47 tags; the first is the seller's own and the last resort of names."""

BABEL_NAMES: Final = {"ko": "ko", "en": "en", "ja": "ja", "fr-CA": "fr_CA"}
"""The same languages as Babel and gettext name them."""

LANGUAGE_NAMES: Final = {"ko": "한국어", "en": "English", "ja": "日本語", "fr-CA": "Français (Canada)"}
"""Each language in its own words, for the language switch."""

FALLBACKS: Final = {
    "ko": ("ko", "en"),
    "en": ("en", "ko"),
    "ja": ("ja", "en", "ko"),
    "fr-CA": ("fr-CA", "en", "ko"),
}
"""Where a name is looked for, in order, when the reader's own language lacks it."""


def language_of(texts: Mapping[str, str], locale: str) -> str:
    """The language of what localized() gives, where that is not ``locale``; else, and where there is none, empty."""
    if texts.get(locale):
        return ""
    known = (*FALLBACKS.get(locale, LOCALES), *texts)
    return next((tag for tag in known if texts.get(tag)), "")


def localized(texts: Mapping[str, str], locale: str) -> str:
    """The text in ``locale``, else in its fallback languages, else any there is, else an empty string."""
    for tag in FALLBACKS.get(locale, LOCALES):
        if text := texts.get(tag):
            return text
    return next(iter(texts.values()), "")
