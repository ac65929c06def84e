"""The reading face cannot write; columns keep what they are given, or refuse it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from portal.accounts.models import Segment
from portal.core.database import Database
from portal.jobs.models import Job
from portal.pricing.models import Price

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_reading_session_cannot_write(database):
    with database.reading() as session:
        session.add(Segment(code="cafe", name="Café"))

        with pytest.raises(DBAPIError, match=r"read.?only"):
            session.flush()

    with database.reading() as session:
        assert session.scalars(select(Segment.code)).all() == []


def test_a_transaction_that_raises_leaves_nothing(database):
    def fail_halfway():
        with database.transaction() as session:
            session.add(Segment(code="cafe", name="Café"))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()

    with database.reading() as session:
        assert session.scalars(select(Segment.code)).all() == []


def test_a_lock_that_is_not_to_be_had_is_a_failure_of_the_database(tmp_path, monkeypatch):
    monkeypatch.setattr("portal.core.database.SQLITE_BUSY_TIMEOUT_MS", 50)
    database = Database(f"sqlite:///{tmp_path / 'busy.db'}")

    with database.writing() as first, database.writing() as second:
        first.connection()
        with pytest.raises(OperationalError, match="locked"):
            second.connection()
        first.rollback()
        assert second.scalar(text("SELECT 1")) == 1
    database.dispose()


def test_a_moment_comes_back_in_utc(session):
    seoul = timezone(timedelta(hours=9))
    session.add(Job(name="x", arguments={}, run_after=NOON.astimezone(seoul), created_at=NOON))
    session.commit()
    session.expire_all()

    kept = session.scalars(select(Job)).one()

    assert kept.run_after == NOON
    assert kept.run_after.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(session):
    session.add(Job(name="x", arguments={}, run_after=NOON.replace(tzinfo=None), created_at=NOON))

    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_money_that_is_not_whole_is_refused(session):
    session.add(Price(variant_id=1, price_list_id=1, min_quantity=1, amount_e4=1.5))

    with pytest.raises(StatementError, match="whole number"):
        session.flush()
