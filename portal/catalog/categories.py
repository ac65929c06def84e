"""The category tree, read whole in one small statement: it has tens of nodes, rarely hundreds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from portal.catalog.models import Category
from portal.core.locales import localized

_CATEGORY = cast(Table, Category.__table__)


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category. ``names`` is by locale."""

    id: int
    slug: str
    parent_id: int | None
    names: Mapping[str, str]

    def name(self, locale: str) -> str:
        """The name in ``locale`` or its fallbacks; the slug if it has none at all."""
        return localized(self.names, locale) or self.slug


class CategoryTree:
    """All categories and how they hang together. Never changes once built."""

    def __init__(self, nodes: Sequence[CategoryNode]) -> None:
        """``nodes`` in the order in which siblings are shown."""
        self.by_id: Final[Mapping[int, CategoryNode]] = {node.id: node for node in nodes}
        self.by_slug: Final[Mapping[str, CategoryNode]] = {node.slug: node for node in nodes}
        children: dict[int | None, list[CategoryNode]] = {}
        for node in nodes:
            children.setdefault(node.parent_id, []).append(node)
        self._children = {parent: tuple(below) for parent, below in children.items()}

    @property
    def roots(self) -> tuple[CategoryNode, ...]:
        """The categories without a parent, in their order."""
        return self._children.get(None, ())

    def children(self, category_id: int) -> tuple[CategoryNode, ...]:
        """The categories right below, in their order; empty for a leaf or an unknown id."""
        return self._children.get(category_id, ())

    def descendants(self, category_id: int) -> tuple[int, ...]:
        """The ids of the category itself and of all below it."""
        found = [category_id]
        for parent in found:
            found.extend(child.id for child in self.children(parent))
        return tuple(found)

    def ancestors(self, category_id: int) -> tuple[CategoryNode, ...]:
        """The way from the root down to the category, itself included; empty for an unknown id."""
        way: list[CategoryNode] = []
        node = self.by_id.get(category_id)
        while node is not None and node not in way:
            way.append(node)
            node = self.by_id.get(node.parent_id) if node.parent_id is not None else None
        return tuple(reversed(way))


def above_of(parent: Category | None) -> str:
    """What ``Category.above`` is for a category below ``parent``, which has its id already; of a root: empty."""
    if parent is None:
        return ""
    return f"{parent.above},{parent.id}" if parent.above else str(parent.id)


_TREE = select(_CATEGORY.c.id, _CATEGORY.c.slug, _CATEGORY.c.parent_id, _CATEGORY.c.names).order_by(
    _CATEGORY.c.position, _CATEGORY.c.id
)


def category_tree(session: Session) -> CategoryTree:
    """The whole tree, in one statement."""
    return CategoryTree([CategoryNode(*row) for row in session.connection().execute(_TREE)])
