"""The seller's own words: synonyms, and redirects that lead to a page instead of hits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.discovery.models import SearchRedirect, SynonymGroup


def synonyms(session: Session) -> tuple[tuple[str, ...], ...]:
    """All groups of words that mean the same, as the seller wrote them; one statement."""
    groups = session.execute(select(SynonymGroup.words).order_by(SynonymGroup.id)).scalars()
    return tuple(tuple(words) for words in groups)


def redirect_of(session: Session, folded: str) -> str | None:
    """Where a folded query leads instead of hits; None for nearly all of them. One statement, none for no words."""
    if not folded:
        return None
    return session.scalar(select(SearchRedirect.target).where(SearchRedirect.words == folded))
