"""The family of errors that the rooms raise; the web layer turns each kind into one page or message.

A room raises a child of PortalError with the facts of the case as attributes. It never words a message for a person:
wording happens in the web layer, in the reader's language (``portal/blueprints/errors.py``).
"""

from __future__ import annotations


class PortalError(Exception):
    """Anything the portal itself refuses. Children set the HTTP status that fits."""

    status = 500


class NotFound(PortalError):
    """No such record, or none that this account may see: a stranger's record does not exist for it (404)."""

    status = 404

    def __init__(self, what: str, key: object = None) -> None:
        super().__init__(f"{what} {key!r} not found")
        self.what = what
        self.key = key


class Refused(PortalError):
    """The input is understood but breaks a rule of trade; the person can mend it (422).

    ``code`` is a stable word such as ``off_step``; ``facts`` are the numbers and names a message needs; ``field`` is
    the form field the message belongs to, if any.
    """

    status = 422

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.field = field
        self.facts = facts


class Conflict(Refused):
    """What the person saw has changed since (price, stock, credit, state): look again, then decide (409)."""

    status = 409


class TooManyAttempts(PortalError):
    """A limit on attempts was reached (429). ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class UnknownCurrency(PortalError):
    """The portal does not trade in this currency."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


class CurrencyMismatch(PortalError):
    """Two amounts of different currencies met."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right}")
