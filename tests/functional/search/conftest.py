"""A dealer's small world: one account with a store, a rival that sees and pays something else."""

from __future__ import annotations

from tests.storefront import Shop, shop  # noqa: F401
