"""Background work of search: the index follows the database, at once for what changed, at night for all of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.catalog.index_outbox import IDS_OF_A_JOB, INDEX_JOB, touch
from portal.catalog.rows import PRODUCT, VARIANT
from portal.core.database import Database
from portal.discovery.actions import CONFIGURE_JOB
from portal.discovery.feed import index_settings, items
from portal.discovery.models import SearchClick, SearchQuery
from portal.discovery.service import Member, SearchService
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from search.documents import Item, fingerprint
from search.engine import EngineUnavailable, SearchEngine

log = logging.getLogger("portal.search")

FEEDS: Final = frozenset({INDEX_JOB, CONFIGURE_JOB})
"""Jobs of search, done by a worker's feeder and by nobody else."""

RETOUCHED_BEFORE: Final = timedelta(minutes=10)
"""Changes asked for so long before a rebuild may have been committed while it read: they are indexed once more."""

KEEP_SEARCHES: Final = timedelta(days=180)
"""How long is kept what accounts looked for: the pages look back 90 days at most."""

Progress = Callable[[Iterable[Item], int], Iterable[Item]]
"""Wraps the items of a rebuild, of which there will be about so many, to show how far it is."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Where an index and the database disagree, as ids of variants."""

    missing: tuple[int, ...]
    """Sold, but not in the index."""
    stale: tuple[int, ...]
    """In the index as they were."""
    surplus: tuple[int, ...]
    """In the index, but not sold any more."""

    @property
    def ids(self) -> tuple[int, ...]:
        """All of them; empty if both agree."""
        return (*self.missing, *self.stale, *self.surplus)


def feed(session: Session, service: SearchService, variant_ids: Collection[int], today: date) -> None:
    """Bring the variants in every index to what the database has of them now; what is not sold is taken out.

    Raises EngineUnavailable if any index could not be brought so far; the others were.
    """
    found = list(items(session, variant_ids, today))
    gone = sorted(set(variant_ids) - {item.id for item in found})
    problems: list[str] = []
    # The index on this machine first: a server that takes its time holds up nothing but itself.
    for member in reversed(service.members):
        try:
            member.engine.upsert(found)
            member.engine.delete(gone)
        except EngineUnavailable as error:
            problems.append(f"{member.name}: {error}")
    if problems:
        raise EngineUnavailable("; ".join(problems))


def ids_of(arguments: dict[str, Any]) -> list[int]:
    """The variants a job of search speaks of; none for a job about settings."""
    ids: list[int] = arguments.get("ids", [])
    return ids


def outdated(session: Session, service: SearchService) -> list[Member]:
    """The engines whose index is missing, or was built by another version or with other settings.

    Each is handed the present settings first, by which it judges itself.
    """
    settings = index_settings(session)
    behind = []
    for member in service.members:
        try:
            member.engine.configure(settings)
        except EngineUnavailable as error:
            log.warning("search engine %s: %s", member.name, error)
        health = member.engine.health()
        if not (health.available and health.is_current):
            behind.append(member)
    return behind


def is_short(session: Session, service: SearchService) -> bool:
    """Whether an index does not hold as many items as are sold: a cheap sign that somebody changed the database."""
    sold = count_sold(session)
    return any(health.available and health.documents != sold for health in service.health().values())


def rebuild(
    database: Database,
    engine: SearchEngine,
    *,
    today: date,
    now: Callable[[], datetime],
    progress: Progress | None = None,
) -> int:
    """Build the index anew from the database while the present one answers; how many items it holds.

    What changes meanwhile is indexed once more afterwards, by jobs. Raises EngineUnavailable.
    """
    begun = now()
    with database.reading() as session:
        all_items: Iterable[Item] = items(session, None, today)
        if progress is not None:
            all_items = progress(all_items, count_sold(session))
        held = engine.rebuild(all_items, index_settings(session))
    with database.transaction() as session:
        asked = session.execute(
            select(Job.arguments).where(Job.name == INDEX_JOB, Job.created_at >= begun - RETOUCHED_BEFORE)
        ).scalars()
        touch(session, {each for arguments in asked for each in ids_of(arguments)}, now())
    return held


def count_sold(session: Session) -> int:
    """How many variants are sold: those an index holds."""
    sold = select(func.count()).select_from(VARIANT.join(PRODUCT, PRODUCT.c.id == VARIANT.c.product_id))
    return session.scalar(sold.where(VARIANT.c.active.is_(True), PRODUCT.c.active.is_(True))) or 0


def differences(session: Session, engine: SearchEngine, today: date) -> Differences:
    """Where the engine's index and the database disagree. Raises EngineUnavailable."""
    indexed = dict(engine.fingerprints())
    missing: list[int] = []
    stale: list[int] = []
    for item in items(session, None, today):
        held = indexed.pop(item.id, None)
        if held is None:
            missing.append(item.id)
        elif held != fingerprint(item):
            stale.append(item.id)
    return Differences(tuple(missing), tuple(stale), tuple(sorted(indexed)))


def heal_index(session: Session, service: SearchService, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs that bring every index back in step with the database; the last asks for the settings to be looked at.

    An engine that is away, or without an index, is passed over: it is built anew when it is back.
    """
    if not service.members:
        return
    wanted: set[int] = set()
    for member in service.members:
        try:
            found = differences(session, member.engine, today)
        except EngineUnavailable as error:
            log.warning("search engine %s could not be compared: %s", member.name, error)
            continue
        if found.ids:
            log.warning(
                "search engine %s: %s missing, %s stale, %s surplus; they are indexed anew",
                member.name, len(found.missing), len(found.stale), len(found.surplus),
            )  # fmt: skip
        wanted.update(found.ids)
    yield from index_jobs(sorted(wanted))
    yield CONFIGURE_JOB, {}


def forget_old_searches(context: JobContext) -> None:
    """Delete what was sought and chosen so long ago that nobody is shown it any more."""
    before = context.now - KEEP_SEARCHES
    context.session.execute(delete(SearchQuery).where(SearchQuery.at < before))
    context.session.execute(delete(SearchClick).where(SearchClick.at < before))


def index_jobs(variant_ids: Sequence[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs that index the variants anew, as (name, arguments)."""
    for start in range(0, len(variant_ids), IDS_OF_A_JOB):
        yield INDEX_JOB, {"ids": list(variant_ids[start : start + IDS_OF_A_JOB])}
