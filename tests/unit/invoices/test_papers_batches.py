"""Papers of several documents in one file, a few in each run."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.adapters.mail_templates import MailRenderer
from portal.adapters.paper import Sheet
from portal.catalog.models import StoredFile
from portal.core.errors import NotFound, Refused
from portal.invoices import batches
from portal.invoices.batches import MAKE_BATCH, ask_batch, forget_old_batches
from portal.invoices.models import BatchState, DownloadBatch, FileKind
from portal.invoices.papers import MAKE_PAPER
from portal.jobs.context import JobContext, Services
from portal.jobs.models import Job
from tests.invoicing import make_invoice
from tests.ordering import NOW, Shop, open_shop


@dataclass
class Typist:
    """A press that writes the title and counts its work: what a PDF looks like is proven elsewhere."""

    printed: list[str] = field(default_factory=list)

    def pdf(self, sheet: Sheet) -> bytes:
        self.printed.append(sheet.title)
        return f"%PDF {sheet.title}".encode()

    def html(self, sheet: Sheet, *, stylesheet: str = "") -> str:
        return sheet.title + stylesheet


@pytest.fixture
def shop(session: Session) -> Shop:
    return open_shop(session)


@pytest.fixture
def press() -> Typist:
    return Typist()


def context(session: Session, now=NOW) -> JobContext:
    return JobContext(session, now, MailRenderer(), "https://portal.example", "Portal", "x")


def invoices(session: Session, shop: Shop, number: int) -> list[int]:
    account = session.get_one(Account, shop.account_id)
    return [make_invoice(session, account).id for _ in range(number)]


def ask(session: Session, shop: Shop, ids: list[int], key: str = "k") -> int:
    return ask_batch(session, shop.account_id, shop.user_id, ids, submit_key=key, now=NOW)


def run(session: Session, press: Typist, batch_id: int) -> bool:
    """One run of the job, as the worker does it; False if there was nothing to do."""
    chunk = MAKE_BATCH.read(context(session), batch_id=batch_id)
    if chunk is None:
        return False
    MAKE_BATCH.write(context(session), chunk, MAKE_BATCH.work(Services(press, {}), chunk))
    session.expire_all()
    return True


def jobs(session: Session) -> list[str | None]:
    return list(session.scalars(select(Job.unique_key).where(Job.name == "make_batch").order_by(Job.id)))


def packed(session: Session, batch: DownloadBatch) -> bytes:
    return session.scalars(select(StoredFile.content).where(StoredFile.id == batch.stored_file_id)).one()


def test_a_batch_is_packed_run_by_run(session: Session, shop: Shop, press: Typist, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)
    ids = invoices(session, shop, 5)
    batch_id = ask(session, shop, [ids[4], *ids[:4], ids[0]])
    batch = session.get_one(DownloadBatch, batch_id)
    seen = [(batch.done, batch.state)]

    while run(session, press, batch_id):
        seen.append((batch.done, batch.state))

    waiting, ready = BatchState.WAITING, BatchState.READY
    assert seen == [(0, waiting), (2, waiting), (4, waiting), (5, ready)]
    assert jobs(session) == [f"make_batch:{batch_id}:{done}" for done in (0, 2, 4)]
    with zipfile.ZipFile(io.BytesIO(packed(session, batch))) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read(names[0]).startswith(b"%PDF ")
    assert len(names) == 5
    assert names[0] > max(names[1:]), "in the order asked for, each once"
    # Half-filled archives are not left behind.
    assert session.scalars(select(StoredFile.id).where(StoredFile.media_type == "application/zip")).all() == [
        batch.stored_file_id
    ]


def test_filed_papers_are_packed_as_they_are(session: Session, shop: Shop, press: Typist):
    (first, second) = invoices(session, shop, 2)
    wanted = MAKE_PAPER.read(context(session), invoice_id=first)
    MAKE_PAPER.write(context(session), wanted, {FileKind.PDF: b"%PDF as filed"})
    batch_id = ask(session, shop, [first, second])

    run(session, press, batch_id)

    with zipfile.ZipFile(io.BytesIO(packed(session, session.get_one(DownloadBatch, batch_id)))) as archive:
        assert archive.read(archive.namelist()[0]) == b"%PDF as filed"
    assert len(press.printed) == 1


def test_the_same_papers_give_the_same_bytes(session: Session, shop: Shop, press: Typist):
    ids = invoices(session, shop, 3)
    one, other = ask(session, shop, ids, "one"), ask(session, shop, ids, "other")

    run(session, press, one)
    run(session, press, other)

    first, second = (session.get_one(DownloadBatch, each) for each in (one, other))
    assert first.stored_file_id == second.stored_file_id


def test_the_same_key_gives_the_first_batch(session: Session, shop: Shop):
    ids = invoices(session, shop, 2)

    assert ask(session, shop, ids) == ask(session, shop, ids[:1])
    assert session.scalars(select(DownloadBatch.invoice_ids)).all() == [ids]
    assert len(jobs(session)) == 1


def test_another_accounts_document_is_not_found(session: Session, shop: Shop):
    (own,) = invoices(session, shop, 1)
    rival = shop.dealer(session)
    strange = make_invoice(session, session.get_one(Account, rival.account_id)).id

    with pytest.raises(NotFound):
        ask(session, shop, [own, strange])
    assert session.scalars(select(DownloadBatch.id)).all() == []
    assert jobs(session) == []


def test_a_batch_is_of_something_and_not_of_everything(session: Session, shop: Shop, monkeypatch):
    with pytest.raises(Refused) as refused:
        ask(session, shop, [])
    assert refused.value.code == "no_documents"
    monkeypatch.setattr(batches, "BATCH_MAX", 1)
    with pytest.raises(Refused) as refused:
        ask(session, shop, invoices(session, shop, 2))
    assert (refused.value.code, refused.value.facts["limit"]) == ("too_many_documents", 1)


def test_a_run_that_another_worker_did_changes_nothing(
    session: Session, shop: Shop, press: Typist, monkeypatch
):
    monkeypatch.setattr(batches, "CHUNK", 1)
    batch_id = ask(session, shop, invoices(session, shop, 2))
    late = MAKE_BATCH.read(context(session), batch_id=batch_id)
    made = MAKE_BATCH.work(Services(press, {}), late)
    run(session, press, batch_id)
    before = jobs(session)

    MAKE_BATCH.write(context(session), late, made)

    session.expire_all()
    assert session.get_one(DownloadBatch, batch_id).done == 1
    assert jobs(session) == before


def test_old_batches_are_forgotten_with_their_files(session: Session, shop: Shop, press: Typist):
    ids = invoices(session, shop, 2)
    old = ask(session, shop, ids[:1])
    run(session, press, old)

    forget_old_batches(context(session, NOW + timedelta(days=7)))
    assert session.get(DownloadBatch, old) is not None
    forget_old_batches(context(session, NOW + timedelta(days=7, seconds=1)))

    session.expire_all()
    assert session.scalars(select(DownloadBatch.id)).all() == []
    assert (
        session.scalars(select(StoredFile.id).where(StoredFile.media_type == "application/zip")).all() == []
    )
    assert not run(session, press, old)
