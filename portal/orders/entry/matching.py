"""How well a variant's own texts explain the words somebody used for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from portal.orders.entry.folding import plain_text

_RUN: Final = re.compile(
    r"[a-z0-9]+(?:[.,/+x-][a-z0-9]+)*[%+]?"  # Latin letters and digits, with what joins them in codes and sizes
    r"|[가-힣ㄱ-ㆎ]+"
    r"|[\u3041-\u30ff\u3400-\u9fff々ー]+"
)
# fmt: off
_STOP: Final = frozenset({
    "of", "the", "a", "an", "for", "with", "and", "in", "size", "en", "de", "des", "du", "d", "l", "la", "le", "les",
    "un", "une", "au", "aux", "et", "pour", "の", "짜리", "용", "들이", "및",
})
# fmt: on
_MEASURES: Final = (
    (re.compile(r"(\d)\s?(?:킬로그램|킬로|키로|キログラム|キロ|kilos?|kgs)(?![a-z])"), r"\1kg"),
    (re.compile(r"(\d)\s?(?:그램|그람|グラム|grams?|grammes?|gr)(?![a-z])"), r"\1g"),
    (re.compile(r"(\d)\s?(?:밀리리터|밀리|미리리터|ミリリットル|mls)(?![a-z])"), r"\1ml"),
    (re.compile(r"(\d)\s?(?:리터|리타|リットル|litres?|liters?|lt)(?![a-z])"), r"\1l"),
    (re.compile(r"(\d)\s?(?:온스|オンス|ounces?|onces?)(?![a-z])"), r"\1oz"),
    (re.compile(r"(\d)\s?(?:인치|インチ|inch(?:es)?|pouces?|in(?=\s|$)|\")"), r"\1inch"),
    (re.compile(r"(\d)\s?(?:미리|밀리미터|ミリ)(?![가-힣a-z])"), r"\1mm"),
    (re.compile(r"(\d)\s(?=(?:kg|g|ml|l|oz|mm|cm|m|v|w)(?![a-z]))"), r"\1"),
)
_KOREAN_PARTICLES: Final = (
    "이랑",
    "하고",
    "으로",
    "랑",
    "을",
    "를",
    "은",
    "는",
    "이",
    "가",
    "도",
    "만",
    "로",
    "와",
    "과",
    "요",
)


@dataclass(frozen=True, slots=True)
class VariantTexts:
    """What a variant is called, prepared for comparing."""

    codes: frozenset[str]
    """SKU, part number and barcode, letters and digits only."""
    words: frozenset[str]
    """Words of its names in every language."""
    joined: tuple[str, ...]
    """Each name without its spaces."""


def texts_of(names: Iterable[str], codes: Iterable[str] = ()) -> VariantTexts:
    """Prepare a variant's names (every language, readings, brand, options) and its codes."""
    words: set[str] = set()
    joined: list[str] = []
    for name in names:
        runs = _runs(name)
        words.update(runs)
        words.update(_singular(run) for run in runs)
        latin = [run for run in runs if run.isascii()]
        words.update(first + second for first, second in pairwise(latin))
        joined.append("".join(run for run in runs if not run.isascii()))
    return VariantTexts(
        frozenset(map(bare_code, codes)) - {""}, frozenset(words), tuple(dict.fromkeys(filter(None, joined)))
    )


def score(words: str, texts: VariantTexts, same: Mapping[str, tuple[str, ...]] | None = None) -> float:
    """How much of ``words`` the texts explain, from 0 to 1; sizes and numbers weigh as whole words.

    1 says that nothing was said that the variant is not. ``same`` gives words that mean the same, folded.
    """
    if bare_code(words) in texts.codes:
        return 1.0
    explained = total = 0
    for run in _runs(words):
        if run in _STOP:
            continue
        weight = max(len(run), 4) if run.isascii() else 2 * len(run)
        total += weight
        if _explains(run, texts) or any(_explains(other, texts) for other in (same or {}).get(run, ())):
            explained += weight
    return explained / total if total else 0.0


def bare_code(text: str) -> str:
    """Letters and digits of a code, folded: what is left when people write its dashes their own way."""
    return "".join(letter for letter in plain_text(text) if letter.isalnum())


def _explains(run: str, texts: VariantTexts) -> bool:
    if run in texts.words or bare_code(run) in texts.codes:
        return True
    if run.isascii():
        return run.isalpha() and len(run) > 2 and _singular(run) in texts.words
    if len(run) > 1 and any(run in name for name in texts.joined):
        return True
    for particle in _KOREAN_PARTICLES:
        rest = run.removesuffix(particle)
        if rest != run and len(rest) > 1 and any(rest in name for name in texts.joined):
            return True
    return False


@lru_cache(maxsize=8192)
def _runs(text: str) -> tuple[str, ...]:
    plain = _unaccented(plain_text(text))
    for pattern, instead in _MEASURES:
        plain = pattern.sub(instead, plain)
    return tuple(_RUN.findall(plain))


def _unaccented(text: str) -> str:
    if text.isascii():
        return text
    # Only Latin letters lose their marks: ガ is not カ, and Hangul comes apart and together again.
    plain = "".join(
        unicodedata.normalize("NFD", letter)[0] if "\u00c0" <= letter <= "\u024f" else letter
        for letter in text
    )
    return plain.replace("œ", "oe").replace("'", " ").replace("æ", "ae")


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith(("s", "x")) and not word.endswith("ss"):
        return word[:-1]
    return word
