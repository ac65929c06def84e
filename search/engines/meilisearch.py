"""Meilisearch as the engine: the official client behind the protocol, with the plan of the language layer.

The server sees tokens and structured filters, never what a browser sent. The key stays here and is never written
anywhere: errors carry the server's own code, not the request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import requests
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError

from search.documents import Item, document_of
from search.engine import CannotSort, EngineUnavailable, Health, Hits, IndexSettings, Request
from search.engines.meilisearch_asking import Asking
from search.engines.meilisearch_documents import (
    batches,
    mark_of,
    price_lists_of,
    settings_of,
    synonyms_read,
    synonyms_sent,
)
from search.engines.meilisearch_queries import Query, steps
from search.query import Synonyms

SEARCH_TIMEOUT_MS: Final = 300
"""For all requests of one search together: a page waits no longer."""

WRITE_TIMEOUT_S: Final = 30.0
TASK_TIMEOUT_S: Final = 60.0
REBUILD_TIMEOUT_S: Final = 1_800.0
SYNONYMS_LAST_S: Final = 60.0
"""So long another process may not know of changed synonyms."""

PAGE: Final = 1_000


class MeilisearchEngine:
    """An index on a Meilisearch server of version 1.15 or later. Threads and processes may share it."""

    def __init__(
        self,
        url: str,
        key: str = "",
        settings: IndexSettings | None = None,
        *,
        index: str = "products",
        timeout_ms: int = SEARCH_TIMEOUT_MS,
    ) -> None:
        """``settings`` are those wanted now, by which health() judges."""
        self._url = url.rstrip("/")
        self._key = key
        self._settings = settings
        self._index = index
        self._timeout_s = timeout_ms / 1000
        self._local = threading.local()
        self._synonyms = Synonyms(())
        self._synonyms_until = 0.0

    # --- Reading ----------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Hits:
        """The hits of one page."""
        started = time.monotonic()
        nothing = Hits((), 0, {facet: {} for facet in request.facets}, dict.fromkeys(request.counts, 0))
        audience = request.filters.audience
        if audience is not None and audience.shows == ():
            return nothing
        # With text but no words nothing can be found.
        if request.plan.text and not request.plan.groups and not request.plan.whole:
            return nothing
        with _errors():
            asking = Asking(self._client(), self._index, started + self._timeout_s, request)
            plan = self._with_synonyms(request, asking)
            for relaxed, queries in plan:
                hits = asking.hits(queries, relaxed)
                if hits is not None:
                    return Hits(
                        hits.ids,
                        hits.total,
                        hits.facets,
                        hits.counts,
                        hits.relaxed,
                        took_ms=(time.monotonic() - started) * 1000,
                    )
        return nothing

    def fingerprints(self) -> Mapping[int, str]:
        """A fingerprint of every item the index holds, by id."""
        with _errors():
            found: dict[int, str] = {}
            while True:
                body = {"offset": len(found), "limit": PAGE, "fields": ["id", "fingerprint"]}
                page = self._client(WRITE_TIMEOUT_S).http.post(f"indexes/{self._index}/documents/fetch", body)
                before = len(found)
                found |= {int(each["id"]): str(each.get("fingerprint", "")) for each in page["results"]}
                # What is written meanwhile can move pages; asking on from the number held ends in any case.
                if len(found) == before or len(found) >= int(page["total"]):
                    return found

    def health(self) -> Health:
        """How the index stands; never raises."""
        try:
            with _errors():
                http = self._client(self._timeout_s).http
                stats = http.get(f"indexes/{self._index}/stats")
                settings = http.get(f"indexes/{self._index}/settings")
                lists = price_lists_of(settings)
                mark = mark_of(settings)
                wanted = lists if self._settings is None else self._settings.price_list_ids
                return Health(
                    available=True,
                    documents=int(stats["numberOfDocuments"]),
                    generation=mark,
                    is_current=mark != "" and mark == mark_of(settings_of(wanted)),
                    # Servers before 1.16 do not tell the size of one index.
                    size_bytes=int(stats.get("indexSize") or stats.get("rawDocumentDbSize") or 0),
                )
        except EngineUnavailable as error:
            return Health(available=False, problem=str(error))

    def close(self) -> None:
        """Let go of connections; none outlives a request."""
        self._local = threading.local()

    # --- Writing ----------------------------------------------------------------------------------------------

    def upsert(self, items: Sequence[Item]) -> None:
        """Put items in, replacing those with the same ids; they can be found on return."""
        with _errors():
            client = self._client(WRITE_TIMEOUT_S)
            # Documents sent to an index that is not there would make one without its settings.
            client.http.get(f"indexes/{self._index}")
            self._wait([self._add(client, self._index, batch) for batch in batches(map(document_of, items))])

    def delete(self, ids: Sequence[int]) -> None:
        """Take items out; unknown ids do nothing."""
        if not ids:
            return
        with _errors():
            client = self._client(WRITE_TIMEOUT_S)
            client.http.get(f"indexes/{self._index}")
            task = client.http.post(
                f"indexes/{self._index}/documents/delete-batch", [str(each) for each in ids]
            )
            self._wait([int(task["taskUid"])])

    def rebuild(self, items: Iterable[Item], settings: IndexSettings) -> int:
        """Build a new generation beside the present one, which answers meanwhile, and swap; how many it holds.

        What is written to the present one meanwhile is not in the new one.
        """
        with _errors():
            client = self._client(WRITE_TIMEOUT_S)
            generation = f"{self._index}_{uuid4().hex[:12]}"
            try:
                tasks = [client.create_index(generation, {"primaryKey": "id"}).task_uid]
                tasks.append(self._set(client, generation, settings))
                # Meilisearch works off its tasks in order: settings stand before the first document comes.
                tasks += [self._add(client, generation, batch) for batch in batches(map(document_of, items))]
                self._wait(tasks, REBUILD_TIMEOUT_S)
                held = int(client.http.get(f"indexes/{generation}/stats")["numberOfDocuments"])
                if not self._exists(client):
                    # A swap needs two.
                    self._wait([client.create_index(self._index, {"primaryKey": "id"}).task_uid])
                self._wait([client.swap_indexes([{"indexes": [self._index, generation]}]).task_uid])
            finally:
                # After the swap this name holds the old generation; after a failure the unfinished one.
                client.delete_index(generation)
            self._know(settings)
        return held

    def configure(self, settings: IndexSettings) -> None:
        """Take over settings that need no new generation: synonyms."""
        with _errors():
            client = self._client(WRITE_TIMEOUT_S)
            client.http.get(f"indexes/{self._index}")
            body = synonyms_sent(settings.synonyms)
            self._wait([int(client.http.put(f"indexes/{self._index}/settings/synonyms", body)["taskUid"])])
            self._know(settings)

    def drop(self) -> None:
        """Delete the index with all it holds."""
        with _errors():
            client = self._client(WRITE_TIMEOUT_S)
            if self._exists(client):
                self._wait([client.delete_index(self._index).task_uid])

    # --- The server -------------------------------------------------------------------------------------------

    def _client(self, timeout_s: float | None = None) -> Client:
        """This thread's client: one client's headers are written anew with each request, and cannot be shared."""
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = Client(self._url, self._key or None)
        client.config.timeout = self._timeout_s if timeout_s is None else timeout_s  # type: ignore[assignment]
        # The client makes an Index of the same configuration, and with it of the same time limit.
        return client

    def _add(self, client: Client, index: str, batch: bytes) -> int:
        return int(client.index(index).add_documents_json(batch).task_uid)

    def _set(self, client: Client, index: str, settings: IndexSettings) -> int:
        body = settings_of(settings.price_list_ids) | {"synonyms": synonyms_sent(settings.synonyms)}
        return int(client.index(index).update_settings(body).task_uid)

    def _exists(self, client: Client) -> bool:
        try:
            client.http.get(f"indexes/{self._index}")
        except MeilisearchApiError as error:
            if error.code == "index_not_found":
                return False
            raise
        return True

    def _wait(self, tasks: Sequence[int], timeout_s: float = TASK_TIMEOUT_S) -> None:
        """Wait until tasks are done. EngineUnavailable if one fails or all take too long."""
        until = time.monotonic() + timeout_s
        for number in tasks:
            left = max(1.0, until - time.monotonic())
            task = self._client(WRITE_TIMEOUT_S).wait_for_task(
                number, timeout_in_ms=int(left * 1000), interval_in_ms=20
            )
            if task.status != "succeeded":
                code = (task.error or {}).get("code", "")
                raise EngineUnavailable(f"Meilisearch: {task.type} {task.status} {code}".rstrip())

    def _know(self, settings: IndexSettings) -> None:
        self._synonyms = Synonyms(settings.synonyms)
        self._synonyms_until = time.monotonic() + SYNONYMS_LAST_S

    def _with_synonyms(self, request: Request, asking: Asking) -> Iterator[tuple[int, tuple[Query, ...]]]:
        if not request.plan.text:
            # Everything is wanted: one query without words.
            yield 0, (Query((), is_prefix=True, fields=(), like=(), weight=1.0),)
            return
        if time.monotonic() >= self._synonyms_until:
            stored = asking.synonyms()
            self._synonyms = Synonyms(synonyms_read(stored))
            self._synonyms_until = time.monotonic() + SYNONYMS_LAST_S
        yield from steps(self._synonyms.added_to(request.plan))


@contextmanager
def _errors() -> Iterator[None]:
    """Whatever goes wrong with the server, as the protocol says it."""
    try:
        yield
    except MeilisearchApiError as error:
        if error.code == "invalid_search_sort":
            raise CannotSort("Meilisearch: the index holds no prices of this list") from error
        raise EngineUnavailable(f"Meilisearch: {error.status_code} {error.code or ''}".rstrip()) from error
    except (MeilisearchError, requests.RequestException) as error:
        raise EngineUnavailable(f"Meilisearch: {type(error).__name__}") from error
    except (KeyError, TypeError, ValueError) as error:
        # Something answers there that is not Meilisearch, or not as it is known.
        raise EngineUnavailable(f"Meilisearch: unknown answer ({type(error).__name__})") from error
