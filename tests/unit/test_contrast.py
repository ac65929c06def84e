"""Every pair of colours that stand on each other is told apart, in both themes and under every accent (WCAG 2.2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "portal" / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
ACCENTS = ("cobalt", "forest", "plum", "ember")
THEMES = ("light", "dark")

TEXT = 4.5
"""What text needs against its ground."""
EDGE = 3.0
"""What the edge of a field, or a mark that says something, needs against what is around it."""

GROUNDS = ("paper", "surface", "sunken")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *((ink, f"{soft}-soft", TEXT) for ink in ("ink", "ink-2") for soft in ("accent", "good", "warn", "bad")),
    *((ink, ground, TEXT) for ink in ("accent", "accent-strong") for ground in (*GROUNDS, "accent-soft")),
    *((ink, ground, TEXT) for ink in ("good", "warn", "bad") for ground in (*GROUNDS, f"{ink}-soft")),
    *(("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")),
    # Bars and chosen chips turn text and ground around.
    ("paper", "ink", TEXT),
    *(("edge", ground, EDGE) for ground in GROUNDS),
]

Colours = dict[str, str]


def declared(block: str) -> Colours:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block))


def block_after(opening: str, source: str = TOKENS) -> str:
    """What stands between the braces of the first rule that begins so, nested rules included."""
    start = source.index(opening) + len(opening)
    depth = 1
    for end in range(start, len(source)):
        depth += {"{": 1, "}": -1}.get(source[end], 0)
        if depth == 0:
            return source[start:end]
    raise AssertionError(f"{opening} is never closed")


def palette(theme: str, accent: str, dark: str = ':root[data-theme="dark"] {') -> Colours:
    colours = declared(block_after("  :root {"))
    named = f':root[data-accent="{accent}"] {{'
    if accent != "cobalt":
        colours |= declared(block_after(named))
    if theme == "dark":
        whole = block_after(dark)
        colours |= declared(re.sub(r"&\[.*?\}", "", whole, flags=re.DOTALL))
        if accent != "cobalt":
            colours |= declared(block_after(f'&[data-accent="{accent}"] {{', whole))
    return colours


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_that_of_the_standard():
    assert contrast("#000", "#ffffff") == 21
    assert contrast("#777777", "#fff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#1f4fd8", "#1f4fd8") == 1


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("theme", THEMES)
def test_what_stands_on_what_can_be_read(theme, accent):
    colours = palette(theme, accent)
    faint = {
        f"{front} on {ground}": f"{contrast(colours[front], colours[ground]):.2f} < {least}"
        for front, ground, least in PAIRS
        if contrast(colours[front], colours[ground]) < least
    }
    assert faint == {}


def test_all_accents_there_are_were_looked_at():
    assert set(re.findall(r'data-accent="([a-z]+)"', TOKENS)) == set(ACCENTS) - {"cobalt"}


@pytest.mark.parametrize("accent", ACCENTS)
def test_a_dark_device_and_a_chosen_dark_theme_show_the_same(accent):
    by_device = palette("dark", accent, ':root:not([data-theme="light"]) {')
    assert by_device == palette("dark", accent)


def test_a_phones_own_bar_continues_the_header():
    shell = (STATIC.parent / "templates" / "_shared" / "shell.html").read_text(encoding="utf-8")
    named = dict(re.findall(r'"(light|dark)": "(#[0-9a-f]{6})"', shell))
    surfaces = {theme: palette(theme, "cobalt")["surface"] for theme in THEMES}
    assert {theme: luminance(colour) for theme, colour in named.items()} == {
        theme: luminance(colour) for theme, colour in surfaces.items()
    }
    for theme, colour in named.items():
        assert f'content="{colour}" media="(prefers-color-scheme: {theme})"' in shell
