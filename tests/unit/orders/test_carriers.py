from __future__ import annotations

import pytest

from portal.orders.carriers import (
    CARRIERS,
    carrier_code,
    carrier_name,
    carrier_of,
    number_fits,
    plain_number,
    tracking_url,
)


@pytest.mark.parametrize(
    "typed, code",
    [
        ("CJ대한통운", "cj"), ("cj logistics", "cj"), ("대한통운", "cj"), ("한진", "hanjin"), ("롯데택배", "lotte"),
        ("우체국 택배", "epost"), ("FedEx Ground", "fedex"), ("Postes Canada", "canadapost"), ("ヤマト運輸", "yamato"),
        ("佐川急便", "sagawa"), ("자사 배송", "own"), (" UPS ", "ups"), ("cj", "cj"),
    ],
)  # fmt: skip
def test_a_carrier_is_known_by_its_names(typed: str, code: str):
    assert carrier_code(typed) == code


def test_other_words_stay_as_they_are():
    assert carrier_of("Purolator") is None
    assert carrier_code(" Purolator ") == "Purolator"
    assert carrier_name("Purolator", "ko") == "Purolator"
    assert tracking_url("Purolator", "1") is None
    assert number_fits("Purolator", "whatever")
    assert carrier_name("", "ko") == ""


def test_names_are_in_the_readers_language():
    assert [carrier_name("yamato", tag) for tag in ("ja", "ko", "en")] == [
        "ヤマト運輸", "야마토운수", "Yamato Transport",
    ]  # fmt: skip
    assert carrier_name("canadapost", "fr-CA") == "Postes Canada"
    assert all(carrier_name(carrier.code, tag) for carrier in CARRIERS for tag in ("ko", "en", "ja", "fr-CA"))


@pytest.mark.parametrize(
    "carrier, number, fits",
    [
        ("cj", "6801-2233-4455", True), ("cj", "1234567890", True), ("cj", "123", False), ("cj", "68012233445A", False),
        ("cj", "６８０１２２３３４４５５", False),
        ("hanjin", "123456789012", True), ("lotte", "123456789012", True),
        ("epost", "1234567890123", True), ("epost", "RB123456785GB", True), ("epost", "RB123456784GB", False),
        ("ups", "1Z879E930346834440", True), ("ups", "1Z879E930346834441", False), ("ups", "1Z12", False),
        ("ups", "T1234567890", True),
        ("fedex", "123456789012", True), ("fedex", "12345", False),
        ("canadapost", "0073938000549297", True), ("canadapost", "0073938000549292", False),
        ("canadapost", "rb 123 456 785 gb", True),
        ("yamato", "1234-5678-9012", True), ("yamato", "1234", False), ("sagawa", "123456789012", True),
        ("own", "truck 7", True), ("cj", "", True),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_the_carriers_are_told(carrier: str, number: str, fits: bool):
    assert number_fits(carrier, number) is fits


def test_the_address_holds_the_number_and_nothing_else_of_it():
    assert tracking_url("CJ대한통운", "6801-2233-4455") == (
        "https://trace.cjlogistics.com/next/tracking.html?wblNo=680122334455"
    )
    assert tracking_url("ups", "1Z&x=<b>#/?").endswith("tracknum=1Z%26X%3D%3CB%3E%23%2F%3F")  # type: ignore[union-attr]
    assert tracking_url("own", "7") is None
    assert tracking_url("cj", " - ") is None
    assert plain_number(" 1z 87-9e ") == "1Z879E"
