"""An engine that is away costs no page its answer, and nobody waits for it again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.discovery.service import (
    FAILURES_UNTIL_OPEN,
    SERVER_REST_SECONDS,
    Breaker,
    Member,
    SearchService,
    search_service,
)
from search.engine import CannotSort, EngineUnavailable, Health, Hits, Request
from search.query import plan

REQUEST = Request(plan("beans"))


class Engine:
    """Answers with its number, or fails as told; counts how often it was asked."""

    def __init__(self, number: int = 0, error: Exception | None = None) -> None:
        self.number = number
        self.error = error
        self.asked = 0
        self.closed = False

    def search(self, request: Request) -> Hits:
        self.asked += 1
        if self.error:
            raise self.error
        return Hits((self.number,), 1)

    def health(self) -> Health:
        return Health(available=self.error is None, documents=self.number)

    def close(self) -> None:
        self.closed = True


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def service_of(clock: Clock, *engines: Engine) -> SearchService:
    return SearchService(
        [
            Member(f"engine-{place}", engine, Breaker(SERVER_REST_SECONDS, clock))  # type: ignore[arg-type]
            for place, engine in enumerate(engines)
        ]
    )


@pytest.mark.parametrize("error", [EngineUnavailable("away"), RuntimeError("a fault")])
def test_the_next_engine_answers_and_the_first_is_left_alone(error: Exception) -> None:
    clock, first, second = Clock(), Engine(1, error), Engine(2)
    service = service_of(clock, first, second)
    for _ in range(10):
        answer = service.search(REQUEST)
        assert (answer.hits.ids, answer.is_fallback) == ((2,), True)
    assert (first.asked, second.asked) == (FAILURES_UNTIL_OPEN, 10)


def test_after_its_rest_one_search_tries_it_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, first, second = Clock(), Engine(1, EngineUnavailable("away")), Engine(2)
    service = service_of(clock, first, second)
    for _ in range(5):
        service.search(REQUEST)
    clock.seconds += SERVER_REST_SECONDS
    for _ in range(5):
        assert service.search(REQUEST).hits.ids == (2,)
    assert first.asked == FAILURES_UNTIL_OPEN + 1
    first.error = None
    clock.seconds += SERVER_REST_SECONDS
    for _ in range(2):
        answer = service.search(REQUEST)
        assert (answer.hits.ids, answer.is_fallback) == ((1,), False)
    assert "engine-0 is away: away" in caplog.text


def test_single_failures_do_no_harm() -> None:
    clock, engine = Clock(), Engine(1)
    service = service_of(clock, engine)
    for _ in range(2 * FAILURES_UNTIL_OPEN):
        engine.error = EngineUnavailable("a moment")
        with pytest.raises(EngineUnavailable):
            service.search(REQUEST)
        engine.error = None
        assert service.search(REQUEST).hits.ids == (1,)


def test_what_cannot_be_sorted_is_no_failure_and_is_not_asked_of_the_next() -> None:
    first, second = Engine(1, CannotSort("no such list")), Engine(2)
    service = service_of(Clock(), first, second)
    for _ in range(2 * FAILURES_UNTIL_OPEN):
        with pytest.raises(CannotSort):
            service.search(REQUEST)
    assert (first.asked, second.asked) == (2 * FAILURES_UNTIL_OPEN, 0)
    first.error = None
    assert service.search(REQUEST).hits.ids == (1,)


def test_without_any_engine_none_can_answer() -> None:
    with pytest.raises(EngineUnavailable):
        SearchService().search(REQUEST)
    assert SearchService().health() == {}


def test_health_and_closing_reach_every_engine() -> None:
    engines = Engine(1), Engine(2)
    service = service_of(Clock(), *engines)
    assert {name: health.documents for name, health in service.health().items()} == {
        "engine-0": 1,
        "engine-1": 2,
    }
    service.close()
    assert all(engine.closed for engine in engines)


def test_what_is_set_up_is_asked_the_server_first(tmp_path: Path) -> None:
    both = search_service(url="http://127.0.0.1:9", key="secret", folder=tmp_path / "index")
    assert [member.name for member in both.members] == ["meilisearch", "embedded"]
    assert [member.name for member in search_service(folder=tmp_path).members] == ["embedded"]
    assert search_service().members == ()
    assert not any(health.available for health in both.health().values())
    with pytest.raises(EngineUnavailable):
        both.search(REQUEST)
    both.close()
