"""Files as answers: each with its name, and kept by nobody on the way."""

from __future__ import annotations

from io import BytesIO

from flask import Response, make_response, send_file


def file_answer(content: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    """The file, to be saved under ``name`` (any letters, RFC 5987) or, ``inline``, to be shown by the browser."""
    response = make_response(
        send_file(
            BytesIO(content), mimetype=media_type, as_attachment=not inline, download_name=name, etag=False
        )
    )
    # The rule for pages holds for papers: private, and in no store.
    del response.headers["Cache-Control"]
    return response
