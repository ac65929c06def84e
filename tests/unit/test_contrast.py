"""Every pair of colours that stand on each other is told apart, in both themes and under every accent (WCAG 2.2)."""

from __future__ import annotations

import re

import pytest

from portal.blueprints.styleguide.palette import (
    BY_DEVICE,
    PAIRS,
    THEMES,
    pairs,
    palette,
    tokens,
)
from portal.core.accents import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    Accent,
    BadAccent,
    OwnAccent,
    accent_of,
    contrast,
    luminance,
)
from portal.settings import ROOT

OWN = [
    OwnAccent(colour)
    for colour in ("#0f766e", "#000000", "#7a0019", "#5b21b6", "#b00000", "#006100", "#5a5a00")
]
"""Colours of sellers, the darkest there is and some of each hue."""


def test_the_measure_is_that_of_the_standard():
    assert contrast("#000", "#ffffff") == 21
    assert contrast("#777777", "#fff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#1f4fd8", "#1f4fd8") == 1


@pytest.mark.parametrize("accent", [*Accent, *OWN])
@pytest.mark.parametrize("theme", THEMES)
def test_what_stands_on_what_can_be_read(theme, accent):
    colours = palette(theme, accent)
    faint = {
        f"{front} on {ground}": f"{contrast(colours[front], colours[ground]):.2f} < {least}"
        for front, ground, least in PAIRS
        if contrast(colours[front], colours[ground]) < least
    }
    assert faint == {}


def test_every_theme_and_accent_is_another():
    accents = {palette(theme, accent)["accent"] for theme in THEMES for accent in Accent}
    assert len(accents) == len(THEMES) * len(Accent)


def test_figures_are_of_the_accent_that_is_asked_for():
    shown = next(pair for pair in pairs(Accent.PLUM) if (pair.front, pair.ground) == ("on-accent", "accent"))
    assert shown.light == contrast("#fff", "#8a2a78")
    assert shown.dark == contrast("#2c0a25", "#eda6df")


def test_all_accents_there_are_were_looked_at():
    assert set(re.findall(r'data-accent="([a-z]+)"', tokens())) == set(Accent) - {"cobalt"}


@pytest.mark.parametrize("accent", Accent)
def test_a_dark_device_and_a_chosen_dark_theme_show_the_same(accent):
    by_device = palette("dark", accent, dark=BY_DEVICE)
    assert by_device == palette("dark", accent)


def test_a_phones_own_bar_continues_the_header():
    shell = (ROOT / "portal/templates/_shared/shell.html").read_text(encoding="utf-8")
    named = dict(re.findall(r'"(light|dark)": "(#[0-9a-f]{6})"', shell))
    surfaces = {theme: palette(theme, Accent.COBALT)["surface"] for theme in THEMES}
    assert {theme: luminance(colour) for theme, colour in named.items()} == {
        theme: luminance(colour) for theme, colour in surfaces.items()
    }
    for theme, colour in named.items():
        assert f'content="{colour}" media="(prefers-color-scheme: {theme})"' in shell


def test_the_grounds_an_accent_is_held_against_are_those_of_the_pages():
    for theme, grounds in (("light", LIGHT_GROUNDS), ("dark", DARK_GROUNDS)):
        colours = palette(theme, Accent.COBALT)
        long = [colour if len(colour) == 7 else "#" + "".join(2 * sign for sign in colour[1:]) for colour in (
            colours["paper"], colours["surface"], colours["sunken"]
        )]  # fmt: skip
        assert tuple(long) == grounds


def test_a_name_or_a_colour_is_an_accent():
    assert accent_of("plum") is Accent.PLUM
    assert accent_of("#0F766E") == OwnAccent("#0f766e")


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("teal", "use one of cobalt, forest, plum, ember, or a colour such as #0f766e"),
        ("#0f7", "use a colour such as #0f766e"),
        ("#ggffff", "use a colour such as #0f766e"),
        ("", "use one of cobalt, forest, plum, ember, or a colour such as #0f766e"),
        ("#ffe000", "its contrast is 1.1, and 4.5 is needed; #"),
    ],
)
def test_what_cannot_be_read_is_no_accent(word, why):
    with pytest.raises(BadAccent) as refused:
        accent_of(word)
    assert why in str(refused.value)


@pytest.mark.parametrize("pale", ["#ffe000", "#ffffff", "#00ff00", "#9ad0f5", "#ff7f50"])
def test_the_nearest_readable_colour_is_named_and_can_be_used(pale):
    with pytest.raises(BadAccent) as refused:
        accent_of(pale)
    nearest = str(refused.value).partition("needed; ")[2].split()[0]
    assert accent_of(nearest) == OwnAccent(nearest)
