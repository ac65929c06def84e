"""POST /invoices/downloads, GET /invoices/downloads/<id> and its .zip."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.core.database import Database
from portal.extensions import Runtime
from portal.invoices.models import BatchState, DownloadBatch
from portal.jobs.context import Services
from portal.jobs.models import Job
from portal.jobs.queue import MAX_ATTEMPTS
from portal.worker import Worker
from tests.conftest import NOW
from tests.dealer import Person
from tests.invoicing import make_invoice
from tests.storefront import Shop


class PlainPress:
    def pdf(self, sheet: object) -> bytes:
        return b"%PDF-1.7"

    def html(self, sheet: object, *, stylesheet: str = "") -> str:
        return ""


@pytest.fixture
def numbers(shop: Shop, dealer: Person) -> list[str]:
    made = [make_invoice(shop.session, shop.account).number for _ in range(3)]
    shop.commit()
    return made


def ask(person: Person, *numbers: str, key: str = "key"):
    return person.browser.client.post(
        "/invoices/downloads", data={"invoice": list(numbers), "submit_key": key, "csrf_token": person.token}
    )


def batches(database: Database) -> list[tuple[int, BatchState, int]]:
    with database.reading() as session:
        rows = session.execute(select(DownloadBatch.id, DownloadBatch.state, DownloadBatch.invoice_ids))
        return [(row.id, row.state, len(row.invoice_ids)) for row in rows]


def test_several_papers_in_one_file(
    dealer: Person, numbers: list[str], app: Flask, database: Database
) -> None:
    dealer.open("/invoices")
    asked = ask(dealer, *numbers[:2])
    assert asked.status_code == 303
    where = asked.headers["Location"]
    assert ask(dealer, *numbers[:2]).headers["Location"] == where
    assert batches(database) == [(1, BatchState.WAITING, 2)]

    page = dealer.open(where)
    (part,) = page.having("data-batch")
    assert (part.attributes["data-status"], part.attributes["data-hx-get"]) == ("waiting", where)
    (again,) = page.all("a", class_="button button--secondary without-script")
    assert again.attributes["href"] == where
    assert dealer.get(f"{where}.zip").status_code == 404

    runtime: Runtime = app.extensions["portal"]
    worker = Worker(database, runtime.mailer, runtime.settings, services=Services(PlainPress(), {}))
    while worker.step(NOW):
        pass
    ready = dealer.htmx_get(where).text
    assert 'data-status="ready"' in ready
    assert "data-hx-get" not in ready
    assert "<html" not in ready
    answer = dealer.get(f"{where}.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert sorted(archive.namelist()) == sorted(f"{number}.pdf" for number in numbers[:2])


def test_nothing_ticked_or_nothing_of_ones_own(
    shop: Shop, dealer: Person, numbers: list[str], app: Flask, database: Database
) -> None:
    _account, rival = shop.rival()
    shop.commit()
    dealer.open("/invoices")
    assert ask(dealer).headers["Location"] == "/invoices"
    assert ask(dealer, numbers[0], key="").headers["Location"] == "/invoices"
    stranger = Person(app, rival)
    stranger.open("/invoices")
    assert ask(stranger, *numbers).headers["Location"] == "/invoices"
    assert batches(database) == []


def test_a_batch_is_nobody_elses(
    shop: Shop, dealer: Person, numbers: list[str], app: Flask, database: Database
) -> None:
    _account, rival = shop.rival()
    shop.commit()
    dealer.open("/invoices")
    where = ask(dealer, numbers[0]).headers["Location"]
    stranger = Person(app, rival)
    for address in (where, f"{where}.zip"):
        assert stranger.get(address).status_code == 404
    assert dealer.get("/invoices/downloads/999").status_code == 404


class JammedPress(PlainPress):
    def pdf(self, sheet: object) -> bytes:
        raise RuntimeError("out of paper")


def test_a_file_that_cannot_be_made_says_so(
    dealer: Person, numbers: list[str], app: Flask, database: Database
) -> None:
    dealer.open("/invoices")
    where = ask(dealer, *numbers).headers["Location"]
    runtime: Runtime = app.extensions["portal"]
    worker = Worker(database, runtime.mailer, runtime.settings, services=Services(JammedPress(), {}))
    while worker.step(NOW):
        pass
    at = NOW
    for _ in range(MAX_ATTEMPTS - 2):
        at += timedelta(days=1)
        assert worker.step(at)
    assert batches(database) == [(1, BatchState.WAITING, 3)], "it may still go well"

    assert worker.step(at + timedelta(days=1))

    assert batches(database) == [(1, BatchState.FAILED, 3)]
    page = dealer.open(where)
    (part,) = page.having("data-batch")
    assert part.attributes["data-status"] == "failed"
    assert "data-hx-get" not in part.attributes
    assert "The file could not be made" in page.text
    assert dealer.get(f"{where}.zip").status_code == 404

    # Where the printer works again, the same file is made.
    dealer.browser.submit(f"{where}/again")
    assert batches(database) == [(1, BatchState.WAITING, 3)]
    assert worker_with(PlainPress(), app, database).step(at + timedelta(days=1))
    assert batches(database) == [(1, BatchState.READY, 3)]
    # A button of a page that is out of date asks for nothing.
    assert dealer.post(f"{where}/again").status_code == 303
    assert batches(database) == [(1, BatchState.READY, 3)]


def worker_with(press: PlainPress, app: Flask, database: Database) -> Worker:
    runtime: Runtime = app.extensions["portal"]
    return Worker(database, runtime.mailer, runtime.settings, services=Services(press, {}))


def test_a_file_whose_maker_was_killed_at_the_last_attempt_says_so(
    dealer: Person, numbers: list[str], app: Flask, database: Database
) -> None:
    dealer.open("/invoices")
    where = ask(dealer, *numbers).headers["Location"]
    with database.transaction() as session:
        making = Job.name == "make_batch"
        session.execute(update(Job).where(making).values(attempts=MAX_ATTEMPTS, claimed_until=NOW))
        session.execute(delete(Job).where(~making))
    worker = worker_with(PlainPress(), app, database)
    assert worker.step(NOW + timedelta(minutes=1))
    assert batches(database) == [(1, BatchState.FAILED, 3)]
    dealer.open(where)
    dealer.browser.submit(f"{where}/again")
    assert worker.step(NOW + timedelta(minutes=1))
    assert batches(database) == [(1, BatchState.READY, 3)]
