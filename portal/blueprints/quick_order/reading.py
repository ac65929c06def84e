"""Reads what was sent with what the catalog and the account know; and tells who enters it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from portal.blueprints.cards import warehouse_id
from portal.catalog.codes import variants_of_codes
from portal.discovery.naming import Namer
from portal.extensions import buyer, runtime, session, today, viewer
from portal.i18n import locale
from portal.orders.bulk_facts import Entering
from portal.orders.bulk_lines import Reader, Reading
from portal.orders.nicknames import nicknames_of


class CodeBook:
    """The codes of the catalog that were asked about, and the variants they are of; asked once for all cells."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, ...]] = {}
        self._asked: set[str] = set()

    def known(self, codes: Collection[str]) -> Collection[str]:
        """Which of ``codes`` are SKUs, barcodes or part numbers the account may see; one statement, or none."""
        new = set(codes) - self._asked
        if new:
            self._found |= variants_of_codes(session(), buyer(), new)
            self._asked |= new
        return [code for code in codes if code in self._found]

    def variants(self, codes: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
        """Variants by code, of codes that are known."""
        return {code: self._found.get(code, ()) for code in codes}


def entering() -> Entering:
    """Who looks, as the room of orders needs it."""
    looking = viewer()
    return Entering(buyer(), looking.user.id if looking else 0, warehouse_id(), locale(), today())


def read(how: Callable[[Reader], Reading]) -> Reading:
    """What ``how`` reads. Where names are to be found it runs twice: the first time to learn which.

    So the texts of all that may be meant are loaded in one statement, however many lines there are.
    """
    codes = CodeBook()
    namer = Namer(runtime().search, session(), buyer(), warehouse_id(), locale())
    nicknames = nicknames_of(session(), buyer().account_id)
    reader = Reader(codes.known, codes.variants, namer, nicknames, locale())
    namer.listens = True
    reading = how(reader)
    if not namer.was_asked:
        return reading
    namer.load()
    return how(reader)
