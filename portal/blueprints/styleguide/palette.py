"""The colours of tokens.css as they are in each theme and accent, and how well they are told apart (WCAG 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from portal.core.accents import TEXT, Accent, AnyAccent, OwnAccent, contrast
from portal.settings import ROOT

EDGE: Final = 3.0
"""What the edge of a field, or a mark that says something, needs against what is around it."""

THEMES: Final = ("light", "dark")
GROUNDS: Final = ("paper", "surface", "sunken")

PAIRS: Final = (
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *((ink, f"{soft}-soft", TEXT) for ink in ("ink", "ink-2") for soft in ("accent", "good", "warn", "bad")),
    *((ink, ground, TEXT) for ink in ("accent", "accent-strong") for ground in (*GROUNDS, "accent-soft")),
    *((ink, ground, TEXT) for ink in ("good", "warn", "bad") for ground in (*GROUNDS, f"{ink}-soft")),
    *(("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")),
    # Bars and chosen chips turn text and ground around.
    ("paper", "ink", TEXT),
    *(("edge", ground, EDGE) for ground in GROUNDS),
)
"""What stands on what anywhere on a page, and the least contrast it needs."""

Colours = dict[str, str]
"""Six or three hexadecimal digits after #, by the name of the token without its dashes in front."""

BY_DEVICE: Final = ':root:not([data-theme="light"]) {'
BY_CHOICE: Final = ':root[data-theme="dark"] {'
"""What opens the rules of the dark theme where the device asks for it, and where the person has chosen it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colours of which one stands on the other."""

    front: str
    ground: str
    least: float
    light: float
    dark: float
    """The contrast in each theme; 1 to 21."""


def pairs(accent: AnyAccent) -> tuple[Pair, ...]:
    """Every pair with its contrast under an accent."""
    light, dark = palette("light", accent), palette("dark", accent)
    return tuple(
        Pair(front, ground, least, *(contrast(theme[front], theme[ground]) for theme in (light, dark)))
        for front, ground, least in PAIRS
    )


def palette(theme: str, accent: AnyAccent, *, dark: str = BY_CHOICE) -> Colours:
    """The colours of a theme under an accent, as tokens.css declares them."""
    source = tokens()
    colours = _declared(_block_after("  :root {", source))
    named = isinstance(accent, Accent) and accent is not Accent.COBALT
    if named:
        colours |= _declared(_block_after(f':root[data-accent="{accent}"] {{', source))
    if theme == "dark":
        whole = _block_after(dark, source)
        colours |= _declared(re.sub(r"&\[.*?\}", "", whole, flags=re.DOTALL))
        if named:
            colours |= _declared(_block_after(f'&[data-accent="{accent}"] {{', whole))
    return colours | (accent.tokens(theme) if isinstance(accent, OwnAccent) else {})


@cache
def tokens() -> str:
    """The style sheet that all colours come from."""
    return (ROOT / "portal" / "static" / "css" / "tokens.css").read_text(encoding="utf-8")


def _declared(block: str) -> Colours:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block))


def _block_after(opening: str, source: str) -> str:
    """What stands between the braces of the first rule that begins so, nested rules included."""
    start = source.index(opening) + len(opening)
    depth = 1
    for end in range(start, len(source)):
        depth += {"{": 1, "}": -1}.get(source[end], 0)
        if depth == 0:
            return source[start:end]
    raise ValueError(f"{opening} is never closed")
