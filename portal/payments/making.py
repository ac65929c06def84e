"""Writing a payment down, whoever asked for it: its row, what it is meant for, its first event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.invoices.books import Books
from portal.payments.holding import note_event
from portal.payments.models import Payment, PaymentEventKind, PaymentState, PaymentTarget
from portal.payments.payable import Part
from portal.payments.rules import new_reference

BANK_TRANSFER: Final = "bank_transfer"


@dataclass(frozen=True, slots=True)
class Way:
    """How a person pays: the provider's code, what was chosen of its methods, and whether no money moves."""

    provider: str
    method: str = ""
    is_test: bool = False


def insert_payment(
    session: Session,
    books: Books,
    way: Way,
    amount: int,
    submit_key: str,
    now: datetime,
    *,
    user_id: int | None = None,
    actor_id: int | None = None,
    order_id: int | None = None,
    parts: Sequence[Part] = (),
    expires_at: datetime | None = None,
) -> tuple[int, str]:
    """Write a payment of ``amount`` (minor units) down; gives its id and its reference."""
    reference = new_reference()
    payment_id: int = session.execute(
        insert(Payment)
        .values(
            reference=reference,
            account_id=books.account_id,
            user_id=user_id,
            submit_key=submit_key,
            provider=way.provider,
            method=way.method,
            is_test=way.is_test,
            state=PaymentState.CREATED,
            amount=amount,
            currency=books.currency,
            order_id=order_id,
            expires_at=expires_at,
            created_at=now,
            updated_at=now,
        )
        .returning(Payment.id)
    ).scalar_one()
    if parts:
        session.execute(
            insert(PaymentTarget),
            [
                {
                    "payment_id": payment_id,
                    "invoice_id": part.invoice_id,
                    "amount": part.amount,
                    "discount": part.discount,
                }
                for part in parts
            ],
        )
    note_event(
        session, payment_id, PaymentEventKind.CREATED, now,
        actor_id=user_id or actor_id, facts={"amount": amount},
    )  # fmt: skip
    return payment_id, reference
