"""The page of results on a phone and without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS
from e2e.pages.product_list import SearchPage


def test_the_sheet_of_filters_stays_open_while_boxes_are_ticked(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.open("/search?q=%EC%8B%9C%EB%9F%BD")
    page = dealer.page
    before = int(page.locator("#results").get_attribute("data-total") or 0)
    dealer.tap(page.get_by_role("button", name=dealer.word("Filters")).first)
    sheet = page.get_by_role("complementary", name=dealer.word("Filters"))
    expect(sheet).to_be_visible()
    dealer.tap(sheet.get_by_role("checkbox", name=dealer.word("Bought before")))
    page.wait_for_url("**bought=1**")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("checkbox", name=dealer.word("Bought before"))).to_be_checked()
    after = int(page.locator("#results").get_attribute("data-total") or 0)
    assert 0 < after < before
    dealer.tap(sheet.locator(".with-script"))
    expect(sheet).to_be_hidden()
    # One tap on its chip takes a filter away.
    dealer.tap(page.locator("a.chip--on"))
    expect(page.locator("#results")).to_have_attribute("data-total", str(before))


def test_filters_work_without_scripts(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"], scripts=False)
    dealer.open("/search?q=%EC%8B%9C%EB%9F%BD")
    page = dealer.page
    dealer.tap(page.get_by_role("button", name=dealer.word("Filters")).first)
    sheet = page.get_by_role("complementary", name=dealer.word("Filters"))
    dealer.tap(sheet.get_by_role("checkbox", name=dealer.word("Bought before")))
    dealer.tap(sheet.get_by_role("button", name=dealer.word("Apply")))
    page.wait_for_url("**bought=1**")
    expect(page.locator("a.chip--on")).to_have_count(1)


def test_the_page_fits_every_screen(visit: Visit) -> None:
    for device in ("phone", "desktop"):
        dealer = visit(BUYERS["en"], device=device, language="en")
        for address in ("/search?q=syrup", "/search?q=zzzzqqqq", "/search?q=syrup&bought=1&in_stock=1"):
            dealer.open(address)
            assert not SearchPage(dealer).is_wider_than_window(), (device, address)
