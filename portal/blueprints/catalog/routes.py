"""GET /categories/<slug>, /products/<sku> with its documents, and /media/<digest>.webp."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, make_response, render_template, request, send_file

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required, public
from portal.blueprints.catalog import pages
from portal.blueprints.catalog.params import ListParams, ProductParams
from portal.blueprints.htmx import render
from portal.catalog.files import PICTURE_TYPE, document_content, picture_content
from portal.extensions import buyer, session

blueprint = Blueprint("catalog", __name__)

FOREVER = "public, max-age=31536000, immutable"
"""A picture's address is the digest of its bytes: what it names never changes."""


@blueprint.get("/categories/<slug>")
@account_required(Deed.BROWSE)
def category(slug: str) -> Response:
    """A page of what is sold in a category and below."""
    found = pages.category(slug, ListParams.from_args(request.args))
    return make_response(render_template("catalog/category.html", **found))


# A SKU may hold slashes, also two in a row, and arrives decoded.
@blueprint.get("/products/<path:sku>", merge_slashes=False)
@account_required(Deed.BROWSE)
def product(sku: str) -> Response:
    """A product; for htmx its price panel alone, for the quantity asked."""
    found = pages.product(sku, ProductParams.from_args(request.args).quantity)
    return render("catalog/product.html", "catalog/_price.html", **found)


@blueprint.get("/products/<path:sku>/documents/<int:document_id>", merge_slashes=False)
@account_required(Deed.BROWSE)
def document(sku: str, document_id: int) -> Response:
    """A spec sheet or manual, to be saved."""
    found = document_content(session(), buyer(), sku, document_id)
    response = make_response(
        send_file(
            BytesIO(found.content),
            mimetype=found.media_type,
            as_attachment=True,
            download_name=found.file_name,
            etag=False,
        )
    )
    # What an account may see can change: no store keeps it, as with pages.
    del response.headers["Cache-Control"]
    return response


@blueprint.get("/media/<sha256>.webp")
@public
def picture(sha256: str) -> Response:
    """A picture of a product. Its address cannot be guessed, so caches on the way may keep it for everybody."""
    response = make_response(picture_content(session(), sha256))
    response.mimetype = PICTURE_TYPE
    response.headers["Cache-Control"] = FOREVER
    response.set_etag(sha256)
    response.make_conditional(request)
    return response
