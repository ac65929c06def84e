"""The one place a price comes from: pages, suggestions, carts, orders, papers and the API all ask here.

Each function loads all terms in at most four statements, for one line or a thousand, and hands them to the pure
engine in ``rules/``. Nothing is cached and nothing is compiled ahead: a changed price is in the next answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.pricing import rules
from portal.pricing.priced import (
    Ask,
    CodeState,
    PricedDocument,
    PricedLine,
    PromotedGoods,
    RunningPromotion,
    StepKind,
)
from portal.pricing.promotion_queries import promoted_goods, running_promotions
from portal.pricing.queries import list_amounts, lists_in_turn, load_terms, taxes_in_force
from portal.pricing.tax import STANDARD, DocumentTaxes, Taxable, nets_of, taxes_of
from portal.pricing.terms import PricingTerms, TaxTerms

FreightOf = Callable[[Sequence[PricedLine], Sequence[int]], int]
"""What bringing the goods costs (minor units, without tax), given the lines and each line's net (minor units)."""

_OF_PROMOTIONS = frozenset({StepKind.PROMOTION, StepKind.BUNDLE, StepKind.ORDER})

__all__ = [
    "STANDARD",
    "Ask",
    "FreightOf",
    "folded_code",
    "list_unit_prices",
    "price_document",
    "price_each",
    "price_lines",
    "price_list_ids",
    "promoted_for",
    "promotions_for",
    "taxes_for",
    "taxes_on",
    "unit_prices",
]


def price_lines(
    session: Session, buyer: Buyer, asks: Sequence[Ask], on: date, *, code: str | None = None
) -> list[PricedLine]:
    """Price ``asks`` as one basket for ``buyer`` on the day ``on``, in the order asked.

    Bundles and amounts off the order see the whole basket. ``code`` is a promotion code as entered.
    """
    if not asks:
        return []
    return rules.price(load_terms(session, buyer, asks, on, folded_code(code)), asks)


def price_each(
    session: Session, buyer: Buyer, asks: Sequence[Ask], on: date, *, with_tiers: bool = True
) -> list[PricedLine]:
    """Price each of ``asks`` as if it were bought alone: for lists of products, suggestions, product pages.

    ``with_tiers`` False leaves the lines' tiers empty, for pages that do not show them: a quarter of the work.
    """
    if not asks:
        return []
    return rules.price_each(load_terms(session, buyer, asks, on, None), asks, with_tiers=with_tiers)


def unit_prices(session: Session, buyer: Buyer, asks: Sequence[Ask], on: date) -> list[int | None]:
    """What ``price_each`` gives as each unit's price, e4, and nothing else: to sort thousands. Null: on request."""
    if not asks:
        return []
    return rules.unit_prices(load_terms(session, buyer, asks, on, None), asks)


def list_unit_prices(
    session: Session, buyer: Buyer, quantities: Mapping[int, int], on: date
) -> dict[int, int | None]:
    """Variant → unit price, e4, of the list that answers when so many units are bought; null: on request.

    To sort many thousands roughly: promotions are left out. A variant no list prices is left out; two statements.
    """
    return list_amounts(session, buyer, quantities, on)


def price_list_ids(session: Session, buyer: Buyer, on: date) -> tuple[int, ...]:
    """The price lists open to ``buyer`` on the day ``on``, the one that is asked first in front; one statement."""
    return lists_in_turn(session, buyer, on)


def promoted_for(session: Session, buyer: Buyer, on: date) -> PromotedGoods:
    """What the promotions that run for ``buyer`` on the day ``on`` without a code are on; one statement."""
    return promoted_goods(session, buyer, on)


def price_document(
    session: Session,
    buyer: Buyer,
    asks: Sequence[Ask],
    on: date,
    *,
    code: str | None = None,
    with_tiers: bool = True,
    freight: FreightOf | None = None,
) -> PricedDocument:
    """Price ``asks`` as one basket like ``price_lines``, with its taxes and totals.

    ``with_tiers`` False leaves the lines' tiers empty: an order being placed needs none. ``freight`` is asked once,
    when the lines are priced; what it gives is taxed as goods of the standard class are, and is part of the net.
    """
    terms = load_terms(session, buyer, asks, on, folded_code(code))
    lines = tuple(rules.price(terms, asks, with_tiers=with_tiers))
    charge = freight(lines, nets_of(terms, lines)) if freight else 0
    taxed = taxes_of(terms, lines, charge)
    tax = sum(each.amount for each in taxed.taxes)
    return PricedDocument(
        lines=lines,
        currency=buyer.currency,
        subtotal=sum(line.line_total for line in lines if line.line_total is not None),
        net=taxed.net,
        taxes=taxed.taxes,
        tax=tax,
        total=taxed.net + tax,
        code_state=_code_state(terms, lines),
        freight=charge,
    )


def taxes_on(
    session: Session, buyer: Buyer, lines: Sequence[Taxable], on: date, *, freight: int = 0
) -> DocumentTaxes:
    """The taxes of lines whose charge stands already, as ``price_document`` takes them on the day ``on``.

    ``freight`` is minor units, without tax. One statement.
    """
    terms = PricingTerms(
        account_id=buyer.account_id,
        segment_id=buyer.segment_id,
        currency=buyer.currency,
        day=on,
        code=None,
        tax_rounding=buyer.tax_rounding,
        prices={},
        promotions=(),
        tax_rates=taxes_in_force(session, buyer.tax_profile_id, on),
    )
    return taxes_of(terms, lines, freight)


def promotions_for(session: Session, buyer: Buyer, on: date) -> tuple[RunningPromotion, ...]:
    """The promotions that run for ``buyer`` on the day ``on`` without a code, the soonest to end first.

    At most two statements. Whether the buyer sees the goods they are on is for the catalog to say.
    """
    return running_promotions(session, buyer, on)


def taxes_for(session: Session, buyer: Buyer, on: date) -> tuple[TaxTerms, ...]:
    """The taxes on goods of the standard class for ``buyer`` on the day ``on``; empty if there are none."""
    return taxes_in_force(session, buyer.tax_profile_id, on).get(STANDARD, ())


def folded_code(text: str | None) -> str | None:
    """A promotion code as it is stored: full-width letters made plain, no spaces around, capitals; null if empty."""
    return unicodedata.normalize("NFKC", text or "").strip().upper() or None


def _code_state(terms: PricingTerms, lines: Sequence[PricedLine]) -> CodeState | None:
    if terms.code is None:
        return None
    entered = {promotion.name_key for promotion in terms.promotions if promotion.code}
    if not entered:
        return CodeState.UNKNOWN
    applied = any(
        step.name_key in entered for line in lines for step in line.steps if step.kind in _OF_PROMOTIONS
    )
    return CodeState.APPLIED if applied else CodeState.NOT_APPLICABLE
