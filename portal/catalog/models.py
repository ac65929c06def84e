"""Tables of the catalog, of stock and of assortments."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, UtcDateTime, word_of
from portal.core.tables import Base, Id


class Unit(StrEnum):
    """What one piece of a variant is. Names for people are in the translation catalogs."""

    EACH = "each"
    PACK = "pack"
    BOX = "box"
    CASE = "case"
    BAG = "bag"
    BOTTLE = "bottle"
    ROLL = "roll"
    SET = "set"


class LinkKind(StrEnum):
    """How two products belong together, read from the first to the second."""

    ACCESSORY = "accessory"
    SUBSTITUTE = "substitute"
    REPLACED_BY = "replaced_by"
    SET_PART = "set_part"


class DocumentKind(StrEnum):
    """What a product's document is."""

    SPEC_SHEET = "spec_sheet"
    MANUAL = "manual"


class Category(Base):
    """A node of the category tree."""

    __tablename__ = "category"
    __table_args__ = (CheckConstraint("(parent_id IS NULL) = (above = '')", name="above_is_kept"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    slug: Mapped[str] = mapped_column(unique=True)
    """Name in addresses, such as cafe-beans; also the name of its drawing."""

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)

    above: Mapped[str] = mapped_column(default="")
    """Ids of all categories above it, the root first, joined by commas; see ``above_of`` in categories.py.

    A promotion on a category is on all below it: every price asks for this, and would walk the tree each time.
    """

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Name by locale."""

    position: Mapped[int] = mapped_column(default=0)
    """Order among its siblings."""


class Brand(Base):
    """A maker's or seller's mark."""

    __tablename__ = "brand"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Name by locale."""


class Product(Base):
    """What is described: the common part of its variants."""

    __tablename__ = "product"
    __table_args__ = (Index("ix_product_category_id_rank", "category_id", "rank"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)
    """The seller's name for the family, such as MB-ESP."""

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))

    brand_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"), index=True)

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Name by locale, without what tells its variants apart."""

    descriptions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """Plain text by locale."""

    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The seller's own fields: name → text, number or texts by locale; or {"name": texts by locale, "value": …}."""

    rank: Mapped[int] = mapped_column(default=0, index=True)
    """Order in lists where nothing better is asked; the lower comes first."""

    active: Mapped[bool] = mapped_column(default=True)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Variant(Base):
    """What is sold: one SKU."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("pack_size >= 1", name="pack_size_positive"),
        CheckConstraint("minimum >= 1", name="minimum_positive"),
        CheckConstraint("step >= 1", name="step_positive"),
        CheckConstraint("weight_grams IS NULL OR weight_grams >= 0", name="weight_not_negative"),
        Index("ix_variant_product_id_position", "product_id", "position"),
        Index("ix_variant_created_at_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))

    sku: Mapped[str] = mapped_column(unique=True)
    """Stock keeping unit as printed on paper; may hold any character an address can carry encoded."""

    barcode: Mapped[str | None] = mapped_column(index=True)
    """GTIN digits."""

    part_number: Mapped[str | None] = mapped_column(index=True)
    """The maker's own number (MPN)."""

    names: Mapped[dict[str, str]] = mapped_column(Json)
    """Full name by locale, with what tells it from its siblings."""

    reading: Mapped[str | None]
    """Kana reading of the Japanese name, by which it is found too; null: not known."""

    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """What tells it apart: [{"name": {locale: text}, "value": text}, …]."""

    unit: Mapped[Unit] = mapped_column(word_of(Unit), default=Unit.EACH)
    """What a quantity of 1 is, and what a unit price is for."""

    pack_size: Mapped[int] = mapped_column(default=1)
    """Pieces in one unit; 12 for a box of 12."""

    minimum: Mapped[int] = mapped_column(default=1)
    """Smallest quantity of a line, in units."""

    step: Mapped[int] = mapped_column(default=1)
    """A line's quantity is a multiple of this, in units."""

    weight_grams: Mapped[int | None]
    """Of one unit."""

    tax_class: Mapped[str] = mapped_column(default="standard")
    """Which of a tax profile's rates applies: standard, reduced or zero."""

    allow_backorder: Mapped[bool] = mapped_column(default=False)
    """True: may be ordered beyond the stock there is; the rest is delivered later."""

    lead_days: Mapped[int | None]
    """Working days until goods that are not on the shelf have come in; null: nobody can say."""

    position: Mapped[int] = mapped_column(default=0)
    """Order among the product's variants."""

    active: Mapped[bool] = mapped_column(default=True)

    search_text: Mapped[str] = mapped_column(default="")
    """Names in every locale, SKU, barcode, part number and brand, folded for plain database search."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProductLink(Base):
    """A product that belongs with another."""

    __tablename__ = "product_link"
    __table_args__ = (
        CheckConstraint("product_id <> other_id", name="not_with_itself"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)

    other_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True, index=True)

    kind: Mapped[LinkKind] = mapped_column(word_of(LinkKind), primary_key=True)

    quantity: Mapped[int] = mapped_column(default=1)
    """How many of the other belong to one, for parts of a set."""

    position: Mapped[int] = mapped_column(default=0)


class StoredFile(Base):
    """The bytes of a picture or document, kept once by what they are."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    sha256: Mapped[str] = mapped_column(unique=True)
    """Hex digest of the bytes; their name in addresses."""

    media_type: Mapped[str]

    size: Mapped[int]
    """Bytes."""

    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Picture(Base):
    """A picture of a product at two sizes, both WebP."""

    __tablename__ = "picture"
    __table_args__ = (Index("ix_picture_product_id_position", "product_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))

    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id"), index=True)
    """The variant it shows; null: all of them."""

    small_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    """For lists: at most 240 px on the longer side."""

    large_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    """For the product page: at most 1080 px on the longer side."""

    width: Mapped[int]
    """Of the large one, in pixels."""

    height: Mapped[int]
    """Of the large one, in pixels."""

    alternative_texts: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """What it shows, by locale."""

    position: Mapped[int] = mapped_column(default=0)


class Document(Base):
    """A paper that belongs to a product."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_product_id_position", "product_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))

    kind: Mapped[DocumentKind] = mapped_column(word_of(DocumentKind))

    titles: Mapped[dict[str, str]] = mapped_column(Json)
    """Title by locale."""

    file_name: Mapped[str]
    """Name offered when it is saved."""

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    position: Mapped[int] = mapped_column(default=0)


class Warehouse(Base):
    """A place from which the seller ships."""

    __tablename__ = "warehouse"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)

    name: Mapped[str]

    country: Mapped[str]
    """ISO 3166-1 alpha-2."""

    timezone: Mapped[str]
    """IANA name."""


class Stock(Base):
    """How much of a variant a warehouse holds, and how much of that is promised."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
        CheckConstraint("backordered >= 0", name="backordered_not_negative"),
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"), primary_key=True, index=True)

    on_hand: Mapped[int] = mapped_column(default=0)
    """Units on the shelf."""

    reserved: Mapped[int] = mapped_column(default=0)
    """Units on the shelf that placed orders have promised away. Available is on_hand − reserved."""

    backordered: Mapped[int] = mapped_column(default=0)
    """Units ordered beyond the shelf, of variants that allow it."""


class Assortment(Base):
    """A set of variants that accounts may see and buy."""

    __tablename__ = "assortment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    code: Mapped[str] = mapped_column(unique=True)

    name: Mapped[str]

    everything: Mapped[bool] = mapped_column(default=False)
    """True: the whole catalog; its items are not looked at."""


class AssortmentItem(Base):
    """A variant of an assortment."""

    __tablename__ = "assortment_item"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    assortment_id: Mapped[int] = mapped_column(ForeignKey("assortment.id"), primary_key=True)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True, index=True)


class AssortmentGrant(Base):
    """Shows an assortment to an account or to a segment, or hides it from them.

    An account sees a variant if one of its grants shows it and none hides it. Without a grant it sees nothing.
    """

    __tablename__ = "assortment_grant"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (segment_id IS NULL)", name="one_audience"),
        Index("uq_assortment_grant_account_id", "account_id", "assortment_id", unique=True),
        Index("uq_assortment_grant_segment_id", "segment_id", "assortment_id", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    assortment_id: Mapped[int] = mapped_column(ForeignKey("assortment.id"))

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"))

    hides: Mapped[bool] = mapped_column(default=False)
    """True: takes the assortment's variants away."""
