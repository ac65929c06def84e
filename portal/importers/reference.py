"""The rows every installation starts with: tax profiles with their dated rates, and payment terms.

The rates are those of the countries' laws as published; a change of law is a new row, entered by the seller, never a
change of this file's meaning for days past.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import PaymentTerms, TaxProfile, TaxRounding, TermsKind
from portal.pricing.models import TaxRate

OPEN: Final = date(1977, 7, 1)
"""From when a rate holds that is older than any document here; the day Korean VAT began."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A tax of a profile on its tax classes: (first day, parts per million) in time order; each ends at the next."""

    code: str
    tax_classes: tuple[str, ...]
    history: tuple[tuple[date, int], ...]
    category: str = "S"
    """Why the rate is what it is, as UNCL 5305 says it."""
    exemption: str = ""
    """Code of the reason, of the categories that need one."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A tax profile with its rates."""

    code: str
    name: str
    rounding: TaxRounding
    rates: tuple[Rates, ...] = ()


_ALL = ("standard", "reduced")
_EVERY = ("standard", "intermediate", "reduced", "zero")
_ZERO = Rates("VAT", ("zero",), ((OPEN, 0),), "Z")

PROFILES: Final = (
    Profile(
        "KR",
        "Korea, VAT 10 %",
        TaxRounding.LINE_DOWN,
        (Rates("VAT", _ALL, ((OPEN, 100_000),)), _ZERO),
    ),
    Profile(
        "JP",
        "Japan, consumption tax 10 %, food 8 %",
        TaxRounding.DOCUMENT_DOWN,
        (
            Rates(
                "JCT",
                ("standard",),
                ((date(1997, 4, 1), 50_000), (date(2014, 4, 1), 80_000), (date(2019, 10, 1), 100_000)),
            ),
            Rates("JCT", ("reduced",), ((date(1997, 4, 1), 50_000), (date(2014, 4, 1), 80_000))),
            Rates("JCT", ("zero",), ((OPEN, 0),), "Z"),
        ),
    ),
    Profile(
        "CA-QC",
        "Québec, GST 5 % and QST 9.975 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (
            Rates("GST", _ALL, ((date(2008, 1, 1), 50_000),)),
            Rates("QST", _ALL, ((date(2013, 1, 1), 99_750),)),
        ),
    ),
    Profile(
        "CA-ON",
        "Ontario, HST 13 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("HST", _ALL, ((date(2010, 7, 1), 130_000),)),),
    ),
    Profile("US", "United States, no sales tax charged", TaxRounding.DOCUMENT_HALF_UP),
    Profile("US-RESALE", "United States, resale certificate on file", TaxRounding.DOCUMENT_HALF_UP),
    Profile(
        "EU-DE",
        "Germany, VAT 19 %, reduced 7 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (
            Rates(
                "VAT",
                ("standard",),
                ((date(2007, 1, 1), 190_000), (date(2020, 7, 1), 160_000), (date(2021, 1, 1), 190_000)),
            ),
            Rates(
                "VAT",
                ("reduced",),
                ((date(1983, 7, 1), 70_000), (date(2020, 7, 1), 50_000), (date(2021, 1, 1), 70_000)),
            ),
            _ZERO,
        ),
    ),
    Profile(
        "EU-FR",
        "France, VAT 20 %, 10 % and 5.5 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (
            Rates("VAT", ("standard",), ((date(2000, 4, 1), 196_000), (date(2014, 1, 1), 200_000))),
            Rates("VAT", ("intermediate",), ((date(2012, 1, 1), 70_000), (date(2014, 1, 1), 100_000))),
            Rates("VAT", ("reduced",), ((date(1982, 7, 1), 55_000),)),
            _ZERO,
        ),
    ),
    Profile(
        "GB",
        "United Kingdom, VAT 20 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (
            Rates(
                "VAT",
                ("standard",),
                (
                    (date(1991, 4, 1), 175_000),
                    (date(2008, 12, 1), 150_000),
                    (date(2010, 1, 1), 175_000),
                    (date(2011, 1, 4), 200_000),
                ),
            ),
            Rates("VAT", ("reduced",), ((date(1997, 9, 1), 50_000),)),
            _ZERO,
        ),
    ),
    Profile(
        "EXPORT",
        "Export, 0 %",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("VAT", ("standard", "reduced", "zero"), ((OPEN, 0),), "G", "VATEX-EU-G"),),
    ),
    Profile(
        "EU-DE-RC",
        "Germany, the buyer owes the VAT (reverse charge)",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("VAT", _EVERY, ((OPEN, 0),), "AE", "VATEX-EU-AE"),),
    ),
    Profile(
        "EU-IC",
        "European Union, goods to another member state",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("VAT", _EVERY, ((OPEN, 0),), "K", "VATEX-EU-IC"),),
    ),
    Profile(
        "EU-EXPORT",
        "European Union, goods that leave it",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("VAT", _EVERY, ((OPEN, 0),), "G", "VATEX-EU-G"),),
    ),
    Profile(
        "EU-EXEMPT",
        "European Union, exempt (article 132)",
        TaxRounding.DOCUMENT_HALF_UP,
        (Rates("VAT", _EVERY, ((OPEN, 0),), "E", "VATEX-EU-132"),),
    ),
)


