"""JSON over HTTP to a payment provider: one place that says what counts as "away"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from portal.adapters.payments.provider import ProviderAway

TIMEOUT_SECONDS: Final = 10.0
"""How long one call may take. Longer, and the person at the other end has gone."""

TOO_MANY_REQUESTS: Final = 429

SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered: below 500, and JSON."""

    status: int
    body: Any

    @property
    def is_ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def text(self, name: str) -> str:
        """A field of the body as text; empty where there is none."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        return value if isinstance(value, str) else ""


class JsonService:
    """A provider's interface. Never tries again by itself: whoever called knows whether that is safe."""

    def __init__(self, base: str, *, user: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """``user`` is sent as the name of Basic authentication, with an empty password."""
        # The environment's proxies and .netrc are not asked: a secret key goes where the settings say.
        self._client = httpx.Client(
            base_url=base, auth=(user, ""), timeout=timeout_seconds, trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Read. Raises ProviderAway."""
        return self._send("GET", path, query=query)

    def post(self, path: str, body: Mapping[str, Any], *, idempotency_key: str) -> Answer:
        """Change something there, at most once for the same key. Raises ProviderAway."""
        return self._send("POST", path, body=body, headers={"Idempotency-Key": idempotency_key})

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        try:
            response = self._client.request(method, path, params=query, json=body, headers=headers)
        except httpx.HTTPError as error:
            # What the error says may hold the address, never the key: that travels in a header.
            raise ProviderAway(f"{method} {path}: {type(error).__name__}") from error
        if response.status_code >= SERVER_ERROR or response.status_code == TOO_MANY_REQUESTS:
            raise ProviderAway(f"{method} {path}: status {response.status_code}")
        try:
            answer = response.json()
        except ValueError as error:
            raise ProviderAway(f"{method} {path}: an answer that is not JSON") from error
        return Answer(response.status_code, answer)
