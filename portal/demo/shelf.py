"""What the warehouses hold while the demo's open orders take their share."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.demo.goods import Article


@dataclass(slots=True)
class Shelf:
    """Units by SKU and warehouse."""

    on_hand: dict[tuple[str, str], int]
    reserved: dict[tuple[str, str], int] = field(default_factory=dict)
    backordered: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, article: Article, warehouse: str, quantity: int) -> tuple[int, int] | None:
        """Promise ``quantity`` units: (from the shelf, to come in); None, and nothing promised, if neither will do."""
        place = (article.sku, warehouse)
        available = self.on_hand.get(place, 0) - self.reserved.get(place, 0)
        given = min(quantity, available)
        waiting = quantity - given
        if waiting and (not article.allow_backorder or place not in self.on_hand):
            return None
        if given:
            self.reserved[place] = self.reserved.get(place, 0) + given
        if waiting:
            self.backordered[place] = self.backordered.get(place, 0) + waiting
        return given, waiting
