"""Undo in place of “are you sure?”: what was done is said, with a button that takes it back.

What is needed to take it back travels in the button's form, signed for one person at one account; what is too large for
that is kept by a room, and its key travels. The form works without scripts, and sending it twice changes nothing more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app, flash, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.core.errors import NotFound
from portal.extensions import now, viewer
from portal.i18n import gettext as _

OFFERED: Final = timedelta(minutes=10)
"""How long something can be taken back: later other people have gone on with how it is now."""

UNDO: Final = "undo"
"""Category of a flashed message with a button, and the name of the field that holds what is signed."""


MOST_CHARACTERS: Final = 2_000
"""Of what a button sends: it waits in the session's cookie, of which browsers keep 4 kB and beyond that nothing."""


def offer(words: str, address: str, **fields: str) -> None:
    """Say on the next page what was done, with a button that sends ``fields`` to ``address`` to take it back.

    What is longer than MOST_CHARACTERS is said without a button.
    """
    if sum(map(len, fields.values())) > MOST_CHARACTERS:
        flash(words, "success")
        return
    flash({"text": words, "address": address, "fields": fields}, UNDO)  # type: ignore[arg-type]


def seal(kind: str, facts: Any, at: datetime | None = None) -> str:
    """What ``opened`` needs to give ``facts`` (JSON) again, for OFFERED from ``at`` on; else from now."""
    return _signer(kind).dumps([_whose(), int((at or now()).timestamp()), facts])


def opened(kind: str) -> Any | None:
    """The facts of the form that was sent; None, and a warning on the next page, where it is too late.

    Raises NotFound for what was never sealed, or for another person or account.
    """
    try:
        whose, at, facts = _signer(kind).loads(request.form.get(UNDO, ""))
    except BadSignature:
        raise NotFound("undo", kind) from None
    if whose != _whose():
        raise NotFound("undo", kind)
    if now().timestamp() - at > OFFERED.total_seconds():
        flash(_("It is too late to undo this: it can be undone for ten minutes."), "warning")
        return None
    return facts


def _whose() -> list[int]:
    looking = viewer()
    if looking is None:
        return [0, 0]
    return [looking.user.id, looking.account.id if looking.account else 0]


def _signer(kind: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"undo {kind}")
