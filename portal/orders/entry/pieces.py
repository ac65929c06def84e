"""A stretch of text cut into what is wanted and how many: "name count", "count name", several in a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from portal.orders.entry.phrases import SEPARATORS
from portal.orders.entry.quantities import Found, Quantity, find_quantities

_EDGES: Final = " \t,.;:~-=()[]<>!*'\"\x1f·"
_JAPANESE_PARTICLE: Final = re.compile(r"(?:[をへ]|(?<=[^\u3041-\u309f\s])[はがとでにもの])+$")
_LEADING_PARTICLE: Final = re.compile(r"^(?:[をとでは]|랑|하고|이랑|와|과|도|씩)(?=\s|[^\u3041-\u309f가-힣])")
_PARTICLES: Final = frozenset("をとでにはがもへの랑도씩요") | {
    "하고",
    "이랑",
    "이요",
    "of",
    "de",
    "du",
    "des",
    "x",
}
_KOREAN_PARTICLE: Final = re.compile(r"(?<=[가-힣a-z0-9])(?:을|를|은|는|이랑|랑|하고|으로|로)$")
_ARTICLE: Final = re.compile(r"^(?:(?:of|the|de|du|des|my|our)\s|d'|l')+")
_TRAILING: Final = re.compile(r"\s(?:of|the|de|du|des|à|to|for|pour|and|et|qty|quantity|수량|数量|qté|no)$")


@dataclass(frozen=True, slots=True)
class Item:
    """Words and a count, and where they stand in the text."""

    start: int
    end: int
    words: str
    quantity: Quantity | None
    """None: no count was found."""
    counted: bool = False
    """Whether the count says what it counts; a bare number may turn out to be part of the name."""


def items_of(text: str, begin: int = 0, locale: str = "ko") -> list[Item]:
    """The items of folded ``text`` from ``begin`` on, in order."""
    items: list[Item] = []
    place = begin
    for cut in [*SEPARATORS.finditer(text, begin), None]:
        stop = cut.start() if cut else len(text)
        for item in _piece(text[place:stop], place, locale):
            _join(items, item, text)
        place = cut.end() if cut else stop
    return items


def _join(items: list[Item], item: Item, text: str) -> None:
    """Put an item behind the others; a count of its own goes to the name before it that has none."""
    if item.words or not items or item.quantity is None:
        items.append(item)
        return
    former = items[-1]
    if former.quantity is None and former.words:
        items[-1] = replace(item, start=former.start, words=former.words)
    elif former.words and not former.counted and item.counted:
        # macarons 36, 2 boxes: the bare number belongs to the name.
        items[-1] = replace(item, start=former.start, words=_clean(text[former.start : former.end]))
    else:
        items.append(item)


def _piece(text: str, offset: int, locale: str) -> list[Item]:
    if not text.strip(_EDGES):
        return []
    found = list(find_quantities(text, locale))
    counted = [one for one in found if one.counted]
    used = counted or _bare(text, found)
    if not used:
        return [_item(text, 0, len(text), None, offset)]
    leads = not text[: used[0].start].strip(_EDGES) and bool(_clean(text[used[0].end : _next(used, 0, text)]))
    return _leading(text, used, offset) if leads else _following(text, used, offset)


def _bare(text: str, found: list[Found]) -> list[Found]:
    """Of bare numbers the one at the start or at the end; any other is part of a name."""
    if not found:
        return []
    first, last = found[0], found[-1]
    if not text[last.end :].strip(_EDGES):
        if len(found) > 1 and not text[: first.start].strip(_EDGES):
            return [first]
        return [last]
    return [first] if not text[: first.start].strip(_EDGES) else []


def _next(used: list[Found], index: int, text: str) -> int:
    return used[index + 1].start if index + 1 < len(used) else len(text)


def _leading(text: str, used: list[Found], offset: int) -> list[Item]:
    """3 bags of beans 2 boxes of cups: each count goes with the words after it."""
    items: list[Item] = []
    index = 0
    while index < len(used):
        one = used[index]
        end = _next(used, index, text)
        if index + 1 < len(used) and not _clean(text[used[index + 1].end : _next(used, index + 1, text)]):
            # Nothing follows the next count, so it is part of this name: 3 rolls of tape 1 roll.
            end = _next(used, index + 1, text)
            index += 1
        items.append(replace(_item(text, one.end, end, one, offset), start=offset + one.start))
        index += 1
    return items


def _following(text: str, used: list[Found], offset: int) -> list[Item]:
    """Beans 3 bags, cups 2 boxes: each count goes with the words before it."""
    items: list[Item] = []
    place = 0
    for index, one in enumerate(used):
        between = text[one.end : _next(used, index, text)]
        if index + 1 < len(used) and not between.strip(_EDGES):
            # 10oz 1000 pieces 2 boxes: the former count is part of the name.
            continue
        items.append(replace(_item(text, place, one.start, one, offset), end=offset + one.end))
        place = one.end
    if _clean(text[place:]):
        items.append(_item(text, place, len(text), None, offset))
    return items


def _item(text: str, start: int, end: int, found: Found | None, offset: int) -> Item:
    return Item(
        offset + start,
        offset + end,
        _clean(text[start:end]),
        found.quantity if found else None,
        found.counted if found else False,
    )


def _clean(text: str) -> str:
    words = " ".join(text.replace("\x1f", " ").split()).strip(_EDGES)
    while True:
        shorter = _LEADING_PARTICLE.sub("", words)
        shorter = _JAPANESE_PARTICLE.sub("", _KOREAN_PARTICLE.sub("", shorter))
        shorter = _TRAILING.sub("", _ARTICLE.sub("", shorter)).strip(_EDGES)
        if shorter in _PARTICLES:
            return ""
        if shorter == words:
            return words
        words = shorter
