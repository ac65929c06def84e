"""GET parameters of the cart page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from flask import request, url_for

from portal.blueprints.typed import one_line, search_words

LONGEST_QUERY: Final = 100
"""Characters of a search inside the cart."""

LONGEST_KEY: Final = 64
"""Characters of an emptied cart's key; ours have 22."""

LAST_PAGE: Final = 10_000


class Grouping(StrEnum):
    """In which order the lines of a cart are shown."""

    ADDED = "added"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class CartParams:
    """Which lines of the cart are shown, and how."""

    q: str = ""
    """What they must have in their names or codes; empty: anything."""
    by: Grouping = Grouping.ADDED
    only_wrong: bool = False
    """True: only lines that stand in the way of an order."""
    page: int = 1
    emptied: str = ""
    """Key of what was emptied a moment ago; empty: nothing was."""

    @classmethod
    def from_args(cls) -> Self:
        """Read the address; anything odd counts as not said."""
        args = request.args
        page = args.get("page", "")
        return cls(
            q=search_words(args.get("q", ""), LONGEST_QUERY),
            by=Grouping.CATEGORY if args.get("by") == Grouping.CATEGORY else Grouping.ADDED,
            only_wrong=args.get("only") == "wrong",
            page=max(1, min(int(page[:5]), LAST_PAGE)) if page.isascii() and page.isdigit() else 1,
            emptied=one_line(args.get("emptied"))[:LONGEST_KEY],
        )

    @property
    def narrows(self) -> bool:
        """True if lines are left out on purpose."""
        return bool(self.q or self.only_wrong)

    def url(self, **changes: Any) -> str:
        """The address of this view with ``changes``, on its first page unless they name another."""
        changed = replace(self, emptied="", **{"page": 1, **changes})
        said: dict[str, Any] = {}
        if changed.q:
            said["q"] = changed.q
        if changed.by is not Grouping.ADDED:
            said["by"] = changed.by.value
        if changed.only_wrong:
            said["only"] = "wrong"
        if changed.page > 1:
            said["page"] = changed.page
        return url_for("cart.show", **said)
