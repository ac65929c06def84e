"""The worker: which job runs which handler, what runs by itself and when, and the loop around them.

What feeds search has a loop of its own, which is started here and stands in ``feeder.py``.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts import billing
from portal.accounts import jobs as account_jobs
from portal.adapters.mail import Mail, Mailer
from portal.adapters.mail_templates import MailLook, MailRenderer
from portal.adapters.press import Press
from portal.assets import hashed_path
from portal.core import clock
from portal.core.database import Database
from portal.discovery import jobs as search_jobs
from portal.discovery.service import SearchService
from portal.feeder import Feeder
from portal.invoices import batches, interest, letters, papers, reminders, terms
from portal.invoices import jobs as invoice_jobs
from portal.jobs import jobs as job_jobs
from portal.jobs import queue
from portal.jobs.context import Errand, JobContext, Services
from portal.orders import jobs as order_jobs
from portal.payments import jobs as payment_jobs
from portal.payments import reconcile
from portal.settings import Settings

log = logging.getLogger("portal.worker")

Chore = Callable[..., None]
"""Changes records, in the transaction that also finishes the job. Takes the context and the job's arguments."""

Letter = Callable[..., Mail | None]
"""Reads records and gives the mail to send, or None; the worker hands it over outside any transaction.

A mail server may take its time, and whoever orders meanwhile must not wait for it.
"""

Survey = Callable[[Session, SearchService, date], Iterable[tuple[str, dict[str, Any]]]]
"""Only reads, which may take long, and gives the jobs (name, arguments) to ask for. ``date`` is the seller's today."""

CHORES: Final[Mapping[str, Chore]] = {
    "forget_old_attempts": account_jobs.forget_old_attempts,
    "forget_old_searches": search_jobs.forget_old_searches,
    "purge_finished_jobs": job_jobs.purge_finished,
    "forget_old_entries": order_jobs.forget_old_entries,
    "came_in_stock": order_jobs.came_in_stock,
    "invoice_shipment": invoice_jobs.invoice_shipment,
    "invoice_order": invoice_jobs.invoice_order,
    "invoice_months": invoice_jobs.invoice_months,
    "invoice_month": invoice_jobs.invoice_month,
    "credit_return": invoice_jobs.credit_return,
    "prove_books": invoice_jobs.prove_books,
    "end_overrides": billing.end_overrides,
    "expire_payments": payment_jobs.expire_payments,
    "return_prepaid": payment_jobs.return_prepaid,
    "receipt_mail": payment_jobs.receipt_mail,
    "invoice_mail": letters.invoice_mail,
    "remind": reminders.remind,
    "hold_overdue": terms.hold_overdue,
    "charge_interest": interest.charge_interest,
    "interest_note": interest.interest_note,
    "forget_old_batches": batches.forget_old_batches,
}

LETTERS: Final[Mapping[str, Letter]] = {
    "order_mail": order_jobs.order_mail,
    "return_mail": order_jobs.return_mail,
    "back_in_stock_mail": order_jobs.back_in_stock_mail,
    "password_reset_mail": account_jobs.password_reset_mail,
    "password_changed_mail": account_jobs.password_changed_mail,
    "receipt_letter": payment_jobs.receipt_letter,
    "invoice_letter": letters.invoice_letter,
    "reminder_mail": letters.reminder_mail,
    "held_mail": letters.held_mail,
    "held_seller_mail": letters.held_seller_mail,
    "released_mail": letters.released_mail,
}

SURVEYS: Final[Mapping[str, Survey]] = {
    "heal_index": search_jobs.heal_index,
}

ERRANDS: Final[Mapping[str, Errand]] = {
    "fetch_payment": payment_jobs.FETCH_PAYMENT,
    "cancel_payment": payment_jobs.CANCEL_PAYMENT,
    "expire_order": payment_jobs.EXPIRE_ORDER,
    "refund_payment": payment_jobs.REFUND_PAYMENT,
    "reconcile": reconcile.RECONCILE,
    "make_paper": papers.MAKE_PAPER,
    "make_batch": batches.MAKE_BATCH,
}

SCHEDULE: Final[Mapping[str, time]] = {
    # Each runs once a day from this time on, in the seller's time zone.
    # What is popular is counted by days: soon after midnight the index is behind.
    "heal_index": time(0, 5),
    "end_overrides": time(0, 10),
    "expire_payments": time(1, 0),
    "forget_old_attempts": time(3, 0),
    "forget_old_searches": time(3, 5),
    "forget_old_entries": time(3, 10),
    "purge_finished_jobs": time(3, 15),
    "prove_books": time(4, 0),
    "forget_old_batches": time(3, 20),
    # In the morning, when who is written to can pay or call; what the day before brought is booked by then.
    "charge_interest": time(7, 30),
    "hold_overdue": time(8, 0),
    "remind": time(8, 30),
    # The day (UTC) that is compared is over, wherever the seller is.
    "reconcile": time(9, 45),
}


