"""The form in which text is compared: the same for what is stored and for what is typed."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_QUERY: Final = 200
"""Characters of a query that are looked at; no name, SKU or barcode is longer than what fits."""

MOST_WORDS: Final = 12
"""Words of a query that are looked at."""


def fold(text: str) -> str:
    """``text`` with compatibility forms unified, case folded and white space single.

    Full-width letters become plain ones, half-width kana whole ones. Control and format characters, half surrogate
    pairs and what Unicode has not assigned count as white space, so the outcome can always be stored and compared.
    """
    unified = unicodedata.normalize("NFKC", text).casefold()
    # Folding case can take composed letters apart again.
    composed = unicodedata.normalize("NFKC", unified)
    plain = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in composed)
    return " ".join(plain.split())


def query_text(text: str) -> str:
    """What a person typed, folded, and cut to LONGEST_QUERY characters."""
    # Cut before folding as well: a text of megabytes is not worth the work.
    return fold(text[: 4 * LONGEST_QUERY])[:LONGEST_QUERY].strip()


def words_of(folded: str) -> tuple[str, ...]:
    """The different words of a folded text in their order, at most MOST_WORDS."""
    return tuple(dict.fromkeys(folded.split()))[:MOST_WORDS]
