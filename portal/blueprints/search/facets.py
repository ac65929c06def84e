"""The filters beside the results: what each choice would leave, and how each that is on is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal.blueprints.search.links import address_of
from portal.blueprints.search.params import NAME_END, SearchParams
from portal.catalog.queries import CategoryNode, CategoryTree
from portal.i18n import gettext as _
from portal.i18n import locale
from search.documents import ATTRIBUTE_SEPARATOR

MOST_ATTRIBUTES: Final = 6
"""Attributes offered, those that most hits have."""

ATTRIBUTE_SHARE: Final = 4
"""At least one hit in so many has an attribute that is offered: the thread of screws chooses nothing among syrups."""

SHOWN_VALUES: Final = 10
"""Values of an attribute, and brands, shown at once."""

MORE_VALUES: Final = 20
"""Values behind "more"."""

MOST_BRANCHES: Final = 30
"""Categories offered below the present one."""


@dataclass(frozen=True, slots=True)
class Option:
    """A box to tick."""

    value: str
    """What the address carries."""
    label: str
    count: int | None
    """Hits with it; None: not counted."""
    is_on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes of one kind."""

    id: str
    title: str
    name: str
    """The parameter of the address."""
    options: tuple[Option, ...]
    more: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A category on the way to the present one, or below it."""

    label: str
    url: str
    count: int | None
    is_current: bool = False
    is_way: bool = False
    """True: it stands above the present one."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, with the address of the search without it; or one that is off, with the address with it."""

    label: str
    url: str
    count: int | None = None


def branches(
    params: SearchParams, tree: CategoryTree, current: CategoryNode | None, counts: Mapping[str, int] | None
) -> list[Branch]:
    """The way down to the present category and what is below it; without counts, all that is below."""
    way = tree.ancestors(current.id) if current else ()
    below = _below(tree, current, counts)
    # Where all hits stand in one category, the choice begins below it.
    lone: list[CategoryNode] = []
    while counts is not None and len(below) == 1 and tree.children(below[0].id):
        lone.append(below[0])
        below = _below(tree, below[0], counts)

    def branch(shown: CategoryNode, *, is_way: bool) -> Branch:
        return Branch(
            shown.name(locale()),
            address_of(params, category=shown.slug, page=1),
            None if counts is None else counts.get(str(shown.id), 0),
            is_current=current is not None and shown.id == current.id,
            is_way=is_way,
        )

    all_of_them = Branch(_("All categories"), address_of(params, category="", page=1), None, is_way=True)
    return [
        *([all_of_them] if way else []),
        *(branch(shown, is_way=True) for shown in (*way, *lone)),
        *(branch(shown, is_way=False) for shown in below[:MOST_BRANCHES]),
    ]


def _below(
    tree: CategoryTree, node: CategoryNode | None, counts: Mapping[str, int] | None
) -> list[CategoryNode]:
    children = tree.children(node.id) if node else tree.roots
    return [child for child in children if counts is None or counts.get(str(child.id))]


def brand_group(params: SearchParams, counts: Mapping[str, int], names: Mapping[str, str]) -> Group | None:
    """The brands of the hits, the most frequent first; None if there is no choice. ``names`` are by code."""
    return _group("brand", _("Brand"), "brand", counts, params.brands, names)


def attribute_groups(params: SearchParams, counts: Mapping[str, int], hits: int) -> list[Group]:
    """The attributes most of ``hits`` have, with their values; one that is chosen is always there."""
    by_name: dict[str, dict[str, int]] = {}
    for pair, count in counts.items():
        name, _separator, value = pair.partition(ATTRIBUTE_SEPARATOR)
        by_name.setdefault(name, {})[value] = count
    wanted = dict(params.attribute_values)
    by_name = {
        name: some
        for name, some in by_name.items()
        if name in wanted or sum(some.values()) * ATTRIBUTE_SHARE >= hits
    }
    for name in wanted:
        by_name.setdefault(name, {})
    order = sorted(by_name, key=lambda name: (name not in wanted, -sum(by_name[name].values()), name))
    groups = [
        _group(
            f"attribute-{place}",
            name,
            "attr",
            {f"{name}{NAME_END}{value}": count for value, count in by_name[name].items()},
            [f"{name}{NAME_END}{value}" for value in wanted.get(name, ())],
            {f"{name}{NAME_END}{value}": value for value in (*by_name[name], *wanted.get(name, ()))},
        )
        for place, name in enumerate(order[:MOST_ATTRIBUTES])
    ]
    return [group for group in groups if group is not None]


def switches(params: SearchParams, counts: Mapping[str, int]) -> list[Group]:
    """In stock, bought before, on promotion: one box each."""
    choices = (
        ("in_stock", _("In stock"), params.in_stock, "in_stock"),
        ("bought", _("Bought before"), params.bought, "bought"),
        ("promo", _("On promotion"), params.on_promotion, "on_promotion"),
    )
    return [
        Group(name, label, name, (Option("1", label, counts.get(key), is_on),))
        for name, label, is_on, key in choices
        if is_on or counts.get(key, 1)
    ]


def chips_on(params: SearchParams, category: CategoryNode | None, brands: Mapping[str, str]) -> list[Chip]:
    """Each filter that is on; its address is the search without it."""
    chips: list[Chip] = []
    if params.category:
        label = category.name(locale()) if category else params.category
        chips.append(Chip(label, address_of(params, category="", page=1)))
    for code in params.brands:
        others = tuple(other for other in params.brands if other != code)
        chips.append(Chip(brands.get(code, code), address_of(params, brands=others, page=1)))
    for pair in params.attributes:
        left = tuple(other for other in params.attributes if other != pair)
        label = _("%(name)s: %(value)s", name=pair[0], value=pair[1])
        chips.append(Chip(label, address_of(params, attributes=left, page=1)))
    if params.in_stock:
        chips.append(Chip(_("In stock"), address_of(params, in_stock=False, page=1)))
    if params.bought:
        chips.append(Chip(_("Bought before"), address_of(params, bought=False, page=1)))
    if params.on_promotion:
        chips.append(Chip(_("On promotion"), address_of(params, on_promotion=False, page=1)))
    return chips


def chips_off(params: SearchParams, counts: Mapping[str, int]) -> list[Chip]:
    """The three filters that are asked for most, as far as they are off and would leave something."""
    choices = (
        (_("In stock"), "in_stock", params.in_stock),
        (_("Bought before"), "bought", params.bought),
        (_("On promotion"), "on_promotion", params.on_promotion),
    )
    return [
        Chip(label, address_of(params, page=1, **{key: True}), counts.get(key))
        for label, key, is_on in choices
        if not is_on and counts.get(key, 1)
    ]


def _group(
    key: str,
    title: str,
    name: str,
    counts: Mapping[str, int],
    wanted: Sequence[str],
    labels: Mapping[str, str],
) -> Group | None:
    # What is on is always shown, or it could not be taken away here.
    values = sorted({*counts, *wanted}, key=lambda value: (-counts.get(value, 0), labels.get(value, value)))
    first = values[:SHOWN_VALUES]
    first += [value for value in wanted if value not in first]
    rest = [value for value in values if value not in first][:MORE_VALUES]
    if not wanted and len(values) < 2:
        return None
    options = [
        [Option(value, labels.get(value, value), counts.get(value, 0), value in wanted) for value in some]
        for some in (first, rest)
    ]
    return Group(key, title, name, tuple(options[0]), tuple(options[1]))
