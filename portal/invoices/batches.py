"""Papers of several documents in one file, packed a few at a time so that its progress can be seen.

A batch is a row and a job. The job packs what fits into one run, files the half-filled archive, and asks for itself
again; so a hundred papers hold no lock, a killed worker loses one run, and the page can say how many are in. The
archive bears no time of packing: the same papers give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.catalog.files import keep_file
from portal.catalog.models import StoredFile
from portal.core.errors import NotFound, Refused
from portal.core.upsert import insert_for
from portal.invoices.document import InvoiceDocument, document_of
from portal.invoices.models import BatchState, DownloadBatch, Invoice, InvoiceFile
from portal.invoices.papers import paper_of, sheet_of
from portal.jobs.context import Errand, JobContext, Services
from portal.jobs.models import Job
from portal.jobs.queue import enqueue, try_again

BATCH_MAX: Final = 200
"""Papers in one batch."""

CHUNK: Final = 20
"""Papers packed in one run of the job."""

KEEP_BATCHES: Final = timedelta(days=7)

PACKED_AT: Final = (1980, 1, 1, 0, 0, 0)
"""The time every file in an archive bears: the earliest one it can."""

ZIP_TYPE: Final = "application/zip"


def ask_batch(
    session: Session,
    account_id: int,
    user_id: int,
    invoice_ids: Sequence[int],
    *,
    submit_key: str,
    now: datetime,
) -> int:
    """The id of a new batch of the account's documents, in their order; of the first one if the key was used before.

    Raises Refused ``no_documents`` and ``too_many_documents`` (``limit``); NotFound if one is not the account's.
    """
    wanted = list(dict.fromkeys(invoice_ids))
    if not wanted:
        raise Refused("no_documents", field="invoice")
    if len(wanted) > BATCH_MAX:
        raise Refused("too_many_documents", field="invoice", limit=BATCH_MAX)
    own = set(
        session.scalars(select(Invoice.id).where(Invoice.id.in_(wanted), Invoice.account_id == account_id))
    )
    if len(own) < len(wanted):
        raise NotFound("invoice", next(each for each in wanted if each not in own))
    row = {
        "account_id": account_id,
        "user_id": user_id,
        "submit_key": submit_key,
        "state": BatchState.WAITING,
        "invoice_ids": wanted,
        "done": 0,
        "created_at": now,
    }
    asking = insert_for(session, DownloadBatch).values(row)
    session.execute(asking.on_conflict_do_nothing(index_elements=["account_id", "submit_key"]))
    batch_id = session.scalars(
        select(DownloadBatch.id).where(
            DownloadBatch.account_id == account_id, DownloadBatch.submit_key == submit_key
        )
    ).one()
    _ask_for_more(session, batch_id, 0, now)
    return batch_id


def try_batch_again(session: Session, account_id: int, user_id: int, batch_id: int, *, now: datetime) -> None:
    """Have a batch made that could not be; nothing if it is being made, or is ready.

    What was packed already stays packed. Raises NotFound for a batch that is not the person's.
    """
    batch = session.execute(
        select(DownloadBatch.state, DownloadBatch.done)
        .where(
            DownloadBatch.id == batch_id,
            DownloadBatch.account_id == account_id,
            DownloadBatch.user_id == user_id,
        )
        .with_for_update()
    ).one_or_none()
    if batch is None:
        raise NotFound("batch", batch_id)
    if batch.state is not BatchState.FAILED:
        return
    session.execute(
        update(DownloadBatch).where(DownloadBatch.id == batch_id).values(state=BatchState.WAITING)
    )
    if not try_again(session, Job.unique_key == _job_key(batch_id, batch.done), now=now):
        _ask_for_more(session, batch_id, batch.done, now)


def _job_key(batch_id: int, done: int) -> str:
    return f"make_batch:{batch_id}:{done}"


def _ask_for_more(session: Session, batch_id: int, done: int, now: datetime) -> None:
    enqueue(session, "make_batch", {"batch_id": batch_id}, now=now, unique_key=_job_key(batch_id, done))


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next papers of a batch."""

    batch_id: int
    done: int
    total: int
    packed: bytes
    """The archive so far; empty: none yet."""
    papers: tuple[tuple[InvoiceDocument, bytes | None], ...]
    """Each with its filed PDF; None: still to be printed."""
    base_url: str


