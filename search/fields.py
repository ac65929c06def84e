"""The fields of tokens that every index holds."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """The fields of tokens that an index holds, what counts most first. Tokens of a field stand apart by a space."""

    NUMBER = "n"
    """SKU, part number and barcode, whole, letters and digits only."""
    NAME = "w"
    """Full names without their spaces: who types all of a name means that item."""
    CODE = "s"
    """Ends of SKU and part number (3 and more characters) and of barcodes (4 and more)."""
    LATIN = "e"
    """Words of names in Latin letters and digits, neighbours joined, and from every word to the end, joined."""
    KEYS = "k"
    """Hangul names as lower-case keystrokes: from every syllable to the end of the word, from every word to the end."""
    JAPANESE = "j"
    """Japanese names and their readings, one private-use code point a character, from every character on."""
    ROMAJI = "r"
    """Readings in Latin letters."""
    INITIALS = "c"
    """Initial consonants of Hangul names, as keystrokes: the same ends."""
    STEM = "t"
    """Stems of the English and French words of names."""
    BRAND = "b"
    """Words of brand names in any script, and the brand's code."""
    ABOUT = "a"
    """Words of attributes and categories in any script, and their stems."""
    DESCRIPTION = "d"
    """Words of descriptions in any script, and their stems."""
