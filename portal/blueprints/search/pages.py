"""What the results page is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from flask_babel import ngettext

from portal.accounts.people_queries import contact_of
from portal.blueprints.cards import may_order, warehouse_id
from portal.blueprints.search import facets
from portal.blueprints.search.hits import cards_with_marks
from portal.blueprints.search.links import Link, address_of, search_for
from portal.blueprints.search.params import SearchParams
from portal.catalog.queries import CategoryNode, CategoryTree
from portal.core.formats import quantity
from portal.discovery.finding import PAGE_SIZE, Found, PriceOrder, Sort, Wish, find
from portal.extensions import buyer, runtime, session, today, viewer
from portal.i18n import gettext as _
from portal.i18n import locale
from search.engine import Facet
from search.suggest import did_you_mean

FEW_HITS: Final = 3
"""Up to so many hits another spelling is offered beside them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select."""

    value: str
    label: str


def results(params: SearchParams) -> dict[str, Any]:
    """Everything on the results page and in its part."""
    tree = runtime().shared.tree(session())
    category = tree.by_slug.get(params.category)
    # An unknown category has no products; to search all others instead would be a surprise.
    found = None if params.category and category is None else _found(params, tree, category)
    rows = found.rows if found else ()
    counts = found.facets if found else {}
    brand_counts = counts.get(Facet.BRAND, {})
    brands = runtime().shared.brand_names(session(), {*brand_counts, *params.brands}, locale())
    # Where nothing at all was found, the names of categories are what is left to be near to.
    names = [row.name for row in rows] or [node.name(locale()) for node in tree.by_id.values()]
    meant = _meant(params, found, names)
    more = found.counts if found else {}
    groups = [
        *facets.switches(params, more),
        facets.brand_group(params, brand_counts, brands),
        *facets.attribute_groups(params, counts.get(Facet.ATTRIBUTE, {}), found.total if found else 0),
    ]
    partial = found.partial if found else 0
    total = found.total - partial if found else 0
    cards = cards_with_marks(rows, found.plan) if found else []
    return {
        "params": params,
        "cards": cards[: len(cards) - partial],
        "similar": cards[len(cards) - partial :],
        "offset": (params.page - 1) * PAGE_SIZE,
        "total": total,
        "may_order": may_order(),
        "branches": facets.branches(params, tree, category, counts.get(Facet.CATEGORY)),
        "groups": [group for group in groups if group is not None],
        "chips_on": facets.chips_on(params, category, brands),
        "chips_off": facets.chips_off(params, more),
        "tiles": [(node.slug, node.name(locale())) for node in tree.roots] if params.is_empty else [],
        "sorts": _sorts(params),
        "meant": meant,
        "relaxed": found.relaxed if found else 0,
        "is_simple": found.is_simple if found else False,
        "ignores_attributes": found is not None and "attributes" in found.ignored,
        "price_is_list": found is not None and found.price_order is PriceOrder.LIST,
        "records": bool(params.text) and params.page == 1 and not params.is_filtered,
        "help": _help(params, tree) if not rows else None,
        "unfiltered_url": address_of(params.without_filters()),
        "previous_url": address_of(params, page=params.page - 1) if params.page > 1 else None,
        "next_url": address_of(params, page=params.page + 1) if found and found.has_more else None,
        "count_text": _count_in_words(total, is_exact=found.is_total_exact if found else True),
    }


def _count_in_words(total: int, *, is_exact: bool) -> str:
    shown = quantity(total, locale=locale())
    if not is_exact:
        return _("%(count)s products or more", count=shown)
    return ngettext("%(count)s product", "%(count)s products", total, count=shown)


def _found(params: SearchParams, tree: CategoryTree, category: CategoryNode | None) -> Found:
    wish = Wish(
        text=params.q,
        locale=locale(),
        category_ids=tree.descendants(category.id) if category else (),
        brand_codes=params.brands,
        attributes=params.attribute_values,
        in_stock=params.in_stock,
        bought=params.bought,
        on_promotion=params.on_promotion,
        sort=params.sort,
        page=params.page,
        page_size=PAGE_SIZE,
        with_facets=True,
    )
    return find(runtime().search, session(), buyer(), warehouse_id(), wish, today())


def _meant(params: SearchParams, found: Found | None, names: list[str]) -> Link | None:
    """What may have been meant instead, if nothing or only something similar was found."""
    if found is None or not params.text:
        return None
    if not found.relaxed and found.total - found.partial > FEW_HITS:
        return None
    words = did_you_mean(found.plan, names)
    return search_for(words) if words and words != params.text else None


def _help(params: SearchParams, tree: CategoryTree) -> dict[str, Any]:
    """What an empty page offers: the seller's contact, as the account knows it, and where to look around."""
    looking = viewer()
    contact = contact_of(session(), looking.account.sales_rep_id) if looking and looking.account else None
    subject = _("Do you have “%(words)s”?", words=params.q) if params.q else ""
    return {
        "contact": contact,
        "mail_url": f"mailto:{contact.email}?subject={quote(subject)}" if contact else None,
        "categories": [(node.slug, node.name(locale())) for node in tree.roots],
    }


def _sorts(params: SearchParams) -> list[Choice]:
    return [
        Choice(Sort.RELEVANCE, _("Best match") if params.text else _("Recommended")),
        Choice(Sort.PRICE, _("Price: low to high")),
        Choice(Sort.PRICE_DESCENDING, _("Price: high to low")),
        Choice(Sort.NEWEST, _("Newest")),
        Choice(Sort.BOUGHT, _("Bought most often")),
    ]
