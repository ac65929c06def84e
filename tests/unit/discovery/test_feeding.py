"""The index follows the database: soon, whatever else there is to do, and whatever is away meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from portal.adapters.mail import MemoryMailer
from portal.catalog.index_outbox import INDEX_JOB, touch
from portal.catalog.models import Variant
from portal.core import clock
from portal.core.database import Database
from portal.discovery import actions
from portal.discovery import jobs as search_jobs
from portal.discovery.jobs import differences, heal_index, outdated, rebuild
from portal.discovery.service import Breaker, Member, SearchService, search_service
from portal.feeder import LONGEST_PAUSE, SHORTEST_PAUSE, Feeder
from portal.jobs import queue
from portal.jobs.models import Job
from portal.settings import Mode, Settings
from portal.worker import SURVEYS, Worker
from search.documents import Item
from search.engine import EngineUnavailable, Health, IndexSettings, Request
from search.engines.embedded import EmbeddedEngine
from search.query import plan
from tests.factories import make_price_list, make_variant
from tests.ordering import NOW, TODAY

SETTINGS = Settings(mode=Mode.TEST, secret_key="x", database_url="", base_url="http://localhost")


class MemoryEngine:
    """Keeps items in memory; may be away, and may refuse an item."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.batches: list[list[int]] = []
        self.away = False
        self.poison: int | None = None
        self.settings: IndexSettings | None = None

    def check(self) -> None:
        if self.away:
            raise EngineUnavailable("away")

    def upsert(self, items: Sequence[Item]) -> None:
        self.check()
        self.batches.append([item.id for item in items])
        if self.poison in {item.id for item in items}:
            raise RuntimeError("a poisoned item")
        self.items.update({item.id: item for item in items})

    def delete(self, ids: Sequence[int]) -> None:
        self.check()
        for each in ids:
            self.items.pop(each, None)

    def rebuild(self, items: Any, settings: IndexSettings) -> int:
        self.check()
        self.items = {item.id: item for item in items}
        return len(self.items)

    def configure(self, settings: IndexSettings) -> None:
        self.check()
        self.settings = settings

    def health(self) -> Health:
        return Health(
            available=not self.away, documents=len(self.items), is_current=self.settings is not None
        )


def member(engine: Any, name: str = "memory") -> Member:
    return Member(name, engine, Breaker(1))


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.fixture
def feeder(database: Database, engine: MemoryEngine) -> Feeder:
    return Feeder(database, SearchService([member(engine)]), SETTINGS)


def sell(database: Database, count: int = 1, **changes: Any) -> list[int]:
    """Variants that search was told of, in one job each."""
    with database.transaction() as session:
        ids = [make_variant(session, **changes).id for _ in range(count)]
        for each in ids:
            touch(session, [each], NOW)
    return ids


def jobs(database: Database) -> list[tuple[str, bool, int]]:
    """(name, whether finished, attempts) of each."""
    with database.reading() as session:
        rows = session.execute(select(Job.name, Job.finished_at, Job.attempts).order_by(Job.id))
        return [(name, finished is not None, attempts) for name, finished, attempts in rows]


