"""What the list under the search field is given."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any, Final

from flask import url_for
from flask_babel import ngettext

from portal.blueprints.cards import may_order, warehouse_id
from portal.blueprints.search.hits import rows_with_marks
from portal.blueprints.search.links import Link, address_of, search_for
from portal.blueprints.search.marking import stands_in
from portal.blueprints.search.params import SearchParams
from portal.catalog.queries import CategoryTree
from portal.discovery.finding import Found, suggest
from portal.discovery.queries import popular_queries, recent_queries
from portal.extensions import buyer, now, runtime, session, today
from portal.i18n import gettext as _
from portal.i18n import locale
from search.query import Plan
from search.suggest import did_you_mean
from search.text import fold

PRODUCTS: Final = 8
"""Products offered while a person types."""

CATEGORIES: Final = 2
"""Categories whose name fits."""

RECENT: Final = 6
"""Searches of the account that are offered again."""

LOOKED_THROUGH: Final = 60
"""Last searches among which those that begin with a letter are found."""

POPULAR: Final = 4

POPULAR_DAYS: Final = 90
"""How many days back the account's searches are counted."""

SHORT: Final = 1
"""Up to so many characters are too few to tell what is meant: recent searches that begin so are offered as well."""


def suggestions(params: SearchParams) -> dict[str, Any]:
    """The products, categories and searches that may be meant by what stands in the field."""
    text = params.text
    found = (
        suggest(runtime().search, session(), buyer(), warehouse_id(), params.q, locale(), PRODUCTS, today())
        if text
        else None
    )
    tree = runtime().shared.tree(session()) if len(text) > SHORT else None
    recent, popular = _searches(text) if len(text) <= SHORT else ([], [])
    return {
        "params": params,
        "rows": rows_with_marks(found.rows, found.plan) if found else [],
        "may_order": may_order(),
        "meant": _meant(text, found),
        "lead": _lead(params),
        "categories": _categories(found.plan, tree) if found and tree else [],
        "recent": recent,
        "popular": popular,
        "all_url": address_of(SearchParams(q=params.q)) if found and found.rows else None,
        "is_simple": found is not None and found.is_simple,
        "count_text": _count(len(found.rows)) if found else "",
    }


def _count(number: int) -> str:
    if not number:
        return _("No suggestions")
    return ngettext("%(num)s product suggested", "%(num)s products suggested", number)


def _meant(text: str, found: Found | None) -> Link | None:
    """Another spelling, where nothing was found as it was typed; what was found stays as it is."""
    if found is None or (found.rows and not found.relaxed):
        return None
    words = did_you_mean(found.plan, [row.name for row in found.rows])
    return search_for(words) if words and words != text else None


def _lead(params: SearchParams) -> Link | None:
    """The page these words lead to, named by its category if it is one."""
    target = runtime().shared.redirect_of(session(), params.text)
    if target is None:
        return None
    return Link(_("Go straight to “%(words)s”", words=params.q), target)


def _categories(plan: Plan, tree: CategoryTree) -> list[Link]:
    named = ((node.name(locale()), node.slug) for node in tree.by_id.values())
    fitting = (
        Link(name, url_for("catalog.category", slug=slug))
        for name, slug in named
        if stands_in(plan.words, name)
    )
    return list(islice(fitting, CATEGORIES))


def _searches(text: str) -> tuple[list[Link], list[Link]]:
    """What the account searched for last and most often; of one letter, the last that begin so."""
    account_id = buyer().account_id
    if text:
        recent = recent_queries(session(), account_id, LOOKED_THROUGH)
        return [search_for(words) for words in recent if fold(words).startswith(text)][:RECENT], []
    recent = recent_queries(session(), account_id, RECENT)
    since = now() - timedelta(days=POPULAR_DAYS)
    popular = popular_queries(session(), account_id, since, RECENT + POPULAR)
    others = [words for words in popular if words not in recent][:POPULAR]
    return [search_for(words) for words in recent], [search_for(words) for words in others]
