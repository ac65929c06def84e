"""A process killed without warning (SIGKILL) in the middle of its work leaves no half order and loses no mail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import CreditEntry
from portal.catalog.index_outbox import touch
from portal.catalog.models import Variant
from portal.core.database import Database
from portal.discovery.jobs import differences
from portal.discovery.service import search_service
from portal.feeder import Feeder
from portal.jobs.models import Job
from portal.orders.models import Drop, NumberSeries, Order, OrderEvent, OrderLine
from portal.orders.queries import cart_of
from search.engine import Request
from search.query import plan
from tests.factories import make_variant
from tests.integrity.victim import DONE, PAUSED, SETTINGS, worker
from tests.ordering import NOW, Shop, assert_books_balance, credit_used, open_shop, stock_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def victim(database: Database, deed: str, point: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The process at work; it is gone when the block ends, whatever happened."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integrity.victim", deed, url, point],
        cwd=ROOT, env={**os.environ, "NOW": NOW.isoformat(), **environment},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def heard(process: subprocess.Popen[str]) -> str:
    """The next line the process says; empty once it is gone."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill_at(database: Database, deed: str, point: str, **environment: str) -> None:
    """Let the process work until it reaches the point, then kill it without warning."""
    with victim(database, deed, point, **environment) as process:
        assert heard(process) == PAUSED
        process.kill()
        assert process.wait() == -9


@dataclass(frozen=True)
class Case:
    """A dealer about to order 3 beans and 2 of a tea of which 1 is there."""

    shop: Shop
    beans: int
    tea: int
    shown_total: int

    @property
    def environment(self) -> dict[str, str]:
        facts = {name: getattr(self.shop, name) for name in ("account_id", "user_id", "location_id")}
        return {"BUYER": json.dumps({**facts, "shown_total": self.shown_total})}


@pytest.fixture
def case(database: Database) -> Case:
    with database.transaction() as session:
        shop = open_shop(session, locale="en")
        beans = shop.sell(session, won=12_000, on_hand=10)
        tea = shop.sell(session, won=100, on_hand=1, allow_backorder=True)
        shop.put(session, {beans: 3, tea: 2})
        return Case(shop, beans, tea, shop.shown_total(session))


def rows(session: Session, *models: Any) -> list[int]:
    return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


ORDER_TABLES = (Order, OrderLine, Drop, OrderEvent, Job, CreditEntry, NumberSeries)


@pytest.mark.parametrize(
    "point",
    [
        "UPDATE stock",
        "INSERT INTO credit_entry",
        "INSERT INTO order_line",
        "INSERT INTO job",
        "DELETE FROM cart_line",
        "COMMIT",
    ],
)
def test_a_process_killed_before_the_commit_leaves_nothing_and_the_retry_orders_once(
    database: Database, case: Case, point: str
):
    kill_at(database, "place", point, **case.environment)

    with database.reading() as session:
        assert rows(session, *ORDER_TABLES) == [0] * len(ORDER_TABLES)
        assert (stock_of(session, case.beans), stock_of(session, case.tea)) == ((10, 0, 0), (1, 0, 0))
        assert credit_used(session, case.shop.account_id) == 0
        cart = cart_of(session, case.shop.user_id, case.shop.account_id)
        assert [(line.variant_id, line.quantity) for line in cart.lines] == [(case.beans, 3), (case.tea, 2)]

    with database.transaction() as session:
        placed = case.shop.place(session, "key", shown_total=case.shown_total)
    assert (placed.number, placed.is_repeat) == ("2026-000001", False)
    with database.reading() as session:
        assert_whole_order(session, case)


def test_a_process_killed_between_commit_and_answer_has_ordered_and_the_retry_finds_it(
    database: Database, case: Case
):
    kill_at(database, "place", "ANSWER", **case.environment)

    with database.transaction() as session:
        placed = case.shop.place(session, "key", shown_total=case.shown_total)
    assert (placed.number, placed.is_repeat) == ("2026-000001", True)
    with database.reading() as session:
        assert_whole_order(session, case)


def test_a_process_left_alone_orders(database: Database, case: Case):
    with victim(database, "place", "nowhere", **case.environment) as process:
        assert heard(process) == DONE

    with database.reading() as session:
        assert_whole_order(session, case)


