"""How this process keeps its memory."""

from __future__ import annotations

import gc
from typing import Final

YOUNG_OBJECTS: Final = 50_000
"""New objects between two looks of the garbage collector; Python's own default is 700."""


def settle() -> None:
    """Tell the garbage collector that what is loaded now stays, and to look less often. Call once, after the start.

    A page makes thousands of short-lived objects that reference counting frees by itself. With Python's defaults
    every few pages the collector walks all modules and templates as well, for nothing: measured on 1,000 priced
    lines, 120 ms became 65 ms at the 95th percentile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
