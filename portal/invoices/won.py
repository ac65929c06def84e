"""Amounts of won in words, as Korean statements write them beside the figures so that nobody adds a digit."""

from __future__ import annotations

from typing import Final

DIGITS: Final = "영일이삼사오육칠팔구"
PLACES: Final = ("", "십", "백", "천")
MYRIADS: Final = ("", "만", "억", "조", "경")


def in_hangul(won: int) -> str:
    """The amount in words: 1_230_000 is 일금 일백이십삼만원정. Empty for what is negative or beyond 경."""
    if won < 0 or won >= 10_000 ** len(MYRIADS):
        return ""
    words = ""
    rest = won
    for myriad in MYRIADS:
        rest, part = divmod(rest, 10_000)
        if part:
            words = _under_a_myriad(part) + myriad + words
    return f"일금 {words or DIGITS[0]}원정"


def _under_a_myriad(part: int) -> str:
    digits = f"{part:04d}"
    return "".join(
        DIGITS[int(digit)] + place
        for digit, place in zip(digits, reversed(PLACES), strict=True)
        if digit != "0"
    )
