"""Fixtures of the doubles; a test module imports those it uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from portal.adapters.payments.stripe import StripeProvider
from portal.adapters.payments.toss import TossProvider
from tests.payments_doubles.servers import Card, Mailbox, TossDouble, served, stripe_at, toss_at


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    with served("localstripe_server.py") as api:
        yield api


@pytest.fixture
def stripe(localstripe: str) -> Iterator[StripeProvider]:
    with closing(stripe_at(localstripe)) as provider:
        yield provider


@pytest.fixture
def card(localstripe: str) -> Iterator[Card]:
    card = Card(localstripe)
    yield card
    card.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()


@pytest.fixture(scope="session")
def toss_server() -> Iterator[str]:
    with served("toss_server.py") as api:
        yield api


@pytest.fixture
def toss(toss_server: str) -> Iterator[TossProvider]:
    with closing(toss_at(toss_server)) as provider:
        yield provider


@pytest.fixture
def tossed(toss_server: str) -> Iterator[TossDouble]:
    double = TossDouble(toss_server)
    yield double
    double.close()
