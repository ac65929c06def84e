"""Who brings goods: names by language, where a parcel can be followed, what its number looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from portal.core.locales import localized

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier the portal knows."""

    code: str
    """What a shipment keeps."""
    names: Mapping[str, str]
    """By locale."""
    address: str = ""
    """Where a parcel is followed, with ``{}`` for its number; empty: nowhere."""
    is_number: Check | None = None
    """Whether a number (capitals, no spaces) can be one of the carrier's; None: its form is not known."""
    also: tuple[str, ...] = ()
    """What else people call it."""


def digits(*counts: int) -> Check:
    """Numbers of so many digits, with nothing else in them."""
    return lambda number: number.isascii() and number.isdigit() and len(number) in counts


def either(*checks: Check) -> Check:
    """Numbers that pass any of the checks."""
    return lambda number: any(check(number) for check in checks)


_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def is_postal(number: str) -> bool:
    """The post offices' number (UPU S10): RB123456785GB, with its check digit."""
    if not _S10.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[2:10], _S10_WEIGHTS, strict=True))
    return {10: 0, 11: 5}.get(rest := 11 - total % 11, rest) == int(number[10])


def is_canadian(number: str) -> bool:
    """Canada Post's sixteen digits: the last makes the others, every second counted three times, end in 0."""
    if not digits(16)(number):
        return False
    values = [int(digit) for digit in number]
    return (3 * sum(values[0:15:2]) + sum(values[1:15:2]) + values[15]) % 10 == 0


def is_ups(number: str) -> bool:
    """1Z and sixteen signs of which the last is a check digit; UPS's other numbers carry none."""
    if not number.startswith("1Z"):
        return re.fullmatch(r"[0-9A-Z]{9,26}", number) is not None
    if not re.fullmatch(r"1Z[0-9A-Z]{15}[0-9]", number):
        return False
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:]]
    return (sum(values[0:15:2]) + 2 * sum(values[1:15:2]) + values[15]) % 10 == 0


OWN_TRUCK: Final = Carrier(
    "own",
    {"ko": "자사 배송", "en": "Our own truck", "ja": "自社便", "fr-CA": "Notre camion"},
)

CARRIERS: Final = (
    OWN_TRUCK,
    Carrier(
        "cj",
        {"ko": "CJ대한통운", "en": "CJ Logistics"},
        "https://trace.cjlogistics.com/next/tracking.html?wblNo={}",
        digits(10, 12),
        also=("CJ", "대한통운"),
    ),
    Carrier(
        "hanjin",
        {"ko": "한진택배", "en": "Hanjin"},
        "https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do?mCode=MN038&schLang=KR&wblnumText2={}",
        digits(10, 12, 14),
        also=("한진",),
    ),
    Carrier(
        "lotte",
        {"ko": "롯데택배", "en": "Lotte Global Logistics"},
        "https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo={}",
        digits(10, 12),
        also=("롯데",),
    ),
    Carrier(
        "epost",
        {"ko": "우체국택배", "en": "Korea Post"},
        "https://service.epost.go.kr/trace.RetrieveRegiPrclDeliv.postal?sid1={}",
        either(digits(13), is_postal),
        also=("우체국",),
    ),
    Carrier("ups", {"en": "UPS"}, "https://www.ups.com/track?tracknum={}", is_ups),
    Carrier(
        "fedex",
        {"en": "FedEx"},
        "https://www.fedex.com/fedextrack/?trknbr={}",
        digits(12, 15, 20, 22, 34),
        also=("FedEx Ground", "FedEx Express"),
    ),
    Carrier(
        "canadapost",
        {"en": "Canada Post", "fr-CA": "Postes Canada"},
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
        either(is_canadian, is_postal),
    ),
    Carrier(
        "yamato",
        {"ja": "ヤマト運輸", "en": "Yamato Transport", "ko": "야마토운수"},
        "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={}",
        digits(12),
        also=("ヤマト", "クロネコヤマト", "Yamato"),
    ),
    Carrier(
        "sagawa",
        {"ja": "佐川急便", "en": "Sagawa Express", "ko": "사가와택배"},
        "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={}",
        digits(12),
        also=("佐川", "Sagawa"),
    ),
)
"""In the order in which they are offered."""


def _known_as(text: str) -> str:
    return "".join(text.split()).casefold()


_BY_NAME: Final = {
    _known_as(name): carrier
    for carrier in CARRIERS
    for name in (carrier.code, *carrier.names.values(), *carrier.also)
}


def carrier_of(text: str) -> Carrier | None:
    """The carrier of this code or name in any language; None for one the portal does not know."""
    return _BY_NAME.get(_known_as(text))


def carrier_code(text: str) -> str:
    """What a shipment keeps for what was typed: the code of a known carrier, else the words as they are."""
    carrier = carrier_of(text)
    return carrier.code if carrier else text.strip()


def carrier_name(text: str, locale: str) -> str:
    """The carrier's name for people; words the portal does not know stay as they are."""
    carrier = carrier_of(text)
    return localized(carrier.names, locale) if carrier else text


def tracking_url(carrier: str, number: str) -> str | None:
    """Where the parcel can be followed; None without a number or with a carrier that shows nothing."""
    known, plain = carrier_of(carrier), plain_number(number)
    if known is None or not known.address or not plain:
        return None
    return known.address.format(quote(plain, safe=""))


def number_fits(carrier: str, number: str) -> bool:
    """Whether the number can be one of the carrier's; true where its form is not known, or there is no number."""
    known, plain = carrier_of(carrier), plain_number(number)
    return known is None or known.is_number is None or not plain or known.is_number(plain)


def plain_number(number: str) -> str:
    """A tracking number without the spaces and dashes people write in it, in capitals."""
    return re.sub(r"[\s-]", "", number).upper()
