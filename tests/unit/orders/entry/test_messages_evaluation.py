"""How well messages are read: labelled texts over the demo's articles, matched through the search engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from portal.catalog.models import Unit
from portal.demo.goods import articles
from portal.orders.entry.matching import score, texts_of
from portal.orders.entry.messages import Message, MessageLine, Standing, read_message
from search.documents import Item
from search.engine import IndexSettings, Request
from search.engines.embedded import EmbeddedEngine
from search.query import plan

DATA = Path(__file__).parents[3] / "data"

Candidates = Callable[[str], Sequence[tuple[int, float]]]


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Candidates]:
    goods = articles()
    synonyms = tuple(
        tuple(group)
        for group in json.loads((DATA.parents[1] / "portal/demo/data/products.json").read_text())["synonyms"]
    )
    engine = EmbeddedEngine(tmp_path_factory.mktemp("index"))
    engine.rebuild(
        [
            Item(
                id=place,
                sku=article.sku,
                names=article.names,
                reading=article.reading or "",
                barcode=article.barcode or "",
                part_number=article.part_number or "",
                brand_names=article.brand_names,
            )
            for place, article in enumerate(goods)
        ],
        IndexSettings(synonyms=synonyms),
    )
    texts = [
        texts_of(
            [*article.names.values(), *article.brand_names.values(), article.reading or ""],
            [article.sku, article.barcode or "", article.part_number or ""],
        )
        for article in goods
    ]
    same: dict[str, tuple[str, ...]] = {}
    for group in synonyms:
        for word in group:
            same[word.lower()] = tuple(other.lower() for other in group if other != word)

    def look_up(words: str) -> list[tuple[int, float]]:
        hits = engine.search(Request(plan(words, synonyms), limit=20))
        scored = [(place, score(words, texts[place], same)) for place in hits.ids]
        return sorted(scored, key=lambda one: -one[1])

    yield look_up
    engine.close()


@dataclass(slots=True)
class Tally:
    """What came of a set of messages."""

    right: int = 0
    read: int = 0
    labelled: int = 0
    sure: int = 0
    decided: int = 0
    decided_sure: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.read + self.labelled)

    @property
    def wrong_share(self) -> float:
        return len(self.wrong) / self.labelled


def _unit(unit: str | Unit | None) -> str | None:
    return None if unit in (None, "each") else str(unit)


def _is_right(line: MessageLine, label: dict[str, Any], skus: list[str]) -> bool:
    meant = label["skus"]
    quantity = line.quantity
    if label["quantity"] is None:
        if quantity.number is not None and quantity.doubt is None:
            return False
    elif (
        quantity.number != label["quantity"] or quantity.doubt or _unit(quantity.unit) != _unit(label["unit"])
    ):
        return False
    if line.standing is Standing.SURE:
        return len(meant) == 1 and skus[line.variant or 0] == meant[0]
    # What the text leaves open must be asked; what it decides must be among what is offered.
    return not meant or bool({skus[one] for one in line.candidates} & set(meant))


def _count(entry: dict[str, Any], message: Message, skus: list[str], tally: Tally) -> None:
    labels = list(entry["lines"])
    tally.labelled += len(labels)
    tally.read += len(message.lines)
    tally.decided += sum(len(label["skus"]) == 1 for label in labels)
    for line in message.lines:
        tally.sure += line.standing is Standing.SURE
        label = next((label for label in labels if _is_right(line, label, skus)), None)
        if label is not None:
            tally.right += 1
            tally.decided_sure += len(label["skus"]) == 1 and line.standing is Standing.SURE
            labels.remove(label)
            continue
        shown = skus[line.variant] if line.variant is not None else [skus[one] for one in line.candidates]
        said = f"{entry['id']} {entry['text']!r}: {line.words!r} {line.quantity.number} {line.quantity.unit} {shown}"
        (tally.wrong if line.standing is Standing.SURE else tally.missed).append(said)
    tally.missed += [f"{entry['id']} {entry['text']!r}: without {label}" for label in labels]
    if message.repeats_last_order and "last_order" not in entry["marks"]:
        tally.wrong.append(f"{entry['id']} {entry['text']!r}: last order")
    if not message.repeats_last_order and "last_order" in entry["marks"]:
        tally.missed.append(f"{entry['id']} {entry['text']!r}: without the last order")
    removed = {skus[one.variant] for one in message.removals if one.variant is not None}
    if removed != set(entry["removed"]) and entry["removed"]:
        tally.missed.append(f"{entry['id']} {entry['text']!r}: removed {removed}")
    for mark, found in (("date", message.dates), ("place", message.places), ("question", message.questions)):
        if mark in entry["marks"] and not found:
            tally.missed.append(f"{entry['id']} {entry['text']!r}: no {mark}")


def _tally(name: str, candidates: Candidates) -> Tally:
    skus = [article.sku for article in articles()]
    tally = Tally()
    for entry in json.loads((DATA / name).read_text())["messages"]:
        _count(entry, read_message(entry["text"], candidates, locale=entry["language"]), skus, tally)
    return tally


@pytest.mark.parametrize("name", ["messages.json", "messages_check.json"])
def test_lines_are_found_and_hardly_ever_silently_wrong(
    name: str, candidates: Candidates, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = _tally(name, candidates)

    with capsys.disabled():
        sys_out = (
            f"\n{name}: {tally.labelled} lines, F1 {tally.f1:.3f}, silently wrong {tally.wrong_share:.2%}, "
            f"taken without asking {tally.decided_sure / tally.decided:.1%} of those the text decides\n"
        )
        print(sys_out)  # noqa: T201 - the figure is what this test is run for
    assert tally.wrong == []
    assert tally.f1 >= 0.95
    assert tally.decided_sure / tally.decided >= 0.8


def test_there_are_enough_messages_in_every_language() -> None:
    entries = [
        entry
        for name in ("messages.json", "messages_check.json")
        for entry in json.loads((DATA / name).read_text())["messages"]
    ]

    assert len(entries) >= 300
    assert {
        language: sum(entry["language"] == language for entry in entries) >= 60
        for language in ("ko", "en", "ja", "fr")
    } == {
        "ko": True,
        "en": True,
        "ja": True,
        "fr": True,
    }
    assert len({entry["text"] for entry in entries}) == len(entries)
