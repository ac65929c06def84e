"""A server on this machine that speaks as Meilisearch does, and judges every request by Meilisearch's own description.

It keeps indexes, documents and tasks, but searches nothing: what a search finds is told to it by the test.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SHARED = Path(os.environ.get("PORTAL_SHARED_DIR", Path(__file__).resolve().parents[4] / "shared"))
DESCRIPTION = SHARED / "meilisearch-openapi.json"

NOW = "2026-03-02T09:00:00.123456789Z"
KEY = "the-key-of-the-server"


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    body: Any


@dataclass
class FakeMeilisearch:
    """What the server holds, and what was asked of it."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    indexes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    found: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {}
    """What a multi-search finds: parts of the answer, by the body."""
    failing: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """Status and body by path, for requests that are to fail."""
    failing_task: str = ""
    """A type of task that is to fail."""
    delay_s: float = 0.0

    def searches(self) -> list[dict[str, Any]]:
        """Bodies of the searches, in their order."""
        return [seen.body for seen in self.seen if seen.path == "/multi-search"]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and body for a request."""
        if path in self.failing:
            return self.failing[path]
        parts = path.strip("/").split("/")
        match [method, *parts]:
            case ["POST", "multi-search"]:
                return self._search(body)
            case ["POST", "indexes"]:
                self.indexes.setdefault(body["uid"], {"settings": {}, "documents": {}})
                return self._task("indexCreation", body["uid"])
            case ["POST", "swap-indexes"]:
                for swap in body:
                    first, second = swap["indexes"]
                    indexes = self.indexes
                    indexes[first], indexes[second] = indexes[second], indexes[first]
                return self._task("indexSwap", None)
            case ["GET", "tasks", number]:
                return 200, self.tasks[int(number)]
            case [_, "indexes", uid, *rest] if uid in self.indexes:
                return self._index(method, uid, rest, body)
        return 404, {"message": "none", "code": "index_not_found", "type": "invalid_request", "link": ""}

    def _search(self, body: dict[str, Any]) -> tuple[int, Any]:
        if any(query["indexUid"] not in self.indexes for query in body["queries"]):
            return 400, {"message": "none", "code": "index_not_found", "type": "invalid_request", "link": ""}
        page = {"hits": [], "processingTimeMs": 1, "estimatedTotalHits": 0, "facetsByIndex": {}}
        return 200, page | {
            "offset": body["federation"]["offset"],
            "limit": body["federation"]["limit"],
        } | self.found(body)

    def _index(self, method: str, uid: str, rest: list[str], body: Any) -> tuple[int, Any]:
        index = self.indexes[uid]
        match [method, *rest]:
            case ["GET"]:
                return 200, {"uid": uid, "createdAt": NOW, "updatedAt": NOW, "primaryKey": "id"}
            case ["DELETE"]:
                del self.indexes[uid]
                return self._task("indexDeletion", uid)
            case ["GET", "stats"]:
                return 200, {
                    "numberOfDocuments": len(index["documents"]),
                    "rawDocumentDbSize": 4096,
                    "isIndexing": False,
                }
            case ["GET", "settings"]:
                return 200, index["settings"]
            case ["PATCH", "settings"]:
                index["settings"] |= body
                return self._task("settingsUpdate", uid)
            case ["GET", "settings", "synonyms"]:
                return 200, index["settings"].get("synonyms", {})
            case ["PUT", "settings", "synonyms"]:
                index["settings"]["synonyms"] = body
                return self._task("settingsUpdate", uid)
            case ["POST", "documents"]:
                index["documents"] |= {document["id"]: document for document in body}
                return self._task("documentAdditionOrUpdate", uid)
            case ["POST", "documents", "delete-batch"]:
                for number in body:
                    index["documents"].pop(int(number), None)
                return self._task("documentDeletion", uid)
            case ["POST", "documents", "fetch"]:
                held = list(index["documents"].values())
                page = held[body["offset"] : body["offset"] + body["limit"]]
                results = [{name: each[name] for name in body["fields"]} for each in page]
                return 200, {
                    "results": results,
                    "offset": body["offset"],
                    "limit": body["limit"],
                    "total": len(held),
                }
        raise AssertionError(f"unknown to this server: {method} {uid} {rest}")

    def _task(self, kind: str, uid: str | None) -> tuple[int, Any]:
        number = len(self.tasks)
        fails = kind == self.failing_task
        task: dict[str, Any] = {
            "uid": number,
            "indexUid": uid,
            "status": "failed" if fails else "succeeded",
            "type": kind,
        }
        task |= {"enqueuedAt": NOW, "error": {"code": "out_of_cheese", "message": "none"} if fails else None}
        self.tasks.append(task)
        return 202, {
            "taskUid": number,
            "indexUid": uid,
            "status": "enqueued",
            "type": kind,
            "enqueuedAt": NOW,
        }


class Judge:
    """Meilisearch's description of itself, against which requests are held."""

    def __init__(self, description: dict[str, Any], validator: Any) -> None:
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template) + "$"), methods)
            for template, methods in description["paths"].items()
        ]
        # Known to be wrong there: facets are asked for by a list of names, as Meilisearch's own tests do.
        names = {"type": "array", "items": {"type": "string"}}
        schemas = description["components"]["schemas"] | {"AttributePatterns": names}
        self._components = description["components"] | {"schemas": schemas}
        self._validator = validator

    def problems(self, method: str, path: str, query: str, body: Any) -> Iterator[str]:
        """What is wrong with a request."""
        matching = [
            methods[method.lower()]
            for known, methods in self._paths
            if known.match(path) and method.lower() in methods
        ]
        if not matching:
            yield f"no {method} {path}"
            return
        operation = matching[0]
        named = {parameter["name"] for parameter in operation.get("parameters", ())}
        yield from (f"{path}: no parameter {name}" for name, _ in parse_qsl(query) if name not in named)
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            if body is not None:
                yield f"{method} {path}: takes no body"
            return
        whole = {**schema, "components": self._components}
        yield from (f"{method} {path}: {error.message}" for error in self._validator(whole).iter_errors(body))
        yield from self._unknown_keys(body, schema, f"{method} {path}")

    def _unknown_keys(self, body: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
        """Keys the description does not name: few schemas forbid them, but the server does."""
        schema = self._resolved(schema)
        if isinstance(body, list):
            for each in body:
                yield from self._unknown_keys(each, schema.get("items", {}), where)
        known = schema.get("properties")
        if isinstance(body, dict) and known:
            for key, value in body.items():
                if key in known:
                    yield from self._unknown_keys(value, known[key], f"{where}.{key}")
                else:
                    yield f"{where}: no {key!r}"

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema without references and alternatives, with the properties of all of its parts."""
        if "$ref" in schema:
            return self._resolved(self._components["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
        parts = [
            self._resolved(part) for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())
        ]
        if not parts:
            return schema
        properties = {
            name: value for part in [schema, *parts] for name, value in part.get("properties", {}).items()
        }
        items: dict[str, Any] = next((part["items"] for part in [schema, *parts] if "items" in part), {})
        return {"properties": properties, "items": items}


@contextmanager
def running(judge: Judge | None = None) -> Iterator[FakeMeilisearch]:
    """The server, running."""
    fake = FakeMeilisearch()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def _answer(self) -> None:
            address = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            fake.seen.append(Seen(self.command, address.path, body))
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                fake.problems.append(f"{address.path}: without the key")
            if body is not None and self.headers.get("Content-Type") != "application/json":
                fake.problems.append(f"{address.path}: not sent as JSON")
            if judge is not None:
                fake.problems.extend(judge.problems(self.command, address.path, address.query, body))
            if fake.delay_s:
                stopped.wait(fake.delay_s)
            status, answer = fake.answer(self.command, address.path, body)
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)
            except (BrokenPipeError, ConnectionResetError):
                # Who asked has not waited.
                self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: tests are quiet."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._answer)
    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
