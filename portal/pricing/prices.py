"""The one place a price comes from: pages, suggestions, carts, orders, papers and the API all ask here.

Each function loads all terms in at most four statements, for one line or a thousand, and hands them to the pure
engine in ``rules.py``. Nothing is cached and nothing is compiled ahead: a changed price is in the next answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.pricing.priced import Ask, CodeState, PricedDocument, PricedLine, RunningPromotion

__all__ = ["Ask", "price_document", "price_each", "price_lines", "promotions_for"]


def price_lines(
    session: Session, buyer: Buyer, asks: Sequence[Ask], on: date, *, code: str | None = None
) -> list[PricedLine]:
    """Price ``asks`` as one basket for ``buyer`` on the day ``on``, in the order asked.

    Bundles and amounts off the order see the whole basket. ``code`` is a promotion code as entered.
    """
    raise NotImplementedError


def price_each(session: Session, buyer: Buyer, asks: Sequence[Ask], on: date) -> list[PricedLine]:
    """Price each of ``asks`` as if it were bought alone: for lists of products, suggestions, product pages."""
    raise NotImplementedError


def price_document(
    session: Session, buyer: Buyer, asks: Sequence[Ask], on: date, *, code: str | None = None
) -> PricedDocument:
    """Price ``asks`` as one basket, with its taxes and totals."""
    raise NotImplementedError


def promotions_for(session: Session, buyer: Buyer, on: date) -> tuple[RunningPromotion, ...]:
    """The promotions that run for ``buyer`` on the day ``on`` without a code, the soonest to end first."""
    raise NotImplementedError
