"""Writes of search: what was sought and chosen, and the words the seller adds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.errors import Conflict, NotFound, Refused
from portal.discovery.models import SearchClick, SearchQuery, SearchRedirect, SynonymGroup
from portal.jobs.queue import enqueue
from search.text import LONGEST_QUERY, fold, query_text

CONFIGURE_JOB: Final = "configure_index"
"""Hands the synonyms to the engines."""

MOST_WORDS_OF_A_GROUP: Final = 30
LONGEST_WORD: Final = 60
"""Characters of a synonym."""

LONGEST_TARGET: Final = 500

LAST_POSITION: Final = 10_000
"""Places beyond count as this one."""

SAME_SEARCH: Final = timedelta(minutes=10)
"""Within this time the same words of an account are one search: leafing and filtering count once."""


def record_query(
    session: Session, account_id: int, text: str, locale: str, *, hits: int, relaxed: int, now: datetime
) -> None:
    """Keep that someone of the account looked at the hits of ``text``; nothing for no words.

    The same words within SAME_SEARCH only bring the number of hits up to date.
    """
    folded = query_text(text)
    if not folded:
        return
    known = session.scalar(
        select(SearchQuery)
        .where(
            SearchQuery.account_id == account_id,
            SearchQuery.folded == folded,
            SearchQuery.at > now - SAME_SEARCH,
        )
        .order_by(SearchQuery.id.desc())
        .limit(1)
    )
    hits, relaxed = max(0, min(hits, 2**31 - 1)), max(0, min(relaxed, 3))
    if known is not None:
        # A filter may leave nothing of what was found: it is not the words that were missing.
        known.hits = max(known.hits, hits)
    else:
        shown = " ".join(_printable(text).split())[:LONGEST_QUERY]
        session.add(
            SearchQuery(
                account_id=account_id,
                text=shown,
                folded=folded,
                locale=locale,
                hits=hits,
                relaxed=relaxed,
                at=now,
            )
        )
    session.flush()


def record_click(
    session: Session, account_id: int, text: str, variant_id: int, position: int, *, now: datetime
) -> None:
    """Keep that someone of the account opened or took the hit at ``position`` (from 1); nothing for no words.

    The caller has made sure that the account sees the variant.
    """
    folded = query_text(text)
    if not folded:
        return
    session.add(
        SearchClick(
            account_id=account_id,
            folded=folded,
            variant_id=variant_id,
            position=max(1, min(position, LAST_POSITION)),
            at=now,
        )
    )
    session.flush()


def add_synonyms(session: Session, words: Sequence[str], *, now: datetime) -> int:
    """Keep a group of words that mean the same; its id.

    Raises Refused for the field ``words``: ``too_few_words`` (two different ones are the least), ``too_many_words``
    (``maximum``), ``word_too_long`` (``word``, ``maximum`` characters); Conflict ``word_taken`` (``word``) for a word
    of another group.
    """
    group = SynonymGroup(words=_checked_words(session, words, None), updated_at=now)
    session.add(group)
    session.flush()
    _configure(session, now)
    return group.id


def change_synonyms(session: Session, group_id: int, words: Sequence[str], *, now: datetime) -> None:
    """Replace the words of a group. Raises NotFound, and what ``add_synonyms`` raises."""
    group = session.get(SynonymGroup, group_id)
    if group is None:
        raise NotFound("synonyms", group_id)
    group.words = _checked_words(session, words, group_id)
    group.updated_at = now
    session.flush()
    _configure(session, now)


def remove_synonyms(session: Session, group_id: int, *, now: datetime) -> None:
    """Forget a group. Raises NotFound."""
    if not session.execute(
        delete(SynonymGroup).where(SynonymGroup.id == group_id).returning(SynonymGroup.id)
    ).all():
        raise NotFound("synonyms", group_id)
    _configure(session, now)


def add_redirect(session: Session, words: str, target: str, *, now: datetime) -> int:
    """Let a query lead to a page of the portal; the redirect's id.

    Raises Refused ``no_words`` (field ``words``) and ``not_an_own_page`` (field ``target``: it begins with one slash
    and is at most LONGEST_TARGET characters); Conflict ``words_taken`` (field ``words``).
    """
    folded, checked = _checked_redirect(session, words, target, None)
    redirect = SearchRedirect(words=folded, target=checked, updated_at=now)
    session.add(redirect)
    session.flush()
    return redirect.id


def change_redirect(session: Session, redirect_id: int, words: str, target: str, *, now: datetime) -> None:
    """Replace what a redirect says. Raises NotFound, and what ``add_redirect`` raises."""
    redirect = session.get(SearchRedirect, redirect_id)
    if redirect is None:
        raise NotFound("redirect", redirect_id)
    redirect.words, redirect.target = _checked_redirect(session, words, target, redirect_id)
    redirect.updated_at = now
    session.flush()


def remove_redirect(session: Session, redirect_id: int) -> None:
    """Forget a redirect. Raises NotFound."""
    if not session.execute(
        delete(SearchRedirect).where(SearchRedirect.id == redirect_id).returning(SearchRedirect.id)
    ).all():
        raise NotFound("redirect", redirect_id)


def _configure(session: Session, now: datetime) -> None:
    enqueue(session, CONFIGURE_JOB, {}, now=now)


def _checked_words(session: Session, words: Sequence[str], own_id: int | None) -> list[str]:
    different: dict[str, str] = {}
    for word in words:
        shown = " ".join(_printable(word).split())
        if folded := fold(shown):
            different.setdefault(folded, shown)
    if len(different) < 2:
        raise Refused("too_few_words", field="words")
    if len(different) > MOST_WORDS_OF_A_GROUP:
        raise Refused("too_many_words", field="words", maximum=MOST_WORDS_OF_A_GROUP)
    for shown in different.values():
        if len(shown) > LONGEST_WORD:
            raise Refused("word_too_long", field="words", word=shown[:LONGEST_WORD], maximum=LONGEST_WORD)
    groups = session.execute(select(SynonymGroup.id, SynonymGroup.words))
    taken = {fold(word) for group_id, others in groups if group_id != own_id for word in others}
    for folded, shown in different.items():
        if folded in taken:
            raise Conflict("word_taken", field="words", word=shown)
    return list(different.values())


def _checked_redirect(session: Session, words: str, target: str, own_id: int | None) -> tuple[str, str]:
    folded = query_text(words)
    if not folded:
        raise Refused("no_words", field="words")
    path = target.strip()
    # Browsers take two slashes, and a slash with a backslash, for another site.
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    if not is_own or len(path) > LONGEST_TARGET:
        raise Refused("not_an_own_page", field="target")
    holder = session.scalar(select(SearchRedirect.id).where(SearchRedirect.words == folded))
    if holder is not None and holder != own_id:
        raise Conflict("words_taken", field="words")
    return folded, path


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST_QUERY])
