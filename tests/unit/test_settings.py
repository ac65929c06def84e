"""Settings say what is wrong with them, and then nothing starts."""

import pytest

from portal.settings import BadSetting, Mode, Settings

GOOD = {
    "SECRET_KEY": "x" * 40,
    "DATABASE_URL": "postgresql://portal@127.0.0.1/portal",
    "BASE_URL": "https://orders.example/",
}


def test_production_settings():
    settings = Settings.from_env(GOOD)

    assert settings.mode is Mode.PRODUCTION
    assert settings.base_url == "https://orders.example"
    assert settings.secure_cookies
    assert not settings.is_demo


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text("y" * 40 + "\n")
    environ = {**GOOD, "SECRET_KEY_FILE": str(path)}
    del environ["SECRET_KEY"]

    assert Settings.from_env(environ).secret_key == "y" * 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"PORTAL_MODE": "live"}, "PORTAL_MODE is 'live'"),
        ({"SECRET_KEY": ""}, "SECRET_KEY .* is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY and SECRET_KEY_FILE"),
        ({"BASE_URL": ""}, "BASE_URL must be"),
        ({"BASE_URL": "orders.example"}, "BASE_URL must be"),
        ({"SELLER_TIMEZONE": "Seoul"}, "SELLER_TIMEZONE is 'Seoul'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is '-1'"),
        ({"REMEMBER_DAYS": "0"}, "REMEMBER_DAYS is '0'"),
        ({"SESSION_HOURS": "１２"}, "SESSION_HOURS"),
    ],
)
def test_a_bad_setting_is_named(change, message):
    with pytest.raises(BadSetting, match=message):
        Settings.from_env({**GOOD, **change})
