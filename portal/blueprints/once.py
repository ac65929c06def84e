"""Forms that would do something each time they are sent carry a key of their own: a second copy changes nothing."""

from __future__ import annotations

from flask import request

from portal.blueprints.typed import MAX_SUBMIT_KEY, one_line
from portal.extensions import now, session, viewer
from portal.orders.once import is_first


def done_before(deed: str) -> bool:
    """True if the form that was sent did this before; False also for one without a key.

    Only for routes that ``access.account_required`` guards.
    """
    looking = viewer()
    if looking is None or looking.account is None:
        raise LookupError("guard the route with account_required")
    key = one_line(request.form.get("submit_key"))[:MAX_SUBMIT_KEY]
    return bool(key) and not is_first(session(), looking.user.id, looking.account.id, f"{key}:{deed}", now())
