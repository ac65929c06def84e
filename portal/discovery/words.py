"""The seller's own words that mean the same."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.discovery.models import SynonymGroup


def synonyms(session: Session) -> tuple[tuple[str, ...], ...]:
    """All groups of words that mean the same, as the seller wrote them; one statement."""
    groups = session.execute(select(SynonymGroup.words).order_by(SynonymGroup.id)).scalars()
    return tuple(tuple(words) for words in groups)
