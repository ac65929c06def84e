"""How long the import of Online Retail takes and how much memory, on SQLite and on PostgreSQL.

    make bench import                       SQLite in a temporary file, and a private PostgreSQL
    make bench import ARGS="--url postgresql://…"   that database alone; it must have no tables

Each database gets a process of its own, so that its peak memory is its own; pages of the SQLite file that are mapped
into memory count in it. Beside the import stand reading the same files alone (what no import can be faster than) and a
second run (which must change nothing). Goals: 180 s and 500 MB. Ends with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.online_retail import ROOT, shared_folder
from portal.core.database import Database
from portal.core.tables import Base
from portal.importers.online_retail import import_online_retail, source
from scripts.with_postgres import PostgreSQLNotToBeHad, postgres

SECONDS_GOAL = 180.0
MEGABYTES_GOAL = 500.0


def main() -> int:
    """Measure, print a table, say which goals are missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", help="measure this database alone; it must have no tables")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measure(options.url)))
        return 0
    # A stop asked for from outside must still take the private server down: it becomes an exception.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    print(f"{'':11}{'read s':>8}{'import s':>10}{'again s':>9}{'peak MB':>9}   orders   lines")
    missed: list[str] = []
    if options.url:
        missed += shown("given", options.url)
    else:
        with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
            missed += shown("SQLite", f"sqlite:///{Path(folder) / 'portal.db'}")
        try:
            with postgres() as url:
                missed += shown("PostgreSQL", url)
        except PostgreSQLNotToBeHad as reason:
            print(f"PostgreSQL not measured: {reason}")
    for goal in missed:
        print(f"missed: {goal}")
    return 1 if missed else 0


def shown(name: str, url: str) -> list[str]:
    """Measure one database in its own process, print its row, give the goals it missed."""
    command = [sys.executable, "-m", "bench.import_online_retail", "--alone", "--url", url]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found = json.loads(run.stdout.splitlines()[-1])
    print(
        f"{name:11}{found['read']:8.1f}{found['import']:10.1f}{found['again']:9.1f}{found['megabytes']:9.0f}"
        f"{found['orders']:9,}{found['lines']:8,}"
    )
    missed = []
    if found["import"] > SECONDS_GOAL:
        missed.append(f"{name}: {found['import']:.1f} s, goal {SECONDS_GOAL:.0f} s")
    if found["megabytes"] > MEGABYTES_GOAL:
        missed.append(f"{name}: {found['megabytes']:.0f} MB, goal {MEGABYTES_GOAL:.0f} MB")
    if found["changed"]:
        missed.append(f"{name}: the second run changed something")
    return missed


def measure(url: str) -> dict[str, Any]:
    """Seconds, peak megabytes and counts of an import into the empty database of ``url``."""
    folder = shared_folder()
    database = Database(url)
    Base.metadata.create_all(database.writer)
    start = time.perf_counter()
    for _ in source.order_lines(folder):
        pass
    read = time.perf_counter()
    first = import_online_retail(database, folder, progress=True)
    imported = time.perf_counter()
    second = import_online_retail(database, folder, progress=False)
    again = time.perf_counter()
    database.dispose()
    return {
        "read": read - start,
        "import": imported - read,
        "again": again - imported,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "orders": first.orders,
        "lines": first.lines,
        "changed": any((second.accounts, second.products, second.orders, second.lines)),
    }


if __name__ == "__main__":
    sys.exit(main())
