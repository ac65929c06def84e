"""A folder of index generations, of which one answers: named in a file that is swapped in one step."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_POINTER: Final = "current"
_ABOUT: Final = "about.json"
_JOURNAL: Final = "journal.jsonl"
_SYNONYMS: Final = "synonyms.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a generation was built with."""

    layer_version: int
    schema_version: str
    price_list_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """A folder with an index and what it was built with."""

    folder: Path

    @property
    def name(self) -> str:
        """Its number."""
        return self.folder.name

    @property
    def index(self) -> Path:
        """Where the index's own files are."""
        return self.folder / "index"

    @property
    def journal(self) -> Path:
        """Changes made while this generation is being built; there is such a file only then."""
        return self.folder / _JOURNAL

    def about(self) -> About:
        """What it was built with; raises OSError or ValueError if that is not known."""
        held = json.loads((self.folder / _ABOUT).read_bytes())
        try:
            return About(held["layer_version"], held["schema_version"], tuple(held["price_list_ids"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{self.folder / _ABOUT} is not what was written there") from error

    def size_bytes(self) -> int:
        """Bytes of its files."""
        return sum(path.stat().st_size for path in self.index.iterdir() if path.is_file())

    def note(self, change: dict[str, Any]) -> None:
        """Write a change into the journal, for good."""
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(change, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def noted(self) -> Iterator[dict[str, Any]]:
        """The changes in the journal, in order."""
        with self.journal.open(encoding="utf-8") as file:
            for line in file:
                # The last line of a writer that was killed may be half a line; its caller was told nothing.
                if line.endswith("\n"):
                    yield json.loads(line)


class Generations:
    """The generations in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Generation | None:
        """The one that answers; None before the first is built."""
        try:
            name = (self.folder / _POINTER).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return Generation(self.folder / name) if name.isdigit() else None

    def pointer_stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever another generation answers."""
        return stamp(self.folder / _POINTER)

    def begin(self, about: About) -> Generation:
        """A folder for a new generation, from now on told of every change."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max((int(one.name) for one in self.all()), default=0) + 1
        while True:
            new = Generation(self.folder / f"{number:06d}")
            try:
                new.folder.mkdir()
                break
            except FileExistsError:
                number += 1
        new.index.mkdir()
        write_in_one_step(new.folder / _ABOUT, json.dumps(asdict(about)))
        new.journal.touch()
        return new

    def being_built(self) -> list[Generation]:
        """Those that must be told of changes."""
        return [one for one in self.all() if one.journal.exists()]

    def swap(self, new: Generation) -> None:
        """Let a generation answer from now on."""
        write_in_one_step(self.folder / _POINTER, new.name)
        new.journal.unlink()

    def all(self) -> list[Generation]:
        """All there are, the oldest first."""
        if not self.folder.is_dir():
            return []
        return [
            Generation(path)
            for path in sorted(self.folder.iterdir())
            if path.is_dir() and path.name.isdigit()
        ]

    def remove(self, old: Generation) -> None:
        """Delete a generation's files; processes that still read them keep them until they let go."""
        shutil.rmtree(old.folder, ignore_errors=True)

    def synonyms(self) -> tuple[tuple[str, ...], ...]:
        """The groups of synonyms last set; none if there are none."""
        try:
            return tuple(tuple(group) for group in json.loads((self.folder / _SYNONYMS).read_bytes()))
        except FileNotFoundError:
            return ()

    def synonyms_stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever synonyms are set."""
        return stamp(self.folder / _SYNONYMS)

    def set_synonyms(self, groups: tuple[tuple[str, ...], ...]) -> None:
        """Set the groups of synonyms for every process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_in_one_step(self.folder / _SYNONYMS, json.dumps(groups))


def stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def write_in_one_step(path: Path, text: str) -> None:
    """Write a file such that whoever reads it, or loses power, finds the old text or the new."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
