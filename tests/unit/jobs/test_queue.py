"""Jobs are asked for with the change, done at least once, and never lost."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.jobs import queue
from portal.jobs.models import Job

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def enqueue(session, name="work", **options):
    queue.enqueue(session, name, {"id": 7}, now=NOW, **options)
    session.commit()


def taken(session, now=NOW) -> queue.Claim:
    claimed = queue.claim(session, now=now, lease=LEASE)
    assert claimed is not None
    return claimed


class TestClaim:
    def test_takes_the_one_that_waited_longest(self, session):
        enqueue(session, "second", run_after=NOW - timedelta(seconds=1))
        enqueue(session, "first", run_after=NOW - timedelta(seconds=2))

        claimed = taken(session)

        assert (claimed.name, claimed.arguments, claimed.attempts) == ("first", {"id": 7}, 1)

    def test_leaves_what_is_not_due(self, session):
        enqueue(session, run_after=NOW + timedelta(seconds=1))

        assert not queue.has_due(session, now=NOW)
        assert queue.claim(session, now=NOW, lease=LEASE) is None

    def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(self, session):
        enqueue(session)
        first = taken(session)

        assert queue.claim(session, now=NOW + LEASE, lease=LEASE) is None
        again = taken(session, NOW + LEASE + timedelta(seconds=1))
        assert (again.id, again.attempts) == (first.id, 2)


class TestFinishAndFail:
    def test_a_finished_job_is_not_done_again(self, session):
        enqueue(session)
        claimed = taken(session)
        queue.finish(session, claimed.id, now=NOW)

        assert not queue.has_due(session, now=NOW + timedelta(days=9))
        assert queue.counts(session, now=NOW) == {"waiting": 0, "running": 0, "failed": 0}

    def test_a_failed_job_waits_longer_each_time_and_then_for_a_person(self, session):
        enqueue(session)
        moment, pauses = NOW, []
        while claimed := queue.claim(session, now=moment, lease=LEASE):
            queue.fail(session, claimed, "boom", now=moment)
            later = session.scalars(select(Job.run_after)).one()
            pauses.append((later - moment).total_seconds())
            moment = later

        assert pauses == [60 * 2**n for n in range(queue.MAX_ATTEMPTS)]
        assert queue.counts(session, now=moment) == {"waiting": 0, "running": 0, "failed": 1}
        assert session.scalars(select(Job.last_error)).one() == "boom"


def test_a_unique_key_is_enqueued_once(session):
    enqueue(session, unique_key="nightly:2026-11-23")
    enqueue(session, unique_key="nightly:2026-11-23")

    assert len(session.scalars(select(Job.id)).all()) == 1


def test_work_asked_for_in_a_transaction_that_fails_was_never_asked_for(session):
    queue.enqueue(session, "work", {}, now=NOW)
    session.rollback()

    assert not queue.has_due(session, now=NOW)
