"""Tables of what is remembered of deeds: what was taken away, so that it can come back, and forms that are done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.columns import Json, UtcDateTime, word_of
from portal.core.tables import Base, Id


class TakenAwayKind(StrEnum):
    """What was taken away."""

    CART_LINES = "cart_lines"
    """Lines of a cart."""
    PLACES = "places"
    """Where the lines of a cart went, and on which days."""
    LIST = "list"
    """A saved list."""


class TakenAway(Base):
    """What a person took away or changed at once, as it was, so that it can come back."""

    __tablename__ = "taken_away"
    __table_args__ = (Index("ix_taken_away_taken_at", "taken_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    kind: Mapped[TakenAwayKind] = mapped_column(word_of(TakenAwayKind))

    undo_key: Mapped[str] = mapped_column(unique=True)
    """Names it in forms."""

    content: Mapped[dict[str, Any]] = mapped_column(Json)
    """``lines`` as they were; of a list also ``name`` and ``shared``."""

    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)

    put_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is back; null: it is not, or is of what may be put back again."""


class FormDone(Base):
    """A form did what it says: a second copy of it changes nothing."""

    __tablename__ = "form_done"
    __table_args__ = (
        UniqueConstraint("user_id", "account_id", "deed"),
        Index("ix_form_done_done_at", "done_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    deed: Mapped[str]
    """The form's key, and what it asked for."""

    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
