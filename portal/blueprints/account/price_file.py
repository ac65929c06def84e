"""The account's prices as text for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from portal.blueprints.cards import unit_word, warehouse_id
from portal.blueprints.typed import spreadsheet_cell
from portal.catalog.queries import VariantRow, variants_in_turn
from portal.core.money import plain_e4
from portal.extensions import buyer, release_session, session, today
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.pricing.priced import Ask, PricedLine
from portal.pricing.prices import price_each

BATCH: Final = 500
"""Variants that are read and priced at once; what is kept in memory does not grow with the assortment."""


def price_lines() -> Iterator[bytes]:
    """UTF-8 with a byte order mark, a batch at a time: a row for each quantity from which the price is another.

    Prices are plain decimals of the major unit; a price on request is empty. Between two batches no transaction is
    open, so that a slow reader holds nobody up; all prices are those of one day.
    """
    account, on, language, warehouse = buyer(), today(), locale(), warehouse_id()
    with_tax, without_tax, on_request = _("tax included"), _("tax not included"), _("Price on request")
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + _text(
        [[
            _("SKU"), _("Product"), _("Brand"), _("Barcode"), _("Unit"), _("Pack size"), _("Minimum"), _("Step"),
            _("From quantity"), _("Unit price"), _("Currency"), _("Tax"),
        ]]
    )  # fmt: skip
    after = ""
    while rows := variants_in_turn(session(), account, warehouse, language, after_sku=after, limit=BATCH):
        after = rows[-1].sku
        asks = [Ask.of(row, row.first_quantity) for row in rows]
        found = price_each(session(), account, asks, on)
        yield _text(
            [
                [
                    row.sku, row.name, row.brand, row.barcode or "", unit_word(row.unit), str(row.pack_size),
                    str(row.minimum), str(row.step), str(quantity),
                    "" if price is None else plain_e4(price, line.currency),
                    line.currency, on_request if price is None else with_tax if line.tax_included else without_tax,
                ]
                for row, line in zip(rows, found, strict=True)
                for quantity, price in _steps(row, line)
            ]
        )  # fmt: skip
        release_session()


def _steps(row: VariantRow, line: PricedLine) -> list[tuple[int, int | None]]:
    """Quantities (units) from which the unit price (e4) is another, the smallest that can be ordered first."""
    first = row.first_quantity
    higher = [(tier.min_quantity, tier.unit_price_e4) for tier in line.tiers if tier.min_quantity > first]
    return [(first, line.unit_price_e4), *higher]


def _text(rows: list[list[str]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
