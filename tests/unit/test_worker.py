"""The worker does what is due, once, and survives whatever a handler does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from portal.accounts.models import Segment
from portal.adapters.mail import Mail, MemoryMailer
from portal.core.database import Database
from portal.jobs import queue
from portal.jobs.context import Errand, JobContext
from portal.jobs.models import Job
from portal.settings import Mode, Settings
from portal.worker import CHORES, ERRANDS, SCHEDULE, SURVEYS, Worker

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""10:00 in Seoul."""

SETTINGS = Settings(mode=Mode.TEST, secret_key="x", database_url="", base_url="http://localhost")


@pytest.fixture
def worker(database):
    def note(context: JobContext, code: str) -> None:
        context.session.add(Segment(code=code, name=context.brand_name))

    def letter(context: JobContext, to: str) -> Mail | None:
        return Mail(to, f"From {context.brand_name}", "", "", "id") if to else None

    def break_halfway(context: JobContext) -> None:
        context.session.add(Segment(code="half", name="done"))
        context.session.flush()
        raise RuntimeError("out of paper")

    return Worker(
        database, MemoryMailer(), SETTINGS, {"note": note, "break": break_halfway}, {"letter": letter}
    )


def ask(database, name, **arguments):
    with database.transaction() as session:
        queue.enqueue(session, name, arguments, now=NOW)


def codes(database):
    with database.reading() as session:
        return list(session.scalars(select(Segment.code).order_by(Segment.code)))


class TestStep:
    def test_does_one_job_and_says_so(self, worker, database):
        ask(database, "note", code="first")
        ask(database, "note", code="second")

        assert worker.step(NOW) is True
        assert codes(database) == ["first"]
        assert worker.step(NOW) is True
        assert worker.step(NOW) is False
        assert codes(database) == ["first", "second"]

    def test_a_handler_that_breaks_leaves_nothing_but_its_error(self, worker, database):
        ask(database, "break")

        assert worker.step(NOW) is True

        assert codes(database) == []
        with database.reading() as session:
            job = session.scalars(select(Job)).one()
        assert "out of paper" in job.last_error
        assert job.finished_at is None
        assert job.run_after == NOW + timedelta(seconds=60)

    def test_a_job_without_a_handler_is_kept_for_a_person(self, worker, database):
        ask(database, "unheard_of")

        worker.step(NOW)

        with database.reading() as session:
            assert "unheard_of" in session.scalars(select(Job.last_error)).one()


class TestLost:
    """A worker that is killed at the last attempt of a job notes nothing; who comes after it does."""

    @pytest.fixture
    def told(self, worker):
        told: list[str] = []

        def give_up(context: JobContext, code: str) -> None:
            told.append(code)
            context.session.add(Segment(code=code, name="given up"))
            if code == "breaks":
                raise RuntimeError("nobody to tell")

        errand = Errand(lambda _context, code: code, lambda *_: None, lambda *_: None, give_up)
        worker.errands = {"errand": errand}
        return told

    def lose(self, database, name, attempts=queue.MAX_ATTEMPTS, **arguments):
        ask(database, name, **arguments)
        with database.transaction() as session:
            session.execute(update(Job).values(attempts=attempts, claimed_until=NOW + timedelta(minutes=5)))

    def test_it_ends_as_failed_and_who_waits_is_told(self, worker, told, database):
        self.lose(database, "errand", code="first")
        assert worker.step(NOW + timedelta(minutes=4)) is False
        assert told == []
        assert worker.step(NOW + timedelta(minutes=6)) is True
        assert worker.step(NOW + timedelta(minutes=6)) is False
        assert (told, codes(database)) == (["first"], ["first"])
        with database.reading() as session:
            job = session.scalars(select(Job)).one()
            assert (job.last_error, job.claimed_until, job.finished_at) == (queue.LOST, None, None)
            assert queue.counts(session, now=NOW) == {"waiting": 0, "running": 0, "failed": 1}

    def test_one_that_cannot_be_told_ends_all_the_same(self, worker, told, database):
        self.lose(database, "errand", code="breaks")
        assert worker.step(NOW + timedelta(minutes=6)) is True
        assert worker.step(NOW + timedelta(minutes=6)) is False
        assert (told, codes(database)) == (["breaks"], [])

    def test_one_with_attempts_left_is_tried_again(self, worker, told, database):
        self.lose(database, "errand", attempts=queue.MAX_ATTEMPTS - 1, code="first")
        assert worker.step(NOW + timedelta(minutes=6)) is True
        assert told == []
        with database.reading() as session:
            assert session.scalars(select(Job.finished_at)).one() == NOW + timedelta(minutes=6)

    def test_it_can_be_tried_again(self, worker, database):
        self.lose(database, "note", code="first")
        with database.transaction() as session:
            # Somebody may still be at it.
            assert not queue.try_again(session, Job.name == "note", now=NOW)
        assert worker.step(NOW + timedelta(minutes=6)) is True
        with database.transaction() as session:
            assert not queue.try_again(session, Job.name == "other", now=NOW)
            assert queue.try_again(session, Job.name == "note", now=NOW)
        assert worker.step(NOW) is True
        assert codes(database) == ["first"]
        with database.transaction() as session:
            assert not queue.try_again(session, Job.name == "note", now=NOW)