@dataclass(frozen=True, slots=True)
class TermsRow:
    """Payment terms; see the columns of ``payment_terms``."""

    code: str
    kind: TermsKind
    net_days: int
    end_of_month: bool = False
    deposit_ppm: int = 0
    discount_ppm: int = 0
    discount_days: int = 0


TERMS: Final = (
    TermsRow("net15", TermsKind.NET, 15),
    TermsRow("net30", TermsKind.NET, 30),
    TermsRow("net45", TermsKind.NET, 45),
    TermsRow("eom30", TermsKind.NET, 30, end_of_month=True),
    TermsRow("net30-2-10", TermsKind.NET, 30, discount_ppm=20_000, discount_days=10),
    TermsRow("deposit30", TermsKind.NET, 30, deposit_ppm=300_000),
    TermsRow("prepaid", TermsKind.PREPAID, 0),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Keys of the reference rows by their codes."""

    tax_profiles: dict[str, int]
    payment_terms: dict[str, int]


def ensure_reference(session: Session) -> Reference:
    """Add the reference rows that are missing and give the keys of all. What is there already is left as it is."""
    profiles = _ids(session, TaxProfile)
    for profile in PROFILES:
        if profile.code not in profiles:
            profiles[profile.code] = _add_profile(session, profile)
    terms = _ids(session, PaymentTerms)
    for each in TERMS:
        if each.code not in terms:
            row = PaymentTerms(**asdict(each))
            session.add(row)
            session.flush()
            terms[each.code] = row.id
    return Reference(profiles, terms)


def _ids(session: Session, model: type[TaxProfile] | type[PaymentTerms]) -> dict[str, int]:
    return {row.code: row.id for row in session.execute(select(model.code, model.id))}


def _add_profile(session: Session, profile: Profile) -> int:
    row = TaxProfile(
        code=profile.code, name=profile.name, rounding=profile.rounding, shows_tax_included=False
    )
    session.add(row)
    session.flush()
    codes = list(dict.fromkeys(rates.code for rates in profile.rates))
    for rates in profile.rates:
        for tax_class in rates.tax_classes:
            for index, (start, ppm) in enumerate(rates.history):
                following = rates.history[index + 1 : index + 2]
                session.add(
                    TaxRate(
                        tax_profile_id=row.id,
                        tax_class=tax_class,
                        code=rates.code,
                        rate_ppm=ppm,
                        valid_from=start,
                        valid_to=following[0][0] - timedelta(days=1) if following else None,
                        position=codes.index(rates.code),
                        category=rates.category,
                        exemption=rates.exemption,
                    )
                )
    session.flush()
    return row.id
