"""Files as dealers send them: each is read as written, or refused with its reason."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from portal.core.errors import Refused
from portal.orders.entry.lines import EntryLine
from portal.orders.entry.text import read_file

FOLDER = Path(__file__).parents[3] / "data" / "entry"
FILES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
CODES = frozenset(json.loads((FOLDER / "codes.json").read_text()))


def _known(asked: Collection[str]) -> set[str]:
    return {code for code in asked if code in CODES}


def _seen(line: EntryLine, expected: dict[str, Any]) -> dict[str, Any]:
    """What was read, in the words of the expectation: of what may be left out, only what it names."""
    seen: dict[str, Any] = {
        "row": line.row,
        "codes": list(line.codes),
        "quantity": line.quantity.number,
        "doubt": line.quantity.doubt,
        "problem": line.problem,
        "mended": line.mended,
        "sheet": line.sheet,
        "unit": line.quantity.unit,
    }
    for name in ("name", "note", "place", "date"):
        if name in expected:
            seen[name] = getattr(line, name)
    return seen


_UNSAID = {"doubt": None, "problem": None, "mended": False, "sheet": "", "unit": None}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_it_was_written(name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text())
    content = (FOLDER / name).read_bytes()

    if "refused" in expected:
        with pytest.raises(Refused) as refusal:
            read_file(content, _known, expected["locale"])
        assert {"code": refusal.value.code} | {
            key: refusal.value.facts.get(key) for key in expected["refused"] if key != "code"
        } == expected["refused"]
        return

    entry = read_file(content, _known, expected["locale"])

    lines = [_UNSAID | line for line in expected["lines"]]
    assert [_seen(line, want) for line, want in zip(entry.lines, lines, strict=False)] == lines
    assert len(entry.lines) == len(lines)
    assert [[row.row, row.why] for row in entry.left] == expected["left"]


def test_there_are_enough_files() -> None:
    assert len(FILES) >= 80
