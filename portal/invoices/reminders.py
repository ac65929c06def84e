"""Reminders of overdue invoices: one of each level for each invoice, gathered into one mail a day to an account."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.invoices.models import Reminder
from portal.invoices.overdue import Overdue, is_covered, overdue_accounts
from portal.invoices.recipients import recipients_of
from portal.jobs import queue
from portal.jobs.context import JobContext
from portal.orders.models import MailTopic


def remind(context: JobContext) -> None:
    """Note for each overdue invoice that it has come to its next reminder, and have the account written to.

    An invoice that was overlooked for weeks is reminded of once, at the level it has come to. Accounts whose unused
    money covers what is overdue hear nothing.
    """
    session = context.session
    for overdue in overdue_accounts(session, context.now):
        reached = _newly_reached(session, overdue)
        if not reached or is_covered(session, overdue):
            continue
        session.execute(
            insert_for(session, Reminder).on_conflict_do_nothing(index_elements=["invoice_id", "level"]),
            [
                {
                    "invoice_id": invoice.id,
                    "level": reached[invoice.id],
                    "open_amount": invoice.open_amount,
                    "sent_at": context.now,
                }
                for invoice in overdue.invoices
                if invoice.id in reached
            ],
        )
        for recipient in recipients_of(session, overdue.account_id, MailTopic.INVOICES):
            arguments = {
                "account_id": overdue.account_id,
                "user_id": recipient.user_id,
                "level": max(reached.values()),
                "day": overdue.today.isoformat(),
            }
            queue.enqueue(session, "reminder_mail", arguments, now=context.now)


def level_of(reminder_days: tuple[int, ...], days: int) -> int:
    """Which reminder an invoice ``days`` overdue has come to, counted from 1; 0: none yet."""
    return sum(1 for after in reminder_days if days >= after)


def _newly_reached(session: Session, overdue: Overdue) -> dict[int, int]:
    """Invoice and level of those that have come to a level they were not reminded at."""
    levels = {invoice.id: level_of(overdue.reminder_days, invoice.days) for invoice in overdue.invoices}
    wanted = {invoice_id: level for invoice_id, level in levels.items() if level}
    if not wanted:
        return {}
    rows = session.execute(
        select(Reminder.invoice_id, func.max(Reminder.level).label("level"))
        .where(Reminder.invoice_id.in_(wanted))
        .group_by(Reminder.invoice_id)
    )
    sent = {row.invoice_id: row.level for row in rows}
    return {invoice_id: level for invoice_id, level in wanted.items() if level > sent.get(invoice_id, 0)}
