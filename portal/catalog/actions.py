"""Writes of the catalog: pictures, documents, the text by which variants are found.

Products, variants and stock levels come in sets, from imports and the demo, and are written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.catalog.files import PHOTO_TYPE, PICTURE_TYPE, keep_file
from portal.catalog.models import Document, DocumentKind, Picture, Product, Variant
from portal.catalog.search_text import refresh_search_text
from portal.core.errors import NotFound, Refused

__all__ = ["add_document", "add_picture", "keep_photo", "refresh_search_text"]

SMALL_SIDE: Final = 240
"""Pixels on the longer side of the picture in lists: 72 to 120 CSS pixels on a sharp screen."""

LARGE_SIDE: Final = 1080
"""Pixels on the longer side of the picture on a product's page."""

SMALL_QUALITY: Final = 72
LARGE_QUALITY: Final = 80
"""WebP qualities at which a small picture has some 6 kB and a large one some 80 kB."""

PHOTO_SIDE: Final = 1600
"""Pixels on the longer side of a photo that shows what is wrong with goods: a torn label can still be read."""

PHOTO_QUALITY: Final = 80

MOST_PICTURE_BYTES: Final = 20_000_000
MOST_PIXELS: Final = 60_000_000
"""Beyond any camera a seller uses; a file that claims more is not opened any further."""

PICTURE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
"""What is read. Everything else Pillow knows (PostScript, FITS, …) stays unopened."""

MOST_DOCUMENT_BYTES: Final = 20_000_000

DOCUMENT_SIGNATURES: Final = {b"%PDF-": "application/pdf"}
"""First bytes of the documents that are taken, and their type."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A picture made ready to be kept."""

    content: bytes
    width: int
    height: int


def add_picture(
    session: Session,
    product_id: int,
    raw: bytes,
    *,
    variant_id: int | None = None,
    texts: Mapping[str, str] | None = None,
) -> Picture:
    """Keep a picture of a product (or of one of its variants) at two sizes, after those it has.

    It is turned upright, loses everything but its pixels (place, camera, colour profile), and is never made larger.
    ``texts`` say what it shows, by locale. Raises NotFound for an unknown product or a variant of another one, and
    Refused for the field ``picture``: ``picture_too_large`` (limit in bytes or pixels), ``picture_unreadable``.
    """
    _check_owner(session, product_id, variant_id)
    image = _opened(raw)
    small, large = _drawn(image, SMALL_SIDE, SMALL_QUALITY), _drawn(image, LARGE_SIDE, LARGE_QUALITY)
    last = session.scalar(select(func.max(Picture.position)).where(Picture.product_id == product_id))
    picture = Picture(
        product_id=product_id,
        variant_id=variant_id,
        small_file_id=keep_file(session, small.content, PICTURE_TYPE),
        large_file_id=keep_file(session, large.content, PICTURE_TYPE),
        width=large.width,
        height=large.height,
        alternative_texts=dict(texts or {}),
        position=0 if last is None else last + 1,
    )
    session.add(picture)
    # The caller may want to speak of the picture by its id.
    session.flush()
    return picture


def keep_photo(session: Session, raw: bytes) -> int:
    """Keep a photo that is nobody's but an account's and the seller's; the id of the stored file.

    It is turned upright and loses everything but its pixels. It is no picture of a product: without a row that names
    it, and a right to see that row, nobody is given it. Raises Refused as add_picture does.
    """
    image = _opened(raw).convert("RGB")
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "JPEG", quality=PHOTO_QUALITY, exif=b"", icc_profile=b"")
    return keep_file(session, out.getvalue(), PHOTO_TYPE)


def add_document(
    session: Session,
    product_id: int,
    raw: bytes,
    *,
    kind: DocumentKind,
    titles: Mapping[str, str],
    file_name: str,
) -> Document:
    """Keep a document (PDF) of a product, after those it has. ``titles`` are by locale.

    Raises NotFound for an unknown product, and Refused for the field ``document``: ``document_too_large`` (limit in
    bytes), ``document_unreadable``.
    """
    _check_owner(session, product_id, None)
    if len(raw) > MOST_DOCUMENT_BYTES:
        raise Refused("document_too_large", field="document", limit=MOST_DOCUMENT_BYTES)
    media_type = next((kind for start, kind in DOCUMENT_SIGNATURES.items() if raw.startswith(start)), None)
    if media_type is None:
        raise Refused("document_unreadable", field="document")
    last = session.scalar(select(func.max(Document.position)).where(Document.product_id == product_id))
    document = Document(
        product_id=product_id,
        kind=kind,
        titles=dict(titles),
        file_name=file_name,
        file_id=keep_file(session, raw, media_type),
        position=0 if last is None else last + 1,
    )
    session.add(document)
    # The caller may want to speak of the document by its id.
    session.flush()
    return document


def _check_owner(session: Session, product_id: int, variant_id: int | None) -> None:
    if session.scalar(select(Product.id).where(Product.id == product_id)) is None:
        raise NotFound("product", product_id)
    if variant_id is None:
        return
    owner = session.scalar(select(Variant.product_id).where(Variant.id == variant_id))
    if owner != product_id:
        raise NotFound("variant", variant_id)


def _opened(raw: bytes) -> Image.Image:
    if len(raw) > MOST_PICTURE_BYTES:
        raise Refused("picture_too_large", field="picture", limit=MOST_PICTURE_BYTES)
    # WeasyPrint, where it is loaded, lets Pillow fill up broken files with grey for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(raw), formats=PICTURE_FORMATS) as file:
            # The size stands in the file's head: a bomb is refused before its pixels are unpacked.
            if file.width * file.height > MOST_PIXELS:
                raise Refused("picture_too_large", field="picture", limit=MOST_PIXELS)
            upright = ImageOps.exif_transpose(file)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # Pillow tells broken files by any of these, depending on what is broken.
        raise Refused("picture_unreadable", field="picture") from error


def _drawn(image: Image.Image, side: int, quality: int) -> _Drawn:
    sized = image.copy()
    # thumbnail() keeps the shape and never enlarges.
    sized.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    sized.save(out, "WEBP", quality=quality, method=6, exif=b"", icc_profile=b"")
    return _Drawn(out.getvalue(), sized.width, sized.height)
