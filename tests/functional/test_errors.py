"""Every error is a page that says what happened and what to do, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from portal.app import create_app
from portal.settings import Mode, Settings
from tests.browser import Page


@pytest.fixture
def broken(tmp_path) -> Iterator[Flask]:
    """A portal whose database has no tables: whatever asks it fails."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    app = create_app(Settings(mode=Mode.DEMO, secret_key="x", database_url=url, base_url="http://localhost"))
    yield app
    app.extensions["portal"].database.dispose()


def title(html: str) -> str:
    (heading,) = Page(html).all("h1")
    return heading.text.strip()


def test_an_unknown_address(client):
    response = client.get("/nowhere", headers={"Accept-Language": "en"})

    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "private, no-store"
    assert title(response.text)


def test_a_wrong_method_names_the_right_ones(client):
    response = client.get("/logout")

    assert response.status_code == 405
    assert response.headers["Allow"] == "OPTIONS, POST"
    assert title(response.text)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_database_is_away(broken, language):
    client = broken.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1.0", True

    response = client.get("/", headers={"Accept-Language": language})

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert f'lang="{language}"' in response.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_fault_of_ours_shows_no_detail(broken):
    @broken.get("/fault")
    def fault() -> str:
        raise KeyError("a secret of the inside")

    response = broken.test_client().get("/fault")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert title(response.text)


def test_a_form_that_is_too_large_is_refused(client):
    response = client.post("/login", data={"email": "x" * 1_100_000})

    assert response.status_code == 413
    assert title(response.text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_page_carries_the_safety_headers(client, name, value):
    response = client.get("/login")

    assert response.headers[name] == value
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.vary.as_set() >= {"hx-request", "cookie", "accept-encoding"}


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_page_is_compressed_as_the_browser_can_read_it(client, encoding):
    response = client.get("/login", headers={"Accept-Encoding": encoding})

    assert response.headers["Content-Encoding"] == encoding


class TestMetrics:
    def test_without_a_token_only_this_machine_may_look(self, client):
        here = client.get("/metrics")
        elsewhere = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})

        assert here.status_code == 200
        assert 'portal_jobs{state="waiting"} 0' in here.text
        assert elsewhere.status_code == 404

    def test_with_a_token_its_holder_may_look(self, tmp_path):
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        app = create_app(
            Settings(
                Mode.DEMO,
                secret_key="x",
                database_url=url,
                base_url="http://localhost",
                metrics_token="t0ken",
            )
        )
        client = app.test_client()

        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        # The holder is let in, and finds a database without tables.
        assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 503
        app.extensions["portal"].database.dispose()


def test_text_that_no_database_keeps_is_refused(client):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    form = {"email": "a\0b@example.com", "password": "x", "csrf_token": token[1]}

    assert client.get("/products/%00").status_code == 404
    assert client.post("/login", data=form).status_code == 422
