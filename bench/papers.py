"""How long papers take: `make bench papers`.

Prints a Korean statement of transaction of 30 and of 300 lines, beside the same table drawn by reportlab without any
layout, which is the floor; then 200 papers of one page in one process, for the memory of a worker. Processor time
counts: the wall clock of a shared machine does not.
"""

from __future__ import annotations

import argparse
import io
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.lib.pagesizes import A4
from reportlab.platypus import SimpleDocTemplate, Table

from portal.adapters.press import Press
from portal.invoices.document import InvoiceDocument
from portal.invoices.papers import sheet_of
from tests.papers import BASE_URL, document


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor milliseconds of one kind of paper."""

    name: str
    median: float
    p95: float
    size: int
    """Bytes of one paper."""

    def __str__(self) -> str:
        return (
            f"{self.name:34} {self.median:8.0f} ms median {self.p95:8.0f} ms p95 {self.size / 1000:8.0f} kB"
        )


def measure(name: str, make: Callable[[], bytes], rounds: int) -> Measured:
    """Make the paper ``rounds`` times after a first one that loads what is needed."""
    size = len(make())
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        make()
        spent.append((time.process_time() - begun) * 1000)
    spent.sort()
    return Measured(name, statistics.median(spent), spent[max(0, -(-len(spent) * 95 // 100) - 1)], size)


def floor(made: InvoiceDocument) -> bytes:
    """The lines of the document as a bare table by reportlab, with a font that has no Korean: nothing is faster."""
    rows: list[list[object]] = [["", "Item", "Quantity", "Price", "Net", "Tax"]]
    rows += [
        [line.position, line.sku, line.quantity, line.unit_price_e4, line.net, line.tax]
        for line in made.lines
    ]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build([Table(rows, repeatRows=1)])
    return out.getvalue()


def _printed(press: Press, made: InvoiceDocument) -> bytes:
    return press.pdf(sheet_of(made, base_url=BASE_URL))


def memory() -> float:
    """Most memory this process ever held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(rounds: int, papers: int) -> Sequence[Measured]:
    """Measure and print all of it."""
    press = Press()
    found = []
    for lines in (30, 300):
        made = document("KR", lines)
        few = max(3, rounds if lines == 30 else rounds // 4)
        found.append(
            measure(
                f"WeasyPrint, PDF/A-3a, {lines} lines",
                partial(_printed, press, made),
                few,
            )
        )
        found.append(measure(f"reportlab, bare table, {lines} lines", partial(floor, made), few))
    for each in found:
        print(each)
    before = memory()
    for number in range(papers):
        # One page each, and no two alike: what the process keeps of a paper would add up.
        made = document("KR", 1 + number % 10)
        press.pdf(sheet_of(made, base_url=BASE_URL))
    print(f"memory: {before:.0f} MB before, {memory():.0f} MB after {papers} more papers in one process")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--papers", type=int, default=200)
    asked = parser.parse_args()
    run(asked.rounds, asked.papers)
