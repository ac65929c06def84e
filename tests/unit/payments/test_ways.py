"""Which ways to pay the settings set up, in the order in which they are offered."""

from __future__ import annotations

import pytest

from portal.app import providers_of
from portal.settings import BadSetting, Mode, Settings

STRIPE = {
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}
TOSS = {"TOSS_SECRET_KEY": "live_sk_x", "TOSS_CLIENT_KEY": "live_ck_x"}


def ways(environment: dict[str, str], mode: Mode = Mode.PRODUCTION) -> list[str]:
    base = {"PORTAL_MODE": mode.value, "SECRET_KEY": "s" * 40, "BASE_URL": "https://portal.example"}
    return list(providers_of(Settings.from_env(base | environment)))


def test_in_production_there_is_bank_transfer_until_more_is_set_up() -> None:
    assert ways({}) == ["bank_transfer"]


def test_cards_come_before_transfer() -> None:
    assert ways(STRIPE | TOSS) == ["toss", "stripe", "bank_transfer"]


def test_the_test_card_is_for_demo_and_tests_alone() -> None:
    assert ways({}, Mode.DEMO) == ["test_card", "bank_transfer"]
    assert ways({"TEST_CARD": "0"}, Mode.DEMO) == ["bank_transfer"]
    with pytest.raises(BadSetting, match="TEST_CARD"):
        ways({"TEST_CARD": "1"})


@pytest.mark.parametrize("missing", [*STRIPE, *TOSS])
def test_half_of_a_provider_stops_the_start(missing: str) -> None:
    environment = STRIPE | TOSS
    del environment[missing]

    with pytest.raises(BadSetting, match=missing.partition("_")[0]):
        ways(environment)


def test_live_keys_move_money_and_test_keys_do_not() -> None:
    settings = Settings.from_env(
        {
            "PORTAL_MODE": "production",
            "SECRET_KEY": "s" * 40,
            "BASE_URL": "https://portal.example",
            **STRIPE,
            "TOSS_SECRET_KEY": "test_sk_x",
            "TOSS_CLIENT_KEY": "test_ck_x",
        }
    )

    offered = providers_of(settings)

    assert (offered["stripe"].is_test, offered["toss"].is_test) == (False, True)
