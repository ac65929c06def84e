"""A browser without scripts on Flask's test client: it sends only what a page's own forms would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID_TEXT = {"script", "style", "template"}


def typed(name: str, text: str) -> dict[str, Any]:
    """What is typed in a field whose name no argument of Python can have."""
    return {name: text}


@dataclass
class Form:
    """A form as it stands on the page, with the values it would send if nothing were typed."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""


@dataclass
class Element:
    """A tag with its attributes and the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """A parsed answer: forms, links, and elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._textarea: list[str] | None = None
        self._textarea_name = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes)
        self.elements.append(element)
        if tag not in {"input", "img", "meta", "link", "br", "hr", "use", "source", "wbr"}:
            self._open.append(element)
        if tag == "form":
            self._form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, attributes)

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        assert self._form is not None
        name = attributes.get("name", "")
        if "disabled" in attributes:
            return
        if tag == "input" and name:
            kind = attributes.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in attributes:
                    self._form.values.append((name, attributes.get("value", "on")))
            elif kind == "submit":
                self._form.buttons.append((name, attributes.get("value", "")))
            elif kind not in {"file", "button", "reset"}:
                self._form.values.append((name, attributes.get("value", "")))
        elif tag == "button" and name and attributes.get("type", "submit") == "submit":
            self._form.buttons.append((name, attributes.get("value", "")))
        elif tag == "select" and name:
            self._select = (name, [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((attributes.get("value", ""), "selected" in attributes))
        elif tag == "textarea" and name:
            self._textarea, self._textarea_name = [], name

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if self._form is not None:
            self._form.text += data
        if self._textarea is not None:
            self._textarea.append(data)

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index].tag == tag:
                del self._open[index:]
                break
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None and self._form is not None:
            name, options = self._select
            chosen = next(
                (value for value, selected in options if selected), options[0][0] if options else None
            )
            if chosen is not None:
                self._form.values.append((name, chosen))
            self._select = None
        elif tag == "textarea" and self._textarea is not None and self._form is not None:
            self._form.values.append((self._textarea_name, "".join(self._textarea).removeprefix("\n")))
            self._textarea = None

    def all(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """Elements with these attributes; write ``data_sku="X"`` for ``data-sku="X"``, ``class_`` for ``class``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if (tag is None or element.tag == tag)
            and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def having(self, attribute: str) -> list[Element]:
        """Elements that carry ``attribute`` whatever its value."""
        return [element for element in self.elements if attribute in element.attributes]

    @property
    def text(self) -> str:
        """All text of the page's body, spaces folded."""
        body = next((element for element in self.elements if element.tag == "body"), None)
        return " ".join((body.text if body else "".join(e.text for e in self.elements[:1])).split())


class Browser:
    """Opens pages and submits their forms, following redirects as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.address = "/"
        self.response: TestResponse | None = None
        self.page = Page("")

    @property
    def status(self) -> int:
        assert self.response is not None
        return self.response.status_code

    def open(self, address: str, **headers: str) -> Page:
        return self._take(self.client.get(address, headers=headers, follow_redirects=True))

    def form(self, action: str) -> Form:
        """The page's first form that is sent to ``action`` (an address, query aside)."""
        for form in self.page.forms:
            if urljoin(self.address, form.action or self.address).split("?")[0] == action:
                return form
        actions = [form.action for form in self.page.forms]
        raise AssertionError(f"no form for {action} on {self.address}; there are {actions}")

    def submit(self, action: str, *, button: tuple[str, str] | None = None, **values: str) -> Page:
        """Fill in and send the form for ``action``. Raises AssertionError for a field the form does not have."""
        return self.send(self.form(action), button=button, **values)

    def send(self, form: Form, *, button: tuple[str, str] | None = None, **values: str) -> Page:
        names = {name for name, _ in form.values}
        unknown = set(values) - names
        if unknown:
            raise AssertionError(f"the form for {form.action} has no {unknown}; it has {names}")
        data: dict[str, list[str]] = {}
        for name, value in form.values:
            data.setdefault(name, []).append(values.get(name, value))
        if button is not None:
            data.setdefault(button[0], []).append(button[1])
        address = urljoin(self.address, form.action or self.address)
        if form.method == "get":
            return self._take(self.client.get(address, query_string=data, follow_redirects=True))
        return self._take(self.client.post(address, data=data, follow_redirects=True))

    def sign_in(self, email: str, password: str) -> Page:
        self.open("/login")
        return self.submit("/login", email=email, password=password)

    def _take(self, response: TestResponse) -> Page:
        self.response = response
        self.address = response.request.path
        self.page = Page(response.get_data(as_text=True))
        return self.page
