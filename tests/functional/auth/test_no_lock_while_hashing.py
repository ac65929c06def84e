"""A password takes tens of milliseconds to hash: nobody else's write may wait for it."""

from __future__ import annotations

import sqlite3
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from portal.accounts import sign_in
from portal.accounts.people_queries import credentials_by_id
from portal.accounts.sign_in import reset_token
from portal.core.database import Database
from portal.extensions import Runtime
from tests.browser import Browser
from tests.factories import PASSWORD

NEW = "a brand new password"


class WritingHasher(PasswordHasher):
    """Hashes, and meanwhile is somebody else who writes to the database and does not wait."""

    def __init__(self, database: Database) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.database = database
        self.writes = 0

    def write(self) -> None:
        if self.database.is_sqlite:
            other = sqlite3.connect(str(self.database.engine.url.database), timeout=0, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            other.close()
        else:
            with self.database.writing() as session:
                session.execute(text("SET LOCAL lock_timeout = '1s'"))
                session.execute(text("UPDATE account SET name = name"))
                session.execute(text('UPDATE "user" SET name = name'))
            self.database.dispose()
        self.writes += 1

    def hash(self, password, **options) -> str:
        self.write()
        return super().hash(password, **options)

    def verify(self, hash, password) -> Literal[True]:
        self.write()
        return super().verify(hash, password)


@pytest.fixture
def hasher(app: Flask, database, monkeypatch) -> WritingHasher:
    runtime: Runtime = app.extensions["portal"]
    url = runtime.database.engine.url.render_as_string(hide_password=False)
    writing = WritingHasher(Database(url))
    monkeypatch.setattr(sign_in, "HASHER", writing)
    return writing


@pytest.mark.parametrize("password,status", [(PASSWORD, 303), ("wrong password", 422)])
def test_signing_in(people, browser, hasher, password, status):
    browser.open("/login")
    data = dict(browser.form("/login").values) | {"email": "kim@example.com", "password": password}
    assert browser.client.post("/login", data=data).status_code == status
    assert hasher.writes == 1


def test_signing_in_as_somebody_else_while_signed_in(people, browser, hasher):
    browser.sign_in("lee@example.com", PASSWORD)
    browser.open("/account")
    data = dict(browser.form("/logout").values) | {"email": "kim@example.com", "password": PASSWORD}
    assert browser.client.post("/login", data=data).status_code == 303
    assert hasher.writes == 2


def test_changing_the_password(people, browser, hasher):
    browser.sign_in("kim@example.com", PASSWORD)
    hasher.writes = 0
    browser.open("/account/password")
    browser.submit("/account/password", current=PASSWORD, password=NEW)
    assert browser.address == "/account"
    assert hasher.writes == 2


def test_replacing_a_forgotten_password(people, app, session, hasher):
    credentials = credentials_by_id(session, people.kim.id)
    assert credentials is not None
    token = reset_token("a secret for tests", credentials)
    session.rollback()
    path = f"/password/reset/{token}"
    browser = Browser(app.test_client())
    browser.open(path)
    browser.submit(path, password=NEW)
    assert browser.address == "/login"
    assert hasher.writes == 1
