"""The seller's logo: what is one, and how large it stands."""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

LOGO_BYTES: Final = 100_000
"""Largest logo that is taken: it stands on every page, and on a slow phone each 10 kB are 60 ms."""

LOGO_HEIGHT: Final = 28
LOGO_WIDTH: Final = 112
"""The box, in CSS pixels, that a logo fills as far as its shape allows."""

WORDMARK_RATIO: Final = 2
"""A logo this many times as wide as high has the name in it."""

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_ACTIVE_ELEMENTS: Final = frozenset({"script", "foreignobject", "iframe", "audio", "video", "handler"})
_LENGTH: Final = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(?:px|pt|mm|cm|in)?\s*")
_ELSEWHERE: Final = re.compile(r"@import|url\(\s*['\"]?\s*(?!#|data:)", re.IGNORECASE)


class BadLogo(ValueError):
    """A file cannot be used as a logo; the message says why."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The seller's logo: an SVG or a PNG, and the size at which pages show it."""

    name: str
    """Among the static files: brand/logo.svg or brand/logo.png."""
    media_type: str
    content: bytes
    width: int
    """CSS pixels, as ``height``."""
    height: int

    @property
    def is_wordmark(self) -> bool:
        """True if it is so wide that the name must be part of it."""
        return self.width >= WORDMARK_RATIO * self.height

    @property
    def is_square(self) -> bool:
        """True if it can stand as the icon of a browser's tab."""
        return self.width == self.height

    @property
    def data_uri(self) -> str:
        """The file as an address that needs no fetching, for papers."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


def read_logo(path: Path) -> Logo:
    """Read a logo from a file. Raises BadLogo: not there, too large, no SVG or PNG, or more than a picture."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadLogo(str(error)) from error
    if len(content) > LOGO_BYTES:
        raise BadLogo(f"{path} has {len(content)} bytes; {LOGO_BYTES} are the most")
    if content.startswith(PNG_SIGNATURE):
        name, media_type, (wide, high) = "brand/logo.png", "image/png", _png_size(content)
    else:
        name, media_type, (wide, high) = "brand/logo.svg", "image/svg+xml", _svg_size(content)
    if wide <= 0 or high <= 0:
        raise BadLogo("the picture has no size")
    scale = min(LOGO_WIDTH / wide, LOGO_HEIGHT / high)
    return Logo(name, media_type, content, max(1, int(wide * scale + 0.5)), max(1, int(high * scale + 0.5)))


def _png_size(content: bytes) -> tuple[float, float]:
    if len(content) < 24 or content[12:16] != b"IHDR":
        raise BadLogo("the PNG is broken")
    wide, high = struct.unpack(">II", content[16:24])
    return float(wide), float(high)


def _svg_size(content: bytes) -> tuple[float, float]:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadLogo("use an SVG or a PNG") from error
    if etree.QName(root).localname != "svg":
        raise BadLogo("use an SVG or a PNG")
    if root.getroottree().docinfo.doctype:
        raise BadLogo("the SVG declares a document type: leave it out")
    _refuse_active(root)
    numbers = [float(number) for number in re.findall(r"-?[0-9]*\.?[0-9]+", root.get("viewBox", ""))]
    if len(numbers) == 4:
        return numbers[2], numbers[3]
    wide, high = (_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height"))
    if wide is None or high is None:
        raise BadLogo("the SVG needs a viewBox, or width and height")
    return float(wide[1]), float(high[1])


def _refuse_active(root: etree._Element) -> None:
    """A logo is a picture: nothing in it runs, and nothing is fetched for it."""
    for element in (*root.itersiblings(preceding=True), *root.iter()):
        if not isinstance(element.tag, str):
            if isinstance(element, etree._ProcessingInstruction):
                raise BadLogo("the SVG has a processing instruction: leave it out")
            continue
        name = etree.QName(element).localname.lower()
        if name in _ACTIVE_ELEMENTS:
            raise BadLogo(f"the SVG has <{name}>: a logo may only be drawn")
        texts = [str(value) for value in element.attrib.values()]
        if name == "style":
            texts.append(element.text or "")
        if any(_ELSEWHERE.search(text) for text in texts):
            raise BadLogo("the SVG fetches something: put it inside, or leave it out")
        for attribute, value in element.attrib.items():
            local = etree.QName(attribute).localname.lower()
            if local.startswith("on"):
                raise BadLogo(f"the SVG has {local}=: a logo may only be drawn")
            if local in ("href", "src") and not str(value).strip().startswith(("#", "data:image/")):
                raise BadLogo("the SVG refers to another file: put it inside, or leave it out")
