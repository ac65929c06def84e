"""Pictures of a few demo articles, drawn by us with plain shapes; all others show their category's drawing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from portal.catalog.actions import add_picture
from portal.demo.goods import Article
from portal.demo.masters import Keys

SIDE: Final = 1080
"""Pixels; what the product page shows at most."""

_SCALE: Final = 2
"""Drawn so many times larger and brought down, which smooths the edges."""

Drawing = Callable[[ImageDraw.ImageDraw, str], None]
_PAPER: Final = "#f4f1ec"
_DARK: Final = "#3b2f2a"


def write_pictures(session: Session, all_articles: tuple[Article, ...], keys: Keys) -> int:
    """Draw and keep the pictures; gives how many."""
    by_sku = {article.sku: article for article in all_articles}
    for sku, drawing, colour, is_of_variant in PICTURES:
        article = by_sku[sku]
        add_picture(
            session,
            keys.products[article.family],
            drawn(drawing, colour),
            variant_id=keys.variants[sku] if is_of_variant else None,
            texts=article.names if is_of_variant else article.product_names,
        )
    return len(PICTURES)


def drawn(drawing: Drawing, colour: str) -> bytes:
    """A drawing as the bytes of a PNG; the same every time."""
    side = SIDE * _SCALE
    image = Image.new("RGB", (side, side), _PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.ellipse(_box(200, 872, 880, 940), fill="#e3ddd3")
    drawing(canvas, colour)
    content = BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(content, "PNG", compress_level=1)
    return content.getvalue()


def _box(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    return (left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE)


def _points(*values: int) -> list[tuple[int, int]]:
    return [(x * _SCALE, y * _SCALE) for x, y in zip(values[::2], values[1::2], strict=True)]


def _round(canvas: ImageDraw.ImageDraw, box: tuple[int, int, int, int], radius: int, fill: str) -> None:
    canvas.rounded_rectangle(_box(*box), radius * _SCALE, fill=fill)


def _bag(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    canvas.polygon(_points(320, 250, 760, 250, 800, 900, 280, 900), fill=colour)
    canvas.polygon(_points(320, 180, 760, 180, 760, 260, 320, 260), fill=_DARK)
    _round(canvas, (390, 430, 690, 700), 24, "#fffaf2")
    for left, top in ((450, 500), (540, 560)):
        canvas.ellipse(_box(left, top, left + 96, top + 70), fill=_DARK)
        canvas.arc(_box(left + 8, top - 20, left + 88, top + 60), 20, 160, fill="#fffaf2", width=6 * _SCALE)


def _cup(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    canvas.polygon(_points(350, 260, 730, 260, 670, 910, 410, 910), fill="#ffffff")
    canvas.polygon(_points(366, 430, 714, 430, 690, 690, 390, 690), fill=colour)
    _round(canvas, (330, 210, 750, 280), 30, "#e8e2d8")


def _bottle(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    _round(canvas, (490, 130, 590, 230), 16, _DARK)
    _round(canvas, (505, 210, 575, 400), 20, colour)
    _round(canvas, (400, 340, 680, 910), 60, colour)
    _round(canvas, (400, 520, 680, 760), 0, "#fffaf2")
    canvas.ellipse(_box(490, 580, 590, 700), fill=colour)


def _machine(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    _round(canvas, (200, 300, 880, 480), 36, colour)
    _round(canvas, (240, 450, 840, 780), 12, "#cfd4d8")
    _round(canvas, (200, 770, 880, 900), 30, colour)
    for left in (360, 620):
        _round(canvas, (left, 470, left + 100, 540), 10, _DARK)
        _round(canvas, (left + 30, 540, left + 70, 600), 8, _DARK)
        _round(canvas, (left - 4, 660, left + 104, 770), 14, "#ffffff")
    canvas.ellipse(_box(500, 340, 580, 420), fill="#ffffff")


def _bolt(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    canvas.polygon(_points(360, 250, 450, 190, 630, 190, 720, 250, 720, 360, 360, 360), fill=colour)
    _round(canvas, (460, 360, 620, 880), 14, colour)
    for top in range(520, 860, 34):
        canvas.line(_points(452, top + 18, 628, top), fill="#6d757c", width=9 * _SCALE)


def _jar(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    _round(canvas, (290, 470, 790, 900), 70, colour)
    _round(canvas, (270, 330, 810, 490), 40, "#ffffff")
    _round(canvas, (420, 610, 660, 760), 16, "#fffaf2")


def _lipstick(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    canvas.polygon(_points(470, 300, 610, 200, 610, 520, 470, 520), fill=colour)
    _round(canvas, (450, 500, 630, 640), 10, "#d8b36a")
    _round(canvas, (420, 620, 660, 900), 18, "#2b2b2f")


def _pack(canvas: ImageDraw.ImageDraw, colour: str) -> None:
    _round(canvas, (220, 460, 860, 890), 26, colour)
    _round(canvas, (220, 560, 860, 780), 0, "#fffaf2")
    canvas.ellipse(_box(470, 600, 610, 740), fill=colour)


PICTURES: Final[tuple[tuple[str, Drawing, str, bool], ...]] = (
    ("MB-ESP-01", _bag, "#7a4b32", False),
    ("HR-COL-01", _bag, "#2f6b57", False),
    ("HG-PCP-01", _cup, "#b8865b", False),
    ("DL-VAN-01", _bottle, "#d9a441", False),
    ("KR-EM-01", _machine, "#8c2f2b", False),
    ("A-100/1", _bolt, "#9aa3ab", False),
    ("BM-MCR-01", _jar, "#7fb3c8", False),
    ("GM-UBT-01", _pack, "#e7c24f", False),
    ("LM-LIP-01", _lipstick, "#c9546c", True),
    ("LM-LIP-02", _lipstick, "#ef7a5a", True),
    ("LM-LIP-03", _lipstick, "#7b2438", True),
)
"""SKU, drawing, colour, and whether it shows that variant alone or the whole product."""