@dataclass
class Worker:
    """Does the jobs of one database, one at a time."""

    database: Database
    mailer: Mailer
    settings: Settings
    chores: Mapping[str, Chore] = field(default_factory=lambda: CHORES)
    letters: Mapping[str, Letter] = field(default_factory=lambda: LETTERS)
    surveys: Mapping[str, Survey] = field(default_factory=lambda: SURVEYS)
    errands: Mapping[str, Errand] = field(default_factory=lambda: ERRANDS)
    search: SearchService = field(default_factory=SearchService)
    services: Services = field(default_factory=lambda: Services(Press(), {}))
    asked: tuple[date, list[str]] | None = None
    """Day and names of the scheduled jobs last asked for, so that an idle worker takes no lock to ask again."""

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, looking for work at the settings' interval when there is none."""
        log.info("worker started")
        feeder = threading.Thread(
            target=Feeder(self.database, self.search, self.settings).run, args=(stop,), name="feeder"
        )
        feeder.start()
        while not stop.is_set():
            try:
                self.enqueue_scheduled(clock.now())
                busy = self.step(clock.now())
            except Exception:
                # The database may be away for a while; the worker must still be there when it is back.
                log.exception("the worker could not look for work")
                busy = False
            if not busy:
                stop.wait(self.settings.worker_poll_seconds)
        feeder.join()
        log.info("worker stopped")

    def step(self, now: datetime) -> bool:
        """Do one due job. True if there was one, whether it went well or not."""
        with self.database.reading() as session:
            is_due = queue.has_due(session, now=now, but=search_jobs.FEEDS)
            lost = queue.lost(session, now=now)
        if lost is not None:
            self._end_lost(lost, now)
        if not is_due:
            return lost is not None
        with self.database.transaction() as session:
            claimed = queue.claim(
                session,
                now=now,
                lease=timedelta(seconds=self.settings.job_lease_seconds),
                but=search_jobs.FEEDS,
            )
        if claimed is None:
            return False
        try:
            if claimed.name in self.letters:
                self._send(claimed, now)
            elif claimed.name in self.surveys:
                self._survey(claimed, now)
            elif claimed.name in self.errands:
                self._run_errand(claimed, now)
            else:
                self._do(claimed, now)
        except Exception:
            log.exception("job %s %s failed", claimed.name, claimed.id)
            error = traceback.format_exc()
            if claimed.attempts >= queue.MAX_ATTEMPTS:
                self._give_up(claimed, now)
            with self.database.transaction() as session:
                queue.fail(session, claimed, error, now=now)
        return True

    def _end_lost(self, lost: queue.Claim, now: datetime) -> None:
        """End a job whose worker was killed at its last attempt: otherwise who waits for it would wait for good."""
        log.error("job %s %s was lost at its last attempt", lost.name, lost.id)
        self._give_up(lost, now)
        with self.database.transaction() as session:
            queue.end_lost(session, lost.id, now=now)

    def _give_up(self, claimed: queue.Claim, now: datetime) -> None:
        """Tell who waits for it. It comes before the job's end is noted: killed between the two, it is done again."""
        errand = self.errands.get(claimed.name)
        if errand is None or errand.give_up is None:
            return
        try:
            with self.database.transaction() as session:
                errand.give_up(self._context(session, now), **claimed.arguments)
        except Exception:
            log.exception("job %s %s could not be given up", claimed.name, claimed.id)

    def _do(self, claimed: queue.Claim, now: datetime) -> None:
        with self.database.transaction() as session:
            self.chores[claimed.name](self._context(session, now), **claimed.arguments)
            queue.finish(session, claimed.id, now=now)

    def _send(self, claimed: queue.Claim, now: datetime) -> None:
        with self.database.reading() as session:
            mail = self.letters[claimed.name](self._context(session, now), **claimed.arguments)
        if mail is not None:
            self.mailer.send(mail)
        # Killed before this line, the worker sends the same mail, under the same Message-ID, once more.
        with self.database.transaction() as session:
            queue.finish(session, claimed.id, now=now)

    def _run_errand(self, claimed: queue.Claim, now: datetime) -> None:
        errand = self.errands[claimed.name]
        with self.database.reading() as session:
            wanted = errand.read(self._context(session, now), **claimed.arguments)
        done = None if wanted is None else errand.work(self.services, wanted)
        with self.database.transaction() as session:
            if wanted is not None:
                errand.write(self._context(session, now), wanted, done)
            queue.finish(session, claimed.id, now=now)

    def _survey(self, claimed: queue.Claim, now: datetime) -> None:
        today = clock.local_date(now, self.settings.seller_timezone)
        with self.database.reading() as session:
            wanted = list(self.surveys[claimed.name](session, self.search, today))
        with self.database.transaction() as session:
            for name, arguments in wanted:
                queue.enqueue(session, name, arguments, now=now)
            queue.finish(session, claimed.id, now=now)

    def enqueue_scheduled(self, now: datetime) -> None:
        """Ask for what the schedule has due today; the unique key keeps two workers from asking twice."""
        local = now.astimezone(ZoneInfo(self.settings.seller_timezone))
        due = [name for name, at in SCHEDULE.items() if local.time() >= at]
        if not due or self.asked == (local.date(), due):
            return
        with self.database.transaction() as session:
            for name in due:
                queue.enqueue(session, name, {}, now=now, unique_key=f"{name}:{local.date()}")
        self.asked = (local.date(), due)

    def _context(self, session: Session, now: datetime) -> JobContext:
        return JobContext(
            session=session,
            now=now,
            mail_renderer=MailRenderer(mail_look(self.settings)),
            base_url=self.settings.base_url,
            brand_name=self.settings.brand_name,
            secret_key=self.settings.secret_key,
        )


def mail_look(settings: Settings) -> MailLook:
    """How the settings want mail to look. A logo is shown by its address at the portal, and only as PNG."""
    logo, accent = settings.brand_logo, settings.brand_accent.colour
    if logo is None or logo.media_type != "image/png":
        return MailLook(accent)
    url = f"{settings.base_url}/static/{hashed_path(logo.name, logo.content)}"
    return MailLook(accent, url, logo.width, logo.height)
