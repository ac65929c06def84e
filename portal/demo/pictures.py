"""Pictures of what is bought most in the demo, drawn by us with plain shapes; the rest shows its category's drawing."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image
from sqlalchemy.orm import Session

from portal.catalog.actions import add_picture
from portal.demo import shapes
from portal.demo.goods import Article
from portal.demo.masters import Keys

SIDE: Final = 640
"""Pixels: sharp at the size a product page shows, and quickly drawn."""


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


def drawn(drawing: shapes.Drawing, colour: str) -> bytes:
    """A drawing as the bytes of a PNG; the same every time."""
    image = Image.new("RGB", (SIDE * 2, SIDE * 2), shapes.PAPER)
    # Twice as large, and brought down: that smooths the edges.
    pen = shapes.Pen(image)
    pen.oval(200, 872, 880, 940, "#e3ddd3")
    drawing(pen, colour)
    content = BytesIO()
    image.reduce(2).save(content, "PNG", compress_level=1)
    return content.getvalue()


PICTURES: Final[tuple[tuple[str, shapes.Drawing, str, bool], ...]] = (
    ("MB-ESP-01", shapes.bag, "#7a4b32", False),
    ("MB-DCF-01", shapes.bag, "#4a6076", False),
    ("HR-ETH-01", shapes.bag, "#b5722f", False),
    ("HR-COL-01", shapes.bag, "#2f6b57", False),
    ("HR-KEN-01", shapes.bag, "#8e2f36", False),
    ("SB-CBR-01", shapes.bottle, "#4b2e20", False),
    ("SB-DRP-01", shapes.box, "#8a5a3c", False),
    ("SB-INS-01", shapes.box, "#b23a32", False),
    ("HG-PCP-01", shapes.cup, "#b8865b", False),
    ("HG-PET-01", shapes.clear_cup, "#b9d3dc", False),
    ("HG-LID-01", shapes.lid, "#3a3634", False),
    ("HG-STW-01", shapes.straws, "#c9a06b", False),
    ("HG-SLV-01", shapes.sleeve, "#b8865b", False),
    ("HG-CAR-01", shapes.carrier, "#c2a178", False),
    ("HG-BAG-01", shapes.paper_bag, "#c79a63", False),
    ("HG-NPK-01", shapes.napkins, "#e6dccb", False),
    ("HG-PLA-01", shapes.straws, "#7fa65a", False),
    ("DL-VAN-01", shapes.bottle, "#d9a441", False),
    ("DL-HZN-01", shapes.bottle, "#a8703a", False),
    ("DL-CRM-01", shapes.pump, "#c17a2c", False),
    ("DL-CHO-01", shapes.pump, "#4a2a1c", False),
    ("DL-STR-01", shapes.jar, "#d8485a", False),
    ("DL-GPF-01", shapes.jar, "#ee7f63", False),
    ("DL-MPL-01", shapes.bottle, "#8f4a1f", False),
    ("DL-RSP-01", shapes.bottle, "#b82a56", False),
    ("DL-CDM-01", shapes.can, "#4d86b8", False),
    ("CN-CCP-01", shapes.pouch, "#6b4028", False),
    ("CN-YGP-01", shapes.pouch, "#7fa9cf", False),
    ("CN-MTP-01", shapes.pouch, "#b98a63", False),
    ("CN-TPC-01", shapes.pouch, "#3f322d", False),
    ("ML-GRT-01", shapes.box, "#5f8f4a", False),
    ("ML-EGT-01", shapes.box, "#3c4c7a", False),
    ("ML-CHM-01", shapes.box, "#dcb23c", False),
    ("ML-PPM-01", shapes.box, "#3f9b86", False),
    ("ML-BRL-01", shapes.box, "#a87b45", False),
    ("ML-YJA-01", shapes.jar, "#e5b32e", False),
    ("AS-MTC-01", shapes.pouch, "#6f9e3f", False),
    ("NS-BRF-01", shapes.sack, "#4f7fa8", False),
    ("NS-CKF-01", shapes.sack, "#d08a96", False),
    ("NS-SGR-01", shapes.sack, "#8fb6cf", False),
    ("NS-BSG-01", shapes.sack, "#7d5233", False),
    ("GM-UBT-01", shapes.pack, "#e7c24f", False),
    ("GM-WHC-01", shapes.carton, "#4a87c4", False),
    ("NS-UHT-01", shapes.carton, "#3f9c7a", False),
    ("NS-OAT-01", shapes.carton, "#c99b4e", False),
    ("GM-OLV-01", shapes.bottle, "#6d7d2f", False),
    ("NS-SOY-01", shapes.bottle, "#35211c", False),
    ("KR-EM-01", shapes.machine, "#8c2f2b", False),
    ("A-100/1", shapes.bolt, "#9aa3ab", False),
    ("BM-MCR-01", shapes.jar, "#7fb3c8", False),
    ("LM-LIP-01", shapes.lipstick, "#c9546c", True),
    ("LM-LIP-02", shapes.lipstick, "#ef7a5a", True),
    ("LM-LIP-03", shapes.lipstick, "#7b2438", True),
)
"""SKU, drawing, colour, and whether it shows that variant alone or the whole product."""
