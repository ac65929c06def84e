"""What the demo's dealers see: assortments, and who is shown or denied which."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from portal.catalog.models import Assortment, AssortmentGrant, AssortmentItem
from portal.demo.dealers import DEALERS, SEGMENT_SHOWS
from portal.demo.goods import Article
from portal.importers.bulk import insert_rows

ASSORTMENTS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("cafe", "카페", ("cafe-",)),
    ("food", "식자재", ("food-",)),
    ("hardware", "철물·부품", ("hw-",)),
    ("beauty", "화장품", ("cos-",)),
)
"""Code, name, and the categories whose articles are in it."""

OF_FAMILIES: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("partner-only", "자재상 전용", ("KR-BLD", "VX-TQW", "IF-BVL", "DM-CST")),
    ("hanbit-only", "한빛 전용", ("HR-ETH", "HR-KEN", "KR-EM", "KR-GRD", "HG-PLA")),
)
"""Code, name, and the families in it: shown to some, hidden from others."""


def write_assortments(
    session: Session,
    all_articles: tuple[Article, ...],
    variants: dict[str, int],
    accounts: dict[str, int],
    segments: dict[str, int],
) -> None:
    """Write the assortments with their variants, and the grants of segments and dealers."""
    keys: dict[str, int] = {}
    items: list[tuple[int, int]] = []
    contents = [
        (code, name, [article for article in all_articles if article.category.startswith(categories)])
        for code, name, categories in ASSORTMENTS
    ] + [
        (code, name, [article for article in all_articles if article.family in of])
        for code, name, of in OF_FAMILIES
    ]
    for code, name, members in contents:
        row = Assortment(code=code, name=name, everything=False)
        session.add(row)
        session.flush()
        keys[code] = row.id
        items.extend((row.id, variants[article.sku]) for article in members)
    insert_rows(session.connection(), AssortmentItem, ("assortment_id", "variant_id"), items)
    session.add_all(
        AssortmentGrant(assortment_id=keys[code], segment_id=segments[segment])
        for segment, codes in SEGMENT_SHOWS.items()
        for code in codes
    )
    for dealer in DEALERS:
        session.add_all(
            AssortmentGrant(assortment_id=keys[code], account_id=accounts[dealer.code], hides=hides)
            for codes, hides in ((dealer.shows, False), (dealer.hides, True))
            for code in codes
        )
    session.flush()
