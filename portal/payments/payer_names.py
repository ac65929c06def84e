"""Names of payers as banks write them: cut short, in capitals, without accents, with or without the company's form."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MIN_PART: Final = 4
"""Letters of a name that a bank has cut short, below which it says too little."""
MIN_PART_CJK: Final = 3
"""The same for letters that say a syllable or more each."""

_FORMS: Final = re.compile(
    r"주식회사|유한회사|유한책임회사|합자회사|합명회사|사단법인|재단법인|농업회사법인|협동조합"
    r"|\((?:주|유|합|사|재|株|有|同|名|資|カ|ユ)\)|株式会社|有限会社|合同会社|合資会社|合名会社"
    # As Japanese transfers write 株式会社, 有限会社 and 合同会社, before or after the name.
    r"|^(?:カ|ユ|ド)[)）.]|[(（.](?:カ|ユ|ド)$"
    r"|\b(?:incorporated|inc|llc|llp|ltd|limited|ltee|limitee|corp|corporation|company|co|gmbh|mbh|ag|kg|ohg|ug"
    r"|sarl|sas|sasu|sa|srl|spa|bv|nv|plc|pty|enr|senc)\b"
)


def folded_name(name: str) -> str:
    """A company's name in the one form in which names are compared; empty if nothing is left of it."""
    plain = "".join(_plain(letter) for letter in unicodedata.normalize("NFKC", name).casefold())
    plain = plain.replace("s.a.r.l", "sarl").replace("s.a.s", "sas").replace("g.m.b.h", "gmbh")
    bare = _FORMS.sub(" ", plain)
    # Of "Co., Ltd." nothing would be left: then the form is the name.
    return _letters(bare) or _letters(plain)


def is_same(payer: str, name: str) -> bool:
    """Whether two folded names are of one company; a bank may have cut the payer's short."""
    if not payer or not name:
        return False
    return payer == name or (_says_enough(payer) and name.startswith(payer))


def is_named(text: str, name: str) -> bool:
    """Whether a folded name stands in a folded text."""
    return _says_enough(name) and name in text


def _says_enough(folded: str) -> bool:
    return len(folded) >= (MIN_PART if folded.isascii() else MIN_PART_CJK)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() or letter == "ー")


def _plain(letter: str) -> str:
    """A Latin letter without its accent: banks drop it. Hangul and kana stay whole."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter
