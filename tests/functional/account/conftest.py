from __future__ import annotations

from tests.dealer import dealer, moment, shop

__all__ = ["dealer", "moment", "shop"]
