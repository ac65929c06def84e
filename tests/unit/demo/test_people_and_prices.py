import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from portal.accounts.models import (
    Account,
    AccountRole,
    Location,
    Membership,
    PaymentTerms,
    StaffRole,
    TaxProfile,
    User,
)
from portal.accounts.queries import buyer_of
from portal.accounts.rules import business_number_of
from portal.catalog.categories import category_tree
from portal.catalog.models import Category, Document, Picture, Product, Stock, StoredFile, Variant
from portal.catalog.queries import variants_by_sku
from portal.core.locales import LOCALES
from portal.demo.dealers import DEALERS
from portal.demo.goods import articles
from portal.demo.tariffs import CURRENCIES, OFFERS, TARIFFS, lowered, pretty
from portal.demo.words import option_texts
from portal.pricing.models import PriceListKind, PromotionKind
from portal.pricing.priced import CodeState, PriceState
from portal.pricing.prices import Ask, price_document, price_each, promotions_for
from tests.unit.demo.conftest import PASSWORD, TODAY


def account_of(session, email: str) -> int:
    return session.scalars(
        select(Membership.account_id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == f"{email}@demo.example")
        .order_by(Membership.account_id)
    ).first()


def priced(session, email: str, sku: str, quantity: int, *, code: str | None = None):
    account_id = account_of(session, email)
    buyer = buyer_of(session, account_id)
    row = variants_by_sku(session, buyer, [sku], 1, "en")[0]
    ask = Ask(row.id, quantity, row.product_id, row.category_path_ids, row.tax_class)
    return price_document(session, buyer, [ask], TODAY, code=code)


@pytest.mark.parametrize(
    "email, name, currency, locale, terms, days, profile, places, role",
    [
        ("buyer.kr", "한빛커피유통 주식회사", "KRW", "ko", "net", 30, "KR", 3, AccountRole.BUYER),
        ("owner.kr", "한빛커피유통 주식회사", "KRW", "ko", "net", 30, "KR", 3, AccountRole.OWNER),
        ("rival.kr", "새벽종합상사", "KRW", "ko", "net", 15, "KR", 1, AccountRole.OWNER),
        (
            "buyer.us",
            "Blue Harbor Coffeehouse LLC",
            "USD",
            "en",
            "net",
            45,
            "US-RESALE",
            5,
            AccountRole.BUYER,
        ),
        (
            "buyer.ca",
            "Café de la Petite-Italie inc.",
            "CAD",
            "fr-CA",
            "net",
            30,
            "CA-QC",
            1,
            AccountRole.OWNER,
        ),
        ("buyer.jp", "株式会社つきのわ商店", "JPY", "ja", "net", 30, "JP", 2, AccountRole.BUYER),
        ("new.us", "Maple & Main Coffee LLC", "USD", "en", "prepaid", 0, "US", 1, AccountRole.OWNER),
    ],
)
def test_each_sign_in_stands_where_the_table_says(
    demo, email, name, currency, locale, terms, days, profile, places, role
):
    row = demo.execute(
        select(Account, PaymentTerms, TaxProfile, Membership, User)
        .join(PaymentTerms, PaymentTerms.id == Account.payment_terms_id)
        .join(TaxProfile, TaxProfile.id == Account.tax_profile_id)
        .join(Membership, Membership.account_id == Account.id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == f"{email}@demo.example")
    ).one()
    account, payment, tax, membership, user = row
    assert (account.name, account.currency, account.locale) == (name, currency, locale)
    assert (payment.kind, payment.net_days, tax.code, membership.role) == (terms, days, profile, role)
    assert demo.scalar(select(func.count()).where(Location.account_id == account.id)) == places
    assert user.staff_role is None


def test_the_new_dealer_has_no_credit_but_a_limit_on_orders(demo):
    account = demo.get(Account, account_of(demo, "new.us"))
    assert (account.credit_limit, account.credit_used, account.order_limit) == (None, 0, 50_000)


def test_the_sellers_people_have_their_roles(demo):
    rows = demo.execute(select(User.email, User.staff_role).where(User.staff_role.is_not(None)))
    assert {tuple(row) for row in rows} == {
        ("rep@demo.example", StaffRole.REP),
        ("desk@demo.example", StaffRole.DESK),
        ("finance@demo.example", StaffRole.FINANCE),
        ("admin@demo.example", StaffRole.ADMIN),
    }


def test_the_published_password_opens_every_sign_in(demo):
    hashes = set(demo.scalars(select(User.password_hash)))
    assert len(hashes) == 1
    assert PasswordHasher().verify(hashes.pop(), PASSWORD)


