"""The words of the trade, as docs/words.md has them: what each language never says, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dev.translations import REQUIRED_LOCALES, catalog_path, is_complete

NBSP = "\u00a0"

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
BRACES = re.compile(r"\{\w+\}")
"""What a script fills in."""

NEVER = {
    "ko": {
        "a particle that fits only some endings": r"%\(\w+\)[sd](은|는|이|가|을|를|과|와|으로|로)(?=[ ,.?]|$)",
        "quotation marks of English": r"[“”]",
        "marks of full width": r"[（）：？！]",
        "a sentence that is not polite": r"([^니]다|[해어아예에]요)\.",
        "외상 한도 (여신 한도)": r"외상 한도",
        "SKU (상품코드)": r"SKU|상품 코드|(?<!제조사 )품번",
        "배송사 (택배사)": r"배송사",
        "송장 번호 (운송장 번호)": r"(?<!운)송장 ?번호",
        "발주 번호, 주문 번호 (without a space)": r"(발주|주문|승인|계좌) 번호",
        "계좌 이체 (계좌이체)": r"계좌 이체",
        "이자 청구서 (연체이자 청구서)": r"연체 이자|(?<!연체)이자 청구서",
        "만기, 결제일이 지난 (결제 기한)": r"만기|결제일이 지",
        "미납 (미결제)": r"미납",
        "상자 (박스)": r"상자",
        "VAT in front of a price (부가세)": r"VAT (포함|별도|제외)",
        "알려드, 보내드 (with a space)": r"(알려|보내|안내)드[리립]",
    },
    "ja": {
        "parentheses and question marks of full width": r"[（）？！]",
        "a colon of half width after Japanese": r"[ぁ-んァ-ヶ一-龥)]:",
        "a space before Japanese": r"%\(\w+\)[sd] [ぁ-んァ-ヶ一-龥]",
        "a sentence that is not polite": r"(?<!まし|でし)た。|(だ|である|する)。",
        "SKU (商品コード)": r"SKU",
        "利息 (遅延損害金)": r"利息",
        "照合待, 照合を取り消 (消込)": r"照合(待|を取り消)",
        "お預かり金 (預り金)": r"お預かり金",
        "未収 (売掛金)": r"未収",
        "くり返 (繰り返)": r"くり返",
    },
    "fr_CA": {
        "a straight apostrophe": r"'",
        "a colon without its space": rf"(?<!{NBSP}):(?![/\w])",
        "a guillemet without its space": rf"«(?!{NBSP})|(?<!{NBSP})»",
        "a space before ; ! ?": r"\s[;!?]",
        "a number that parts from its unit": r"(\d|%\(\w+\)s) (Mo|ko|min)\b|%\(\w+\)s (kg|g|h)\b",
        "three dots": r"\.\.\.",
        "a degree sign for a number (nº)": r"\b[nN]°",
        "e-mail, mail (courriel)": r"(?i)(?<!%\()\be-?mails?\b|\bmails?\b",
        "factures ouvertes (impayées)": r"(?i)factures? ouvertes?|solde ouvert|encore ouvert",
        "panier d’achat, shopping (panier)": r"(?i)shopping|panier d’achat",
        "tutoiement": r"(?i)\b(tu|ton|tes|toi)\b",
    },
}
"""What must not be found in a language's texts: what it is (and what is said instead), and its pattern."""

LIKE_ENGLISH = {
    "Correction", "Date", "Description", "Documents", "Minimum %(count)s", "MMMM y", "Minimum", "Note", "Notes",
    "Options", "PDF", "Page", "Pages", "Photo", "Promotion", "Suggestions", "Total", "(signature)",
}  # fmt: skip
"""Texts that French writes as English does."""

CODES = {"GST", "QST", "HST", "PDF", "%(count)s kg", "%(count)s kB", "%(count)s g"}
"""Texts of Korean and Japanese that hold a code or a unit alone."""

OWN_LETTERS = {"ko": "[가-힣]", "ja": "[ぁ-んァ-ヶ一-龥]"}


@cache
def catalog(locale: str) -> Catalog:
    with catalog_path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def texts(locale: str) -> Iterator[tuple[str, str]]:
    """Each translated form with its source."""
    for message in catalog(locale):
        if message.id and is_complete(message):
            yield from pairs(message)


def pairs(message: Message) -> list[tuple[str, str]]:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return [(sources[min(place, len(sources) - 1)], form) for place, form in enumerate(forms)]


@pytest.mark.parametrize(
    ("locale", "what"), [(locale, what) for locale, rules in NEVER.items() for what in rules]
)
def test_what_a_language_never_says(locale: str, what: str) -> None:
    pattern = re.compile(NEVER[locale][what])

    assert [form for _source, form in texts(locale) if pattern.search(form)] == []


@pytest.mark.parametrize(
    ("locale", "bad"),
    [
        ("ko", "%(name)s을 담았습니다."),
        ("ko", "아직 없다."),
        ("ja", "請求書 %(number)s を見る"),
        ("ja", "合計: %(amount)s"),
        ("fr_CA", "Total : %(amount)s"),
        ("fr_CA", "Vraiment ?"),
        ("fr_CA", "« Bonjour »"),
        ("fr_CA", "Envoyer un e-mail"),
    ],
)
def test_the_rules_find_what_they_forbid(locale: str, bad: str) -> None:
    assert any(re.search(pattern, bad) for pattern in NEVER[locale].values())


@pytest.mark.parametrize("locale", ["ko", "ja"])
def test_nothing_is_left_in_english(locale: str) -> None:
    def is_foreign(form: str) -> bool:
        bare = PLACEHOLDER.sub("", form)
        return bool(re.search("[A-Za-z]{2}", bare)) and not re.search(OWN_LETTERS[locale], bare)

    assert {form for _source, form in texts(locale) if is_foreign(form)} <= CODES


def test_french_says_what_it_shares_with_english_on_purpose() -> None:
    same = {
        form
        for source, form in texts("fr_CA")
        if form == source and re.search("[A-Za-z]{2}", PLACEHOLDER.sub("", form))
    }

    assert same == LIKE_ENGLISH


@pytest.mark.parametrize("locale", REQUIRED_LOCALES)
def test_a_translation_fills_in_nothing_its_source_does_not_know(locale: str) -> None:
    wrong = [
        form
        for message in catalog(locale)
        if message.id and is_complete(message)
        for source, form in pairs(message)
        if not set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(str(message.id)))
        or BRACES.findall(form) != BRACES.findall(source)
    ]

    assert wrong == []


@pytest.mark.parametrize("locale", REQUIRED_LOCALES)
def test_only_a_question_is_translated_as_one(locale: str) -> None:
    assert [form for source, form in texts(locale) if form.endswith("?") and not source.endswith("?")] == []