class TestStep:
    def test_all_that_is_due_is_indexed_at_once(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        assert feeder.step(NOW) is False
        ids = sell(database, 3)
        assert feeder.step(NOW) is True
        assert engine.batches == [ids]
        assert jobs(database) == [(INDEX_JOB, True, 1)] * 3
        assert feeder.step(NOW) is False

    def test_what_is_no_longer_sold_is_taken_out(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        (variant,) = sell(database)
        feeder.step(NOW)
        with database.transaction() as session:
            session.execute(update(Variant).values(active=False))
            touch(session, [variant, 999_999], NOW)
        feeder.step(NOW)
        assert engine.items == {}

    def test_no_more_than_fits_is_taken_and_order_is_kept(
        self, database: Database, feeder: Feeder, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.feeder.MOST_FED", 2)
        ids = sell(database, 3)
        with database.transaction() as session:
            touch(session, ids, NOW)
        for _ in range(3):
            assert feeder.step(NOW)
        assert engine.batches == [ids[:2], ids[2:], ids]

    def test_an_engine_that_is_away_is_tried_again_soon_and_for_ever(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        (variant,) = sell(database)
        engine.away = True
        moment = NOW
        for _ in range(20):
            assert feeder.step(moment) is True
            assert feeder.step(moment) is False, "it must not spin"
            moment += timedelta(seconds=feeder.pause)
        assert feeder.pause == LONGEST_PAUSE
        assert jobs(database) == [(INDEX_JOB, False, 0)]
        engine.away = False
        assert feeder.step(moment) is True
        assert list(engine.items) == [variant]
        assert (feeder.pause, jobs(database)) == (0, [(INDEX_JOB, True, 1)])

    def test_the_other_engine_is_fed_although_one_is_away(self, database: Database) -> None:
        server, index = MemoryEngine(), MemoryEngine()
        feeder = Feeder(database, SearchService([member(server, "server"), member(index, "index")]), SETTINGS)
        server.away = True
        first = sell(database)
        feeder.step(NOW)
        second = sell(database)
        feeder.step(NOW)
        assert list(index.items) == [*first, *second]
        server.away = False
        feeder.step(NOW + timedelta(seconds=4 * SHORTEST_PAUSE))
        assert list(server.items) == [*first, *second]

    def test_a_record_that_cannot_be_indexed_holds_up_no_other(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        one, bad, three = sell(database, 3)
        engine.poison = bad
        assert feeder.step(NOW) is True
        assert sorted(engine.items) == [one, three]
        assert [finished for _, finished, _ in jobs(database)] == [True, False, True]
        with database.reading() as session:
            error = session.scalars(select(Job.last_error).where(Job.last_error.is_not(None))).one()
        assert "a poisoned item" in str(error)

    def test_two_workers_never_feed_at_once(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        sell(database, 2)
        with database.transaction() as session:
            taken = queue.claim_all(
                session, search_jobs.FEEDS, now=NOW, lease=timedelta(seconds=30), weigh=len, most=1
            )
        assert len(taken) == 1
        assert feeder.step(NOW + timedelta(seconds=29)) is False
        # Whoever had it is gone: nothing is lost.
        assert feeder.step(NOW + timedelta(seconds=31)) is True
        assert len(engine.items) == 2

    def test_synonyms_reach_the_engine(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        with database.transaction() as session:
            actions.add_synonyms(session, ["cup", "mug"], now=NOW)
        feeder.step(NOW)
        assert engine.settings is not None
        assert engine.settings.synonyms == (("cup", "mug"),)

    def test_other_work_is_left_to_the_worker_and_search_to_the_feeder(
        self, database: Database, feeder: Feeder
    ) -> None:
        sell(database)
        worker = Worker(database, MemoryMailer(), SETTINGS, {"note": lambda _context: None})
        assert worker.step(NOW) is False
        with database.transaction() as session:
            queue.enqueue(session, "note", {}, now=NOW)
        assert feeder.step(NOW) is True
        assert worker.step(NOW) is True
        assert {finished for _, finished, _ in jobs(database)} == {True}


class TestMakeReady:
    def test_a_missing_index_is_built(self, database: Database, tmp_path: Path) -> None:
        ids = sell(database, 2)
        service = search_service(folder=tmp_path / "index")
        feeder = Feeder(database, service, SETTINGS)
        with database.reading() as session:
            assert [each.name for each in outdated(session, service)] == ["embedded"]
        feeder.make_ready()
        assert feeder.is_ready
        with database.reading() as session:
            assert outdated(session, service) == []
        assert set(service.members[0].engine.fingerprints()) == set(ids)

    def test_lists_that_changed_build_it_anew(self, database: Database, tmp_path: Path) -> None:
        service = search_service(folder=tmp_path / "index")
        feeder = Feeder(database, service, SETTINGS)
        feeder.make_ready()
        before = service.health()["embedded"].generation
        with database.transaction() as session:
            make_price_list(session)
        feeder.make_ready()
        assert service.health()["embedded"].generation != before

    def test_an_engine_that_is_away_is_looked_for_later(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        engine.away = True
        feeder.make_ready()
        assert not feeder.is_ready
        engine.away = False
        feeder.make_ready()
        assert feeder.is_ready

    def test_an_index_with_other_goods_is_compared(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        sell(database)
        engine.settings = IndexSettings()
        feeder.make_ready()
        assert ("heal_index", False, 0) in jobs(database)

    def test_what_cannot_be_healed_is_not_compared_again_and_again(
        self, database: Database, feeder: Feeder, engine: MemoryEngine
    ) -> None:
        sell(database)
        with database.transaction() as session:
            session.execute(delete(Job))
            queue.enqueue(session, actions.CONFIGURE_JOB, {}, now=NOW)
        engine.settings = IndexSettings()
        assert feeder.step(NOW)
        assert [name for name, _finished, _attempts in jobs(database)] == [actions.CONFIGURE_JOB]


class TestHealing:
    def test_differences_are_found_and_healed(self, database: Database, tmp_path: Path) -> None:
        service = search_service(folder=tmp_path / "index")
        engine = service.members[0].engine
        same, stale, surplus = sell(database, 3)
        rebuild(database, engine, today=TODAY, now=lambda: NOW)
        with database.transaction() as session:
            session.execute(update(Variant).where(Variant.id == stale).values(names={"en": "new"}))
            session.execute(update(Variant).where(Variant.id == surplus).values(active=False))
            missing = make_variant(session).id
        with database.reading() as session:
            found = differences(session, engine, TODAY)
            assert (found.missing, found.stale, found.surplus) == ((missing,), (stale,), (surplus,))

        worker = Worker(database, MemoryMailer(), SETTINGS, search=service)
        with database.transaction() as session:
            queue.enqueue(session, "heal_index", {}, now=NOW)
        assert worker.step(NOW)
        assert Feeder(database, service, SETTINGS).step(NOW)
        with database.reading() as session:
            assert differences(session, engine, TODAY).ids == ()
        assert same

    def test_an_engine_without_an_index_is_passed_over(self, database: Database, tmp_path: Path) -> None:
        service = search_service(folder=tmp_path / "index")
        with database.reading() as session:
            assert list(heal_index(session, service, TODAY)) == [(actions.CONFIGURE_JOB, {})]
            assert list(heal_index(session, SearchService(), TODAY)) == []

    def test_the_survey_is_scheduled(self) -> None:
        assert set(SURVEYS) == {"heal_index"}

    def test_what_changed_during_a_rebuild_is_indexed_once_more(self, database: Database) -> None:
        class Slow(MemoryEngine):
            def rebuild(self, items: Any, settings: IndexSettings) -> int:
                held = super().rebuild(items, settings)
                with database.transaction() as session:
                    touch(session, [variant], NOW)
                return held

        (variant,) = sell(database)
        engine: Any = Slow()
        feeder = Feeder(database, SearchService([member(engine)]), SETTINGS)
        feeder.step(NOW)
        assert rebuild(database, engine, today=TODAY, now=lambda: NOW) == 1
        with database.reading() as session:
            assert queue.counts(session, now=NOW)["waiting"] == 2


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Worker]:
    """A worker at work in threads of its own."""
    worker = Worker(database, MemoryMailer(), SETTINGS, search=search_service(folder=tmp_path / "index"))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    yield worker
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_change_is_found_soon_after_its_commit_by_somebody_else(
    database: Database, running: Worker, tmp_path: Path
) -> None:
    reader = EmbeddedEngine(tmp_path / "index")

    def wait_for(text: str) -> float:
        begun = time.monotonic()
        while time.monotonic() < begun + 20:
            try:
                if reader.search(Request(plan(text))).total:
                    return time.monotonic() - begun
            except EngineUnavailable:
                pass
            time.sleep(0.002)
        raise AssertionError(f"{text} was never found")

    with database.transaction() as session:
        variant = make_variant(session, names={"en": "first name"}).id
        touch(session, [variant], clock.now())
    wait_for("first")
    with database.transaction() as session:
        session.execute(update(Variant).values(names={"en": "second name"}))
        touch(session, [variant], clock.now())
    # Generous: the machine that runs the tests may be busy. Measured on a quiet one: docs/search.md.
    assert wait_for("second") < 5


def test_the_feeder_outlives_a_database_that_is_away(feeder: Feeder, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    rests: list[float] = []

    def fails(*_: object) -> bool:
        if len(rests) == 3:
            stop.set()
            return False
        raise RuntimeError("the database is away")

    monkeypatch.setattr(feeder, "step", fails)
    monkeypatch.setattr(stop, "wait", rests.append)
    feeder.run(stop)
    assert rests[:3] == [SHORTEST_PAUSE, 2 * SHORTEST_PAUSE, 4 * SHORTEST_PAUSE]


def test_without_engines_there_is_nothing_to_feed(database: Database) -> None:
    Feeder(database, SearchService(), SETTINGS).run(threading.Event())
