"""The seller's one colour: four that were chosen with care, or any other that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TEXT: Final = 4.5
"""The contrast text needs against its ground (WCAG 2.2)."""

LIGHT_GROUNDS: Final = ("#f5f4f1", "#ffffff", "#efede8")
DARK_GROUNDS: Final = ("#141312", "#1d1c1a", "#292724")
"""Paper, surface and sunken of tokens.css, which the accent stands on in either theme; a test holds them equal."""

WHITE: Final = "#ffffff"
BLACK: Final = "#000000"

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class BadAccent(ValueError):
    """A colour cannot be the accent; the message says why, and what could."""


class Accent(StrEnum):
    """The accents of tokens.css; each is proved readable in both themes."""

    COBALT = "cobalt"
    FOREST = "forest"
    PLUM = "plum"
    EMBER = "ember"

    @property
    def colour(self) -> str:
        """The accent on white, for mail, which has no style sheet."""
        return _COLOURS[self]


_COLOURS: Final = {
    Accent.COBALT: "#1f4fd8",
    Accent.FOREST: "#17663f",
    Accent.PLUM: "#8a2a78",
    Accent.EMBER: "#b23a0e",
}


@dataclass(frozen=True, slots=True)
class OwnAccent:
    """A colour of the seller's own. The light theme has it as it is; the dark one has it as light as text must be."""

    colour: str
    """``#rrggbb`` in small letters."""

    @classmethod
    def of(cls, colour: str) -> OwnAccent:
        """The accent of ``#rrggbb``. Raises BadAccent for another notation, and for what is too pale to be read."""
        folded = colour.lower()
        if not _COLOUR.fullmatch(folded):
            raise BadAccent("use a colour such as #0f766e")
        found = _worst(folded, _light(folded))
        if found < TEXT:
            step = next(step for step in range(1, 101) if _worst(*_darker(folded, step)) >= TEXT)
            raise BadAccent(
                f"too pale to be read on a light page: its contrast is {found:.1f}, and {TEXT} is needed; "
                f"{_darker(folded, step)[0]} is the nearest that can be read"
            )
        return cls(folded)

    @property
    def value(self) -> str:
        """Its name in the pages' ``data-accent``."""
        return "own"

    def tokens(self, theme: str) -> dict[str, str]:
        """The colours of tokens.css that hang on the accent, in the ``light`` or ``dark`` theme."""
        if theme == "light":
            return {
                "accent": self.colour,
                "accent-strong": mixed(self.colour, BLACK, 22),
                "accent-soft": _soft(self.colour),
                "on-accent": WHITE,
            }
        ground = mixed(DARK_GROUNDS[1], self.colour, 22)
        # A step more than must be, so that it is calm to read and stays above the line when a screen is dim.
        step = next(
            step for step in range(0, 101, 4)
            if _worst(mixed(self.colour, WHITE, step), (*DARK_GROUNDS, ground)) >= TEXT + 1
        )  # fmt: skip
        accent = mixed(self.colour, WHITE, step)
        return {
            "accent": accent,
            "accent-strong": mixed(accent, WHITE, 30),
            "accent-soft": ground,
            "on-accent": mixed(self.colour, BLACK, 82),
        }

    @property
    def styles(self) -> str:
        """Rules for the pages, beside those of tokens.css."""
        dark = _declared(self.tokens("dark"))
        return (
            f'@layer tokens {{ :root[data-accent="own"] {{ {_declared(self.tokens("light"))} }}\n'
            '@media (prefers-color-scheme: dark) { :root:not([data-theme="light"])[data-accent="own"] '
            f"{{ {dark} }} }}\n"
            f':root[data-theme="dark"][data-accent="own"] {{ {dark} }} }}\n'
        )

    @property
    def paper_styles(self) -> str:
        """Rules for papers, beside those of paper.css."""
        return f':root[data-accent="own"] {{ --accent: {self.colour}; --soft: {mixed(WHITE, self.colour, 6)}; }}\n'


AnyAccent = Accent | OwnAccent


def accent_of(word: str) -> AnyAccent:
    """The accent of a name or a ``#rrggbb``. Raises BadAccent."""
    if word in set(Accent):
        return Accent(word)
    if not word.startswith("#"):
        raise BadAccent(f"use one of {', '.join(Accent)}, or a colour such as #0f766e")
    return OwnAccent.of(word)


def contrast(one: str, other: str) -> float:
    """How much lighter the lighter of two colours is, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rgb`` or ``#rrggbb``: 0 is black, 1 is white."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (each / 255 for each in channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rgb`` or ``#rrggbb``, 0 to 255."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mixed(one: str, other: str, percent: int) -> str:
    """A colour with so many percent of another in it."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(
        f"{(mine * (100 - percent) + theirs * percent) // 100:02x}" for mine, theirs in pairs
    )


def _darker(colour: str, percent: int) -> tuple[str, tuple[str, ...]]:
    found = mixed(colour, BLACK, percent)
    return found, _light(found)


def _light(colour: str) -> tuple[str, ...]:
    return *LIGHT_GROUNDS, _soft(colour)


def _soft(colour: str) -> str:
    return mixed(WHITE, colour, 9)


def _worst(colour: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _declared(tokens: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in tokens.items())