def test_one_person_belongs_to_two_accounts(demo):
    rows = demo.execute(
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .group_by(User.email)
        .having(func.count() > 1)
    )
    assert rows.scalars().all() == ["chain.kr@demo.example"]


def test_business_numbers_pass_their_countrys_check():
    assert [business_number_of(dealer.country, dealer.business_number) for dealer in DEALERS] == [
        dealer.business_number for dealer in DEALERS
    ]


def test_the_rival_sees_other_goods_at_other_prices(demo):
    hanbit, rival = (buyer_of(demo, account_of(demo, email)) for email in ("buyer.kr", "rival.kr"))
    skus = ["HR-ETH-01", "KR-BLD-01", "BM-HAT-01", "MB-ESP-01"]
    assert [row.sku for row in variants_by_sku(demo, hanbit, skus, 1, "ko")] == [
        "HR-ETH-01",
        "BM-HAT-01",
        "MB-ESP-01",
    ]
    assert [row.sku for row in variants_by_sku(demo, rival, skus, 1, "ko")] == ["KR-BLD-01", "MB-ESP-01"]
    ours = priced(demo, "buyer.kr", "MB-ESP-01", 6).lines[0].unit_price_e4
    theirs = priced(demo, "rival.kr", "MB-ESP-01", 6).lines[0].unit_price_e4
    assert theirs == 185_000_000
    assert ours < theirs


@pytest.mark.parametrize(
    "email, sku, taxes",
    [
        ("buyer.kr", "MB-ESP-01", [("VAT", 100_000)]),
        ("buyer.jp", "MB-ESP-01", [("JCT", 80_000)]),
        ("buyer.jp", "HG-PCP-01", [("JCT", 100_000)]),
        ("buyer.ca", "MB-ESP-01", [("GST", 50_000), ("QST", 99_750)]),
        ("buyer.us", "MB-ESP-01", []),
    ],
)
def test_each_country_adds_its_taxes(demo, email, sku, taxes):
    document = priced(demo, email, sku, 50)
    assert [(tax.code, tax.rate_ppm) for tax in document.taxes] == taxes


def test_a_promotion_of_each_kind_runs_today(demo):
    buyer = buyer_of(demo, account_of(demo, "buyer.kr"))
    by_itself = {promotion.kind for promotion in promotions_for(demo, buyer, TODAY)}
    assert by_itself == set(PromotionKind) - {PromotionKind.ORDER_AMOUNT}
    assert priced(demo, "buyer.kr", "HR-COL-01", 24, code="welcome").code_state is CodeState.APPLIED


def test_promotions_do_what_they_say(demo):
    # 12 of 10 + 2: ten are paid.
    cream = priced(demo, "new.us", "GM-WHC-01", 12).lines[0]
    assert cream.line_total * 12 == cream.list_total * 10
    cups = priced(demo, "rival.kr", "HG-PCP-02", 100).lines[0]
    assert [step.kind.value for step in cups.steps][-1] == "promotion"
    assert priced(demo, "rival.kr", "HG-PCP-02", 50).lines[0].unit_price_e4 > cups.unit_price_e4


def test_a_final_contract_price_takes_no_promotion(demo):
    grinder = priced(demo, "buyer.kr", "KR-EM-01", 1).lines[0]
    assert {step.kind.value for step in grinder.steps} <= {"list", "contract", "rounding"}


def test_two_machines_are_on_request_for_everyone(demo):
    for email in ("buyer.kr", "buyer.us", "buyer.ca", "buyer.jp"):
        assert priced(demo, email, "KR-ICE-02", 1).lines[0].state is PriceState.ON_REQUEST


def test_everything_else_a_dealer_sees_has_a_price(demo):
    skus = [article.sku for article in articles()]
    for email in ("buyer.kr", "rival.kr", "buyer.us", "buyer.ca", "buyer.jp", "new.us"):
        buyer = buyer_of(demo, account_of(demo, email))
        rows = variants_by_sku(demo, buyer, skus, 1, buyer.locale)
        asks = [
            Ask(row.id, row.minimum, row.product_id, row.category_path_ids, row.tax_class) for row in rows
        ]
        lines = price_each(demo, buyer, asks, TODAY)
        unpriced = {
            row.sku for row, line in zip(rows, lines, strict=True) if line.state is not PriceState.PRICED
        }
        assert unpriced == {"KR-EM-02", "KR-ICE-02"} & {row.sku for row in rows}
        assert all((line.unit_price_e4 or 0) <= (line.list_unit_price_e4 or 0) for line in lines)
        assert len(rows) > 100


