"""The static bundle: every file under ``static/`` at an address that carries a hash of its content.

An address with a hash never changes what it means, so browsers keep it for a year and ask once. The style sheets of
``css/`` become one file, ``css/portal.css``, because on a slow phone a second request costs more than its bytes; those
of ``css/pages/`` stay by themselves, for the pages that few people open. Everything is read and compressed when the
application starts; a request is answered from memory.
"""

import gzip
import hashlib
import mimetypes
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import brotli
from flask import Flask, Response, request

#: The name under which templates ask for the bundle of all style sheets.
STYLESHEET = "css/portal.css"

#: Style sheets that must come first, in this order; the others follow by name. Layers decide what wins among them.
FIRST_STYLESHEETS = ("tokens.css", "reset.css", "layout.css")

#: Hexadecimal digits of the content hash in an address: 48 bits, enough to tell versions of one file apart.
HASH_LENGTH = 12

#: One year in seconds, the longest time RFC 9111 caches honour in practice.
CACHE_SECONDS = 31_536_000

#: How often a changed file is looked for in development. One page asks for a hundred addresses.
RELOAD_SECONDS = 0.3

#: Files that are kept beside a library for people, and are not served.
UNSERVED_NAMES = ("LICENSE", ".md")

#: Types that shrink when compressed. Pictures other than SVG are compressed already.
COMPRESSIBLE = (
    "text/",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
)

#: Where the seller's own files stand among ours.
BRAND_FOLDER = "brand/"

