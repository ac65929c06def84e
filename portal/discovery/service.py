"""The engines that may answer a search, the best first, and what to do while one of them is away.

A page never waits for an engine that does not answer and never fails because of one: after a few failures in a row
an engine is left alone for a while, and the next one answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from search.engine import CannotSort, EngineUnavailable, Health, Hits, Request, SearchEngine

log = logging.getLogger("portal.search")

FAILURES_UNTIL_OPEN: Final = 3
"""Failures in a row after which an engine is not asked any more for a while."""

SERVER_REST_SECONDS: Final = 30.0
"""How long a search server that failed is left alone before one search tries it again."""

INDEX_REST_SECONDS: Final = 1.0
"""The same for an index on this machine: it costs nothing to see whether it is back."""


@dataclass(slots=True)
class Breaker:
    """Counts an engine's failures and says whether it may be asked. Shared by the threads of a process."""

    rest_seconds: float
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _asked_again_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_ask(self) -> bool:
        """Whether the engine may be asked now; while it rests, one caller is let through each time the rest ends."""
        with self._lock:
            if self._failures < FAILURES_UNTIL_OPEN:
                return True
            now = self.clock()
            if now < self._asked_again_at:
                return False
            # The others wait for what this one meets.
            self._asked_again_at = now + self.rest_seconds
            return True

    def succeeded(self) -> None:
        """The engine answered."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def failed(self) -> None:
        """The engine did not answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_UNTIL_OPEN:
                self._asked_again_at = self.clock() + self.rest_seconds


@dataclass(frozen=True, slots=True)
class Member:
    """An engine of the service."""

    name: str
    """As ``flask search`` names it."""
    engine: SearchEngine
    breaker: Breaker


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits, and whether the engine meant to give them gave them."""

    hits: Hits
    is_fallback: bool


class SearchService:
    """The engines of this process. Without any, every search raises EngineUnavailable: the database then answers."""

    def __init__(self, members: Sequence[Member] = ()) -> None:
        """``members`` in the order in which they are asked; all of them are fed."""
        self.members: Final = tuple(members)

    def search(self, request: Request) -> Answer:
        """What the first engine that can answers. Raises EngineUnavailable if none can, and nothing else.

        CannotSort is an EngineUnavailable that the next engine is not asked for: it would sort by other prices.
        """
        for place, member in enumerate(self.members):
            if not member.breaker.may_ask():
                continue
            try:
                hits = member.engine.search(request)
            except CannotSort:
                # It is there, and answers whatever else it is asked.
                member.breaker.succeeded()
                raise
            except EngineUnavailable as error:
                member.breaker.failed()
                log.warning("search engine %s is away: %s", member.name, error)
            except Exception:
                # A fault of an engine is no reason to send the reader away without an answer.
                member.breaker.failed()
                log.exception("search engine %s failed", member.name)
            else:
                member.breaker.succeeded()
                return Answer(hits, is_fallback=place > 0)
        raise EngineUnavailable("no search engine can answer")

    def health(self) -> Mapping[str, Health]:
        """How each engine stands, by name."""
        return {member.name: member.engine.health() for member in self.members}

    def close(self) -> None:
        """Let go of the engines' files and connections."""
        for member in self.members:
            member.engine.close()


def search_service(
    *,
    url: str | None = None,
    key: str | None = None,
    index_name: str = "products",
    folder: Path | None = None,
) -> SearchService:
    """The engines that are set up: the server at ``url`` before the index in ``folder``; none without either.

    Neither is spoken to yet. ``index_name`` is the server's.
    """
    members = []
    if url:
        from search.engines.meilisearch import MeilisearchEngine

        members.append(
            Member(
                "meilisearch",
                MeilisearchEngine(url, key or "", index=index_name),
                Breaker(SERVER_REST_SECONDS),
            )
        )
    if folder:
        # Loaded only where it is used: it brings a library of its own.
        from search.engines.embedded import EmbeddedEngine

        members.append(Member("embedded", EmbeddedEngine(folder), Breaker(INDEX_REST_SECONDS)))
    return SearchService(members)
