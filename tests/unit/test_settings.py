"""Settings say what is wrong with them, and then nothing starts."""

from pathlib import Path

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
        ({"SEARCH_URL": "search.example"}, "SEARCH_URL must be"),
        ({"SEARCH_KEY": "a", "SEARCH_KEY_FILE": "/nowhere"}, "SEARCH_KEY and SEARCH_KEY_FILE"),
        ({"SELLER_TIMEZONE": "Seoul"}, "SELLER_TIMEZONE is 'Seoul'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is '-1'"),
        ({"REMEMBER_DAYS": "0"}, "REMEMBER_DAYS is '0'"),
        ({"SESSION_HOURS": "１２"}, "SESSION_HOURS"),
    ],
)
def test_a_bad_setting_is_named(change, message):
    with pytest.raises(BadSetting, match=message):
        Settings.from_env({**GOOD, **change})


def test_search_is_an_index_on_this_machine_unless_a_server_is_named():
    plain = Settings.from_env(GOOD)
    assert plain.search_url is None
    server = Settings.from_env(
        {**GOOD, "SEARCH_URL": "http://search:7700/", "SEARCH_KEY": "k", "SEARCH_INDEX": "b2b"}
    )
    assert (server.search_url, server.search_key, server.search_index) == ("http://search:7700", "k", "b2b")
    assert server.search_folder == plain.search_folder
    assert Settings.from_env({**GOOD, "SEARCH_FOLDER": "/srv/search"}).search_folder == Path("/srv/search")


def test_every_database_has_an_index_of_its_own():
    def folder(url):
        return Settings.from_env({**GOOD, "DATABASE_URL": url}).search_folder

    assert folder("sqlite:////srv/portal/shop.db") == Path("/srv/portal/shop.search")
    assert folder("sqlite:///shop.db") == Path("shop.search")
    one, other = folder("postgresql://a:secret@db/one"), folder("postgresql://a:secret@db/two")
    assert one != other
    assert one == folder("postgresql://a:changed@db/one")
    assert "secret" not in str(one)
