"""What the desk's pages of search are given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from portal.accounts.rules import StaffDeed, staff_may
from portal.blueprints.desk.search_forms import RedirectForm
from portal.core.errors import Refused
from portal.discovery.actions import LONGEST_TARGET
from portal.discovery.queries import (
    RedirectRow,
    SynonymRow,
    queries_without_hits,
    redirects,
    synonym_groups,
    top_queries,
)
from portal.extensions import now, session, viewer
from portal.i18n import gettext as _

DAYS: Final = 30
"""How far back the desk looks at what was sought."""

MOST_SOUGHT: Final = 50
"""Lines of each list."""


def overview() -> dict[str, Any]:
    """What dealers looked for lately, and the seller's own words."""
    since = now() - timedelta(days=DAYS)
    return {
        "days": DAYS,
        "missed": queries_without_hits(session(), since, MOST_SOUGHT),
        "sought": top_queries(session(), since, MOST_SOUGHT),
        "groups": synonym_groups(session()),
        "redirects": redirects(session()),
        "may_manage": _may_manage(),
    }


def synonym_values(group: SynonymRow | None, typed: str, problem: Refused | None = None) -> dict[str, Any]:
    """The form of a group of synonyms; ``group`` is None for a new one."""
    return {"group": group, "typed": typed, "problem": _in_words(problem) if problem else None}


def redirect_values(
    row: RedirectRow | None, form: RedirectForm, problem: Refused | None = None
) -> dict[str, Any]:
    """The form of a redirect; ``row`` is None for a new one."""
    return {
        "row": row,
        "form": form,
        "problems": {problem.field: _in_words(problem)} if problem else {},
    }


def typed_of(group: SynonymRow) -> str:
    """A group as its form shows it."""
    return "\n".join(group.words)


def _may_manage() -> bool:
    looking = viewer()
    role = looking.user.staff_role if looking else None
    return role is not None and staff_may(role, StaffDeed.MANAGE_SEARCH)


def _in_words(refused: Refused) -> str:
    facts = refused.facts
    match refused.code:
        case "too_few_words":
            return _("Write at least two different words.")
        case "too_many_words":
            return _("A group holds %(count)s words at most.", count=facts["maximum"])
        case "word_too_long":
            return _(
                "“%(word)s…” is too long: %(count)s characters at most.",
                word=facts["word"],
                count=facts["maximum"],
            )
        case "word_taken":
            return _("“%(word)s” is in another group. Add the words there.", word=facts["word"])
        case "no_words":
            return _("Write the words that are searched for.")
        case "words_taken":
            return _("These words lead somewhere already. Change that line.")
        case "not_an_own_page":
            return _(
                "Write the address of a page of this portal, such as /categories/cafe: %(count)s characters at most.",
                count=LONGEST_TARGET,
            )
        case _:
            return _("This cannot be kept as it is.")
