"""What the category and product templates are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import url_for

from portal.blueprints.cards import (
    Card,
    card_of,
    cards_of,
    may_order,
    picture_url,
    product_url,
    unit_word,
    warehouse_id,
)
from portal.blueprints.catalog.params import PAGE_SIZE, ListParams
from portal.blueprints.promises import ShownPromise, goods_of, shown_promise
from portal.catalog.models import DocumentKind, LinkKind
from portal.catalog.queries import (
    CategoryNode,
    CategoryTree,
    LinkRow,
    ListSort,
    ProductPage,
    category_tree,
    product_page,
    variants_of_category,
)
from portal.core.errors import NotFound
from portal.core.money import e4_from_minor, minor_from_e4
from portal.extensions import buyer, runtime, session, today
from portal.i18n import gettext as _
from portal.i18n import locale
from portal.orders.queries import last_bought
from portal.pricing.priced import Ask, PricedLine, Tier
from portal.pricing.prices import price_each

LINK_ORDER: Final = (LinkKind.REPLACED_BY, LinkKind.SET_PART, LinkKind.ACCESSORY, LinkKind.SUBSTITUTE)
"""In which order the groups of linked products stand on the page."""

FINE_PRICE_BELOW: Final = 100
"""Minor units. The price of a screw keeps its fractions: rounded, $0.0125 would be shown as $0.01."""


@dataclass(frozen=True, slots=True)
class Link:
    """A chip: where it leads, and whether it stands for what is shown now."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Products that belong with this one in one way."""

    title: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A paper to save."""

    title: str
    kind: str
    size: int
    """Bytes."""
    url: str


def category(slug: str, params: ListParams) -> dict[str, Any]:
    """A page of a category. Raises NotFound if there is no such category."""
    tree = runtime().shared.tree(session())
    if slug not in tree.by_slug:
        # It may be one of a moment ago.
        tree = category_tree(session())
    node = tree.by_slug.get(slug)
    if node is None:
        raise NotFound("category", slug)
    rows, has_more = variants_of_category(
        session(),
        buyer(),
        tree.descendants(node.id),
        warehouse_id(),
        locale(),
        sort=params.sort,
        offset=params.offset,
        limit=PAGE_SIZE,
    )

    def url(*, sort: ListSort = params.sort, page: int) -> str:
        query = urlencode(params.to_args(sort=sort, page=page))
        return f"{category_url(slug)}?{query}" if query else category_url(slug)

    words = {ListSort.FEATURED: _("Recommended"), ListSort.NEWEST: _("Newest"), ListSort.NAME: _("Name")}
    return {
        "title": node.name(locale()),
        "trail": _trail(tree, node),
        "chips": _chips(tree, node),
        "cards": cards_of(rows),
        "may_order": may_order(),
        "sorts": [Link(label, url(sort=sort, page=1), sort is params.sort) for sort, label in words.items()],
        "previous_url": url(page=params.page - 1) if params.page > 1 else None,
        "next_url": url(page=params.page + 1) if has_more else None,
    }


def _trail(tree: CategoryTree, node: CategoryNode) -> list[tuple[str, str | None]]:
    above: list[tuple[str, str | None]] = [
        (parent.name(locale()), category_url(parent.slug)) for parent in tree.ancestors(node.id)[:-1]
    ]
    return [(_("Home"), url_for("home.home")), *above, (node.name(locale()), None)]


def _chips(tree: CategoryTree, node: CategoryNode) -> list[Link]:
    # A leaf offers its siblings, so that there is always a way sideways.
    parent_id = node.id if tree.children(node.id) else node.parent_id
    if parent_id is None:
        return []
    parent = tree.by_id[parent_id]
    whole = Link(_("All"), category_url(parent.slug), is_current=parent.id == node.id)
    return [
        whole,
        *(
            Link(child.name(locale()), category_url(child.slug), is_current=child.id == node.id)
            for child in tree.children(parent_id)
        ),
    ]


def product(sku: str, quantity: int | None) -> dict[str, Any]:
    """Everything on a product's page. Raises NotFound if there is none or this account may not see it."""
    page = product_page(session(), buyer(), sku, warehouse_id(), locale())
    asks = [Ask.of(page.variant, quantity or page.variant.first_quantity)]
    asks += [Ask.of(link.variant, link.variant.first_quantity) for link in page.links]
    prices = price_each(session(), buyer(), asks, today())
    own = prices[0]
    bought = last_bought(session(), buyer().account_id, [page.variant.id]).get(page.variant.id)
    return {
        "product": page,
        "card": card_of(page.variant, own),
        "url": product_url(sku),
        "promise": _promise(page, own),
        "unit": page.variant.unit,
        "unit_label": unit_word(page.variant.unit),
        "first_quantity": page.variant.first_quantity,
        "may_order": may_order(),
        "trail": _product_trail(page),
        "pictures": [(picture_url(shown.large), shown) for shown in page.pictures],
        "brand_url": url_for("search.results", brand=page.variant.brand_code)
        if page.variant.brand_code
        else None,
        "bought": bought,
        "options": _options(page),
        "groups": _groups(page.links, prices[1:]),
        "documents": _documents(page),
        **_price_parts(own, page.variant.first_quantity),
    }


