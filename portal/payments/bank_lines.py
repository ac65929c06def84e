"""Transfers of bank files: taken in once, matched with what waits for money, or left for a person to decide.

Locks: line → order → account → payment. A line becomes a payment at most once, whoever tries.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account, BillingProfile, User
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.upsert import insert_for
from portal.invoices.books import open_books
from portal.invoices.issue import lock_orders
from portal.invoices.terms import release_if_paid
from portal.payments.actions import Received, receive_transfer, undo_transfer
from portal.payments.bank_files import BankFile, RefusedRow
from portal.payments.matching import Incoming, Match, Way, decide, facts_for
from portal.payments.models import BankImport, BankLine, BankLineState, Payment
from portal.payments.payer_names import folded_name

PAGE_SIZE: Final = 20
"""Lines on a page of the desk."""

MAX_NAMES: Final = 20
"""Names of payers that are kept of an account, the newest last."""

_CHUNK: Final = 500
"""Lines in one statement: SQLite takes a limited number of values."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. Each of its rows is in one of the last five."""

    import_id: int
    rows: int
    matched: int
    unmatched: int
    known: int
    """Brought in by another file before."""
    left_out: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class LineView:
    """A transfer at the desk."""

    id: int
    row: int
    file_name: str
    currency: str
    booked_on: date
    amount: int
    """Minor units."""
    payer: str
    text: str
    state: BankLineState
    matched_by: str
    note: str
    """Why a person put it aside."""
    payment_reference: str
    """Empty unless it is matched."""
    account_code: str
    account_name: str
    decided_by: str
    decided_at: datetime | None

    @property
    def incoming(self) -> Incoming:
        """The transfer as matching takes it."""
        return Incoming(self.id, self.currency, self.booked_on, self.amount, self.payer, self.text)


@dataclass(frozen=True, slots=True)
class LinePage:
    """A page of transfers."""

    rows: tuple[LineView, ...]
    page: int
    has_more: bool


def import_file(
    session: Session,
    found: BankFile,
    *,
    file_name: str,
    sha256: str,
    currency: str,
    actor_id: int,
    now: datetime,
) -> Imported:
    """Take in what a file holds and is not known yet, and match what can be matched with certainty.

    ``sha256`` is the file's; the same file brings nothing in again.
    """
    files = insert_for(session, BankImport).values(
        file_name=file_name, sha256=sha256, currency=currency, imported_by_id=actor_id, created_at=now
    )
    # A file that is known is taken, so that whoever sent it twice at once waits for the first.
    import_id: int = session.execute(
        files.on_conflict_do_update(
            index_elements=["sha256"], set_={"file_name": BankImport.file_name}
        ).returning(BankImport.id)
    ).scalar_one()
    fresh = _insert_lines(session, import_id, found, currency)
    matched = _match_lines(session, fresh, currency, actor_id, now)
    return Imported(
        import_id=import_id,
        rows=found.rows,
        matched=matched,
        unmatched=len(fresh) - matched,
        known=len(found.transfers) - len(fresh),
        left_out=found.left_out,
        refused=found.refused,
    )


def match_again(session: Session, currency: str, *, actor_id: int, now: datetime) -> int:
    """Try the lines that wait once more, as when invoices were issued since; gives how many were matched."""
    rows = session.execute(
        select(*_INCOMING)
        .where(BankLine.state == BankLineState.UNMATCHED, BankLine.currency == currency)
        .order_by(BankLine.id)
        .with_for_update()
    )
    return _match_lines(session, [Incoming(*row) for row in rows], currency, actor_id, now)


def match_to(
    session: Session,
    line_id: int,
    account_id: int,
    invoice_numbers: Sequence[str],
    *,
    payment_id: int | None,
    actor_id: int,
    now: datetime,
) -> Received:
    """Say that a line is an account's, and what it settles: the payment that waited for it, or the invoices named.

    What neither takes is the account's credit. The name it came under is remembered for the next time. Raises NotFound;
    Conflict ``already_decided`` (``state``); Refused ``other_currency`` (``currency``); what receive_transfer raises.
    """
    line = _locked(session, line_id)
    if line.state is not BankLineState.UNMATCHED:
        raise Conflict("already_decided", state=line.state)
    _lock_orders(session, [payment_id])
    if open_books(session, account_id).currency != line.currency:
        raise Refused("other_currency", field="account", currency=line.currency)
    match = Match(Way.PERSON, account_id, payment_id, tuple(invoice_numbers))
    received = _receive(session, line, match, actor_id, now)
    _learn(session, account_id, line.payer)
    return received


