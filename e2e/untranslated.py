"""Finds English that was left on a page in another language, by the catalogs the portal reads."""

from __future__ import annotations

import re
from functools import cache

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from e2e.own_portal import ROOT
from portal.core.locales import BABEL_NAMES

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

ENOUGH_LETTERS = 4
"""A text with placeholders is only told from others by its fixed words; it needs as many letters in them."""

TEXTS = """
() => {
  const found = [];
  // What is in another language on purpose says so: names that have no translation, the names of languages.
  const own = document.documentElement;
  const foreign = (node) => node.closest("[lang]") !== own;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest("script, style, template") && !foreign(node.parentElement))
      found.push(node.textContent);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt", "value"])
    for (const node of document.querySelectorAll(`[${name}]`))
      if (!foreign(node) && (name !== "value" || node.type === "submit")) found.push(node.getAttribute(name));
  found.push(document.title);
  return found.map((text) => text.replace(/\\s+/g, " ").trim()).filter((text) => text);
}
"""


@cache
def english(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The English texts that ``language`` says in another way: whole ones, and patterns of those with values."""
    path = ROOT / "portal" / "translations" / BABEL_NAMES[language] / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalog = read_po(file)
    whole: set[str] = set()
    own: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for message in catalog:
        sources = message.id if isinstance(message.id, tuple | list) else [message.id]
        said = message.string if isinstance(message.string, tuple | list) else [message.string]
        # As the page's texts are read: a space that does not break is a space.
        same = {" ".join(text.split()) for text in said if text}
        own |= same
        for source in sources:
            text = " ".join(source.split())
            if not text or text in same:
                continue
            if not PLACEHOLDER.search(text):
                whole.add(text)
            elif len(re.findall(r"[A-Za-z]", PLACEHOLDER.sub("", text))) >= ENOUGH_LETTERS:
                parts = map(re.escape, PLACEHOLDER.split(text))
                patterns.append(re.compile(".+?".join(parts)))
    # Some words are those of two languages: what is French for "Pay" is also English.
    return frozenset(whole - own), tuple(patterns)


def left_in_english(page: Page, language: str) -> list[str]:
    """Texts of the page that are English although ``language`` has words for them; none in English itself."""
    if language == "en":
        return []
    whole, patterns = english(language)
    shown: list[str] = page.evaluate(TEXTS)
    return sorted(
        {text for text in shown if text in whole or any(pattern.fullmatch(text) for pattern in patterns)}
    )
