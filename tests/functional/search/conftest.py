"""A dealer's small world: one account with a store, a rival that sees and pays something else, and an index of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal.discovery.feed import index_settings, items
from portal.discovery.service import search_service
from tests.ordering import TODAY
from tests.storefront import Shop, shop

__all__ = ["shop"]


@pytest.fixture
def index(app: Flask, shop: Shop, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """``index()`` commits what the shop sells and lets the application search it by an index."""
    runtime = app.extensions["portal"]
    service = search_service(folder=tmp_path / "index")

    def build() -> None:
        shop.commit()
        service.members[0].engine.rebuild(items(shop.session, None, TODAY), index_settings(shop.session))
        shop.commit()

    app.extensions["portal"] = replace(runtime, search=service)
    yield build
    app.extensions["portal"] = runtime
    service.close()