def ignore(session: Session, line_id: int, *, reason: str, actor_id: int, now: datetime) -> None:
    """Say that a line is no dealer's payment, and why. Raises NotFound; Conflict ``already_decided`` (``state``)."""
    line = _locked(session, line_id)
    if line.state is not BankLineState.UNMATCHED:
        raise Conflict("already_decided", state=line.state)
    _write(session, line_id, now, actor_id, state=BankLineState.IGNORED, matched_by=Way.PERSON, note=reason)


def undo(session: Session, line_id: int, *, note: str, actor_id: int, now: datetime) -> None:
    """Take back what was decided of a line, which waits again; a wrong match forgets the name it learned.

    Raises NotFound; Conflict ``not_decided``; what undo_transfer raises.
    """
    line = _locked(session, line_id)
    if line.state is BankLineState.UNMATCHED:
        raise Conflict("not_decided")
    if line.payment_id is not None:
        account_id = session.scalars(select(Payment.account_id).where(Payment.id == line.payment_id)).one()
        undo_transfer(session, line.payment_id, note=note, actor_id=actor_id, now=now)
        _forget(session, account_id, line.payer)
    waiting = {"state": BankLineState.UNMATCHED, "payment_id": None, "matched_by": "", "note": ""}
    _write(session, line_id, now, actor_id, **waiting)


