"""The embedded engine's files: several processes, generations, kills, and what another version left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import tantivy
from tantivy import Index

from search.documents import Item, fingerprint
from search.engine import EngineUnavailable, IndexSettings, Order, Request
from search.engines import embedded
from search.engines.embedded import EmbeddedEngine
from search.engines.generations import Generations
from search.query import plan

ROOT = Path(__file__).parents[3]
SETTINGS = IndexSettings(price_list_ids=(1,))


def items(count: int, name: str = "Coffee") -> list[Item]:
    return [Item(id=number, sku=f"SKU-{number}", names={"en": name}) for number in range(1, count + 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def engine(folder: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(folder, SETTINGS, patience=0.3)
    engine.rebuild(items(3), SETTINGS)
    yield engine
    engine.close()


def total(engine: EmbeddedEngine, text: str) -> int:
    return engine.search(Request(plan(text))).total


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process of this Python; it says "ready" when it is."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_before_the_first_index_nothing_can_be_done(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    for work in (
        lambda: total(engine, "coffee"),
        lambda: engine.upsert(items(1)),
        lambda: engine.delete([1]),
        engine.fingerprints,
    ):
        with pytest.raises(EngineUnavailable, match="no index yet"):
            work()
    health = engine.health()
    assert (health.available, health.problem) == (False, "there is no index yet; build one")
    assert not folder.exists()


def test_an_index_of_nothing_answers(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    assert engine.rebuild([], SETTINGS) == 0
    assert total(engine, "") == 0
    assert engine.fingerprints() == {}
    assert engine.health().available


def test_items_are_replaced_and_taken_out(engine: EmbeddedEngine) -> None:
    tea = replace(items(2)[1], names={"en": "Tea"}, prices={1: 5, 2: 6})
    engine.upsert([items(2)[1], tea, *items(4)[3:]])
    assert (total(engine, "coffee"), total(engine, "tea"), total(engine, "")) == (3, 1, 4)
    expected = {item.id: fingerprint(item) for item in (*items(4)[:1], tea, *items(4)[2:])}
    assert engine.fingerprints() == expected
    engine.delete([1, 77])
    assert engine.fingerprints() == {number: value for number, value in expected.items() if number != 1}
    engine.upsert([])
    engine.delete([])
    assert total(engine, "") == 3


def test_files_that_a_merge_takes_away_meanwhile_are_looked_for_again(
    engine: EmbeddedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [ValueError('FileDoesNotExist("a.store")'), ValueError('FileDoesNotExist("b.idx")')]
    really = Index.open

    def open_(path: str) -> Index:
        if failures:
            raise failures.pop()
        return really(path)

    monkeypatch.setattr(embedded, "Index", SimpleNamespace(open=open_))
    assert total(EmbeddedEngine(folder), "coffee") == 3
    assert failures == []


def test_a_writer_goes_when_its_merges_are_done(engine: EmbeddedEngine) -> None:
    for number in range(10, 45):
        engine.upsert([Item(id=number, sku=f"N-{number}", names={"en": "Tea"})])
        # Eight small ones become one. More of them mean that a merge was cut off.
        assert engine._reader().searcher.num_segments <= 8
    assert total(engine, "tea") == 35


def test_health_says_how_an_index_stands(engine: EmbeddedEngine, folder: Path) -> None:
    health = engine.health()
    assert (health.available, health.documents, health.generation) == (True, 3, "000001")
    assert health.is_current
    assert health.size_bytes > 500
    assert not EmbeddedEngine(folder, IndexSettings(price_list_ids=(2,))).health().is_current
    about = folder / "000001" / "about.json"
    held = json.loads(about.read_text())
    about.write_text(json.dumps(held | {"layer_version": 0}))
    assert not EmbeddedEngine(folder).health().is_current
    assert total(EmbeddedEngine(folder), "coffee") == 3


@pytest.mark.parametrize(
    "held, problem",
    [
        ('{"layer_version": 1, "schema_version": "older", "price_list_ids": []}', "another version"),
        ("{}", "is not what was written there"),
        ("half a fi", "cannot be used"),
    ],
)
def test_an_index_of_another_version_is_not_read(
    engine: EmbeddedEngine, folder: Path, held: str, problem: str
) -> None:
    (folder / "000001" / "about.json").write_text(held)
    with pytest.raises(EngineUnavailable, match=problem):
        total(EmbeddedEngine(folder), "coffee")
    assert not EmbeddedEngine(folder).health().available
    assert engine.rebuild(items(2), SETTINGS) == 2
    assert total(EmbeddedEngine(folder), "coffee") == 2


def test_a_broken_index_is_built_anew(engine: EmbeddedEngine, folder: Path) -> None:
    (folder / "000001" / "index" / "meta.json").write_text("nonsense")
    with pytest.raises(EngineUnavailable, match="cannot be used"):
        total(engine, "coffee")
    with pytest.raises(EngineUnavailable, match="cannot be used"):
        engine.upsert(items(4))
    assert engine.rebuild(items(2), SETTINGS) == 2
    assert total(engine, "coffee") == 2


def test_generations_follow_each_other_and_the_previous_one_is_kept(
    engine: EmbeddedEngine, folder: Path
) -> None:
    other = EmbeddedEngine(folder)
    for count in (4, 5, 6):
        assert engine.rebuild(items(count), SETTINGS) == count
        assert total(other, "coffee") == count
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert names == ["000002", "000003", "000004"]


def test_what_changes_during_a_rebuild_is_not_lost(engine: EmbeddedEngine, folder: Path) -> None:
    elsewhere = EmbeddedEngine(folder)
    wide = IndexSettings(price_list_ids=(1, 2))

    def read() -> Iterator[Item]:
        yield from items(3)
        elsewhere.upsert([Item(id=2, sku="SKU-2", names={"en": "Tea"}, prices={1: 10, 2: 20, 3: 30})])
        elsewhere.upsert([Item(id=9, sku="SKU-9", names={"en": "Tea"}, prices={2: 15})])
        elsewhere.delete([1])
        # The old generation answers meanwhile, with the changes.
        assert total(elsewhere, "tea") == 2
        assert elsewhere.health().generation == "000001"

    assert engine.rebuild(read(), wide) == 3
    for reader in (engine, elsewhere):
        assert reader.health().generation == "000002"
        assert (total(reader, "tea"), total(reader, "coffee")) == (2, 1)
    request = Request(plan("tea"), order=Order.PRICE, price_list_id=2)
    assert elsewhere.search(request).ids == (9, 2)
    assert not list(folder.glob("*/journal.jsonl"))


def test_a_rebuild_that_fails_changes_nothing_and_is_cleared_away(
    engine: EmbeddedEngine, folder: Path
) -> None:
    def read() -> Iterator[Item]:
        yield from items(2, "Tea")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(read(), SETTINGS)
    assert (engine.health().generation, total(engine, "coffee")) == ("000001", 3)
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["000001"]
    engine.upsert(items(4))
    assert engine.rebuild(items(5), SETTINGS) == 5


def test_another_process_finds_a_change_as_soon_as_it_is_made(engine: EmbeddedEngine, folder: Path) -> None:
    process = start(
        "import sys\n"
        "from pathlib import Path\n"
        "from search.engine import Request\n"
        "from search.engines.embedded import EmbeddedEngine\n"
        "from search.query import plan\n"
        "engine = EmbeddedEngine(Path(sys.argv[1]))\n"
        "engine.search(Request(plan('coffee')))\n"
        "print('ready', flush=True)\n"
        "for line in sys.stdin:\n"
        "    print(engine.search(Request(plan(line))).total, flush=True)\n",
        folder,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for count in range(1, 6):
            engine.upsert(items(count, "Tea"))
            process.stdin.write("tea\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{count}\n"
        engine.rebuild(items(7, "Tea"), SETTINGS)
        process.stdin.write("tea\n")
        process.stdin.flush()
        assert process.stdout.readline() == "7\n"
    finally:
        process.kill()
        process.communicate()


def test_a_writer_waits_for_another_and_then_says_so(engine: EmbeddedEngine, folder: Path) -> None:
    index = tantivy.Index.open(str(folder / "000001" / "index"))
    other = index.writer(15_000_000, 1)
    began = time.monotonic()
    with pytest.raises(EngineUnavailable, match="another process is writing"):
        engine.upsert(items(4))
    assert 0.3 <= time.monotonic() - began < 5
    assert total(engine, "coffee") == 3
    del other
    engine.upsert(items(4))
    assert total(engine, "coffee") == 4


@pytest.mark.slow
def test_a_killed_writer_leaves_what_it_committed_and_no_lock(engine: EmbeddedEngine, folder: Path) -> None:
    writing = (
        "import sys\n"
        "from pathlib import Path\n"
        "from search.documents import Item\n"
        "from search.engines.embedded import EmbeddedEngine\n"
        "engine = EmbeddedEngine(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "for turn in range(10_000):\n"
        "    ids = range(turn * 20 + 100, turn * 20 + 120)\n"
        "    engine.upsert([Item(id=id_, sku=str(id_), names={'en': 'Tea'}) for id_ in ids])\n"
        "    print(turn + 1, flush=True)\n"
    )
    for pause in (0.0, 0.03, 0.11):
        before = total(engine, "tea")
        process = start(writing, folder)
        time.sleep(0.2 + pause)
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        told = int((said.split() or ["0"])[-1])
        found = total(engine, "tea")
        # What it said was done is there; of what it was at, all or nothing.
        assert found % 20 == 0
        assert found >= max(before, told * 20)
        engine.upsert(items(3))
        assert total(engine, "") == found + 3


def test_a_killed_rebuild_leaves_the_old_generation_answering(engine: EmbeddedEngine, folder: Path) -> None:
    process = start(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from search.documents import Item\n"
        "from search.engine import IndexSettings\n"
        "from search.engines.embedded import EmbeddedEngine\n"
        "def read():\n"
        "    yield Item(id=1, sku='A', names={'en': 'Tea'})\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "EmbeddedEngine(Path(sys.argv[1])).rebuild(read(), IndexSettings())\n",
        folder,
    )
    assert [one.name for one in Generations(folder).being_built()] == ["000002"]
    # Another rebuild leaves the one at work alone.
    assert engine.rebuild(items(4), SETTINGS) == 4
    assert (folder / "000002").exists()
    process.kill()
    process.communicate()
    assert (engine.health().generation, total(engine, "coffee")) == ("000003", 4)
    engine.upsert(items(5))
    assert engine.rebuild(items(6), SETTINGS) == 6
    assert not (folder / "000002").exists()
    assert Generations(folder).being_built() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_opens_the_index_anew(engine: EmbeddedEngine) -> None:
    assert total(engine, "coffee") == 3
    child = os.fork()
    if not child:
        os._exit(total(engine, "coffee"))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 3


def test_threads_read_while_one_writes(engine: EmbeddedEngine) -> None:
    def read(_: int) -> list[int]:
        return [total(engine, "") for _ in range(60)]

    with ThreadPoolExecutor(4) as pool:
        reading = pool.map(read, range(3))
        for count in range(4, 12):
            engine.upsert(items(count))
        answers = list(reading)
    for seen in answers:
        assert seen == sorted(seen)
        assert set(seen) <= set(range(3, 12))
    assert total(engine, "") == 11


def test_it_can_be_used_after_it_was_closed(engine: EmbeddedEngine) -> None:
    engine.close()
    assert total(engine, "coffee") == 3
