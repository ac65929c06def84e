"""What the invoice pages send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from werkzeug.datastructures import MultiDict

from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line

MAX_CHOSEN: Final = 200
"""Documents that can be chosen at once."""

MAX_NUMBER: Final = 40
"""Characters of a document's number."""


@dataclass(frozen=True, slots=True)
class ChosenForm:
    """The documents ticked in the list."""

    numbers: tuple[str, ...]
    """Without repeats, in the order of the list."""
    submit_key: str

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> Self:
        """Read what was sent; never raises."""
        numbers = (one_line(number)[:MAX_NUMBER] for number in values.getlist("invoice")[:MAX_CHOSEN])
        return cls(
            numbers=tuple(dict.fromkeys(number for number in numbers if number)),
            submit_key=one_line(values.get("submit_key"))[:MAX_SUBMIT_KEY],
        )