def lines_at_desk(
    session: Session, *, states: Collection[BankLineState], page: int = 1, q: str = ""
) -> LinePage:
    """A page of transfers, those that wait the longest first, others the newest first; one statement.

    Each word of ``q`` is part of the payer's name, the text, or the account's name or code.
    """
    statement = _VIEW.where(BankLine.state.in_(sorted(states)))
    searched = func.lower(
        BankLine.payer
        + " "
        + BankLine.text
        + " "
        + func.coalesce(Account.code + " " + Account.name + " " + Payment.reference, "")
    )
    for word in q.split()[:6]:
        statement = statement.where(searched.contains(word.lower(), autoescape=True))
    waiting = set(states) == {BankLineState.UNMATCHED}
    order = BankLine.id.asc() if waiting else BankLine.id.desc()
    rows = session.execute(
        statement.order_by(order).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
    ).all()
    return LinePage(tuple(_view(row) for row in rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def line_at_desk(session: Session, line_id: int) -> LineView:
    """One transfer. Raises NotFound."""
    row = session.execute(_VIEW.where(BankLine.id == line_id)).one_or_none()
    if row is None:
        raise NotFound("bank line", line_id)
    return _view(row)


def waiting_lines(session: Session) -> dict[str, tuple[int, int]]:
    """How many transfers wait and what they come to (minor units), by currency."""
    rows = session.execute(
        select(BankLine.currency, func.count(), func.sum(BankLine.amount))
        .where(BankLine.state == BankLineState.UNMATCHED)
        .group_by(BankLine.currency)
        .order_by(BankLine.currency)
    )
    return {currency: (count, int(amount)) for currency, count, amount in rows}


_INCOMING = (
    BankLine.id,
    BankLine.currency,
    BankLine.booked_on,
    BankLine.amount,
    BankLine.payer,
    BankLine.text,
)

_VIEW = (
    select(
        BankLine.id,
        BankLine.row,
        BankImport.file_name,
        BankLine.currency,
        BankLine.booked_on,
        BankLine.amount,
        BankLine.payer,
        BankLine.text,
        BankLine.state,
        BankLine.matched_by,
        BankLine.note,
        Payment.reference.label("payment_reference"),
        Account.code.label("account_code"),
        Account.name.label("account_name"),
        User.name.label("decided_by"),
        BankLine.decided_at,
    )
    .join(BankImport, BankImport.id == BankLine.import_id)
    .outerjoin(Payment, Payment.id == BankLine.payment_id)
    .outerjoin(Account, Account.id == Payment.account_id)
    .outerjoin(User, User.id == BankLine.decided_by_id)
)


def _view(row: Any) -> LineView:
    texts = ("payment_reference", "account_code", "account_name", "decided_by")
    return LineView(**{**row._mapping, **{name: row._mapping[name] or "" for name in texts}})


def _insert_lines(session: Session, import_id: int, found: BankFile, currency: str) -> list[Incoming]:
    """Write the transfers that are not known; gives those."""
    fresh: list[Incoming] = []
    for start in range(0, len(found.transfers), _CHUNK):
        statement = insert_for(session, BankLine).on_conflict_do_nothing(
            index_elements=["currency", "fingerprint"]
        )
        rows = session.execute(
            statement.returning(*_INCOMING),
            [
                {
                    "import_id": import_id,
                    "row": transfer.row,
                    "currency": currency,
                    "fingerprint": transfer.fingerprint,
                    "booked_on": transfer.booked_on,
                    "amount": transfer.amount,
                    "payer": transfer.payer,
                    "text": transfer.text,
                    "state": BankLineState.UNMATCHED,
                    "matched_by": "",
                    "note": "",
                }
                for transfer in found.transfers[start : start + _CHUNK]
            ],
        )
        fresh += [Incoming(*row) for row in rows]
    return fresh


def _match_lines(
    session: Session, lines: Sequence[Incoming], currency: str, actor_id: int, now: datetime
) -> int:
    if not lines:
        return 0
    facts = facts_for(session, lines, currency)
    decided = [(line, match) for line in lines if (match := decide(line, facts)) is not None]
    _lock_orders(session, [match.payment_id for _line, match in decided])
    # Accounts are locked in one order, so that two files read at once cannot wait for each other.
    for line, match in sorted(decided, key=lambda pair: (pair[1].account_id, pair[0].id)):
        _receive(session, line, match, actor_id, now)
    return len(decided)


def _lock_orders(session: Session, payment_ids: Collection[int | None]) -> None:
    """Lock the orders these payments are for, before any account is."""
    wanted = {payment_id for payment_id in payment_ids if payment_id is not None}
    orders = session.scalars(
        select(Payment.order_id).where(Payment.id.in_(wanted), Payment.order_id.is_not(None))
    )
    lock_orders(session, [order_id for order_id in orders if order_id is not None])


def _receive(session: Session, line: Any, match: Match, actor_id: int, now: datetime) -> Received:
    last = session.scalar(select(BankLine.decided_at).where(BankLine.id == line.id))
    received = receive_transfer(
        session,
        match.account_id,
        line.amount,
        booked_on=line.booked_on,
        text=" ".join(filter(None, (line.payer, line.text))),
        # A line that was taken back may be matched anew, with the same account even.
        submit_key=f"bank:{line.id}:{last.isoformat() if last else ''}",
        now=now,
        actor_id=actor_id,
        payment_id=match.payment_id,
        invoice_numbers=match.invoice_numbers,
    )
    _write(
        session,
        line.id,
        now,
        actor_id,
        state=BankLineState.MATCHED,
        payment_id=received.payment_id,
        matched_by=match.way,
    )
    release_if_paid(session, match.account_id, now)
    return received


def _locked(session: Session, line_id: int) -> Any:
    row = session.execute(
        select(*_INCOMING, BankLine.state, BankLine.payment_id)
        .where(BankLine.id == line_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("bank line", line_id)
    return row


def _write(session: Session, line_id: int, now: datetime, actor_id: int, **values: Any) -> None:
    session.execute(
        update(BankLine)
        .where(BankLine.id == line_id)
        .values(decided_by_id=actor_id, decided_at=now, **values)
        .execution_options(synchronize_session=False)
    )


def _learn(session: Session, account_id: int, payer: str) -> None:
    names = _names(session, account_id)
    if not folded_name(payer) or payer in names:
        return
    _keep_names(session, account_id, [*names, payer][-MAX_NAMES:])


def _forget(session: Session, account_id: int, payer: str) -> None:
    names = _names(session, account_id)
    if payer in names:
        _keep_names(session, account_id, [name for name in names if name != payer])


def _names(session: Session, account_id: int) -> list[str]:
    return list(
        session.scalar(select(BillingProfile.payer_names).where(BillingProfile.account_id == account_id))
        or ()
    )


def _keep_names(session: Session, account_id: int, names: list[str]) -> None:
    profile = insert_for(session, BillingProfile).values(account_id=account_id, payer_names=names)
    session.execute(profile.on_conflict_do_update(index_elements=["account_id"], set_={"payer_names": names}))
