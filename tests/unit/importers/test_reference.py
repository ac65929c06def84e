from datetime import date

import pytest
from sqlalchemy import func, select

from portal.accounts.models import PaymentTerms, TaxProfile, TaxRounding
from portal.importers.reference import PROFILES, ensure_reference
from portal.pricing.models import TaxRate


def rates(session, profile: str, tax_class: str, day: date) -> list[tuple[str, int]]:
    rows = session.execute(
        select(TaxRate.code, TaxRate.rate_ppm)
        .join(TaxProfile, TaxProfile.id == TaxRate.tax_profile_id)
        .where(
            TaxProfile.code == profile,
            TaxRate.tax_class == tax_class,
            TaxRate.valid_from <= day,
            (TaxRate.valid_to.is_(None)) | (TaxRate.valid_to >= day),
        )
        .order_by(TaxRate.position)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "profile, tax_class, day, expected",
    [
        ("KR", "standard", date(2026, 1, 1), [("VAT", 100_000)]),
        ("JP", "standard", date(2019, 9, 30), [("JCT", 80_000)]),
        ("JP", "standard", date(2019, 10, 1), [("JCT", 100_000)]),
        ("JP", "reduced", date(2026, 1, 1), [("JCT", 80_000)]),
        ("CA-QC", "standard", date(2026, 1, 1), [("GST", 50_000), ("QST", 99_750)]),
        ("CA-ON", "reduced", date(2026, 1, 1), [("HST", 130_000)]),
        ("US", "standard", date(2026, 1, 1), []),
        ("US-RESALE", "standard", date(2026, 1, 1), []),
        ("EU-DE", "standard", date(2020, 12, 31), [("VAT", 160_000)]),
        ("EU-DE", "reduced", date(2026, 1, 1), [("VAT", 70_000)]),
        ("EU-FR", "reduced", date(2026, 1, 1), [("VAT", 55_000)]),
        ("EU-FR", "intermediate", date(2026, 1, 1), [("VAT", 100_000)]),
        ("GB", "standard", date(2009, 12, 31), [("VAT", 150_000)]),
        ("GB", "standard", date(2010, 1, 1), [("VAT", 175_000)]),
        ("GB", "standard", date(2011, 1, 4), [("VAT", 200_000)]),
        ("EXPORT", "standard", date(2026, 1, 1), [("VAT", 0)]),
    ],
)
def test_each_profile_bears_its_taxes_on_the_day(session, profile, tax_class, day, expected):
    ensure_reference(session)
    assert rates(session, profile, tax_class, day) == expected


def test_rounding_follows_the_custom_of_the_country(session):
    ensure_reference(session)
    rounding = {row.code: row.rounding for row in session.scalars(select(TaxProfile))}
    assert rounding["KR"] is TaxRounding.LINE_DOWN
    assert rounding["JP"] is TaxRounding.DOCUMENT_DOWN
    assert rounding["CA-QC"] is TaxRounding.DOCUMENT_HALF_UP


def test_it_adds_only_what_is_missing(session):
    session.add(TaxProfile(code="KR", name="ours", rounding=TaxRounding.DOCUMENT_DOWN))
    session.flush()
    first = ensure_reference(session)
    assert ensure_reference(session) == first
    assert session.scalar(select(func.count()).select_from(TaxProfile)) == len(PROFILES)
    assert session.scalar(select(TaxProfile.name).where(TaxProfile.code == "KR")) == "ours"
    assert rates(session, "KR", "standard", date(2026, 1, 1)) == []
    assert session.scalars(select(PaymentTerms.code).order_by(PaymentTerms.id)).all() == [
        "net15", "net30", "net45", "prepaid",
    ]  # fmt: skip
