"""The texts of controls in the language of a page, from the same catalog the portal reads."""

from __future__ import annotations

from portal.adapters.mail_templates import translations


def spoken(language: str) -> bool:
    """Whether there are texts in ``language`` to read: its catalog is there, and compiled."""
    return bool(translations(language).info())


def word(language: str, english: str, **values: object) -> str:
    """The text ``english`` of a template as a page in ``language`` shows it, with its placeholders filled in."""
    text = translations(language).ugettext(english)
    return text % values if values else text


def words(language: str, singular: str, plural: str, number: int, **values: object) -> str:
    """The same for a text that depends on a number."""
    return translations(language).ungettext(singular, plural, number) % {"num": number, **values}