def test_a_contract_list_per_dealer_and_one_that_forbids_promotions():
    contracts = [tariff for tariff in TARIFFS if tariff.kind is PriceListKind.CONTRACT]
    buying = {dealer.code for dealer in DEALERS} - {"KR-1003"}
    assert {tariff.audience for tariff in contracts} == buying
    assert [tariff.code for tariff in TARIFFS if tariff.forbids_promotions] == ["con-kr-1001-machine"]
    assert {offer.kind for offer in OFFERS} == set(PromotionKind)


@pytest.mark.parametrize(
    "amount, currency, ending",
    [
        (142_308, "USD", 142_500),
        (37_692, "USD", 37_500),
        (461, "USD", 450),
        (1, "USD", 25),
        (20_555_556, "JPY", 20_600_000),
        (66_667, "JPY", 67_000),
        (351_500_000, "KRW", 351_500_000),
    ],
)
def test_prices_end_as_a_shop_would_write_them(amount, currency, ending):
    assert pretty(amount, currency) == ending


def test_a_lowered_price_is_never_higher():
    assert all(
        lowered(price, 10_000, currency) <= price
        for currency in CURRENCIES
        for price in range(25, 60_000, 377)
    )


def test_every_category_keeps_its_way_from_the_root(demo):
    tree = category_tree(demo)

    for category_id, above in demo.execute(select(Category.id, Category.above)):
        way = [node.id for node in tree.ancestors(category_id)]
        assert [*map(int, filter(None, above.split(","))), category_id] == way


def test_texts_are_in_every_language_and_only_korean_in_korean(demo):
    for model, column in ((Category, Category.names), (Product, Product.names), (Variant, Variant.names)):
        for names in demo.scalars(select(column).select_from(model)):
            assert names.keys() == set(LOCALES)
            assert all(names.values())
            assert not any(re.search("[가-힣]", names[locale]) for locale in ("en", "ja", "fr-CA"))
    for descriptions in demo.scalars(select(Product.descriptions)):
        assert descriptions == {} or descriptions.keys() == set(LOCALES)


@pytest.mark.parametrize(
    "value, english, japanese, french",
    [
        ("코랄", "Coral", "コーラル", "Corail"),
        ("200g", "200g", "200g", "200g"),
        ("6.5oz 1000개", "6.5oz, 1000 pcs", "6.5oz 1000個", "6.5oz, 1000 unités"),
        ("1롤", "1 roll", "1巻", "1 rouleau"),
        ("10롤", "10 rolls", "10巻", "10 rouleaux"),
        ("2그룹", "2-group", "2グループ", "2 groupes"),
        ("소 200매", "Small, 200 pcs", "小 200枚", "Petit, 200 unités"),
    ],
)
def test_options_are_translated(value, english, japanese, french):
    assert option_texts(value) == {"ko": value, "en": english, "ja": japanese, "fr-CA": french}


def test_names_carry_what_tells_the_variants_apart(demo):
    names = demo.scalars(select(Variant.names).where(Variant.sku == "LM-LIP-02")).one()
    assert names == {
        "ko": "립스틱 코랄", "en": "Lipstick Coral", "ja": "口紅 コーラル", "fr-CA": "Rouge à lèvres Corail",
    }  # fmt: skip
    product = demo.scalars(select(Product.names).where(Product.code == "LM-LIP")).one()
    assert product["ko"] == "립스틱"


def test_stock_follows_the_file(demo):
    on_hand = dict(
        demo.execute(
            select(Variant.sku, func.max(Stock.on_hand))
            .join(Stock, Stock.variant_id == Variant.id)
            .group_by(Variant.sku)
        ).all()
    )
    for article in articles():
        assert (on_hand[article.sku] > 0) is article.in_stock
    assert min(units for units in on_hand.values() if units) < 10


def test_pictures_and_documents_are_what_they_claim(demo):
    assert demo.scalar(select(func.count()).select_from(Picture)) == 53
    documents = demo.execute(
        select(Document.file_name, StoredFile.media_type, StoredFile.content)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .order_by(Document.id)
    ).all()
    assert [row.file_name for row in documents] == [
        "MB-ESP-spec-sheet.pdf", "KR-EM-spec-sheet.pdf", "KR-EM-manual.pdf", "HG-PCP-spec-sheet.pdf",
        "A-100-spec-sheet.pdf",
    ]  # fmt: skip
    assert all(row.media_type == "application/pdf" and row.content.endswith(b"%%EOF\n") for row in documents)


def test_a_product_and_an_account_have_very_long_names(demo):
    assert max(len(names["en"]) for names in demo.scalars(select(Product.names))) > 120
    assert max(len(name) for name in demo.scalars(select(Account.name))) > 45


def test_the_newest_product_came_shortly_before_today(demo):
    newest = demo.scalars(select(func.max(Product.created_at)).select_from(Product)).one()
    assert timedelta(0) < TODAY - newest.date() < timedelta(days=30)
