"""The cutoff clock: it counts down, and at zero the portal says what holds from then on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from e2e.conftest import Visit
from e2e.goods import BUYERS
from e2e.pages.product_list import HomePage

SECONDS_LEFT = 150

NEXT_SECONDS_LEFT = 7_200
"""Until the cutoff after that one."""

MOST_SPREAD = 5_000
"""Milliseconds over which the phones spread their question, and a bit."""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_clock_counts_down_and_asks_at_zero(visit: Visit, language: str) -> None:
    dealer = visit(BUYERS[language], language=language)
    home = HomePage(dealer)
    home.open()
    note = dealer.page.locator("#promise")
    if note.get_attribute("data-countdown") is None:
        pytest.skip("the next cutoff is more than a day away: nothing counts down")
    asked: list[str] = []
    promised: list[str] = []

    def shorten(route: Route) -> None:
        """The first answer says that little time is left, the others that there is plenty, whatever the hour is."""
        answer = route.fetch()
        asked.append(route.request.resource_type)
        seconds = NEXT_SECONDS_LEFT if asked[1:] else SECONDS_LEFT
        html, count = re.subn(r'data-countdown="\d+"', f'data-countdown="{seconds}"', answer.text())
        assert count == 1
        promised.extend(re.findall(r'data-promise="([^"]+)"', html))
        route.fulfill(response=answer, body=html)

    dealer.page.route(re.compile(r"://[^/]+/$"), shorten)
    dealer.page.clock.install()
    home.open()
    left = note.locator("[data-left]")
    dealer.page.clock.run_for(10_000)
    expect(left).to_have_text(dealer.word("%(minutes)s min", minutes=2))
    dealer.page.clock.run_for(60_000)
    expect(left).to_have_text(dealer.word("%(minutes)s min", minutes=1))
    dealer.page.clock.run_for(60_000)
    expect(left).to_have_text(dealer.word("a minute"))
    assert asked == ["document"]

    dealer.page.clock.run_for(30_000 + MOST_SPREAD)
    expect(note).to_have_attribute("data-countdown", str(NEXT_SECONDS_LEFT))
    assert len(promised) == 2
    expect(note).to_have_attribute("data-promise", promised[1])
    dealer.page.clock.run_for(2_000)
    expect(left).not_to_have_text(dealer.word("a minute"))
    assert asked == ["document", "xhr"]
