"""What an account calls a variant, learned from what its people corrected; next time the same words mean it surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.upsert import insert_for
from portal.orders.entry.folding import plain_text
from portal.orders.models import Nickname

LONGEST: Final = 100
"""Characters; what is longer is a sentence and no name."""

SHORTEST: Final = 2

MOST_READ: Final = 5_000
"""Nicknames of an account that are looked at, the last used first."""


@dataclass(frozen=True, slots=True)
class NicknameRow:
    """One nickname."""

    id: int
    words: str
    variant_id: int


def nicknames_of(session: Session, account_id: int) -> dict[str, int]:
    """Variants by the account's own words, folded by ``plain_text``; one statement."""
    rows = session.execute(
        select(Nickname.folded, Nickname.variant_id)
        .where(Nickname.account_id == account_id)
        .order_by(Nickname.updated_at.desc(), Nickname.id.desc())
        .limit(MOST_READ)
    )
    return {row.folded: row.variant_id for row in rows}


def nickname_rows(session: Session, account_id: int, limit: int) -> list[NicknameRow]:
    """The account's nicknames, the last learned first; one statement."""
    rows = session.execute(
        select(Nickname.id, Nickname.folded, Nickname.variant_id)
        .where(Nickname.account_id == account_id)
        .order_by(Nickname.updated_at.desc(), Nickname.id.desc())
        .limit(limit)
    )
    return [NicknameRow(row.id, row.folded, row.variant_id) for row in rows]


def remember(session: Session, account_id: int, meant: Mapping[str, int], now: datetime) -> list[str]:
    """Keep variants (id) by the words they were called; gives the words kept, folded. One statement, or none.

    Words that meant another variant mean this one from now on. What is too short or too long for a name, or has
    no letter, is left out.
    """
    kept = {
        folded: variant_id
        for words, variant_id in meant.items()
        if SHORTEST <= len(folded := plain_text(words)) <= LONGEST
        and any(letter.isalpha() for letter in folded)
        and "\0" not in folded
    }
    if not kept:
        return []
    statement = insert_for(session, Nickname)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "folded"],
            set_={
                "variant_id": statement.excluded.variant_id,
                "uses": Nickname.uses + 1,
                "updated_at": statement.excluded.updated_at,
            },
        ),
        [
            {
                "account_id": account_id,
                "folded": folded,
                "variant_id": variant_id,
                "uses": 1,
                "updated_at": now,
            }
            for folded, variant_id in kept.items()
        ],
    )
    return list(kept)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A nickname as it was before it was forgotten."""

    words: str
    variant_id: int
    uses: int
    updated_at: datetime


def forget(session: Session, account_id: int, nickname_id: int) -> Forgotten:
    """Take a nickname back, and give what it was. Raises NotFound, also for another account's."""
    gone = session.execute(
        delete(Nickname)
        .where(Nickname.id == nickname_id, Nickname.account_id == account_id)
        .returning(Nickname.folded, Nickname.variant_id, Nickname.uses, Nickname.updated_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if gone is None:
        raise NotFound("nickname", nickname_id)
    return Forgotten(gone.folded, gone.variant_id, gone.uses, gone.updated_at)


def know_again(session: Session, account_id: int, forgotten: Forgotten) -> None:
    """Keep a forgotten nickname as it was; words that mean something by now keep their meaning."""
    session.execute(
        insert_for(session, Nickname)
        .values(
            account_id=account_id,
            folded=forgotten.words,
            variant_id=forgotten.variant_id,
            uses=forgotten.uses,
            updated_at=forgotten.updated_at,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "folded"])
    )
