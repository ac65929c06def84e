"""What the search templates are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import url_for
from flask_babel import ngettext

from portal.blueprints.cards import Card, cards_of, may_order, warehouse_id
from portal.blueprints.search.params import SearchParams
from portal.catalog.database_search import PAGE_SIZE, DatabaseScope, Query, Sort
from portal.catalog.queries import CategoryTree, category_tree, variants_by_id
from portal.extensions import buyer, runtime, session
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.bought import BOUGHT

SUGGESTIONS: Final = 8
"""Products offered while a person types."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The cards of a page of results."""

    cards: list[Card]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select, with how deep it stands in its tree (0: at the root)."""

    value: str
    label: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address of the same search without it."""

    label: str
    url: str


def results(params: SearchParams) -> dict[str, Any]:
    """Everything on the results page and in its part."""
    tree = category_tree(session())
    category = tree.by_slug.get(params.category)
    # An unknown category has no products; to search all others instead would be a surprise.
    unknown_category = bool(params.category) and category is None
    found = (
        Hits([], has_more=False)
        if unknown_category
        else hits(params, tree.descendants(category.id) if category else (), PAGE_SIZE)
    )
    return {
        "params": params,
        "cards": found.cards,
        "may_order": may_order(),
        "categories": _choices(tree),
        "tiles": [(node.slug, node.name(locale())) for node in tree.roots] if params.is_empty else [],
        "sorts": _sorts(params),
        "brand_chip": _brand_chip(params),
        "previous_url": _url(params, page=params.page - 1) if params.page > 1 else None,
        "next_url": _url(params, page=params.page + 1) if found.has_more else None,
        "announcement": ngettext(
            "%(num)s product on this page", "%(num)s products on this page", len(found.cards)
        ),
    }


def suggestions(params: SearchParams) -> dict[str, Any]:
    """The few products offered under the search field; none as long as nothing is typed."""
    found = hits(params, (), SUGGESTIONS) if params.text else Hits([], has_more=False)
    return {
        "params": params,
        "cards": found.cards,
        "may_order": may_order(),
        "all_url": _url(SearchParams(q=params.q)),
    }


def hits(params: SearchParams, category_ids: tuple[int, ...], size: int) -> Hits:
    """Search, then read what was found as this account sees it, at its prices."""
    scope = DatabaseScope(session(), buyer(), warehouse_id(), BOUGHT)
    query = Query(
        text=params.text,
        locale=locale(),
        category_ids=category_ids,
        brand=params.brand,
        in_stock=params.in_stock,
        bought=params.bought,
        sort=params.sort,
        page=params.page,
        page_size=size,
    )
    answer = runtime().search.search(query, scope)
    rows = variants_by_id(session(), buyer(), answer.ids, warehouse_id(), locale())
    return Hits(cards_of(rows), answer.has_more)


def _choices(tree: CategoryTree) -> list[Choice]:
    choices: list[Choice] = []
    waiting = [(node, 0) for node in reversed(tree.roots)]
    while waiting:
        node, depth = waiting.pop()
        choices.append(Choice(node.slug, node.name(locale()), depth))
        waiting.extend((child, depth + 1) for child in reversed(tree.children(node.id)))
    return choices


def _sorts(params: SearchParams) -> list[Choice]:
    return [
        Choice(Sort.RELEVANCE, _("Best match") if params.text else _("Recommended")),
        Choice(Sort.BOUGHT, _("Bought most often")),
        Choice(Sort.NEWEST, _("Newest")),
        Choice(Sort.NAME, _("Name")),
    ]


def _brand_chip(params: SearchParams) -> Chip | None:
    if not params.brand:
        return None
    return Chip(_("Brand: %(code)s", code=params.brand), _url(params, brand="", page=1))


def _url(params: SearchParams, **changes: object) -> str:
    query = params.to_args(**changes)
    return f"{url_for('search.results')}?{urlencode(query)}" if query else url_for("search.results")
