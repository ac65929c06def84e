"""What was sought is kept without a name, and the seller's words are checked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.mail_templates import MailRenderer
from portal.core.errors import Conflict, NotFound, Refused
from portal.discovery import actions, queries
from portal.discovery.jobs import forget_old_searches
from portal.discovery.models import SearchClick, SearchQuery, SearchRedirect, SynonymGroup
from portal.discovery.shared import SharedWords
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from tests.factories import make_account, make_variant
from tests.ordering import NOW

LATER = NOW + timedelta(hours=1)


def seek(session: Session, account_id: int, text: str, hits: int = 1, minutes: int = 0) -> None:
    actions.record_query(
        session, account_id, text, "ko", hits=hits, relaxed=0, now=NOW + timedelta(minutes=minutes)
    )


class TestSought:
    def test_recent_and_popular_are_the_accounts_own(self, session: Session) -> None:
        own, other = make_account(session).id, make_account(session).id
        for minutes, text in enumerate(("컵", "원두", "  Beans ", "컵", "nothing")):
            seek(session, own, text, hits=0 if text == "nothing" else 3, minutes=20 * minutes)
        seek(session, other, "secret")
        assert queries.recent_queries(session, own, 5) == ["컵", "Beans", "원두"]
        assert queries.recent_queries(session, own, 1) == ["컵"]
        assert queries.popular_queries(session, own, NOW, 5) == ["컵", "Beans", "원두"]
        assert queries.popular_queries(session, own, LATER, 5) == ["컵"]
        assert queries.recent_queries(session, other, 5) == ["secret"]

    def test_leafing_and_filtering_are_one_search(self, session: Session) -> None:
        account = make_account(session).id
        for minutes, hits in ((0, 40), (3, 0), (9, 12), (30, 5)):
            seek(session, account, "ＣＵＰ" if minutes else "cup", hits=hits, minutes=minutes)
        kept = session.execute(select(SearchQuery.text, SearchQuery.hits).order_by(SearchQuery.id)).all()
        assert kept == [("cup", 40), ("ＣＵＰ", 5)]

    def test_nothing_is_kept_of_nothing_and_bounds_hold(self, session: Session) -> None:
        account, variant = make_account(session).id, make_variant(session).id
        seek(session, account, " \0 ")
        actions.record_click(session, account, "", variant, 1, now=NOW)
        assert session.scalars(select(SearchQuery.id)).all() == []
        assert session.scalars(select(SearchClick.id)).all() == []
        actions.record_query(session, account, "x" * 9_000, "ko", hits=10**12, relaxed=9, now=NOW)
        actions.record_click(session, account, "beans", variant, -4, now=NOW)
        kept = session.scalars(select(SearchQuery)).one()
        assert (len(kept.text), len(kept.folded), kept.hits, kept.relaxed) == (200, 200, 2**31 - 1, 3)
        assert session.scalars(select(SearchClick.position)).one() == 1

    def test_the_desk_sees_what_is_missing(self, session: Session) -> None:
        one, two, variant = make_account(session).id, make_account(session).id, make_variant(session).id
        for account, text, hits in (
            (one, "matcha", 0), (two, "Matcha", 0), (one, "oat milk", 0), (two, "oat milk", 2), (one, "beans", 9),
        ):  # fmt: skip
            seek(session, account, text, hits=hits)
        actions.record_click(session, one, "BEANS", variant, 2, now=NOW)
        (missing,) = queries.queries_without_hits(session, NOW, 10)
        assert (missing.text, missing.times, missing.accounts, missing.clicks) == ("Matcha", 2, 2, 0)
        assert missing.last_at == NOW
        found = queries.top_queries(session, NOW, 10)
        assert [(row.text, row.times, row.clicks) for row in found] == [("oat milk", 2, 0), ("beans", 1, 1)]
        assert queries.queries_without_hits(session, LATER, 10) == []


class TestSynonyms:
    def test_a_group_is_kept_changed_and_removed_and_the_engines_hear_of_it(self, session: Session) -> None:
        group = actions.add_synonyms(session, ["라떼 ", "라테", "라떼", ""], now=NOW)
        assert queries.synonyms(session) == (("라떼", "라테"),)
        actions.change_synonyms(session, group, ["라떼", "latte"], now=LATER)
        assert queries.synonym_groups(session) == [queries.SynonymRow(group, ("라떼", "latte"), LATER)]
        actions.remove_synonyms(session, group, now=LATER)
        assert queries.synonym_groups(session) == []
        assert session.scalars(select(Job.name)).all() == [actions.CONFIGURE_JOB] * 3

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["one"], "too_few_words"),
            (["One", "ONE", "\0"], "too_few_words"),
            ([f"w{number}" for number in range(31)], "too_many_words"),
            (["a", "x" * 61], "word_too_long"),
        ],
    )
    def test_what_makes_no_group_is_refused(self, session: Session, words: list[str], code: str) -> None:
        with pytest.raises(Refused) as refused:
            actions.add_synonyms(session, words, now=NOW)
        assert (refused.value.code, refused.value.field) == (code, "words")
        assert session.scalars(select(SynonymGroup.id)).all() == []

    def test_a_word_is_in_one_group(self, session: Session) -> None:
        first = actions.add_synonyms(session, ["cup", "mug"], now=NOW)
        with pytest.raises(Conflict) as refused:
            actions.add_synonyms(session, ["glass", "ＭＵＧ"], now=NOW)
        assert (refused.value.code, refused.value.facts) == ("word_taken", {"word": "ＭＵＧ"})
        actions.change_synonyms(session, first, ["mug", "beaker"], now=NOW)
        for act in (
            lambda: actions.change_synonyms(session, first + 1, ["a", "b"], now=NOW),
            lambda: actions.remove_synonyms(session, first + 1, now=NOW),
        ):
            with pytest.raises(NotFound):
                act()


def test_what_was_sought_is_forgotten_after_half_a_year(session: Session) -> None:
    account, variant = make_account(session).id, make_variant(session).id
    for days, text in ((181, "old"), (179, "new")):
        at = NOW - timedelta(days=days)
        actions.record_query(session, account, text, "ko", hits=1, relaxed=0, now=at)
        actions.record_click(session, account, text, variant, 1, now=at)
    forget_old_searches(
        JobContext(
            session=session,
            now=NOW,
            mail_renderer=MailRenderer(),
            base_url="http://localhost",
            brand_name="Bean & Co",
            secret_key="unused",
        )
    )
    assert session.scalars(select(SearchQuery.folded)).all() == ["new"]
    assert session.scalars(select(SearchClick.folded)).all() == ["new"]


class TestRedirects:
    def test_a_redirect_is_followed_by_the_whole_query(self, session: Session) -> None:
        redirect = actions.add_redirect(session, " 신상품 ", "/search?sort=newest", now=NOW)
        shared = SharedWords(0)
        assert shared.redirect_of(session, "신상품") == "/search?sort=newest"
        assert shared.redirect_of(session, "신상품 컵") is None
        assert shared.redirect_of(session, "") is None
        actions.change_redirect(session, redirect, "NEW", "/categories/cups", now=LATER)
        assert queries.redirects(session) == [queries.RedirectRow(redirect, "new", "/categories/cups", LATER)]
        actions.remove_redirect(session, redirect)
        assert queries.redirects(session) == []

    @pytest.mark.parametrize(
        ("words", "target", "code", "field"),
        [
            ("", "/x", "no_words", "words"),
            ("x", "https://elsewhere.example/", "not_an_own_page", "target"),
            ("x", "//elsewhere.example/", "not_an_own_page", "target"),
            ("x", "/\\elsewhere.example/", "not_an_own_page", "target"),
            ("x", "/a\nb", "not_an_own_page", "target"),
            ("x", "/" + "a" * 500, "not_an_own_page", "target"),
            ("x", "", "not_an_own_page", "target"),
        ],
    )
    def test_only_own_pages_are_led_to(
        self, session: Session, words: str, target: str, code: str, field: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            actions.add_redirect(session, words, target, now=NOW)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert session.scalars(select(SearchRedirect.id)).all() == []

    def test_words_lead_to_one_page(self, session: Session) -> None:
        first = actions.add_redirect(session, "cups", "/categories/cups", now=NOW)
        with pytest.raises(Conflict, match="words_taken"):
            actions.add_redirect(session, "CUPS", "/", now=NOW)
        actions.change_redirect(session, first, "Cups", "/categories/mugs", now=NOW)
        with pytest.raises(NotFound):
            actions.change_redirect(session, first + 1, "a", "/", now=NOW)
        with pytest.raises(NotFound):
            actions.remove_redirect(session, first + 1)
