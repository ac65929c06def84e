"""Feeds the engines of search with what changes in the database: a change is found a moment after it is kept.

A loop of its own beside the worker's, so that a change never waits for mail or nightly work.
"""

from __future__ import annotations

import logging
import math
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Final

from portal.core import clock
from portal.core.database import Database
from portal.discovery import jobs as search_jobs
from portal.discovery.actions import CONFIGURE_JOB
from portal.discovery.service import SearchService
from portal.jobs import queue
from portal.settings import Settings
from search.engine import EngineUnavailable

log = logging.getLogger("portal.feeder")

MOST_FED: Final = 2_000
"""Variants that are indexed at once."""

LOOK_AGAIN_SECONDS: Final = 30.0
"""How often an engine that was away and has no index is looked for."""

SHORTEST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 10.0
"""Seconds after which what an engine was away for is tried again; doubled from the one to the other."""


@dataclass
class Feeder:
    """Feeds the engines of one process with what changes in the database."""

    database: Database
    search: SearchService
    settings: Settings
    pause: float = 0.0
    """Seconds until the next try of what went wrong; 0 while all goes well."""
    is_ready: bool = False
    """True once every engine has an index of this version."""
    looked_at: float = -math.inf
    """When that was last looked at, by the process's own clock in seconds."""

    def run(self, stop: threading.Event) -> None:
        """Feed until ``stop`` is set; nothing to do without engines."""
        while self.search.members and not stop.is_set():
            try:
                if not self.is_ready and monotonic() > self.looked_at + LOOK_AGAIN_SECONDS:
                    self.make_ready()
                busy = self.step(clock.now())
            except Exception:
                # The database may be away for a while; the feeder must still be there when it is back.
                log.exception("search could not be fed")
                stop.wait(self._rest())
                continue
            if not busy:
                stop.wait(self.settings.feed_poll_seconds)

    def make_ready(self) -> None:
        """Build what is missing or of another version; have compared what holds more or less than is sold."""
        self.build_outdated()
        with self.database.reading() as session:
            is_short = search_jobs.is_short(session, self.search)
        if is_short:
            with self.database.transaction() as session:
                queue.enqueue(session, "heal_index", {}, now=clock.now())

    def build_outdated(self) -> None:
        """Hand on the present settings; build what is missing, of another version or for other price lists."""
        with self.database.reading() as session:
            behind = search_jobs.outdated(session, self.search)
        self.is_ready, self.looked_at = True, monotonic()
        for member in behind:
            try:
                log.info("search engine %s: building its index", member.name)
                held = search_jobs.rebuild(
                    self.database, member.engine, today=self._today(clock.now()), now=clock.now
                )
                log.info("search engine %s: its index holds %s items", member.name, held)
            except EngineUnavailable as error:
                log.warning("search engine %s: %s", member.name, error)
                self.is_ready = False

    def step(self, now: datetime) -> bool:
        """Do all due jobs of search at once. True if some were done."""
        with self.database.reading() as session:
            if not queue.has_due(session, now=now, names=search_jobs.FEEDS):
                return False
        with self.database.transaction() as session:
            claims = queue.claim_all(
                session,
                search_jobs.FEEDS,
                now=now,
                lease=timedelta(seconds=self.settings.feed_lease_seconds),
                weigh=lambda arguments: len(search_jobs.ids_of(arguments)),
                most=MOST_FED,
            )
        if not claims:
            return False
        if self._fed(claims, now):
            return True
        # One of them is at fault: the others must not wait for it.
        for claim in claims:
            self._fed([claim], now)
        return True

    def _fed(self, claims: Sequence[queue.Claim], now: datetime) -> bool:
        """Whether the jobs were done, or are settled otherwise; False if one of several is at fault."""
        try:
            with self.database.reading() as session:
                ids = {each for claim in claims for each in search_jobs.ids_of(claim.arguments)}
                search_jobs.feed(session, self.search, ids, self._today(now))
        except EngineUnavailable as error:
            log.warning("search waits to be fed: %s", error)
            with self.database.transaction() as session:
                again = now + timedelta(seconds=self._rest())
                queue.put_back(session, claims, str(error), run_after=again)
            return True
        except Exception:
            if len(claims) > 1:
                return False
            log.exception("job %s %s failed", claims[0].name, claims[0].id)
            with self.database.transaction() as session:
                queue.fail(session, claims[0], traceback.format_exc(), now=now)
            return True
        with self.database.transaction() as session:
            queue.finish_all(session, claims, now=now)
        self.pause = 0.0
        if any(claim.name == CONFIGURE_JOB for claim in claims):
            # Finished before: to build an index anew takes longer than a lease, and another worker would begin too.
            # Should this one be killed meanwhile, the next one finds at its start that there is something to build.
            # Nothing is compared here: what heals an index asks for this, and would go round and round.
            self.is_ready = False
            self.build_outdated()
        return True

    def _rest(self) -> float:
        self.pause = min(max(SHORTEST_PAUSE, 2 * self.pause), LONGEST_PAUSE)
        return self.pause

    def _today(self, now: datetime) -> date:
        return clock.local_date(now, self.settings.seller_timezone)
