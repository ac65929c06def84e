"""Which lines of a cart are on a page, in which groups. The cart itself is always whole: its sums count every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal.blueprints.cart.params import CartParams, Grouping
from portal.catalog.queries import CategoryTree
from portal.orders.cart_search import matcher
from portal.orders.priced_cart import PricedCart, PricedCartLine

PAGE_LINES: Final = 100
"""Lines of one page: three hundred with their steppers are 900 kB that a phone must lay out."""

MANY_LINES: Final = 8
"""Lines from which on there are tools to find one."""

DENSE_LINES: Final = 30
"""Lines from which on each takes little room."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    """Empty: they have none."""
    count: int
    """Lines of the group on all pages."""
    lines: tuple[PricedCartLine, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a cart's lines."""

    params: CartParams
    """With the page that is shown."""
    groups: tuple[Group, ...]
    pages: int
    found: int
    """Lines that fit what was asked for, on all pages."""
    total: int
    """Lines of the cart that are still sold."""
    wrong: int
    """Of these, lines that stand in the way of an order."""

    @property
    def has_tools(self) -> bool:
        """True if the page offers to search, filter and group."""
        return self.total >= MANY_LINES or self.params.narrows

    @property
    def is_dense(self) -> bool:
        """True if each line is to take little room."""
        return self.total >= DENSE_LINES

    @property
    def previous_url(self) -> str | None:
        """Address of the page before; None on the first."""
        return self.params.url(page=self.params.page - 1) if self.params.page > 1 else None

    @property
    def next_url(self) -> str | None:
        """Address of the page after; None on the last."""
        return self.params.url(page=self.params.page + 1) if self.params.page < self.pages else None


def listing_of(cart: PricedCart, params: CartParams, tree: CategoryTree | None, locale: str) -> Listing:
    """The page of ``cart`` that ``params`` ask for; a page too far is the last. ``tree`` names the groups."""
    fits = matcher(params.q)
    found = [
        line
        for line in (cart.hindered if params.only_wrong else cart.lines)
        if not params.q or fits(line.variant)
    ]
    pages = max(1, -(-len(found) // PAGE_LINES))
    page = min(params.page, pages)
    here = slice((page - 1) * PAGE_LINES, page * PAGE_LINES)
    if params.by is Grouping.CATEGORY and tree is not None:
        groups = _by_category(found, here, tree, locale)
    else:
        groups = (Group("", len(found), tuple(found[here])),)
    return Listing(
        replace(params, page=page),
        groups,
        pages,
        found=len(found),
        total=len(cart.lines),
        wrong=len(cart.hindered),
    )


def page_of_line(cart: PricedCart, line_id: int) -> int:
    """The page on which a line of the unnarrowed cart in its own order stands; 1 if it is not there."""
    place = next((place for place, line in enumerate(cart.lines) if line.id == line_id), 0)
    return place // PAGE_LINES + 1


def _by_category(
    lines: Sequence[PricedCartLine], here: slice, tree: CategoryTree, locale: str
) -> tuple[Group, ...]:
    places = {category_id: place for place, category_id in enumerate(tree.by_id)}
    counts: dict[int, int] = {}
    for line in lines:
        counts[line.variant.category_id] = counts.get(line.variant.category_id, 0) + 1
    ordered = sorted(
        lines,
        key=lambda line: [places.get(category, len(places)) for category in line.variant.category_path_ids],
    )
    shown: dict[int, list[PricedCartLine]] = {}
    for line in ordered[here]:
        shown.setdefault(line.variant.category_id, []).append(line)
    return tuple(
        Group(_name(tree, category_id, locale), counts[category_id], tuple(each))
        for category_id, each in shown.items()
    )


def _name(tree: CategoryTree, category_id: int, locale: str) -> str:
    node = tree.by_id.get(category_id)
    return node.name(locale) if node else ""