class SlowMailer:
    """A mail server that takes its time: while it does, somebody else writes to the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def send(self, mail: Mail) -> None:
        """Write a record meanwhile; a lock held by the worker would make this fail."""
        with self.database.transaction() as session:
            session.execute(text("PRAGMA busy_timeout=0") if self.database.is_sqlite else text("SELECT 1"))
            session.add(Segment(code="meanwhile", name=mail.subject))


class TestLetters:
    def test_nobody_waits_for_the_mail_server(self, worker, database):
        worker.mailer = SlowMailer(database)
        ask(database, "letter", to="kim@example.com")

        assert worker.step(NOW) is True
        assert codes(database) == ["meanwhile"]
        assert worker.step(NOW) is False

    def test_a_letter_to_nobody_is_done(self, worker, database):
        ask(database, "letter", to="")

        assert worker.step(NOW) is True
        assert worker.mailer.sent == []
        assert worker.step(NOW) is False

    def test_a_letter_that_is_not_taken_over_is_tried_again(self, worker, database):
        class Away:
            def send(self, mail: Mail) -> None:
                raise OSError("the mail server is away")

        worker.mailer = Away()
        ask(database, "letter", to="kim@example.com")
        worker.step(NOW)

        with database.reading() as session:
            assert "is away" in session.scalars(select(Job.last_error)).one()
        worker.mailer = MemoryMailer()
        worker.step(NOW + timedelta(seconds=61))
        assert [mail.to for mail in worker.mailer.sent] == ["kim@example.com"]

    def test_what_writes_a_letter_cannot_write_records(self, worker, database):
        def scribble(context: JobContext) -> Mail | None:
            context.session.add(Segment(code="scribble", name=""))
            context.session.flush()
            return None

        worker.letters = {"letter": scribble}
        ask(database, "letter")
        worker.step(NOW)

        assert codes(database) == []


class TestSchedule:
    def test_everything_scheduled_has_a_handler(self):
        assert set(SCHEDULE) <= set(CHORES) | set(SURVEYS) | set(ERRANDS)

    def test_two_workers_ask_once_a_day(self, database):
        for _ in range(2):
            Worker(database, MemoryMailer(), SETTINGS).enqueue_scheduled(NOW)

        with database.reading() as session:
            keys = session.scalars(select(Job.unique_key).order_by(Job.id)).all()
        assert keys == [f"{name}:2026-11-23" for name in SCHEDULE]

    def test_nothing_is_asked_for_before_its_hour(self, database):
        Worker(database, MemoryMailer(), SETTINGS).enqueue_scheduled(
            datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
        )

        with database.reading() as session:
            assert session.scalars(select(Job.id)).all() == []

    def test_the_scheduled_jobs_run(self, database):
        worker = Worker(database, MemoryMailer(), SETTINGS)
        worker.enqueue_scheduled(NOW)
        while worker.step(NOW):
            pass

        with database.reading() as session:
            assert queue.counts(session, now=NOW) == {"waiting": 0, "running": 0, "failed": 0}
            assert len(session.scalars(select(Job).where(Job.finished_at.is_not(None))).all()) == len(
                SCHEDULE
            )


def test_the_loop_ends_when_told(worker, database):
    with database.transaction() as session:
        queue.enqueue(session, "note", {"code": "first"}, now=datetime(2020, 1, 1, tzinfo=UTC))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while codes(database) != ["first"] and datetime.now(UTC) < deadline:
        pass
    stop.set()
    thread.join(timeout=10)

    assert codes(database) == ["first"]
    assert not thread.is_alive()


def test_a_finished_job_is_forgotten_after_a_month(database):
    worker = Worker(database, MemoryMailer(), SETTINGS)
    ask(database, "purge_finished_jobs")
    worker.step(NOW)
    later = NOW + timedelta(days=31)
    with database.transaction() as session:
        queue.enqueue(session, "purge_finished_jobs", {}, now=later)

    worker.step(later)

    with database.reading() as session:
        assert len(session.scalars(select(Job.id)).all()) == 1
