"""Which variants somebody may mean by words, with how well each is explained: what reads bulk orders asks this.

The engine proposes, the variants' own texts decide. The texts of all proposals are loaded together: whoever has many
words to ask about reads once with ``listens`` set, which answers nothing and only takes note, then calls ``load``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.rows import BRAND, PRODUCT, VARIANT
from portal.core.among import among
from portal.discovery.fallback import search_database
from portal.discovery.service import SearchService
from portal.discovery.shopper import LAST_ORDERS_WHILE_TYPING, MOST_BOUGHT_WHILE_TYPING, shopper_of
from portal.discovery.wishes import Wish
from portal.discovery.words import synonyms
from portal.orders.entry.matching import VariantTexts, score, texts_of
from search.engine import EngineUnavailable, Filters, Request
from search.query import plan

PROPOSED: Final = 20
"""Hits whose texts are compared with the words."""

MOST_WITHOUT_ENGINE: Final = 200
"""Different words the database searches for while no engine can; what is more is asked about by whoever reads."""

_TEXTS: Final = (
    select(
        VARIANT.c.id,
        VARIANT.c.sku,
        VARIANT.c.barcode,
        VARIANT.c.part_number,
        VARIANT.c.names,
        VARIANT.c.reading,
        BRAND.c.names,
    )
    .select_from(
        VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id).outerjoin(
            BRAND, BRAND.c.id == PRODUCT.c.brand_id
        )
    )
    .where(among(VARIANT.c.id, "ids"), VARIANT.c.active.is_(True), PRODUCT.c.active.is_(True), VISIBLE)
)


class Namer:
    """Answers for one account, as long as one request lasts."""

    def __init__(
        self, service: SearchService, session: Session, buyer: Buyer, warehouse_id: int, locale: str
    ) -> None:
        """Nothing is read yet."""
        self._service = service
        self._session = session
        self._buyer = buyer
        self._warehouse_id = warehouse_id
        self._locale = locale
        self._filters: Filters | None = None
        self._boosted: tuple[int, ...] = ()
        self._same: Mapping[str, tuple[str, ...]] = {}
        self._proposed: dict[str, tuple[int, ...]] = {}
        self._texts: dict[int, VariantTexts | None] = {}
        self._searched = 0
        self.listens = False
        """While true, nothing is answered."""

    def __call__(self, words: str) -> list[tuple[int, float]]:
        """Variants (id) the words may mean, best first, each with a score from 0 to 1; empty while it listens."""
        if words not in self._proposed:
            self._proposed[words] = self._propose(words)
        if self.listens:
            return []
        ids = self._proposed[words]
        self._load(ids)
        scored = [(each, score(words, texts, self._same)) for each in ids if (texts := self._texts[each])]
        return sorted(scored, key=lambda one: -one[1])

    @property
    def was_asked(self) -> bool:
        """Whether anything was asked so far."""
        return bool(self._proposed)

    def load(self) -> None:
        """Load the texts of all that was proposed so far, in one statement, and answer from now on."""
        self.listens = False
        self._load(each for ids in self._proposed.values() for each in ids)

    def _propose(self, words: str) -> tuple[int, ...]:
        if self._filters is None:
            shopper = shopper_of(
                self._session,
                self._buyer,
                last_orders=LAST_ORDERS_WHILE_TYPING,
                most=MOST_BOUGHT_WHILE_TYPING,
            )
            self._filters = Filters(audience=shopper.audience)
            self._boosted = shopper.boost_ids
            self._same = _same_words(synonyms(self._session))
        try:
            return self._service.search(
                Request(
                    plan(words),
                    filters=self._filters,
                    locale=self._locale,
                    limit=PROPOSED,
                    boost_ids=self._boosted,
                )
            ).hits.ids
        except EngineUnavailable:
            self._searched += 1
            if self._searched > MOST_WITHOUT_ENGINE:
                return ()
            wish = Wish(text=words, locale=self._locale, page_size=PROPOSED, with_facets=False)
            return tuple(search_database(self._session, self._buyer, self._warehouse_id, wish, None).ids)

    def _load(self, ids: Iterable[int]) -> None:
        missing = {each for each in ids if each not in self._texts}
        if not missing:
            return
        rows = self._session.connection().execute(
            _TEXTS, {"ids": sorted(missing), **audience_of(self._buyer)}
        )
        # What the index holds and the account may not see stays without texts, and so is never meant.
        self._texts |= dict.fromkeys(missing)
        for variant_id, sku, barcode, part_number, names, reading, brand_names in rows:
            called = [*names.values(), *(brand_names or {}).values(), reading or ""]
            self._texts[variant_id] = texts_of(called, [sku, barcode or "", part_number or ""])


def _same_words(groups: tuple[tuple[str, ...], ...]) -> dict[str, tuple[str, ...]]:
    same: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for word in group:
            same[word.lower()] = tuple(other.lower() for other in group if other != word)
    return same
