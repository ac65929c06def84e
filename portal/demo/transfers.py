"""Writing the demo's payments, and the banks' lists by which its transfers were noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from portal.demo.companies import BILLING
from portal.demo.dealers import Dealer
from portal.demo.invoicing import Issued
from portal.demo.ledger import OrderKeys
from portal.demo.masters import Keys, morning_of
from portal.demo.paying import Paid
from portal.importers.bulk import insert_rows, reserve_ids
from portal.payments.models import (
    BankImport,
    BankLine,
    BankLineState,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentState,
    PaymentTarget,
)

ADDED_BY: Final = "finance"
"""Mail name of who reads the banks' lists in."""

UNKNOWN: Final[tuple[tuple[str, str, int, str, str], ...]] = (
    ("KRW", "KR-1002", 0, "김도현", "물품대금"),
    ("KRW", "", 480_000, "한빛커피 강남직영", "11월분"),
    ("USD", "US-2001", 0, "HARBOR PHILLY LLC", "INVOICES NOV"),
    ("CAD", "", 20_000, "É TREMBLAY", ""),
)
"""What arrived yesterday and nobody has recognized yet: currency, whose newest invoice it is as much as (empty:
nobody's), the amount if so, payer and text."""


def write_payments(
    connection: Connection,
    payment_ids: Mapping[Paid, int],
    settled: Mapping[int, list[tuple[datetime, int, int]]],
    order_keys: Mapping[str, OrderKeys],
    keys: Keys,
) -> None:
    """Write the payments with what they were meant for and what happened to them; transfers with their bank lines."""
    insert_rows(
        connection,
        Payment,
        _PAYMENT,
        [_payment_row(paid, key, order_keys, keys) for paid, key in payment_ids.items()],
    )
    insert_rows(
        connection,
        PaymentTarget,
        ("payment_id", "invoice_id", "amount", "discount"),
        [
            (key, part.invoice.id, part.amount, part.discount)
            for paid, key in payment_ids.items()
            for part in paid.parts
        ],
    )
    events = [
        event for paid, key in payment_ids.items() for event in _events(paid, key, settled.get(key, []), keys)
    ]
    insert_rows(
        connection,
        PaymentEvent,
        ("payment_id", "kind", "facts", "actor_id", "at"),
        sorted(events, key=lambda event: event[4]),
    )
    _write_lists(connection, {paid: key for paid, key in payment_ids.items() if not paid.by_card}, keys)


def write_unknown(connection: Connection, issued: Sequence[Issued], keys: Keys, today: date) -> None:
    """Write what arrived yesterday and waits for a person to say whose it is."""
    day = today - timedelta(days=1)
    at = morning_of(today) - timedelta(minutes=30)
    newest = {each.account: each.open_amount for each in issued if each.open_amount}
    lists: dict[str, list[tuple[int, str, str]]] = {}
    for currency, code, amount, payer, text in UNKNOWN:
        lists.setdefault(currency, []).append((newest[code] if code else amount, payer, text))
    for (currency, lines), import_id in zip(
        lists.items(), reserve_ids(connection, BankImport, len(lists)), strict=True
    ):
        insert_rows(connection, BankImport, _IMPORT, [_import_row(import_id, currency, day, at, keys)])
        insert_rows(
            connection,
            BankLine,
            _LINE,
            [
                (
                    import_id, row, currency, _fingerprint(currency, day, amount, payer, text), day, amount, payer,
                    text, BankLineState.UNMATCHED, None, "", None, "",
                )
                for row, (amount, payer, text) in enumerate(lines, start=2)
            ],
        )  # fmt: skip


