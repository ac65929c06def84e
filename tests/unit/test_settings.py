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
        ({"BRAND_ACCENT": "pink"}, "BRAND_ACCENT is 'pink': use one of cobalt, forest, plum, ember"),
        ({"BRAND_ACCENT": "Plum"}, "BRAND_ACCENT is 'Plum'"),
        ({"BRAND_LOGO": "/nowhere/logo.svg"}, "BRAND_LOGO: .*/nowhere/logo.svg"),
        ({"BRAND_LOGO": "README.md"}, "BRAND_LOGO: use an SVG or a PNG"),
        ({"MAIL_FROM": "orders"}, "MAIL_FROM is 'orders'"),
        ({"MAIL_FROM": "Bean & Co <orders>"}, "MAIL_FROM"),
        ({"MAIL_FROM": "a@b.example, c@d.example"}, "MAIL_FROM"),
        ({"MAIL_FROM": "Bean <a@b.example> and more"}, "MAIL_FROM"),
        ({"MAIL_FROM": "@b.example"}, "MAIL_FROM"),
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


def test_the_brand_is_the_sellers():
    plain = Settings.from_env(GOOD)
    assert (plain.brand_name, plain.brand_logo, plain.brand_accent) == ("Partner Portal", None, "cobalt")
    assert (plain.mail_from, plain.mail_from_name) == ("portal@localhost", None)

    settings = Settings.from_env(
        {
            **GOOD,
            "BRAND_NAME": "콩과 친구들",
            "BRAND_ACCENT": "plum",
            "BRAND_LOGO": "portal/static/img/logo.svg",
            "MAIL_FROM": "콩과 친구들 주문 <orders@bean.example>",
        }
    )
    assert settings.brand_name == "콩과 친구들"
    assert (settings.brand_accent, settings.brand_accent.colour) == ("plum", "#8a2a78")
    assert settings.brand_logo is not None
    assert (settings.brand_logo.name, settings.brand_logo.width, settings.brand_logo.height) == (
        "brand/logo.svg", 28, 28,
    )  # fmt: skip
    assert (settings.mail_from, settings.mail_from_name) == ("orders@bean.example", "콩과 친구들 주문")


def test_a_sender_may_be_an_address_alone():
    settings = Settings.from_env({**GOOD, "MAIL_FROM": "orders@bean.example"})
    assert (settings.mail_from, settings.mail_from_name) == ("orders@bean.example", None)
