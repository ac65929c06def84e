"""The bytes of pictures and documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.queries import Buyer
from portal.catalog.access import VISIBLE, audience_of
from portal.catalog.models import Document, StoredFile
from portal.catalog.rows import STORED_FILE, VARIANT, can_be_stored
from portal.core.errors import NotFound
from portal.core.upsert import insert_for

PICTURE_TYPE: Final = "image/webp"
"""Every picture is kept in this type, and no document is."""

PHOTO_TYPE: Final = "image/jpeg"
"""Photos of people's own are kept in this type, so that none is ever given out as a picture."""

_DOCUMENT = cast(Table, Document.__table__)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A stored file with its bytes."""

    file_name: str
    """Name to save it under."""
    media_type: str
    content: bytes


_PICTURE = select(STORED_FILE.c.content).where(
    STORED_FILE.c.sha256 == bindparam("sha256"), STORED_FILE.c.media_type == PICTURE_TYPE
)
_OF_VARIANT = (
    select(_DOCUMENT.c.file_name, STORED_FILE.c.media_type, STORED_FILE.c.content)
    .select_from(
        _DOCUMENT.join(STORED_FILE, STORED_FILE.c.id == _DOCUMENT.c.file_id).join(
            VARIANT, VARIANT.c.product_id == _DOCUMENT.c.product_id
        )
    )
    .where(_DOCUMENT.c.id == bindparam("document_id"), VARIANT.c.sku == bindparam("sku"), VISIBLE)
)


def picture_content(session: Session, sha256: str) -> bytes:
    """The WebP bytes of a picture. Raises NotFound, also for what is stored but no picture.

    Pictures are not checked against assortments: who knows the digest has had the picture.
    """
    content = session.scalar(_PICTURE, {"sha256": sha256}) if can_be_stored(sha256) else None
    if content is None:
        raise NotFound("picture", sha256)
    return cast(bytes, content)


def document_content(session: Session, buyer: Buyer, sku: str, document_id: int) -> FileContent:
    """A document of the product of ``sku``. Raises NotFound, also for what ``buyer`` may not see."""
    parameters = {"sku": sku, "document_id": document_id, **audience_of(buyer)}
    row = session.execute(_OF_VARIANT, parameters).one_or_none() if can_be_stored(sku) else None
    if row is None:
        raise NotFound("document", document_id)
    return FileContent(*row)


def keep_file(session: Session, content: bytes, media_type: str) -> int:
    """The id of the stored file with these bytes; the same bytes are kept once."""
    digest = hashlib.sha256(content).hexdigest()
    row = {"sha256": digest, "media_type": media_type, "size": len(content), "content": content}
    # Another transaction may keep the same bytes meanwhile; then its row is the one.
    session.execute(
        insert_for(session, StoredFile).values(row).on_conflict_do_nothing(index_elements=["sha256"])
    )
    return cast(int, session.scalars(select(STORED_FILE.c.id).where(STORED_FILE.c.sha256 == digest)).one())
