from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.credit import credit_left, free_credit, require_credit, use_credit
from portal.accounts.models import CreditEntry, CreditReason
from portal.core.errors import Conflict, NotFound, Refused
from tests.factories import make_account
from tests.ordering import NOW, credit_used

PLACED = CreditReason.ORDER_PLACED
CANCELLED = CreditReason.ORDER_CANCELLED


def entries(session: Session, account_id: int) -> list[tuple[str, str, int]]:
    rows = session.execute(
        select(CreditEntry.reason, CreditEntry.reference, CreditEntry.amount)
        .where(CreditEntry.account_id == account_id)
        .order_by(CreditEntry.id)
    )
    return [(reason.value, reference, amount) for reason, reference, amount in rows]


@pytest.mark.parametrize(("limit", "used", "left"), [(100, 30, 70), (100, 130, -30), (None, 0, 0), (0, 0, 0)])
def test_credit_left(limit: int | None, used: int, left: int):
    assert credit_left(limit, used) == left


def test_credit_is_used_to_the_last_won_and_noted(session: Session):
    account = make_account(session, credit_limit=1_000)

    use_credit(session, account.id, 400, PLACED, "2026-000001", NOW)
    use_credit(session, account.id, 600, PLACED, "2026-000002", NOW)

    assert credit_used(session, account.id) == 1_000
    assert entries(session, account.id) == [
        ("order_placed", "2026-000001", 400),
        ("order_placed", "2026-000002", 600),
    ]


def test_one_won_over_the_limit_is_a_conflict_and_takes_nothing(session: Session):
    account = make_account(session, credit_limit=1_000, credit_used=400)

    with pytest.raises(Conflict) as refused:
        use_credit(session, account.id, 601, PLACED, "2026-000001", NOW)

    assert (refused.value.code, refused.value.field) == ("credit_exceeded", "credit")
    assert refused.value.facts == {"left": 600, "needed": 601}
    assert credit_used(session, account.id) == 400
    assert entries(session, account.id) == []


def test_an_account_without_credit_gets_none(session: Session):
    account = make_account(session, credit_limit=None)

    with pytest.raises(Refused) as refused:
        use_credit(session, account.id, 1, PLACED, "2026-000001", NOW)

    assert refused.value.code == "no_credit"
    assert entries(session, account.id) == []


def test_only_the_account_itself_is_touched(session: Session):
    account = make_account(session, credit_limit=1_000)
    rival = make_account(session, credit_limit=1_000, credit_used=7)

    use_credit(session, account.id, 500, PLACED, "2026-000001", NOW)

    assert credit_used(session, rival.id) == 7


def test_freed_credit_can_be_used_again(session: Session):
    account = make_account(session, credit_limit=1_000)
    use_credit(session, account.id, 900, PLACED, "2026-000001", NOW)

    free_credit(session, account.id, 900, CANCELLED, "2026-000001", NOW)

    assert credit_used(session, account.id) == 0
    assert entries(session, account.id)[1:] == [("order_cancelled", "2026-000001", -900)]


def test_nothing_to_take_or_give_leaves_no_trace(session: Session):
    account = make_account(session)

    use_credit(session, account.id, 0, PLACED, "2026-000001", NOW)
    free_credit(session, account.id, 0, CANCELLED, "2026-000001", NOW)

    assert entries(session, account.id) == []


def test_unknown_accounts_and_negative_amounts_are_faults(session: Session):
    account = make_account(session)

    with pytest.raises(NotFound):
        use_credit(session, account.id + 1_000, 1, PLACED, "2026-000001", NOW)
    with pytest.raises(NotFound):
        free_credit(session, account.id + 1_000, 1, CANCELLED, "2026-000001", NOW)
    with pytest.raises(ValueError, match="given back by free_credit"):
        use_credit(session, account.id, -1, PLACED, "2026-000001", NOW)
    with pytest.raises(ValueError, match="taken by use_credit"):
        free_credit(session, account.id, -1, CANCELLED, "2026-000001", NOW)


def test_credit_that_fits_passes():
    require_credit(1_000, 400, 600)
