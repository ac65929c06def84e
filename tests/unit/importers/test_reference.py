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


@pytest.mark.parametrize(
    "profile, category, exemption",
    [
        ("KR", "S", ""),
        ("EU-DE", "S", ""),
        ("EU-DE-RC", "AE", "VATEX-EU-AE"),
        ("EU-IC", "K", "VATEX-EU-IC"),
        ("EU-EXPORT", "G", "VATEX-EU-G"),
        ("EXPORT", "G", "VATEX-EU-G"),
        ("EU-EXEMPT", "E", "VATEX-EU-132"),
    ],
)
def test_each_rate_says_why_it_is_what_it_is(session, profile, category, exemption):
    ensure_reference(session)
    found = session.execute(
        select(TaxRate.category, TaxRate.exemption)
        .join(TaxProfile, TaxProfile.id == TaxRate.tax_profile_id)
        .where(TaxProfile.code == profile, TaxRate.tax_class == "standard")
        .distinct()
    ).all()
    assert found == [(category, exemption)]


def test_terms_tell_deposit_discount_and_the_end_of_the_month(session):
    ensure_reference(session)
    terms = {row.code: row for row in session.scalars(select(PaymentTerms))}
    assert (terms["eom30"].end_of_month, terms["eom30"].net_days) == (True, 30)
    assert (terms["net30-2-10"].discount_ppm, terms["net30-2-10"].discount_days) == (20_000, 10)
    assert (terms["deposit30"].deposit_ppm, terms["net30"].deposit_ppm) == (300_000, 0)


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
        "net15", "net30", "net45", "eom30", "net30-2-10", "deposit30", "prepaid",
    ]  # fmt: skip
