"""Text in one form for reading, each character remembering where it stood in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# fmt: off
_PLAIN: Final = {
    "\N{MINUS SIGN}": "-", "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-",
    "\N{FIGURE DASH}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{MODIFIER LETTER APOSTROPHE}": "'", "\N{MULTIPLICATION SIGN}": "x", "\N{FRACTION SLASH}": "/",
    "\N{DIVISION SLASH}": "/", "\N{WAVE DASH}": "~", "\N{FULLWIDTH TILDE}": "~", "\N{TILDE OPERATOR}": "~",
    "\N{BULLET}": "-", "\N{KATAKANA MIDDLE DOT}": "-", "\N{MIDDLE DOT}": "-", "\N{HANGUL LETTER ARAEA}": "-",
    "\N{DOUBLE PRIME}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{LEFT DOUBLE QUOTATION MARK}": '"',
}
# fmt: on
_CLUSTER: Final = re.compile(
    "[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?"  # conjoining jamo, as macOS writes file names and their text
    "|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*",
    re.DOTALL,
)

_UNCHANGED: Final = re.compile("[\n -~가-힣\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff、。à-öø-ÿÀ-ÖØ-Þ]*")
"""Text of letters that keep their place when folded, as nearly all text is."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with compatibility forms unified, lower case, and where each character came from."""

    text: str
    original: str
    places: Sequence[int]
    """Index in ``original`` of every character of ``text``, and one more for the end."""

    def source(self, start: int, end: int) -> str:
        """What stands in the original between two places of ``text``."""
        if start >= end:
            return ""
        return self.original[self.places[start] : self.places[end]]


def folded(original: str) -> Folded:
    """``original`` with full-width forms, ligatures, odd dashes and invisible characters brought to plain ones."""
    if _UNCHANGED.fullmatch(original):
        return Folded(original.lower(), original, range(len(original) + 1))
    letters: list[str] = []
    places: list[int] = []
    for cluster in _CLUSTER.finditer(original):
        plain = _plain(cluster[0])
        letters.append(plain)
        places.extend([cluster.start()] * len(plain))
    places.append(len(original))
    return Folded("".join(letters), original, tuple(places))


def plain_text(original: str) -> str:
    """``original`` folded as ``folded`` does, with single spaces and none at its ends."""
    text = original.lower() if _UNCHANGED.fullmatch(original) else folded(original).text
    return " ".join(text.split())


def plain_cell(original: str) -> str:
    """A cell's text as people see it: compatibility forms unified, single spaces; capitals stay."""
    if original.isascii() and original.isprintable() and "  " not in original:
        return original.strip()
    text = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zs", "Zl", "Zp"} else letter
        for letter in unicodedata.normalize("NFKC", original)
        if unicodedata.category(letter) not in {"Cf", "Cs", "Cn", "Co"}
    )
    return " ".join(text.split())


def _plain(cluster: str) -> str:
    if len(cluster) == 1:
        if cluster in _PLAIN:
            return _PLAIN[cluster]
        if "\uac00" <= cluster <= "\ud7a3" or cluster.isascii():
            return (
                "\n" if cluster in "\r\n" else " " if cluster < " " or cluster == "\x7f" else cluster.lower()
            )
        kind = unicodedata.category(cluster)
        if kind == "Cf" or kind == "Cs" or kind == "Cn" or kind == "Co":
            return ""
        if kind in {"No", "Nl"}:
            # A circled or raised number is no digit; a half is a half.
            parts = unicodedata.normalize("NFKC", cluster).split("\N{FRACTION SLASH}")
            return f" {parts[0]}/{parts[1]}" if len(parts) == 2 and all(parts) else cluster
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", cluster).lower())
    return "".join(
        _PLAIN.get(letter, " " if letter.isspace() and letter != "\n" else letter) for letter in text
    )
