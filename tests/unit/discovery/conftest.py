"""A dealer's shop with an index of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.queries import Buyer, buyer_of
from portal.discovery.feed import index_settings, items
from portal.discovery.finding import Found, Wish, find
from portal.discovery.service import SearchService, search_service
from tests.ordering import TODAY
from tests.storefront import Shop, shop

__all__ = ["shop"]


class Indexed:
    """The shop's index, as it was when ``build`` was last called, and what is found in it."""

    def __init__(self, shop: Shop, service: SearchService) -> None:
        self.shop = shop
        self.service = service

    @property
    def engine(self) -> Any:
        return self.service.members[0].engine

    @property
    def buyer(self) -> Buyer:
        return buyer_of(self.shop.session, self.shop.account.id)

    def build(self) -> None:
        self.shop.session.flush()
        self.engine.rebuild(items(self.shop.session, None, TODAY), index_settings(self.shop.session))

    def find(self, text: str = "", *, buyer: Buyer | None = None, **wish: Any) -> Found:
        self.shop.session.flush()
        return find(
            self.service,
            self.shop.session,
            buyer or self.buyer,
            self.shop.warehouse.id,
            Wish(text=text, **wish),
            TODAY,
        )

    def skus(self, text: str = "", **wish: Any) -> list[str]:
        return [row.sku for row in self.find(text, **wish).rows]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SearchService]:
    made = search_service(folder=tmp_path / "index")
    yield made
    made.close()


@pytest.fixture
def indexed(shop: Shop, service: SearchService) -> Indexed:
    return Indexed(shop, service)
