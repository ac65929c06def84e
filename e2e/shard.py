"""One part of the browser tests, for machines that share them: whole files, spread by a hash of their names."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Shard:
    """Part ``number``, from 1, of ``parts``."""

    number: int
    parts: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``1/4``. Raises ValueError unless it names a part that there is."""
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"{text!r} is no part such as 1/4")
        return cls(int(found[1]), int(found[2]))

    def files(self) -> set[str]:
        """Names of the files in this part.

        They are dealt out in the order of a hash, so that the parts differ by one file at most and what belongs
        together by name does not meet in one part.
        """
        names = [path.name for path in FOLDER.glob("test_*.py")]
        names.sort(key=lambda name: (zlib.crc32(name.encode()), name))
        return set(names[self.number - 1 :: self.parts])