def _promise(page: ProductPage, line: PricedLine) -> ShownPromise | None:
    """When the quantity that is priced arrives; None for what cannot be ordered in that quantity."""
    variant = page.variant
    if not (variant.active and line.is_priced):
        return None
    if line.quantity > variant.available and not variant.allow_backorder:
        return None
    return shown_promise([goods_of(variant, line.quantity)])


def _price_parts(line: PricedLine, first: int) -> dict[str, Any]:
    tiers = _shown_tiers(line.tiers, first)
    reached = [tier.min_quantity for tier in tiers if tier.min_quantity <= line.quantity]
    return {
        "line": line,
        "tiers": tiers,
        "other_unit_price_e4": _other_unit_price(line),
        "current_tier": max(reached, default=None),
    }


def _shown_tiers(tiers: Sequence[Tier], first: int) -> list[Tier]:
    """The tiers from the smallest quantity that can be ordered on; savings are against the price there."""
    holds = max((tier.min_quantity for tier in tiers if tier.min_quantity <= first), default=0)
    shown = [tier for tier in tiers if tier.min_quantity >= holds]
    return [
        Tier(max(tier.min_quantity, first), tier.unit_price_e4, shown[0].unit_price_e4 - tier.unit_price_e4)
        for tier in shown
    ]


def _other_unit_price(line: PricedLine) -> int | None:
    """What a unit costs with tax where the price is without, and the other way round; None where they are the same.

    It is shown and never charged, so it is brought to the minor unit as the buyer's taxes are.
    """
    other = line.unit_net_e4 if line.tax_included else line.unit_gross_e4
    if other is None or other == line.unit_price_e4:
        return None
    minor = minor_from_e4(other, line.currency, buyer().tax_rounding.rounding)
    return other if minor < FINE_PRICE_BELOW else e4_from_minor(minor, line.currency)


def _product_trail(page: ProductPage) -> list[tuple[str, str | None]]:
    return [
        (_("Home"), url_for("home.home")),
        *((name, category_url(slug)) for slug, name in page.trail),
        (page.variant.name, None),
    ]


def _options(page: ProductPage) -> list[tuple[str, list[Link]]]:
    """The product's variants, as links under the names of what tells them apart; none for a single one."""
    others = [row for row in page.siblings if row.variant.id != page.variant.id]
    if not others:
        return []
    names = list(dict.fromkeys(name for row in page.siblings for name, _value in row.options))
    links = [
        Link(
            " · ".join(value for _name, value in row.options) or row.variant.name,
            product_url(row.variant.sku),
            is_current=row.variant.id == page.variant.id,
        )
        for row in page.siblings
    ]
    return [(" · ".join(names) or _("Options"), links)]


def _groups(links: tuple[LinkRow, ...], prices: list[PricedLine]) -> list[LinkGroup]:
    titles = {
        LinkKind.REPLACED_BY: _("Replaced by"),
        LinkKind.SET_PART: _("Parts of this set"),
        LinkKind.ACCESSORY: _("Goes with this"),
        LinkKind.SUBSTITUTE: _("Instead of this"),
    }
    groups = []
    for kind in LINK_ORDER:
        cards = [
            _linked_card(link, price) for link, price in zip(links, prices, strict=True) if link.kind is kind
        ]
        if cards:
            groups.append(LinkGroup(titles[kind], cards))
    return groups


def _linked_card(link: LinkRow, price: PricedLine) -> Card:
    card = card_of(link.variant, price)
    if link.kind is not LinkKind.SET_PART:
        return card
    return replace(card, option_text=_("%(count)s in the set", count=link.quantity))


def _documents(page: ProductPage) -> list[ShownDocument]:
    kinds = {DocumentKind.SPEC_SHEET: _("Spec sheet"), DocumentKind.MANUAL: _("Manual")}
    base = product_url(page.variant.sku)
    return [
        ShownDocument(paper.title, kinds[paper.kind], paper.size, f"{base}/documents/{paper.id}")
        for paper in page.documents
    ]


def category_url(slug: str) -> str:
    """The address of a category."""
    return url_for("catalog.category", slug=slug)
