from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import Database
from portal.core.errors import Refused
from portal.importers.tracks import TrackReport, import_tracks, read_tracks
from portal.orders import actions
from portal.orders.models import Drop, Order, OrderStatus, ShipmentEvent
from tests.ordering import NOW, open_shop

SHIPMENT = "2026-000001-S1"
LATER = NOW + timedelta(hours=5)
HEADER = "shipment,kind,at,place,note\n"
HUB = f"{SHIPMENT},in_transit,2026-11-23T11:00:00+09:00,대전 Hub,\n"
DOOR = f"{SHIPMENT},delivered,2026-11-23T12:00:00+09:00,,left at the door\n"


@pytest.fixture(autouse=True)
def shipped(database: Database) -> None:
    """One order, all of it on its way."""
    with database.transaction() as session:
        shop = open_shop(session)
        placed = shop.order(session, {shop.sell(session, won=1_000, on_hand=10): 10})
        facts: dict[str, Any] = {"actor_id": shop.staff_id, "now": NOW}
        actions.confirm(session, placed.id, version=1, **facts)
        actions.start_picking(session, placed.id, version=2, **facts)
        units = {session.scalars(select(Drop.id)).one(): 10}
        actions.ship(
            session, placed.id, units, carrier="cj", tracking_number="", submit_key="k", version=3, **facts
        )


def steps(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(ShipmentEvent.kind, ShipmentEvent.place).order_by(ShipmentEvent.at))
        return [(row.kind.value, row.place) for row in rows]


def test_a_file_is_noted_once_however_often_it_comes(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "steps.csv"
    file.write_bytes((HEADER + HUB).encode("cp949"))
    assert import_tracks(database, file, now=LATER) == TrackReport(1, 0, ())
    file.write_text(HEADER + HUB + "\n" + DOOR, "utf-8")
    assert import_tracks(database, file, now=LATER) == TrackReport(1, 1, ())
    assert str(import_tracks(database, file, now=LATER)) == "0 steps noted, 2 known before, 0 refused"
    assert steps(database) == [("handed_over", ""), ("in_transit", "대전 Hub"), ("delivered", "")]
    with database.reading() as session:
        assert session.scalars(select(Order.status)).one() is OrderStatus.DELIVERED


def test_a_refused_row_is_named_and_keeps_no_other_out(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "steps.csv"
    file.write_text(
        HEADER
        + "S-9,in_transit,2026-11-23T11:00:00+09:00,,\n"
        + f"{SHIPMENT},lost,2026-11-23T11:00:00+09:00,,\n"
        + f"{SHIPMENT},in_transit,2026-11-23T11:00:00,,\n"
        + f"{SHIPMENT},in_transit,2027-11-23T11:00:00+09:00,,\n"
        + f"{SHIPMENT}\n"
        + HUB
    )
    report = import_tracks(database, file, now=LATER)
    shape = (
        "kind is one of handed_over, in_transit, out_for_delivery, delivered, failed;"
        " at is ISO 8601 with its zone, such as 2026-12-24T09:30:00+09:00"
    )
    assert report == TrackReport(
        1,
        0,
        (
            "row 2: there is no shipment 'S-9'",
            f"row 3: {shape}",
            f"row 4: {shape}",
            "row 5: at is before the shipment left, or in the future",
            f"row 6: {shape}",
        ),
    )
    assert steps(database) == [("handed_over", ""), ("in_transit", "대전 Hub")]


@pytest.mark.parametrize(
    "text", ["Shipment; KIND ;at\nS;in_transit;now\n", "at\tother\tkind\tshipment\nnow\tx\tin_transit\tS"]
)
def test_columns_are_found_by_name(text: str) -> None:
    (track,) = read_tracks(text.encode())
    assert (track.row, track.event) == (2, {"shipment": "S", "kind": "in_transit", "at": "now"})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_columns"),
        (b"shipment,at\n", "no_columns"),
        (b"\x00\x01\x02\xff", "not_text"),
        (b'shipment,kind,at\n"' + b"x" * 200_000 + b'",a,b\n', "not_text"),
    ],
)
def test_what_is_no_list_of_steps_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_tracks(content)


def test_the_command_fails_when_a_row_was_refused(app: Flask, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "steps.csv"
    file.write_text(HEADER + "S-9,in_transit,2026-11-23T11:00:00+09:00,,\n")
    run = app.test_cli_runner().invoke
    found = run(args=["tracking", "import", str(file)])
    assert (found.exit_code, found.stdout) == (1, "0 steps noted, 0 known before, 1 refused\n")
    assert found.stderr == "steps.csv, row 2: there is no shipment 'S-9'\n"
    file.write_text("shipment,at\n")
    found = run(args=["tracking", "import", str(file)])
    assert (found.exit_code, found.stderr) == (1, "Error: steps.csv needs the columns shipment, kind, at\n")
    file.write_text(HEADER)
    found = run(args=["tracking", "import", str(file)])
    assert (found.exit_code, found.stdout) == (0, "0 steps noted, 0 known before, 0 refused\n")
