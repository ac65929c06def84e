from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.core.among import IdList, among
from portal.pricing.models import PriceList
from tests.factories import make_price_list

CODES = select(PriceList.code).where(among(PriceList.__table__.c.id, "ids")).order_by(PriceList.id)


@pytest.mark.parametrize(
    "ids, found",
    [([1, 3], ["A", "C"]), ({2}, ["B"]), (range(100_000), ["A", "B", "C"]), ([], []), (None, [])],
)
def test_rows_whose_id_is_among_those_given(session: Session, ids, found):
    for number, code in enumerate("ABC", start=1):
        make_price_list(session, id=number, code=code)

    assert session.scalars(CODES, {"ids": ids}).all() == found


def test_sqlite_looks_them_up_by_index(session: Session):
    dialect = session.connection().dialect
    if dialect.name != "sqlite":
        pytest.skip("SQLite's plan")
    compiled = CODES.compile(dialect=dialect)
    plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace("?", ":ids")), {"ids": "[1]"})

    assert any("SEARCH price_list" in row.detail for row in plan)


def test_a_list_of_ids_is_one_parameter(session: Session):
    dialect = session.connection().dialect

    bound = IdList().process_bind_param([3, 1], dialect)

    assert bound == ([3, 1] if dialect.name == "postgresql" else "[3,1]")
