"""Tables of search: the seller's synonyms and redirects, what accounts looked for and what they chose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, UtcDateTime
from portal.core.tables import Base, Id


class SynonymGroup(Base):
    """Words that mean the same to a dealer: whoever looks for one finds the others."""

    __tablename__ = "synonym_group"

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    words: Mapped[list[str]] = mapped_column(Json)
    """Two or more, as the seller wrote them, in any language."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchRedirect(Base):
    """Words that lead to a page of the portal instead of a list of hits."""

    __tablename__ = "search_redirect"
    __table_args__ = (CheckConstraint("target LIKE '/%'", name="target_is_an_own_page"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    words: Mapped[str] = mapped_column(unique=True)
    """Folded as queries are; the whole query must be equal."""

    target: Mapped[str]
    """Address within the portal, such as /categories/cafe-beans."""

    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchQuery(Base):
    """One search whose results someone of an account looked at. It does not say who."""

    __tablename__ = "search_query"
    __table_args__ = (
        Index("ix_search_query_account_id_id", "account_id", "id"),
        Index("ix_search_query_at", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    text: Mapped[str]
    """As typed, white space made single, at most 200 characters."""

    folded: Mapped[str]
    """The same as it is compared."""

    locale: Mapped[str]

    hits: Mapped[int]
    """Found in all; 0 tells the seller what is missing."""

    relaxed: Mapped[int] = mapped_column(default=0)
    """As in search.engine.Hits: how far the engine had to bend the words."""

    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchClick(Base):
    """A hit that someone opened or put in the cart."""

    __tablename__ = "search_click"
    __table_args__ = (Index("ix_search_click_at", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    folded: Mapped[str]
    """The words it was found by."""

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)

    position: Mapped[int]
    """Place among the hits, counted from 1."""

    at: Mapped[datetime] = mapped_column(UtcDateTime)
