"""Which attributes are offered beside the results."""

from __future__ import annotations

from portal.blueprints.search.facets import attribute_groups
from portal.blueprints.search.params import NAME_END, SearchParams
from search.documents import ATTRIBUTE_SEPARATOR

COUNTS = {
    f"{name}{ATTRIBUTE_SEPARATOR}{value}": count
    for name, value, count in (
        ("Size", "1 l", 20),
        ("Size", "2 l", 5),
        ("Thread", "M8", 20),
        ("Thread", "M10", 4),
    )
}


def offered(params: SearchParams, hits: int) -> dict[str, list[int | None]]:
    return {
        group.title: [option.count for option in group.options]
        for group in attribute_groups(params, COUNTS, hits)
    }


def test_an_attribute_that_few_hits_have_is_not_offered() -> None:
    assert offered(SearchParams(), hits=100) == {"Size": [20, 5]}
    assert offered(SearchParams(), hits=96) == {"Size": [20, 5], "Thread": [20, 4]}


def test_what_is_chosen_stays_and_can_be_taken_away() -> None:
    chosen = SearchParams(attributes=(("Thread", "M8"),))
    assert offered(chosen, hits=100) == {"Thread": [20, 4], "Size": [20, 5]}
    assert [option.value for option in attribute_groups(chosen, COUNTS, 100)[0].options if option.is_on] == [
        f"Thread{NAME_END}M8"
    ]
