"""Icons of the app and of the browser's tab, drawn for the seller: their square logo, else their first letter."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from portal.core.accents import AnyAccent
from portal.core.brand import Logo

FAVICON: Final = "img/favicon.svg"

ICONS: Final = (
    ("img/app/icon-192.png", 192, 192),
    ("img/app/icon-512.png", 512, 512),
    ("img/app/maskable-512.png", 512, 369),
    ("img/app/apple-touch-icon.png", 180, 155),
)
"""Name among the static files, its side and that of the mark in it, in pixels. A maskable icon is cut to a circle
of 80 % by some phones, and Apple rounds the corners itself: both want the ground to reach the edges."""

FONT: Final = Path(__file__).resolve().parent / "fonts" / "PortalPaper-Bold.otf"
SMOOTH: Final = 4
"""Drawn so many times larger, and made smaller for smooth edges."""
CORNER: Final = 10 / 48
LETTER: Final = 0.6
"""Height of a capital's font, as a share of the mark's side."""


def initial(name: str) -> str:
    """The first letter or digit of a name, as a capital; a dot if there is none."""
    return next((sign.upper()[:1] for sign in name if sign.isalnum()), "·")


@cache
def branded_icons(name: str, accent: AnyAccent, logo: Logo | None) -> dict[str, bytes]:
    """Files by name, in place of the portal's own icons; the same for the same brand.

    The letter stands in for a logo that is wide, drawn as SVG, or cannot be read.
    """
    letter, colour = initial(name), accent.colour
    picture = _square(logo)
    files = {file: _png(letter, colour, picture, side, mark) for file, side, mark in ICONS}
    return {**files, FAVICON: _svg(letter, colour)}


def _svg(letter: str, colour: str) -> bytes:
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
        f'<rect width="48" height="48" rx="10" fill="{colour}"/>'
        f'<text x="24" y="34" text-anchor="middle" font-family="system-ui, sans-serif" font-size="29" '
        f'font-weight="700" fill="#fff">{escape(letter)}</text></svg>'
    )
    return text.encode()


def _png(letter: str, colour: str, picture: Image.Image | None, side: int, mark: int) -> bytes:
    to_the_edge = mark < side
    whole = Image.new(
        "RGBA", (side, side), (colour if picture is None else "#ffffff") if to_the_edge else (0, 0, 0, 0)
    )
    drawn = (
        _letter(letter, colour, mark)
        if picture is None
        else picture.resize((mark, mark), Image.Resampling.LANCZOS)
    )
    corner = (side - mark) // 2
    whole.alpha_composite(drawn, (corner, corner))
    out = io.BytesIO()
    (whole.convert("RGB") if to_the_edge else whole).save(out, "PNG", optimize=True)
    return out.getvalue()


def _letter(letter: str, colour: str, side: int) -> Image.Image:
    large = side * SMOOTH
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, large - 1, large - 1), radius=large * CORNER, fill=colour)
    font = ImageFont.truetype(str(FONT), large * LETTER)
    # By the letter's own box: in the middle to the eye, whatever the script.
    left, top, right, bottom = font.getbbox(letter)
    place = ((large - right - left) / 2, (large - bottom - top) / 2)
    pen.text(place, letter, font=font, fill="#ffffff")
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _square(logo: Logo | None) -> Image.Image | None:
    if logo is None or not logo.is_square or logo.media_type != "image/png":
        return None
    try:
        with Image.open(io.BytesIO(logo.content)) as opened:
            return opened.convert("RGBA")
    except OSError:
        return None