def read_chunk(context: JobContext, *, batch_id: int) -> Chunk | None:
    """What is to be packed next; None for a batch that is ready or gone."""
    session = context.session
    batch = session.get(DownloadBatch, batch_id)
    if batch is None or batch.state is not BatchState.WAITING:
        return None
    packed = b""
    if batch.stored_file_id is not None:
        packed = session.scalars(
            select(StoredFile.content).where(StoredFile.id == batch.stored_file_id)
        ).one()
    next_ids = batch.invoice_ids[batch.done : batch.done + CHUNK]
    return Chunk(
        batch_id=batch_id,
        done=batch.done,
        total=len(batch.invoice_ids),
        packed=packed,
        papers=tuple(
            (document_of(session, Invoice.id == invoice_id), paper_of(session, invoice_id))
            for invoice_id in next_ids
        ),
        base_url=context.base_url,
    )


def pack_chunk(services: Services, chunk: Chunk) -> bytes:
    """The archive with the chunk's papers added; those not filed yet are printed for it."""
    packed = io.BytesIO(chunk.packed)
    with zipfile.ZipFile(packed, "a") as archive:
        for document, filed in chunk.papers:
            content = filed or services.press.pdf(sheet_of(document, base_url=chunk.base_url))
            # A PDF is compressed already.
            archive.writestr(zipfile.ZipInfo(f"{document.number}.pdf", PACKED_AT), content)
    return packed.getvalue()


def file_chunk(context: JobContext, chunk: Chunk, packed: bytes) -> None:
    """Keep the archive, and ask for the rest. Nothing, if another worker was faster."""
    session = context.session
    done = chunk.done + len(chunk.papers)
    before = session.scalar(select(DownloadBatch.stored_file_id).where(DownloadBatch.id == chunk.batch_id))
    kept = keep_file(session, packed, ZIP_TYPE)
    taken = session.execute(
        update(DownloadBatch)
        .where(DownloadBatch.id == chunk.batch_id, DownloadBatch.done == chunk.done)
        .values(
            done=done,
            stored_file_id=kept,
            state=BatchState.READY if done >= chunk.total else BatchState.WAITING,
        )
        .returning(DownloadBatch.id)
    ).one_or_none()
    if taken is None:
        return
    _forget_files(session, [before] if before is not None else [])
    if done < chunk.total:
        _ask_for_more(session, chunk.batch_id, done, context.now)


def fail_batch(context: JobContext, *, batch_id: int) -> None:
    """Say that a batch will not be made; its page tells who waits for it. Nothing, if it is ready or gone."""
    context.session.execute(
        update(DownloadBatch)
        .where(DownloadBatch.id == batch_id, DownloadBatch.state == BatchState.WAITING)
        .values(state=BatchState.FAILED)
    )


MAKE_BATCH: Final = Errand(read_chunk, pack_chunk, file_chunk, fail_batch)
"""The job make_batch {batch_id}."""


def forget_old_batches(context: JobContext) -> None:
    """Delete batches a week after they were asked for, with their files."""
    session = context.session
    gone = session.execute(
        delete(DownloadBatch)
        .where(DownloadBatch.created_at < context.now - KEEP_BATCHES)
        .returning(DownloadBatch.stored_file_id)
    ).scalars()
    _forget_files(session, [file_id for file_id in gone if file_id is not None])


def _forget_files(session: Session, file_ids: Sequence[int]) -> None:
    """Delete archives that no batch has any more: the same papers asked for twice are one file."""
    if not file_ids:
        return
    used = select(DownloadBatch.stored_file_id).where(DownloadBatch.stored_file_id.is_not(None))
    filed = select(InvoiceFile.stored_file_id)
    session.execute(
        delete(StoredFile).where(
            StoredFile.id.in_(file_ids),
            StoredFile.media_type == ZIP_TYPE,
            StoredFile.id.not_in(used),
            StoredFile.id.not_in(filed),
        )
    )
