"""Ways to places for tests: a Korean one unless told otherwise, and many drawn by Hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from portal.delivery.rules import Goods, Round

PLACES = (
    ("KR", "서울특별시", "Asia/Seoul"),
    ("JP", "東京都", "Asia/Tokyo"),
    ("US", "NY", "America/New_York"),
    ("US", "MA", "America/New_York"),
    ("US", "CA", "America/Los_Angeles"),
    ("US", "HI", "Pacific/Honolulu"),
    ("CA", "QC", "America/Toronto"),
    ("CA", "NL", "America/St_Johns"),
    ("GB", "", "Europe/London"),
    ("NZ", "", "Pacific/Auckland"),
    ("KI", "", "Pacific/Kiritimati"),
)
"""Country, region, time zone."""

WAREHOUSES = (
    ("KR", "Asia/Seoul"),
    ("US", "America/New_York"),
    ("US", "America/Los_Angeles"),
    ("DE", "Europe/Berlin"),
    ("AU", "Australia/Lord_Howe"),
)
"""Country, time zone. Lord Howe's clocks change by half an hour."""

FIRST, LAST = date(2026, 1, 1), date(2028, 2, 1)


def way_of(**changes: Any) -> Round:
    """From Seoul to a place in Seoul that takes goods from Monday to Friday: cutoff 14:00, one day."""
    values: dict[str, Any] = {
        "location_id": 1,
        "place_country": "KR",
        "place_region": "",
        "place_timezone": "Asia/Seoul",
        "place_weekdays": 0b0011111,
        "warehouse_id": 1,
        "warehouse_country": "KR",
        "warehouse_timezone": "Asia/Seoul",
        "route_id": 1,
        "cutoff_minutes": 14 * 60,
        "lead_days": 1,
        "closed_days": frozenset(),
    }
    return Round(**values | changes)


def moments() -> st.SearchStrategy[datetime]:
    """Any second of two years, often one near midnight or a change of clocks somewhere."""
    anywhere = st.integers(0, int((LAST - FIRST).total_seconds()))
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    changes = [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),
               datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC),
               datetime(2026, 12, 31, 15, tzinfo=UTC)]  # fmt: skip
    near = st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(changes),
        st.integers(-86_400, 86_400),
    )
    return anywhere.map(lambda seconds: begin + timedelta(seconds=seconds)) | near


def ways() -> st.SearchStrategy[Round]:
    """Ways between all the places, with closed days; every place takes goods on one weekday at least."""
    return st.builds(
        lambda place, warehouse, **values: way_of(
            place_country=place[0],
            place_region=place[1],
            place_timezone=place[2],
            warehouse_country=warehouse[0],
            warehouse_timezone=warehouse[1],
            **values,
        ),
        st.sampled_from(PLACES),
        st.sampled_from(WAREHOUSES),
        place_weekdays=st.integers(1, 127),
        cutoff_minutes=st.integers(0, 1439),
        lead_days=st.integers(0, 6),
        closed_days=st.frozensets(st.dates(FIRST, LAST), max_size=40),
    )


def goods() -> st.SearchStrategy[Goods | None]:
    return st.none() | st.builds(
        Goods,
        quantity=st.integers(1, 20),
        available=st.integers(0, 20),
        lead_days=st.none() | st.integers(0, 12),
    )
