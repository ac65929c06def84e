"""The catalogs of translated texts: `python -m dev.translations check` and `... update`.

Both collect the texts of code and pages anew, as babel.cfg says. `check` fails when a required language lacks
one, holds one nobody uses, or holds one marked as uncertain (fuzzy); and when a translation's placeholders
differ from its source's, in any language. `update` writes what was collected into the catalogs, leaves the
new texts empty, and sets the spaces of French as it is printed in Québec.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGS = ROOT / "portal" / "translations"

REQUIRED_LOCALES = ("ko", "ja", "fr_CA")
"""The languages in which every text must be there. English is the source."""

PAPER_LOCALES = ("ja", "fr_CA")
"""The languages in which at least the texts of papers and mails must be there: what leaves the house is in them."""

OUTGOING = (
    "portal/templates/paper/",
    "portal/templates/mail/",
    "portal/invoices/papers.py",
    "portal/invoices/order_papers.py",
    "portal/invoices/statement_paper.py",
)
"""Where the texts of papers and mails stand."""

HEAD = """msgid ""
msgstr ""
"Project-Id-Version: partner-portal\\n"
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

SPACED_BEFORE = re.compile(r"(?<=\S) (?=[:»]|%%)|(?<=«) ")
"""The plain spaces of a French text that must not break."""

LAZY_NAMES = ("lazy_gettext", "_l", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")
"""The functions that mark a text besides those Babel knows, each with its argument positions."""


def main(arguments: list[str]) -> int:
    """Run one of the two commands; 0 when all is well."""
    if arguments not in (["check"], ["update"]):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        return check(template) if arguments == ["check"] else update(template)


def extract(template: Path) -> None:
    """Write the texts of code and pages into a file; CalledProcessError where a page cannot be read."""
    keywords = [part for name in LAZY_NAMES for part in ("-k", name)]
    # Left alone, Babel passes over folders that begin with an underscore, and the shared parts live in one.
    pybabel(
        "extract", "-F", "babel.cfg", *keywords, "--ignore-dirs=.*", "--add-comments=Translators:",
        "--add-location=file", "--sort-by-file", "--project=partner-portal", "-o", str(template), ".",
    )  # fmt: skip


def update(template: Path) -> int:
    """Bring each catalog up to date; one that is required and missing is begun."""
    with template.open("rb") as file:
        source = read_po(file)
    locales = {path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/messages.po")}
    for locale in sorted(locales | set(REQUIRED_LOCALES) | set(PAPER_LOCALES)):
        path = catalog_path(locale)
        catalog = Catalog(locale=locale)
        if path.exists():
            with path.open("rb") as file:
                catalog = read_po(file, locale=locale)
        catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        if locale == "fr_CA":
            set_french(catalog)
        write(catalog, path)
    return 0


def set_french(catalog: Catalog) -> None:
    """Make the spaces before : and % and inside « » unbreakable, so that no line begins with such a mark."""
    for message in catalog:
        if isinstance(message.string, str):
            message.string = french(message.string)
        elif message.string:
            message.string = tuple(french(form) for form in message.string)


def french(text: str) -> str:
    """The text with the spaces of French as it is printed in Québec."""
    return SPACED_BEFORE.sub(NO_BREAK_SPACE, text)


def write(catalog: Catalog, path: Path) -> None:
    """Write a catalog with a head that says what gettext must know, and no dates that change by themselves."""
    entries = BytesIO()
    write_po(entries, catalog, width=110, sort_by_file=True, omit_header=True)
    head = HEAD.format(language=catalog.locale_identifier, plural_forms=catalog.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + entries.getvalue())


def check(template: Path) -> int:
    """Print what is wrong in each catalog; 1 where something is."""
    with template.open("rb") as file:
        source = read_po(file)
    wrong: list[str] = []
    locales = {path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/messages.po")}
    for locale in sorted(locales | set(REQUIRED_LOCALES) | set(PAPER_LOCALES)):
        path = catalog_path(locale)
        if not path.exists():
            wrong.append(f"{path.relative_to(ROOT)}: there is no catalog")
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
        found = complaints(
            source, catalog, required=locale in REQUIRED_LOCALES, required_outgoing=locale in PAPER_LOCALES
        )
        wrong += [f"{path.relative_to(ROOT)}: {complaint}" for complaint in found]
    for line in wrong:
        print(line)
    print(f"translations: {len(wrong)} wrong" if wrong else f"translations: complete ({len(source)} texts)")
    return 1 if wrong else 0


def complaints(
    source: Catalog, catalog: Catalog, *, required: bool, required_outgoing: bool = False
) -> Iterator[str]:
    """Give what is wrong with one catalog, measured by the texts in use; one sentence each."""
    for message in source:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        is_needed = required or (required_outgoing and is_outgoing(message))
        if is_needed and (translated is None or not is_complete(translated)):
            yield f"missing: {shown(message)}"
    for message in catalog:
        if not message.id:
            continue
        if message.fuzzy:
            yield f"uncertain (fuzzy): {shown(message)}"
        if required and source.get(message.id, message.context) is None:
            yield f"unused: {shown(message)}"
        if is_complete(message):
            for error in message.check(catalog):
                yield f"{error}: {shown(message)}"
    if required:
        for message in catalog.obsolete.values():
            yield f"unused: {shown(message)}"


def is_outgoing(message: Message) -> bool:
    """Say whether a text stands in a paper or a mail."""
    return any(path.startswith(OUTGOING) for path, _ in message.locations)


def is_complete(message: Message) -> bool:
    """Say whether every form of a text is translated."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(forms) and all(forms)


def shown(message: Message) -> str:
    """Give the source text of a message, short enough for a line."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return repr(text if len(text) <= 70 else text[:69] + "…")


def catalog_path(locale: str) -> Path:
    """Give the file of a language's catalog."""
    return CATALOGS / locale / "LC_MESSAGES" / "messages.po"


def pybabel(*arguments: str) -> None:
    """Run Babel's command quietly in the root of the tree."""
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "--quiet", *arguments], cwd=ROOT, check=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
