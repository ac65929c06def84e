"""The engine that needs no server: an index of tantivy in a folder of this machine, read by many processes.

One process writes at a time; others wait for it. A reader looks at each search whether a writer has committed or
another generation answers. Neither a killed writer nor a killed rebuild leaves anything half done: what was not
committed is not there, and what was is found.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

import tantivy
from tantivy import Index, IndexWriter

from search.documents import LAYER_VERSION, Item, document_of
from search.engine import EngineUnavailable, Health, Hits, IndexSettings, Request
from search.engines.generations import About, Generation, Generations, stamp
from search.engines.tantivy_index import (
    price_field,
    put,
    row_of,
    schema_of,
    schema_version,
    take_out,
)
from search.engines.tantivy_search import Opened, answer, whole
from search.query import Plan, Synonyms

Done = TypeVar("Done")

_WRITER_MEMORY: Final = 48_000_000
_REBUILD_MEMORY: Final = 100_000_000
_BATCH: Final = 500
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02
"""Between two tries to read an index whose files a merge is changing."""

_PATIENCE: Final = 20.0
"""Seconds for which a writer waits for another."""


class EmbeddedEngine:
    """A search engine over a folder. Threads and processes may share it; opened when first asked, in each process."""

    def __init__(
        self, folder: Path, settings: IndexSettings | None = None, *, patience: float = _PATIENCE
    ) -> None:
        """``settings`` are those wanted now, by which health() judges; ``patience`` is in seconds."""
        self._generations = Generations(folder)
        self._settings = settings
        self._patience = patience
        self._open: Opened | None = None
        self._opening = Lock()
        self._writing = Lock()
        self._synonyms = Synonyms(())
        self._synonyms_stamp: tuple[int, int, int] | None = None

    # --- Reading ----------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Hits:
        """The hits of one page."""
        started = time.perf_counter()
        with _errors():
            opened = self._reader()
            hits = answer(opened, request, self._with_synonyms(request.plan))
        return replace(hits, took_ms=(time.perf_counter() - started) * 1000)

    def fingerprints(self) -> Mapping[int, str]:
        """A fingerprint of every item the index holds, by id."""
        with _errors():
            searcher = self._reader().searcher
            if not searcher.num_docs:
                return {}
            found = searcher.search(tantivy.Query.all_query(), limit=searcher.num_docs, count=False)
            addresses = [address for _, address in found.hits]
            ids = searcher.fast_field_values("id", addresses)
            prints = searcher.fast_field_values("fingerprint", addresses)
        return {whole(id_): f"{whole(value):015x}" for id_, value in zip(ids, prints, strict=True)}

    def health(self) -> Health:
        """How the index stands; never raises."""
        try:
            with _errors():
                opened = self._reader()
                size = opened.generation.size_bytes()
        except EngineUnavailable as error:
            return Health(available=False, problem=str(error))
        return Health(
            available=True,
            documents=opened.searcher.num_docs,
            generation=opened.generation.name,
            is_current=opened.about.layer_version == LAYER_VERSION
            and (self._settings is None or opened.about.price_list_ids == self._settings.price_list_ids),
            size_bytes=size,
        )

    def close(self) -> None:
        """Let go of files."""
        with self._opening:
            self._open = None

    def _with_synonyms(self, plan: Plan) -> Plan:
        found = self._generations.synonyms_stamp()
        if found != self._synonyms_stamp:
            self._synonyms = Synonyms(self._generations.synonyms())
            self._synonyms_stamp = found
        return self._synonyms.added_to(plan)

    def _reader(self) -> Opened:
        """The present generation in its present state."""
        opened = self._open
        if opened is not None and self._is_fresh(opened):
            return opened
        with self._opening:
            opened = self._open
            if opened is None or not self._is_fresh(opened):
                opened = self._refreshed(opened)
                self._open = opened
            return opened

    def _is_fresh(self, opened: Opened) -> bool:
        return (
            opened.pid == os.getpid()
            and opened.pointer == self._generations.pointer_stamp()
            and opened.meta == stamp(opened.generation.index / "meta.json")
        )

    def _refreshed(self, opened: Opened | None) -> Opened:
        # Looked at before reading: what changes in between is seen as a change next time.
        pointer = self._generations.pointer_stamp()
        if opened is not None and opened.pid == os.getpid() and opened.pointer == pointer:
            meta = stamp(opened.generation.index / "meta.json")
            _despite_merges(opened.index.reload)
            return Opened(
                opened.pid,
                pointer,
                meta,
                opened.generation,
                opened.about,
                opened.index,
                opened.index.searcher(),
            )
        generation = self._generations.current()
        if generation is None:
            raise EngineUnavailable("there is no index yet; build one")
        about = generation.about()
        if about.schema_version != schema_version():
            raise EngineUnavailable("the index was built by another version; build it anew")
        meta = stamp(generation.index / "meta.json")
        index = _open(generation)
        index.config_reader("manual")
        _despite_merges(index.reload)
        return Opened(os.getpid(), pointer, meta, generation, about, index, index.searcher())

    # --- Writing ----------------------------------------------------------------------------------------------

    def upsert(self, items: Sequence[Item]) -> None:
        """Put items in, replacing those with the same ids; they can be found, by other processes too, on return."""
        if items:
            # Of two states of an item the later one counts.
            latest = {item.id: item for item in items}
            self._write(list(latest.values()), ())

    def delete(self, ids: Sequence[int]) -> None:
        """Take items out; unknown ids do nothing."""
        if ids:
            self._write((), ids)

    def configure(self, settings: IndexSettings) -> None:
        """Take over settings that need no new generation (synonyms), for every process."""
        with _errors():
            self._settings = settings
            if self._generations.synonyms() != settings.synonyms:
                self._generations.set_synonyms(settings.synonyms)

    def rebuild(self, items: Iterable[Item], settings: IndexSettings) -> int:
        """Build a new generation beside the present one, which answers meanwhile, and swap; how many it holds.

        What is put in or taken out meanwhile is kept in a journal and done again at the end.
        """
        with _errors():
            self._clear_away()
            new = self._generations.begin(About(LAYER_VERSION, schema_version(), settings.price_list_ids))
            try:
                return self._build(new, items, settings)
            except BaseException:
                # Whatever stopped it, even the person at the terminal: the present generation goes on answering.
                if self._generations.current() != new:
                    self._generations.remove(new)
                raise

    def _build(self, new: Generation, items: Iterable[Item], settings: IndexSettings) -> int:
        schema = schema_of(settings.price_list_ids)
        index = Index(schema, path=str(new.index))
        writer = index.writer(_REBUILD_MEMORY, 1)
        remaining = iter(items)
        while batch := list(islice(remaining, _BATCH)):
            put(writer, schema, (row_of(document_of(item), settings.price_list_ids) for item in batch))
        writer.commit()
        writer.wait_merging_threads()
        writer = index.writer(_WRITER_MEMORY, 1)
        with self._lock_current(is_for_swap=True):
            for change in new.noted():
                take_out(writer, schema, change["out"])
                put(writer, schema, (_with_prices(row, settings.price_list_ids) for row in change["in"]))
                writer.commit()
            writer.wait_merging_threads()
            self._settings = settings
            self._generations.set_synonyms(settings.synonyms)
            self._generations.swap(new)
        index.reload()
        return index.searcher().num_docs

    def _write(self, items: Sequence[Item], ids: Sequence[int]) -> None:
        with _errors(), self._lock_current() as locked:
            if locked is None:
                raise EngineUnavailable("there is no index yet; build one")
            generation, index, writer = locked
            about = generation.about()
            documents = [document_of(item) for item in items]
            gone = [*ids, *(item.id for item in items)]
            building = self._generations.being_built()
            if building:
                # The new generation may be for other price lists: it is told of all prices.
                rows = [row_of(document, document.prices) for document in documents]
                for new in building:
                    new.note({"out": gone, "in": rows})
            take_out(writer, index.schema, gone)
            put(writer, index.schema, (row_of(document, about.price_list_ids) for document in documents))
            writer.commit()

    @contextmanager
    def _lock_current(
        self, *, is_for_swap: bool = False
    ) -> Iterator[tuple[Generation, Index, IndexWriter] | None]:
        """The writer of the present generation, waited for; whoever has it may also swap.

        None if there is no generation, or a broken one: nobody can write to that, and it can only be swapped away.
        """
        until = time.monotonic() + self._patience
        with self._writing:
            while True:
                generation = self._generations.current()
                if generation is None:
                    yield None
                    return
                try:
                    index = _open(generation)
                except ValueError:
                    if not is_for_swap:
                        raise
                    yield None
                    return
                try:
                    writer = index.writer(_WRITER_MEMORY, 1)
                except ValueError as error:
                    if "LockBusy" not in str(error):
                        raise
                    if time.monotonic() > until:
                        raise EngineUnavailable("another process is writing to the index") from error
                    time.sleep(0.02)
                    continue
                if self._generations.current() == generation:
                    break
                del writer
            try:
                yield generation, index, writer
            finally:
                # The lock goes with the writer, and it waits for its merges: one that is cut off may delete files which
                # the list of segments, or the next writer's, still names.
                writer.wait_merging_threads()
                del writer

    def _clear_away(self) -> None:
        """Delete what killed rebuilds left, and every generation but the present and the previous one."""
        current = self._generations.current()
        building = self._generations.being_built()
        idle = [one for one in self._generations.all() if one != current and one not in building]
        for generation in (*idle[:-1], *(one for one in building if not _is_written(one))):
            self._generations.remove(generation)


def _open(generation: Generation) -> Index:
    return _despite_merges(lambda: Index.open(str(generation.index)))


def _despite_merges(read: Callable[[], Done]) -> Done:
    """What ``read`` gives; once more if a writer's merge took files away between their being named and being read."""
    for _ in range(_TRIES - 1):
        try:
            return read()
        except ValueError as error:
            if "FileDoesNotExist" not in str(error):
                raise
            time.sleep(_PAUSE_SECONDS)
    return read()


def _is_written(generation: Generation) -> bool:
    """Whether a process is building it at this moment."""
    try:
        Index.open(str(generation.index)).writer(15_000_000, 1)
    except ValueError as error:
        return "LockBusy" in str(error)
    return False


@contextmanager
def _errors() -> Iterator[None]:
    """Whatever goes wrong with the files or in tantivy is the engine's being away."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise EngineUnavailable(f"the index cannot be used: {error}") from error


def _with_prices(row: dict[str, Any], price_list_ids: tuple[int, ...]) -> dict[str, Any]:
    fields = set(map(price_field, price_list_ids))
    return {name: value for name, value in row.items() if not name.startswith("price_") or name in fields}
