"""What all accounts share is read once in a while; nothing older than that is told."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.discovery import actions
from portal.discovery.shared import SharedWords
from tests.factories import make_brand, make_category
from tests.ordering import NOW, counted_statements


class Clock:
    """Says the time it is told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_is_kept_is_read_anew_after_its_time(session: Session, clock: Clock) -> None:
    shared = SharedWords(2.0, clock)
    brand = make_brand(session, code="HEX", names={"en": "Hexa"})
    make_category(session, slug="cups")
    redirect = actions.add_redirect(session, "cups", "/categories/cups", now=NOW)

    def told() -> tuple[list[str], str | None, dict[str, str]]:
        return (
            sorted(shared.tree(session).by_slug),
            shared.redirect_of(session, "cups"),
            shared.brand_names(session, ["HEX"], "en"),
        )

    before = (["cups"], "/categories/cups", {"HEX": "Hexa"})
    assert told() == before
    make_category(session, slug="beans")
    actions.remove_redirect(session, redirect)
    brand.names = {"en": "Hexa Works"}
    session.flush()
    clock.seconds += 1.9
    with counted_statements(session.get_bind().engine) as counted:
        assert told() == before
    assert len(counted) == 0
    clock.seconds += 0.1
    assert told() == (["beans", "cups"], None, {"HEX": "Hexa Works"})


def test_brands_are_read_as_they_are_met(session: Session, clock: Clock) -> None:
    shared = SharedWords(2.0, clock)
    for code in ("A", "B"):
        make_brand(session, code=code, names={"ko": f"{code} 상표", "en": f"Brand {code}"})
    assert shared.brand_names(session, ["A"], "en") == {"A": "Brand A"}
    with counted_statements(session.get_bind().engine) as counted:
        assert shared.brand_names(session, ["A", "B", "nobody"], "ko") == {"A": "A 상표", "B": "B 상표"}
        assert shared.brand_names(session, ["A", "B"], "en") == {"A": "Brand A", "B": "Brand B"}
    assert len(counted) == 1


def test_with_no_time_nothing_is_kept(session: Session) -> None:
    shared = SharedWords(0)
    assert shared.redirect_of(session, "cups") is None
    actions.add_redirect(session, "cups", "/categories/cups", now=NOW)
    assert shared.redirect_of(session, "cups") == "/categories/cups"
