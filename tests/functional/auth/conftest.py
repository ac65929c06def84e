from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRole, User
from portal.core.clock import now
from portal.extensions import Runtime
from portal.worker import Worker
from tests.factories import make_account, make_location, make_user, make_warehouse


class People(NamedTuple):
    kim: User
    lee: User
    account: Account


@pytest.fixture
def people(session: Session) -> People:
    """Two people of one English-reading dealer, committed."""
    account = make_account(session, name="Bean House", locale="en")
    make_location(session, account, make_warehouse(session), name="Main street")
    kim = make_user(session, account, role=AccountRole.OWNER, email="kim@example.com", name="Kim Hana")
    lee = make_user(session, account, email="lee@example.com", name="Lee Duri")
    session.commit()
    return People(kim, lee, account)


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """Does every job that is due, as the worker would."""

    def run() -> None:
        runtime: Runtime = app.extensions["portal"]
        worker = Worker(runtime.database, runtime.mailer, runtime.settings)
        while worker.step(now()):
            pass

    return run
