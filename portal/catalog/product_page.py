"""All a product page says of a variant besides its price, in two statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Table,
    and_,
    bindparam,
    case,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.models import Document, DocumentKind, LinkKind, ProductLink
from portal.catalog.rows import (
    CATEGORY,
    PICTURE,
    PRODUCT,
    STORED_FILE,
    VARIANT,
    VARIANT_ROW_WIDTH,
    VariantRow,
    can_be_stored,
    option_text,
    variant_row,
    variant_rows,
)
from portal.core.errors import NotFound
from portal.core.locales import language_of, localized

_DOCUMENT = cast(Table, Document.__table__)
_LINK = cast(Table, ProductLink.__table__)


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture at two sizes, named by the SHA-256 of their bytes."""

    small: str
    large: str
    width: int
    """Of the large one, in pixels."""
    height: int
    text: str
    """What it shows; may be empty."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A paper that can be saved."""

    id: int
    kind: DocumentKind
    title: str
    file_name: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class SiblingRow:
    """A variant of the same product, with its options as (name, value) in the reader's language."""

    variant: VariantRow
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A product that belongs with this one: the first of its variants that may be seen and is sold."""

    kind: LinkKind
    quantity: int
    """How many belong to one, for parts of a set."""
    variant: VariantRow


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A variant and what surrounds it, as one account sees it."""

    variant: VariantRow
    product_name: str
    """The name without what tells the variants apart."""
    description: str
    """Plain text; empty if there is none."""
    description_language: str
    """Of the description, where it is not the reader's (BCP 47); else empty."""
    attributes: tuple[tuple[str, str], ...]
    """The seller's own fields as (name, text), by name."""
    weight_grams: int | None
    """Of one unit."""
    options: tuple[tuple[str, str], ...]
    """The variant's own options as (name, value)."""
    trail: tuple[tuple[str, str], ...]
    """(slug, name) of the categories from the root down to the product's own."""
    pictures: tuple[PictureRow, ...]
    """Those of the variant itself first."""
    documents: tuple[DocumentRow, ...]
    siblings: tuple[SiblingRow, ...]
    """Every variant of the product that may be seen and is sold, this one included."""
    links: tuple[LinkRow, ...]


def product_page(session: Session, buyer: Buyer, sku: str, warehouse_id: int, locale: str) -> ProductPage:
    """The page of one SKU. Raises NotFound if there is none or ``buyer`` may not see it.

    A variant that is no longer sold still has its page, so that an old link leads to what replaces it.
    """
    if not can_be_stored(sku):
        raise NotFound("variant", sku)
    parameters = {"sku": sku, "warehouse_id": warehouse_id, **audience_of(buyer)}
    rows = session.connection().execute(_VARIANTS, parameters).all()
    own = next((row for row in rows if row[1] == sku), None)
    if own is None:
        raise NotFound("variant", sku)
    variant = variant_row(own, locale)
    names, descriptions, attributes, weight_grams, options = own[VARIANT_ROW_WIDTH : VARIANT_ROW_WIDTH + 5]
    siblings, links = _relatives(rows, variant.product_id, locale)
    trail, pictures, documents = _papers(session, variant, locale)
    return ProductPage(
        variant=variant,
        product_name=localized(names, locale) or variant.name,
        description=localized(descriptions, locale),
        description_language=language_of(descriptions, locale),
        # Sorted, because PostgreSQL does not keep the order in which they were entered.
        attributes=tuple(sorted(_attribute(name, value, locale) for name, value in attributes.items())),
        weight_grams=weight_grams,
        options=_options(options, locale),
        trail=trail,
        pictures=pictures,
        documents=documents,
        siblings=siblings,
        links=links,
    )


def _relatives(rows: Any, product_id: int, locale: str) -> tuple[tuple[SiblingRow, ...], tuple[LinkRow, ...]]:
    siblings: list[SiblingRow] = []
    links: dict[tuple[LinkKind, int], LinkRow] = {}
    for row in rows:
        kind, quantity = row[-2:]
        variant = variant_row(row, locale)
        if not variant.active:
            continue
        if variant.product_id == product_id:
            siblings.append(SiblingRow(variant, _options(row[VARIANT_ROW_WIDTH + 4], locale)))
        else:
            # Rows come in the order of positions, so the first variant of a product is the one that is kept.
            links.setdefault((kind, variant.product_id), LinkRow(kind, quantity, variant))
    return tuple(siblings), tuple(links.values())