def _payment_row(paid: Paid, key: int, order_keys: Mapping[str, OrderKeys], keys: Keys) -> tuple[Any, ...]:
    return (
        key,
        paid.reference,
        keys.accounts[paid.dealer.code],
        keys.users[paid.dealer.members[-1].email] if paid.by_card else None,
        f"demo:{paid.reference}",
        "test_card" if paid.by_card else "bank_transfer",
        "card" if paid.by_card else "transfer",
        paid.by_card,
        PaymentState.PAID,
        paid.amount,
        paid.dealer.currency,
        order_keys[paid.order.number].id if paid.order else None,
        f"test-{paid.reference}" if paid.by_card else None,
        0,
        "",
        {},
        "",
        "",
        paid.at,
        paid.at,
        paid.at,
    )


def _events(
    paid: Paid, key: int, settled: list[tuple[datetime, int, int]], keys: Keys
) -> list[tuple[Any, ...]]:
    actor = keys.users[paid.dealer.members[-1].email] if paid.by_card else keys.users[ADDED_BY]
    happened: list[tuple[PaymentEventKind, dict[str, Any], datetime]] = [
        (PaymentEventKind.CREATED, {"amount": paid.amount}, paid.at),
        (
            PaymentEventKind.PAID,
            {"amount": paid.amount, "asked": paid.amount, "on": paid.day.isoformat()},
            paid.at,
        ),
    ]
    by_moment: dict[datetime, list[dict[str, int]]] = {}
    for at, invoice_id, amount in settled:
        by_moment.setdefault(at, []).append({"invoice_id": invoice_id, "amount": amount})
    happened.extend(
        (PaymentEventKind.ALLOCATED, {"invoices": invoices}, at) for at, invoices in by_moment.items()
    )
    return [(key, kind, facts, actor, at) for kind, facts, at in happened]


def _write_lists(connection: Connection, transfers: Mapping[Paid, int], keys: Keys) -> None:
    """A bank's list for each day and currency on which something arrived, each line of it matched."""
    lists: dict[tuple[str, date], list[Paid]] = {}
    for paid in transfers:
        lists.setdefault((paid.dealer.currency, paid.day), []).append(paid)
    imports, lines = [], []
    for ((currency, day), own), import_id in zip(
        lists.items(), reserve_ids(connection, BankImport, len(lists)), strict=True
    ):
        imports.append(_import_row(import_id, currency, day, own[0].at, keys))
        for row, paid in enumerate(own, start=2):
            payer, text = _payer(paid.dealer), " ".join(part.invoice.number for part in paid.parts)
            lines.append(
                (
                    import_id, row, currency, _fingerprint(currency, day, paid.amount, payer, text), day, paid.amount,
                    payer, text, BankLineState.MATCHED, transfers[paid], "reference", paid.at, "",
                )
            )  # fmt: skip
    insert_rows(connection, BankImport, _IMPORT, imports)
    insert_rows(connection, BankLine, _LINE, lines)


def _import_row(import_id: int, currency: str, day: date, at: datetime, keys: Keys) -> tuple[Any, ...]:
    name = f"{currency}-{day:%Y%m%d}.csv"
    sha256 = hashlib.sha256(f"demo {name}".encode()).hexdigest()
    return (import_id, name, sha256, currency, keys.users[ADDED_BY], at)


def _payer(dealer: Dealer) -> str:
    names: list[str] = BILLING.get(dealer.code, {}).get("payer_names", [])
    return names[0] if names else dealer.name[:40]


def _fingerprint(currency: str, day: date, amount: int, payer: str, text: str) -> str:
    return hashlib.sha256(f"demo {currency} {day} {amount} {payer} {text}".encode()).hexdigest()


_PAYMENT: Final = (
    "id", "reference", "account_id", "user_id", "submit_key", "provider", "method", "is_test", "state", "amount",
    "currency", "order_id", "provider_ref", "refunded", "secret", "instructions", "failure", "receipt_url",
    "paid_at", "created_at", "updated_at",
)  # fmt: skip
_IMPORT: Final = ("id", "file_name", "sha256", "currency", "imported_by_id", "created_at")
_LINE: Final = (
    "import_id", "row", "currency", "fingerprint", "booked_on", "amount", "payer", "text", "state", "payment_id",
    "matched_by", "decided_at", "note",
)  # fmt: skip
