"""Reads of what was sought, and of the words the seller added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.discovery.models import SearchClick, SearchQuery, SearchRedirect, SynonymGroup
from portal.discovery.words import synonyms

__all__ = [
    "RedirectRow",
    "SoughtRow",
    "SynonymRow",
    "popular_queries",
    "queries_without_hits",
    "recent_queries",
    "redirects",
    "synonym_groups",
    "synonyms",
    "top_queries",
]

RECENT_LOOKED_AT: Final = 200
"""Last queries of an account among which the different ones are found."""


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """A group of words that mean the same."""

    id: int
    words: tuple[str, ...]
    """As the seller wrote them."""
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RedirectRow:
    """Words that lead to a page."""

    id: int
    words: str
    """Folded."""
    target: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SoughtRow:
    """A query as the desk sees it: by anyone, in any spelling that folds to the same."""

    text: str
    """As it was last typed."""
    times: int
    accounts: int
    """Different accounts that looked for it."""
    clicks: int
    """Hits of it that were opened or put in a cart."""
    last_at: datetime


def recent_queries(session: Session, account_id: int, limit: int) -> list[str]:
    """What the account looked for last with hits, as typed, each once, the last first; one statement."""
    rows = session.execute(
        select(SearchQuery.folded, SearchQuery.text)
        .where(SearchQuery.account_id == account_id, SearchQuery.hits > 0, SearchQuery.folded != "")
        .order_by(SearchQuery.id.desc())
        .limit(RECENT_LOOKED_AT)
    )
    texts: dict[str, str] = {}
    for folded, text in rows:
        texts.setdefault(folded, text)
    return list(texts.values())[:limit]


def popular_queries(session: Session, account_id: int, since: datetime, limit: int) -> list[str]:
    """What the account looked for most often since then with hits, as last typed; one statement."""
    rows = session.execute(
        select(SearchQuery.folded, SearchQuery.text)
        .where(
            SearchQuery.account_id == account_id,
            SearchQuery.at >= since,
            SearchQuery.hits > 0,
            SearchQuery.folded != "",
        )
        .order_by(SearchQuery.id.desc())
        .limit(10 * RECENT_LOOKED_AT)
    )
    texts: dict[str, str] = {}
    times: dict[str, int] = {}
    for folded, text in rows:
        texts.setdefault(folded, text)
        times[folded] = times.get(folded, 0) + 1
    # Sorting keeps the order of equals: of two sought as often, the one sought last comes first.
    often = sorted(texts, key=lambda folded: -times[folded])
    return [texts[folded] for folded in often[:limit]]


def queries_without_hits(session: Session, since: datetime, limit: int) -> list[SoughtRow]:
    """What was sought since then and never found, the most sought first; two statements."""
    return _sought(session, since, limit, without_hits=True)


def top_queries(session: Session, since: datetime, limit: int) -> list[SoughtRow]:
    """What was sought and found most often since then; two statements."""
    return _sought(session, since, limit, without_hits=False)


def synonym_groups(session: Session) -> list[SynonymRow]:
    """Every group, the last changed first; one statement."""
    groups = session.scalars(
        select(SynonymGroup).order_by(SynonymGroup.updated_at.desc(), SynonymGroup.id.desc())
    )
    return [SynonymRow(group.id, tuple(group.words), group.updated_at) for group in groups]


def redirects(session: Session) -> list[RedirectRow]:
    """Every redirect, by its words; one statement."""
    rows = session.scalars(select(SearchRedirect).order_by(SearchRedirect.words))
    return [RedirectRow(row.id, row.words, row.target, row.updated_at) for row in rows]


def _sought(session: Session, since: datetime, limit: int, *, without_hits: bool) -> list[SoughtRow]:
    most = func.max(SearchQuery.hits)
    counted = (
        select(
            SearchQuery.folded,
            func.count().label("times"),
            func.count(SearchQuery.account_id.distinct()).label("accounts"),
            func.max(SearchQuery.at).label("last_at"),
            func.max(SearchQuery.id).label("last_id"),
        )
        .where(SearchQuery.at >= since, SearchQuery.folded != "")
        .group_by(SearchQuery.folded)
        .having(most == 0 if without_hits else most > 0)
        .order_by(func.count().desc(), func.max(SearchQuery.id).desc())
        .limit(limit)
        .subquery("counted")
    )
    rows = session.execute(
        select(counted, SearchQuery.text)
        .join(SearchQuery, SearchQuery.id == counted.c.last_id)
        .order_by(counted.c.times.desc(), counted.c.last_id.desc())
    ).all()
    clicks: dict[str, int] = {}
    if rows:
        clicked = session.execute(
            select(SearchClick.folded, func.count())
            .where(SearchClick.at >= since, SearchClick.folded.in_([row.folded for row in rows]))
            .group_by(SearchClick.folded)
        )
        clicks = {folded: count for folded, count in clicked}  # noqa: C416
    return [
        SoughtRow(row.text, row.times, row.accounts, clicks.get(row.folded, 0), row.last_at) for row in rows
    ]
