from __future__ import annotations

import pytest

from portal.blueprints.typed import one_line, search_words, some_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  PO 1 ", "PO 1"),
        ("大阪\u3000支店", "大阪 支店"),
        ("ring\u00a0twice", "ring twice"),
        ("a\tb\r\nc", "a b  c"),
        ("A\0B\ud800C\u202eD", "ABCD"),
        ("\u3000", ""),
    ],
)
def test_a_line_keeps_its_words_apart_and_loses_what_cannot_be_stored(typed: str | None, kept: str):
    assert one_line(typed) == kept


def test_lines_stay_lines():
    assert some_lines("ring\u3000twice\r\n\r\nthen \0wait\n") == "ring twice\n\nthen wait"


def test_what_is_searched_for_is_cut_and_has_single_spaces():
    assert search_words(" a\u3000\tb\0c  d", 7) == "a b c"
