"""What a category keeps of the tree agrees with the tree."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.catalog.categories import above_of, category_tree
from portal.catalog.models import Category
from tests import factories as make


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_above_is_the_way_from_the_root(session, depth):
    parent = None
    for _ in range(depth):
        parent = make.make_category(session, parent)
    leaf = make.make_category(session, parent)

    way = [node.id for node in category_tree(session).ancestors(leaf.id)]

    assert [*map(int, filter(None, leaf.above.split(","))), leaf.id] == way
    assert above_of(leaf) == ",".join(map(str, way))


def test_a_variants_path_is_its_categories_way(session):
    root = make.make_category(session)
    below = make.make_category(session, root)
    make.make_variant(session, make.make_product(session, below))

    kept = {row.id: row.above for row in session.scalars(select(Category))}

    assert kept == {root.id: "", below.id: str(root.id)}
