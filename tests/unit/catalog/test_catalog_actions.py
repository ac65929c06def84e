"""Pictures and documents: what is taken, what is made of it, what is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageFile
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.catalog import actions
from portal.catalog.actions import add_document, add_picture
from portal.catalog.files import document_content, picture_content
from portal.catalog.models import Document, DocumentKind, Picture, StoredFile
from portal.core.errors import NotFound, Refused
from tests.factories import make_account, make_assortment, make_buyer, make_product, make_variant

PDF = b"%PDF-1.7\nspec"


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def stored(session: Session, file_id: int) -> Image.Image:
    file = session.get_one(StoredFile, file_id)
    assert file.media_type == "image/webp"
    assert file.size == len(file.content)
    return Image.open(BytesIO(picture_content(session, file.sha256)))


def test_a_picture_is_kept_at_two_sizes(session: Session) -> None:
    product = make_product(session)
    picture = add_picture(
        session, product.id, encoded(Image.new("RGB", (3000, 1500), "teal")), texts={"ko": "원두"}
    )
    with stored(session, picture.small_file_id) as small, stored(session, picture.large_file_id) as large:
        assert (small.format, small.size, large.size) == ("WEBP", (240, 120), (1080, 540))
    assert (picture.width, picture.height, picture.position) == (1080, 540, 0)
    assert picture.alternative_texts == {"ko": "원두"}
    again = add_picture(session, product.id, encoded(Image.new("RGB", (10, 20), "red")))
    with stored(session, again.large_file_id) as large:
        assert large.size == (10, 20)
    assert (again.position, again.small_file_id == again.large_file_id) == (1, False)


def test_a_picture_is_turned_upright_and_tells_nothing_of_its_maker(session: Session) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    raw = encoded(image, "JPEG", exif=exif, quality=100)
    assert b"Camera maker" in raw
    picture = add_picture(session, make_product(session).id, raw)
    with stored(session, picture.large_file_id) as large:
        assert large.size == (20, 40)
        assert dict(large.getexif()) == {}
        assert "icc_profile" not in large.info
    content = session.get_one(StoredFile, picture.large_file_id).content
    assert b"Camera maker" not in content


@pytest.mark.parametrize(
    "mode, kind", [("P", "GIF"), ("RGBA", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("RGB", "WEBP")]
)
def test_every_usual_kind_of_picture_is_taken(session: Session, mode: str, kind: str) -> None:
    picture = add_picture(session, make_product(session).id, encoded(Image.new(mode, (30, 30)), kind))
    with stored(session, picture.large_file_id) as large:
        assert large.mode == ("RGBA" if mode == "RGBA" else "RGB")


def bomb() -> bytes:
    """The head of a picture that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "raw, code",
    [
        (b"", "picture_unreadable"),
        (b"no picture", "picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "picture_unreadable"),
        (encoded(Image.new("RGB", (50, 50)), "BMP"), "picture_unreadable"),
        (encoded(Image.effect_noise((200, 200), 50), "JPEG")[:2000], "picture_unreadable"),
        (bomb(), "picture_unreadable"),
    ],
)
def test_what_is_no_picture_is_refused(session: Session, raw: bytes, code: str) -> None:
    product = make_product(session)
    with pytest.raises(Refused) as refused:
        add_picture(session, product.id, raw)
    assert (refused.value.code, refused.value.field) == (code, "picture")
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 0
    assert session.scalar(select(func.count()).select_from(Picture)) == 0


def test_a_cut_picture_is_refused_though_papers_are_printed_in_the_same_process(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    product = make_product(session)
    with pytest.raises(Refused, match="picture_unreadable"):
        add_picture(session, product.id, encoded(Image.effect_noise((200, 200), 50), "JPEG")[:2000])


def test_too_large_a_picture_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = encoded(Image.new("RGB", (100, 100)))
    product = make_product(session)
    monkeypatch.setattr(actions, "MOST_PIXELS", 9_999)
    with pytest.raises(Refused, match="picture_too_large") as refused:
        add_picture(session, product.id, raw)
    assert refused.value.facts == {"limit": 9_999}
    monkeypatch.setattr(actions, "MOST_PICTURE_BYTES", len(raw) - 1)
    with pytest.raises(Refused, match="picture_too_large") as refused:
        add_picture(session, product.id, raw)
    assert refused.value.facts == {"limit": len(raw) - 1}


def test_a_picture_belongs_to_a_product_and_its_own_variant(session: Session) -> None:
    product, other = make_product(session), make_product(session)
    variant = make_variant(session, product)
    raw = encoded(Image.new("RGB", (10, 10)))
    assert add_picture(session, product.id, raw, variant_id=variant.id).variant_id == variant.id
    for product_id, variant_id in [(987_654, None), (other.id, variant.id), (product.id, 987_654)]:
        with pytest.raises(NotFound):
            add_picture(session, product_id, raw, variant_id=variant_id)


def test_a_document_is_kept_once_and_shown_to_who_sees_the_product(session: Session) -> None:
    account = make_account(session, sees_everything=False)
    stranger = make_account(session, sees_everything=False)
    product, other = make_product(session), make_product(session)
    variant, sibling = make_variant(session, product, sku="A/1"), make_variant(session, product, sku="A/2")
    make_variant(session, other, sku="B")
    make_assortment(session, [variant], account=account)
    titles = {"ko": "규격서", "en": "Spec sheet"}
    spec = add_document(
        session, product.id, PDF, kind=DocumentKind.SPEC_SHEET, titles=titles, file_name="규격.pdf"
    )
    manual = add_document(
        session, other.id, PDF, kind=DocumentKind.MANUAL, titles=titles, file_name="manual.pdf"
    )
    assert (spec.file_id, spec.position) == (manual.file_id, 0)
    buyer = make_buyer(session, account)
    found = document_content(session, buyer, "A/1", spec.id)
    assert (found.file_name, found.media_type, found.content) == ("규격.pdf", "application/pdf", PDF)
    for who, sku, document_id in [
        (buyer, sibling.sku, spec.id),
        (buyer, "B", manual.id),
        (buyer, "A/1", manual.id),
        (buyer, "A/1", 987_654),
        (buyer, "\0", spec.id),
        (make_buyer(session, stranger), "A/1", spec.id),
    ]:
        with pytest.raises(NotFound):
            document_content(session, who, sku, document_id)
    # What is no picture is not served as one.
    digest = session.get_one(StoredFile, spec.file_id).sha256
    with pytest.raises(NotFound):
        picture_content(session, digest)


def test_what_is_no_pdf_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_product(session)

    def add(raw: bytes, product_id: int = product.id) -> Document:
        return add_document(
            session, product_id, raw, kind=DocumentKind.MANUAL, titles={"en": "x"}, file_name="x.pdf"
        )

    with pytest.raises(Refused, match="document_unreadable"):
        add(b"<html>")
    monkeypatch.setattr(actions, "MOST_DOCUMENT_BYTES", 10)
    with pytest.raises(Refused, match="document_too_large"):
        add(PDF)
    with pytest.raises(NotFound):
        add(PDF, product_id=987_654)
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 0
