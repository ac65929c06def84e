"""Text kept in several languages: which one a reader gets, and that it says so."""

import pytest

from portal.core.locales import language_of, localized


@pytest.mark.parametrize(
    ("texts", "locale", "text", "language"),
    [
        ({"ko": "원두", "en": "Beans"}, "ko", "원두", ""),
        ({"ko": "원두", "en": "Beans"}, "ja", "Beans", "en"),
        ({"ko": "원두"}, "fr-CA", "원두", "ko"),
        ({"en": "", "ko": "원두"}, "en", "원두", "ko"),
        ({"ja": "豆"}, "ko", "豆", "ja"),
        ({"de": "Bohnen"}, "ko", "Bohnen", "de"),
        ({"fr-CA": "Grains", "en": "Beans"}, "fr-CA", "Grains", ""),
        ({}, "ko", "", ""),
    ],
)
def test_a_text_in_another_language_says_which(texts, locale, text, language):
    assert localized(texts, locale) == text
    assert language_of(texts, locale) == language
