import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.accounts.models import Account, User
from portal.core.tables import Base
from portal.demo import is_empty, seed
from portal.demo.pictures import PICTURES, drawn
from tests.unit.demo.conftest import PASSWORD, TODAY


def digest(database) -> dict[str, str]:
    """A fingerprint of each table, but for the salt of the passwords."""
    found = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column is not User.__table__.c.password_hash]
            rows = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.slow
def test_the_same_day_gives_the_same_data(loaded, fresh):
    again = fresh("again")
    assert seed(again, today=TODAY, password=PASSWORD, progress=False) == loaded[1]
    assert digest(again) == digest(loaded[0])


@pytest.mark.slow
def test_another_day_moves_the_dates_and_still_loads(loaded, fresh):
    later = fresh("again")
    # The first days of a year: orders under way are of the year before.
    report = seed(later, today=TODAY + timedelta(days=40), password=PASSWORD, progress=False)
    assert (report.products, report.variants, report.accounts) == (154, 300, 7)
    with later.reading() as session, loaded[0].reading() as earlier:
        newest = text('SELECT max(placed_at) FROM "order"')
        assert str(session.scalar(newest)) > str(earlier.scalar(newest))


def test_it_says_what_it_wrote(loaded):
    report = loaded[1]
    assert (report.products, report.variants, report.accounts) == (154, 300, 7)
    assert report.orders > 600
    assert report.lines > 5_000
    assert report.invoices > 550


def test_only_a_database_without_accounts_is_empty(loaded, database):
    assert is_empty(database)
    assert not is_empty(loaded[0])


def test_an_interrupted_loading_leaves_nothing(database, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("portal.demo.seeding.write_history", interrupted)
    with pytest.raises(KeyboardInterrupt):
        seed(database, today=TODAY, password=PASSWORD, progress=False)
    assert is_empty(database)
    with database.reading() as session:
        assert session.scalars(select(Account.id)).all() == []


def test_a_drawing_is_the_same_to_the_byte():
    _, drawing, colour, _ = PICTURES[0]
    assert drawn(drawing, colour) == drawn(drawing, colour)
    assert drawn(drawing, colour) != drawn(drawing, "#000000")
