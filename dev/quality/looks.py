"""What does not depend on time: axe, sizes of targets and texts, scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import BrowserContext, Page

from dev.quality.surroundings import NotMeasurable, module, script
from dev.quality.visits import Room, Visit, tell

PHONE: Final = 360
DESKTOP: Final = 1280
NARROWEST: Final = 320
"""Widths in CSS pixels. The last is that of WCAG 2.2, 1.4.10: a desktop at 400 %."""

TWICE: Final = {"standard": 32, "fixed": 26}
"""The browser's own text sizes, doubled (WCAG 2.2, 1.4.4)."""

ASK_AXE: Final = """
async () => {
  const answer = await axe.run(document, { resultTypes: ["violations"] });
  const why = (node) => (node.any[0] || node.all[0] || node.none[0] || {}).message || "";
  return answer.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}) ${node.target.join(" ")}: ${why(node) || rule.help}`));
}
"""


def look(room: Room, visits: Sequence[Visit]) -> None:
    """Look at every page as one person, at each width, and note what is found."""
    axe = module("axe-core/axe.min.js")
    # What moves is measured when it has come to rest.
    contexts = {width: room.open(width, reduced_motion="reduce") for width in (PHONE, DESKTOP, NARROWEST)}
    doubled = room.open(PHONE, reduced_motion="reduce")
    for number, visit in enumerate(visits, 1):
        found = visit.findings
        for width, context in contexts.items():
            with room.measuring(visit, f"{width} px"), page_of(context) as page:
                open_page(page, room.base, visit)
                if width == NARROWEST:
                    found.name("sideways", page.evaluate(script("wide.js")))
                    continue
                page.evaluate(axe)
                found.name("axe", [f"{width} px {fault}" for fault in page.evaluate(ASK_AXE)])
                if width == PHONE:
                    sizes: dict[str, list[str]] = page.evaluate(script("look.js"))
                    for key, faults in sizes.items():
                        found.name(key, faults)
        with room.measuring(visit, "200 %"), page_of(doubled) as page:
            doubled.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": TWICE})
            open_page(page, room.base, visit)
            found.name("sideways_text", page.evaluate(script("wide.js")))
        tell(number, visits, "looks")
    for context in (*contexts.values(), doubled):
        context.close()


@contextmanager
def page_of(context: BrowserContext) -> Iterator[Page]:
    """A page of its own, so that one that fails takes no other with it."""
    page = context.new_page()
    try:
        yield page
    finally:
        page.close()


def open_page(page: Page, base: str, visit: Visit) -> None:
    """Open a page and wait until nothing is asked for any more. Raises NotMeasurable when it is another than wanted."""
    answer = page.goto(f"{base}{visit.address}", wait_until="networkidle")
    if answer is None or answer.status != visit.stop.status:
        raise NotMeasurable(f"{visit.address} gave {answer.status if answer else 'no answer'}")
