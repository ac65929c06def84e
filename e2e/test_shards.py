"""The parts that machines share hold every file once."""

from __future__ import annotations

import pytest

from e2e.shard import FOLDER, Shard


@pytest.mark.parametrize("parts", [1, 3, 4])
def test_every_file_is_in_one_part(parts: int) -> None:
    dealt = [name for number in range(1, parts + 1) for name in Shard(number, parts).files()]
    assert sorted(dealt) == sorted(path.name for path in FOLDER.glob("test_*.py"))


@pytest.mark.parametrize("text", ["0/4", "5/4", "1/0", "1", "1/4/2", "a/b", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no part"):
        Shard.parse(text)


def test_a_part_is_read() -> None:
    assert Shard.parse("2/4") == Shard(2, 4)