def _papers(
    session: Session, variant: VariantRow, locale: str
) -> tuple[tuple[tuple[str, str], ...], tuple[PictureRow, ...], tuple[DocumentRow, ...]]:
    trail: dict[int, tuple[str, str]] = {}
    pictures: list[PictureRow] = []
    documents: list[DocumentRow] = []
    parameters = {
        "product_id": variant.product_id,
        "variant_id": variant.id,
        "path": variant.category_path_ids,
    }
    for kind, row_id, first, second, one, two, texts, _, _ in session.connection().execute(
        _PAPERS, parameters
    ):
        text = localized(texts, locale)
        if kind == "category":
            trail[row_id] = (first, text or first)
        elif kind == "picture":
            pictures.append(PictureRow(first, second, one, two, text))
        else:
            documents.append(DocumentRow(row_id, DocumentKind(second), text or first, first, one))
    way = tuple(trail[category_id] for category_id in variant.category_path_ids)
    return way, tuple(pictures), tuple(documents)


def _attribute(key: str, value: object, locale: str) -> tuple[str, str]:
    """An attribute as (name, text): a value named in several languages brings its name along."""
    if isinstance(value, Mapping) and "value" in value:
        return localized(value.get("name") or {}, locale) or key, option_text(value["value"], locale)
    return key, option_text(value, locale)


def _options(options: list[dict[str, Any]], locale: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (localized(option["name"], locale), option_text(option["value"], locale)) for option in options
    )


def _variants() -> Any:
    """The variant asked for, its siblings and the variants of linked products."""
    asked = VARIANT.alias("asked")
    product_id = select(asked.c.product_id).where(asked.c.sku == bindparam("sku")).scalar_subquery()
    is_asked = VARIANT.c.sku == bindparam("sku")
    related = select(product_id).union_all(
        select(_LINK.c.other_id).where(_LINK.c.product_id == product_id).correlate(None)
    )
    statement = variant_rows(
        PRODUCT.c.names,
        # The longer texts are wanted once, not with every sibling.
        case((is_asked, PRODUCT.c.descriptions)),
        case((is_asked, PRODUCT.c.attributes)),
        VARIANT.c.weight_grams,
        VARIANT.c.options,
        _LINK.c.kind,
        _LINK.c.quantity,
    )
    joined = statement.get_final_froms()[0].outerjoin(
        _LINK, and_(_LINK.c.other_id == VARIANT.c.product_id, _LINK.c.product_id == product_id)
    )
    return (
        statement.select_from(joined)
        .where(
            VARIANT.c.product_id.in_(related),
            or_(is_asked, and_(VARIANT.c.active.is_(True), PRODUCT.c.active.is_(True))),
            VISIBLE,
        )
        .order_by(_LINK.c.position, PRODUCT.c.rank, PRODUCT.c.id, VARIANT.c.position, VARIANT.c.id)
    )


def _papers_statement() -> Any:
    """The way to the category, pictures and documents, as rows of one shape: few enough for one trip."""
    large = STORED_FILE.alias("large")
    own_first: ColumnElement[int] = case((PICTURE.c.variant_id.is_(None), 1), else_=0)
    nothing = sql_cast(null(), Integer)
    return union_all(
        select(
            literal("category").label("kind"),
            CATEGORY.c.id.label("id"),
            CATEGORY.c.slug.label("first"),
            literal("").label("second"),
            nothing.label("one"),
            nothing.label("two"),
            CATEGORY.c.names.label("texts"),
            literal(0).label("rank"),
            literal(0).label("position"),
        ).where(CATEGORY.c.id.in_(bindparam("path", expanding=True))),
        select(
            literal("picture"),
            PICTURE.c.id,
            STORED_FILE.c.sha256,
            large.c.sha256,
            PICTURE.c.width,
            PICTURE.c.height,
            PICTURE.c.alternative_texts,
            own_first,
            PICTURE.c.position,
        )
        .select_from(
            PICTURE.join(STORED_FILE, STORED_FILE.c.id == PICTURE.c.small_file_id).join(
                large, large.c.id == PICTURE.c.large_file_id
            )
        )
        .where(
            PICTURE.c.product_id == bindparam("product_id"),
            or_(PICTURE.c.variant_id.is_(None), PICTURE.c.variant_id == bindparam("variant_id")),
        ),
        select(
            literal("document"),
            _DOCUMENT.c.id,
            _DOCUMENT.c.file_name,
            sql_cast(_DOCUMENT.c.kind, STORED_FILE.c.media_type.type),
            STORED_FILE.c.size,
            nothing,
            _DOCUMENT.c.titles,
            literal(0),
            _DOCUMENT.c.position,
        )
        .select_from(_DOCUMENT.join(STORED_FILE, STORED_FILE.c.id == _DOCUMENT.c.file_id))
        .where(_DOCUMENT.c.product_id == bindparam("product_id")),
    ).order_by("kind", "rank", "position", "id")


_VARIANTS = _variants()
_PAPERS = _papers_statement()
