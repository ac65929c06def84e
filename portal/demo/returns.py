"""Some returns of the demo's dealers, asked for and decided by the rooms' own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import CreditEntry
from portal.demo.dealers import DEALERS
from portal.demo.masters import Keys
from portal.invoices.credit_returns import credit_return_of
from portal.jobs.models import Job
from portal.orders import returns
from portal.orders.models import Order, OrderEvent, OrderStatus, Remedy, ReturnReason
from portal.orders.queries import order_of
from portal.orders.return_queries import return_of, returnable_lines


@dataclass(frozen=True, slots=True)
class Story:
    """A return and how far it came."""

    dealer: str
    back: int
    """Which of the dealer's last delivered orders it is of, counted from 0."""
    reason: ReturnReason
    notes: str
    remedy: Remedy = Remedy.CREDIT
    is_accepted: bool | None = None
    """None: nobody has decided yet."""
    answer: str = ""
    is_settled: bool = False


STORIES: Final = (
    Story("KR-1001", 5, ReturnReason.DAMAGED, "상자가 젖어서 왔습니다.", is_accepted=True, is_settled=True),
    Story(
        "KR-1001",
        3,
        ReturnReason.NOT_NEEDED,
        "",
        is_accepted=False,
        answer="개봉한 상품은 반품되지 않습니다.",
    ),
    Story(
        "KR-1001",
        1,
        ReturnReason.DEFECTIVE,
        "펌프가 작동하지 않습니다.",
        Remedy.REPLACEMENT,
        is_accepted=True,
    ),
    Story("KR-1001", 0, ReturnReason.SHORT, "1개가 빠져 있었습니다."),
    Story("US-2001", 0, ReturnReason.WRONG_ITEM, "We got another roast."),
    Story("US-2001", 6, ReturnReason.DAMAGED, "Two bags were torn.", is_accepted=True, is_settled=True),
    Story("CA-3001", 2, ReturnReason.DEFECTIVE, "", is_accepted=True, is_settled=True),
    Story("JP-4001", 1, ReturnReason.DAMAGED, "箱が潰れていました。", is_accepted=True),
    Story("JP-4001", 9, ReturnReason.WRONG_ITEM, "", is_accepted=True, is_settled=True),
)
"""In the order in which they happened."""


def write_returns(session: Session, keys: Keys) -> int:
    """Write the returns; gives how many."""
    members = {dealer.code: dealer.members[0].email for dealer in DEALERS}
    for index, story in enumerate(STORIES):
        _write(session, story, keys.accounts[story.dealer], keys.users[members[story.dealer]], keys, index)
    # What happened long ago is nobody's news today, and its papers are drawn when they are asked for.
    session.execute(delete(Job))
    return len(STORIES)


def _write(session: Session, story: Story, account_id: int, user_id: int, keys: Keys, index: int) -> None:
    number = session.scalars(
        select(Order.number)
        .where(Order.account_id == account_id, Order.status == OrderStatus.DELIVERED)
        .order_by(Order.id.desc())
        .offset(story.back)
        .limit(1)
    ).one()
    order = order_of(session, account_id, number)
    line = returnable_lines(session, order)[0]
    units = 1 if story.reason is ReturnReason.SHORT else min(2, line.left)
    wish = returns.Wish(line.line.id, units, story.reason, story.remedy)
    (worth,) = returns.expected_credits([line], [wish])
    last = session.scalars(select(func.max(OrderEvent.at)).where(OrderEvent.order_id == order.id)).one()
    asked_at = last + timedelta(hours=5)
    made = returns.request_return(
        session, account_id, user_id, number, [wish],
        pickup_date=None, notes=story.notes, submit_key=f"demo:{index}", shown_credit=worth, now=asked_at,
    ).number  # fmt: skip
    if story.is_accepted is None:
        return
    found = return_of(session, account_id, made)
    desk = keys.users["desk"]
    returns.decide(
        session, found.id, {each.id: each.quantity for each in found.lines} if story.is_accepted else {},
        note=story.answer, version=1, actor_id=desk, now=asked_at + timedelta(hours=2),
    )  # fmt: skip
    if story.is_settled:
        # An account's books of credit are written in time order.
        own = select(func.max(CreditEntry.created_at)).where(CreditEntry.account_id == account_id)
        settled_at = max(session.scalars(own).one(), asked_at + timedelta(hours=2)) + timedelta(minutes=1)
        returns.credited(session, found.id, version=2, actor_id=desk, now=settled_at)
        credit_return_of(session, found.id, now=settled_at)
