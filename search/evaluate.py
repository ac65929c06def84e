"""How well an engine finds, from the command line.

    python -m search.evaluate CASES PRODUCTS                hand-made cases; ends with 1 if one fails
    python -m search.evaluate known-items DATA_FOLDER       real names typed badly, beside SQLite's full-text search
    python -m search.evaluate graded GRADED_FILE            graded answers, beside stemmed full-text search

Each builds an index for itself and takes it away again. ``--engine meilisearch --url … --key …`` asks a server.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from search.documents import Item
from search.engine import EngineUnavailable, IndexSettings, Request, SearchEngine
from search.engines.embedded import EmbeddedEngine
from search.engines.meilisearch import MeilisearchEngine
from search.evaluation import cases, graded, known_items
from search.evaluation.catalogs import UnusableFile, read_catalog
from search.evaluation.full_text import PLAIN, STEMMED, FullText
from search.query import plan

COMMANDS = ("cases", "known-items", "graded")

Find = Callable[[str, str, int], Sequence[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for: 0 if the bars are met, 1 if not, 2 if it cannot be measured."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0] not in COMMANDS and not given[0].startswith("-")):
        given.insert(0, "cases")
    options = _parser().parse_args(given)
    try:
        met: bool = options.run(options)
    except (UnusableFile, EngineUnavailable) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0 if met else 1


def _parser() -> argparse.ArgumentParser:
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument("--engine", choices=("embedded", "meilisearch"), default="embedded")
    engine.add_argument("--url", default=os.environ.get("SEARCH_URL", ""), help="the Meilisearch server")
    engine.add_argument("--key", default=os.environ.get("SEARCH_KEY", ""), help="its key")
    parser = argparse.ArgumentParser(
        prog="python -m search.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="")

    command = commands.add_parser(
        "cases", parents=[engine], help="hand-made cases (CASES PRODUCTS alone do too)"
    )
    command.add_argument("cases", type=Path)
    command.add_argument("products", type=Path)
    command.add_argument(
        "--bar", type=float, default=1.0, help="share of cases that must pass; all by default"
    )
    command.set_defaults(run=_run_cases)

    command = commands.add_parser("known-items", parents=[engine], help="real names typed badly")
    command.add_argument("folder", type=Path)
    command.add_argument("--per-kind", type=int, default=200)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--only", default="", help="kinds whose name holds this")
    command.add_argument("--failures", type=int, default=0, help="show so many failures of each kind")
    command.set_defaults(run=_run_known_items)

    command = commands.add_parser("graded", parents=[engine], help="graded answers")
    command.add_argument("file", type=Path)
    command.set_defaults(run=_run_graded)
    return parser


def _run_cases(options: argparse.Namespace) -> bool:
    listed = cases.read_cases(options.cases)
    catalog = read_catalog(options.products)
    with _finding(options, catalog.items, catalog.synonyms) as find:
        outcomes = cases.run_cases(listed, catalog, find)
    sys.stdout.write(cases.report(outcomes))
    passed = sum(outcome.passed for outcome in outcomes)
    return bool(passed >= options.bar * len(outcomes))


def _run_known_items(options: argparse.Namespace) -> bool:
    names = known_items.read_names(options.folder)
    plain = FullText(PLAIN)
    plain.add(known_items.items_of(names))
    with _finding(options, list(known_items.items_of(names)), ()) as find:
        results = list(
            known_items.measure(names, options.per_kind, options.seed, find, plain.find, options.only)
        )
    plain.close()
    sys.stdout.write(f"{len(names)} names\n" + known_items.report(results, failures=options.failures))
    return all(result.is_met for result in results)


def _run_graded(options: argparse.Namespace) -> bool:
    catalog, queries = graded.read_graded(options.file)
    plain = FullText(STEMMED)
    plain.add(catalog.items)
    with _finding(options, catalog.items, catalog.synonyms) as find:
        results = graded.measure(queries, find, lambda text, limit: plain.find(text, limit, is_prefix=False))
    plain.close()
    sys.stdout.write(graded.report(results, catalog))
    return graded.mean([each.value for each in results]) >= graded.mean(
        [each.plain_value for each in results]
    )


@contextmanager
def _finding(
    options: argparse.Namespace, items: Sequence[Item], synonyms: tuple[tuple[str, ...], ...]
) -> Iterator[Find]:
    """A function that gives ids for what is typed, over an index of these items."""
    with _engine(options) as engine:
        engine.rebuild(items, IndexSettings(synonyms=synonyms))

        def find(text: str, locale: str, limit: int) -> Sequence[int]:
            request = Request(plan(text), locale=locale or "ko", limit=limit)
            return engine.search(request).ids

        yield find


@contextmanager
def _engine(options: argparse.Namespace) -> Iterator[SearchEngine]:
    """The engine asked for, with an index of its own that is gone afterwards."""
    if options.engine == "meilisearch":
        if not options.url:
            raise UnusableFile("no server: give --url or SEARCH_URL")
        # Measuring waits for what a page would not: a slow answer is to be judged by what it holds.
        server = MeilisearchEngine(
            options.url, options.key, index=f"evaluate_{os.getpid()}", timeout_ms=5_000
        )
        try:
            yield server
        finally:
            server.drop()
            server.close()
        return
    with tempfile.TemporaryDirectory(prefix="search-") as folder:
        engine = EmbeddedEngine(Path(folder))
        try:
            yield engine
        finally:
            engine.close()


if __name__ == "__main__":
    sys.exit(main())