def assert_whole_order(session: Session, case: Case) -> None:
    # Two jobs: the mail, and search is told that the tea has run out.
    assert rows(session, *ORDER_TABLES) == [1, 2, 2, 1, 2, 1, 1]
    assert (stock_of(session, case.beans), stock_of(session, case.tea)) == ((10, 3, 0), (1, 1, 1))
    assert credit_used(session, case.shop.account_id) == case.shown_total
    assert cart_of(session, case.shop.user_id, case.shop.account_id).lines == ()
    assert_books_balance(session)


@pytest.mark.parametrize(("point", "times"), [("BEFORE SENDING", 1), ("AFTER SENDING", 2)])
def test_mail_of_a_killed_worker_is_sent_after_its_lease_under_the_same_message_id(
    database: Database, case: Case, tmp_path: Path, point: str, times: int
):
    spool = tmp_path / "spool"
    with database.transaction() as session:
        case.shop.place(session, "key", shown_total=case.shown_total)

    kill_at(database, "mail", point, SPOOL=str(spool))

    next_worker = worker(database, spool)
    lease = timedelta(seconds=next_worker.settings.job_lease_seconds)
    assert not next_worker.step(NOW + lease / 2), "the lease of the killed worker still holds"
    assert next_worker.step(NOW + lease + timedelta(seconds=1))
    assert not next_worker.step(NOW + 2 * lease), "the mail is done"
    sent = [json.loads(line) for line in spool.read_text(encoding="utf-8").splitlines()]
    assert [mail["message_id"] for mail in sent] == ["order-2026-000001-placed@portal.example"] * times
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.name == "order_mail")).one()
        assert (job.attempts, job.last_error) == (2, None)
        assert job.finished_at is not None


def test_mail_of_a_whole_day_is_sent_though_the_worker_is_killed_again_and_again(
    database: Database, case: Case, tmp_path: Path
):
    spool = tmp_path / "spool"
    with database.transaction() as session:
        for key in range(3):
            case.shop.order(session, {case.beans: 1}, f"{key}")

    moment = NOW
    lease = timedelta(seconds=worker(database, spool).settings.job_lease_seconds + 1)
    for point in ("BEFORE SENDING", "AFTER SENDING", "BEFORE SENDING"):
        kill_at(database, "mail", point, SPOOL=str(spool), NOW=moment.isoformat())
        moment += lease
    survivor = worker(database, spool)
    while survivor.step(moment):
        pass

    sent = {json.loads(line)["message_id"] for line in spool.read_text(encoding="utf-8").splitlines()}
    assert sent == {f"order-2026-00000{number}-placed@portal.example" for number in (1, 2, 3)}
    with database.reading() as session:
        left = session.scalars(select(Job.name).where(Job.finished_at.is_(None))).all()
        assert set(left) <= {"index_variants"}


@pytest.mark.parametrize("point", ["BEFORE WRITING", "AFTER WRITING"])
def test_a_feeder_killed_at_work_loses_no_change(database: Database, tmp_path: Path, point: str):
    folder = tmp_path / "index"
    service = search_service(folder=folder)
    with database.transaction() as session:
        tea = make_variant(session, names={"en": "tea"}).id
    Feeder(database, service, SETTINGS).make_ready()
    with database.transaction() as session:
        session.execute(update(Variant).values(names={"en": "coffee"}))
        touch(session, [tea], NOW)

    kill_at(database, "feed", point, SPOOL=str(folder))

    with database.reading() as session:
        assert session.scalars(select(Job.finished_at)).all() == [None]
    feeder = Feeder(database, service, SETTINGS)
    lease = timedelta(seconds=SETTINGS.feed_lease_seconds)
    assert not feeder.step(NOW + lease / 2), "the lease of the killed feeder still holds"
    assert feeder.step(NOW + lease + timedelta(seconds=1))
    with database.reading() as session:
        assert differences(session, service.members[0].engine, NOW.date()).ids == ()
        assert session.scalars(select(Job.finished_at.is_not(None))).all() == [True]
    assert service.search(Request(plan("coffee"))).hits.ids == (tea,)
