"""A form sent after its session ended: what was typed travels signed through the sign-in page, and waits for a word.

Every session's form token names the person and the account it was made for, so a form says whose it is also when no
cookie is left. What is kept is bound to both and to the address it was for; it holds no token and nothing of a route
where passwords are typed. Nothing of it is ever done by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

import flask
from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.urls import iri_to_uri

from portal.accounts.queries import Viewer
from portal.blueprints.access import ACCESS, own_path, page_before, route_of
from portal.extensions import runtime

TOKEN_FIELD: Final = "csrf_token"  # noqa: S105 - a name
"""Name of the form token in forms, and of its seed in the session."""

MAX_CHARACTERS: Final = 100_000
"""Names and values together: a cart of a thousand deliveries fits, and the sign-in page stays light."""

MAX_AGE_SECONDS: Final = 12 * 3600
"""How long what was typed may wait: a working day. What it asks for is checked anew when it is sent."""

NOT_KEPT: Final = frozenset({"search.seen", "search.chosen"})
"""Routes whose forms nobody fills in: a page takes its notes by them. Those of ``auth`` are not kept either."""


class Loss(StrEnum):
    """Why a form's fields could not be kept."""

    TOO_LARGE = "too_large"
    FILES = "files"


class Writer(NamedTuple):
    """Whose page a form stood on: a person, at the account they acted for; None for the seller's people."""

    user_id: int
    account_id: int | None

    @classmethod
    def of(cls, looking: Viewer) -> Self:
        """Who is looking, as they are now."""
        return cls(looking.user.id, looking.account.id if looking.account else None)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What a person sent to ``path`` (with its query) from the page ``before``.

    ``fields`` are in the order they were sent; there are none if ``loss`` says why they are not kept.
    """

    writer: Writer
    endpoint: str
    path: str
    before: str
    loss: Loss | None
    fields: tuple[tuple[str, str], ...]

    def texts(self, name: str) -> list[str]:
        """The values of a field, empty ones left out."""
        return [value for known, value in self.fields if known == name and value]


def begin_tokens(writer: Writer) -> None:
    """Have every form of this session name its person and account; forms made before no longer hold."""
    # Flask-WTF keeps the token of a request, made anew or not.
    flask.g.pop(TOKEN_FIELD, None)
    flask.session[TOKEN_FIELD] = f"{token_hex(20)}.{writer.user_id}.{writer.account_id or 0}"


def tokens_hold_for(writer: Writer) -> bool:
    """Whether the forms of this session were made for this person at this account, or name nobody."""
    return _writer_in(flask.session.get(TOKEN_FIELD)) in {None, writer}


def form_of_request() -> KeptForm | None:
    """The form of this request, to be kept for the person whose page it stood on.

    None for what is no form of ours: without a token the portal signed for a person, or for a route that is open to
    everybody, changes passwords or is written to by pages themselves.
    """
    endpoint = request.endpoint or ""
    if request.method != "POST" or not _is_kept(endpoint):
        return None
    writer = _writer_of(request.form.get(TOKEN_FIELD, ""))
    path = own_path(iri_to_uri(request.full_path.rstrip("?")))
    if writer is None or path is None:
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != TOKEN_FIELD)
    loss = _loss(fields)
    return KeptForm(writer, endpoint, path, page_before() or "", loss, () if loss else fields)


def writer_of_form() -> Writer | None:
    """Whose page the form or part of this request stood on, as its token tells; None if it is not ours."""
    return _writer_of(request.form.get(TOKEN_FIELD) or request.headers.get("X-CSRFToken", ""))


def packed(kept: KeptForm) -> str:
    """What is kept, compressed and signed, for a hidden field."""
    return _signer("kept form").dumps(
        [kept.writer, kept.endpoint, kept.path, kept.before, kept.loss, kept.fields]
    )


def unpacked(text: str | None) -> KeptForm | None:
    """What ``packed`` made; None if the portal did not sign it, it is too old, or its address has changed since."""
    try:
        writer, endpoint, path, before, loss, fields = _signer("kept form").loads(
            text or "", max_age=MAX_AGE_SECONDS
        )
    except BadSignature:
        return None
    if route_of(urlsplit(path).path, "POST") != endpoint:
        return None
    pairs = tuple((name, value) for name, value in fields)
    return KeptForm(Writer(*writer), endpoint, path, before, Loss(loss) if loss else None, pairs)


def _is_kept(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    is_open = getattr(view, ACCESS, "public") == "public"
    return not is_open and not endpoint.startswith("auth.") and endpoint not in NOT_KEPT


def _loss(fields: tuple[tuple[str, str], ...]) -> Loss | None:
    if any(file.filename for file in request.files.values()):
        return Loss.FILES
    if sum(len(name) + len(value) for name, value in fields) > MAX_CHARACTERS:
        return Loss.TOO_LARGE
    return None


def _writer_of(token: str) -> Writer | None:
    """Whom a form token was made for; None if the portal did not sign it or it names nobody."""
    try:
        seed = _signer("wtf-csrf-token").loads(token)
    except BadSignature:
        return None
    return _writer_in(seed)


def _writer_in(seed: object) -> Writer | None:
    """Whom the seed of form tokens names; None if nobody: that of a page that anybody sees."""
    parts = str(seed).split(".")
    if len(parts) != 3 or not (parts[1].isdigit() and parts[2].isdigit()):
        return None
    return Writer(int(parts[1]), int(parts[2]) or None)


def _signer(purpose: str) -> URLSafeTimedSerializer:
    """Flask-WTF signs its tokens in the same way, for the purpose ``wtf-csrf-token``."""
    return URLSafeTimedSerializer(runtime().settings.secret_key, salt=purpose)