#: What a drawing may do: be seen.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")
_SPACE = re.compile(r"\s+")
_AROUND_BRACES = re.compile(r"\s*([{};])\s*")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served: its body in three encodings (None where compressing gains nothing) and its headers."""

    path: str
    content_type: str
    etag: str
    body: bytes
    body_gzip: bytes | None
    body_brotli: bytes | None


class Assets:
    """The files below one folder, by name and by hashed address.

    :param folder: the folder ``static/``.
    :param reload: look at the files again while in use and read them anew when one has changed (development only).
    :param extra: files by name that stand in no folder, such as the seller's logo, or in place of one that does.
    :param styles: rules to add to a style sheet, by its name.
    """

    def __init__(
        self,
        folder: Path,
        *,
        reload: bool = False,
        extra: Mapping[str, bytes] = MappingProxyType({}),
        styles: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._folder = folder
        self._extra = extra
        self._styles = styles
        self._reload = reload
        self._looked_at = 0.0
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._urls: dict[str, str] = {}
        self._by_path: dict[str, Asset] = {}
        self._read()

    def url(self, name: str) -> str:
        """Return the address of a file such as ``img/icons.svg``.

        :raises KeyError: there is no such file; the name is a mistake in a template.
        """
        self._refresh()
        return self._urls[name]

    def category_picture(self, key: str | None) -> str:
        """Return the address of the drawing for a category such as ``cafe-beans`` or ``cafe/beans``.

        A key without a drawing gets that of its first word, and after that the default one.
        """
        self._refresh()
        whole = (key or "default").replace("/", "-")
        for candidate in (whole, whole.split("-", 1)[0]):
            found = self._urls.get(f"img/categories/{candidate}.svg")
            if found is not None:
                return found
        return self._urls["img/categories/default.svg"]

    def find(self, path: str) -> Asset | None:
        """Return the file at an address without its ``/static/``, or None if there is none."""
        self._refresh()
        return self._by_path.get(path)

    def _refresh(self) -> None:
        if not self._reload or time.monotonic() - self._looked_at < RELOAD_SECONDS:
            return
        self._looked_at = time.monotonic()
        if self._stamp != self._look():
            self._read()

    def _files(self) -> list[Path]:
        return sorted(
            path
            for path in self._folder.rglob("*")
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith(UNSERVED_NAMES)
        )

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        stats = ((path, path.stat()) for path in self._files())
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)

    def _read(self) -> None:
        self._stamp = self._look()
        urls: dict[str, str] = {}
        by_path: dict[str, Asset] = {}
        for name, body in self._bodies().items():
            asset = _asset(name, body)
            urls[name] = f"/static/{asset.path}"
            by_path[asset.path] = asset
        # Both tables change together and only when complete, so a file that is being written breaks no other request.
        self._urls, self._by_path = urls, by_path

    def _bodies(self) -> dict[str, bytes]:
        sheets: dict[str, str] = {}
        bodies: dict[str, bytes] = {}
        for path in self._files():
            name = path.relative_to(self._folder).as_posix()
            if name.startswith("css/pages/"):
                bodies[name] = minify_css(path.read_text(encoding="utf-8")).encode()
            elif name.startswith("css/"):
                sheets[path.name] = path.read_text(encoding="utf-8")
            else:
                bodies[name] = path.read_bytes()
        if sheets:
            bodies[STYLESHEET] = bundle_styles(sheets).encode()
        for name, rules in self._styles.items():
            bodies[name] += minify_css(rules).encode()
        return {**bodies, **self._extra}


def bundle_styles(sheets: dict[str, str]) -> str:
    """Join style sheets, given by file name, into one and take out what only people read."""
    first = [name for name in FIRST_STYLESHEETS if name in sheets]
    rest = sorted(name for name in sheets if name not in FIRST_STYLESHEETS)
    return "".join(minify_css(sheets[name]) for name in (*first, *rest))


def minify_css(source: str) -> str:
    """Return a style sheet without comments and needless white space.

    Text in quotes stays as it is. White space around ``:``, ``,``, ``+`` and brackets stays too, because in selectors
    and in calc() it has a meaning; compression makes it almost free.
    """
    pieces = _STRING.split(_strip_comments(source))
    # re.split with one group alternates: text, quoted, text, quoted, …, text.
    shrunk = [
        piece if index % 2 else _AROUND_BRACES.sub(r"\1", _SPACE.sub(" ", piece))
        for index, piece in enumerate(pieces)
    ]
    return "".join(shrunk).strip().replace(";}", "}")


def register_assets(app: Flask, assets: Assets | None = None) -> None:
    """Serve the static files at ``/static/`` and give templates ``asset_url`` and ``category_picture``.

    :param assets: the files, if they have been read already; else the folder ``static`` of the application is read.
    """
    assets = assets or Assets(Path(app.root_path) / "static", reload=app.debug)

    def static(name: str) -> Response:
        asset = assets.find(name)
        # No error page: nobody reads it here, and it would cost the look-up of who is asking.
        return Response(status=404) if asset is None else _respond(asset)

    app.add_url_rule("/static/<path:name>", endpoint="static", view_func=static, methods=["GET"])
    app.jinja_env.globals["asset_url"] = assets.url
    app.jinja_env.globals["category_picture"] = assets.category_picture


def _strip_comments(source: str) -> str:
    # A quoted text is matched first, so that what looks like a comment inside one is kept.
    both = re.compile(f"{_STRING.pattern}|{_COMMENT.pattern}", re.DOTALL)
    return both.sub(lambda match: match[1] or " ", source)


def hashed_path(name: str, body: bytes) -> str:
    """The address of a file below ``/static/``, for who has no ``Assets`` at hand."""
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    pure = PurePosixPath(name)
    folder = "" if name == STYLESHEET else f"{pure.parent}/" if str(pure.parent) != "." else ""
    return f"{folder}{pure.stem}.{digest}{pure.suffix}"


def _asset(name: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if content_type == "text/javascript" or content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    compressible = content_type.startswith(COMPRESSIBLE)
    return Asset(
        path=hashed_path(name, body),
        content_type=content_type,
        etag=digest,
        body=body,
        body_gzip=_smaller(gzip.compress(body, 9, mtime=0), body) if compressible else None,
        body_brotli=_smaller(brotli.compress(body, quality=11), body) if compressible else None,
    )


def _smaller(compressed: bytes, body: bytes) -> bytes | None:
    return compressed if len(compressed) < len(body) else None


def _respond(asset: Asset) -> Response:
    body, encoding = asset.body, ""
    accepted = request.accept_encodings
    if asset.body_brotli is not None and accepted["br"] > 0:
        body, encoding = asset.body_brotli, "br"
    elif asset.body_gzip is not None and accepted["gzip"] > 0:
        body, encoding = asset.body_gzip, "gzip"
    response = Response(body, content_type=asset.content_type)
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if asset.path.startswith(BRAND_FOLDER):
        # Opened by itself a drawing is a document, and this one is not ours.
        response.headers["Content-Security-Policy"] = DRAWING_POLICY
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    # A strong tag names one exact sequence of bytes, so each encoding has its own.
    response.set_etag(f"{asset.etag}-{encoding}" if encoding else asset.etag)
    response.make_conditional(request)
    return response
