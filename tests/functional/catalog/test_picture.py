"""GET /media/<digest>.webp."""

from __future__ import annotations

from io import BytesIO

from flask.testing import FlaskClient
from PIL import Image

from portal.catalog.actions import add_document, add_picture
from portal.catalog.models import DocumentKind, StoredFile
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.storefront import Shop


def png(colour: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "PNG")
    return out.getvalue()


def test_cards_and_page_show_the_picture(shop: Shop, browser: Browser) -> None:
    variant = shop.sell("B-1")
    picture = add_picture(shop.session, variant.product_id, png(), texts={"ko": "봉투 앞면"})
    small = shop.session.get_one(StoredFile, picture.small_file_id)
    large = shop.session.get_one(StoredFile, picture.large_file_id)
    shop.commit()
    browser.sign_in(shop.buyer.email, PASSWORD)
    shown = [image.attributes["src"] for image in browser.open("/categories/cafe-beans").all("img")]
    assert f"/media/{small.sha256}.webp" in shown
    (image,) = browser.open("/products/B-1").all("img", src=f"/media/{large.sha256}.webp")
    assert (image.attributes["alt"], image.attributes["width"], image.attributes["height"]) == (
        "봉투 앞면",
        "400",
        "300",
    )


def test_a_picture_is_kept_for_ever_by_caches(shop: Shop, client: FlaskClient) -> None:
    variant = shop.sell("B-1")
    picture = add_picture(shop.session, variant.product_id, png())
    file = shop.session.get_one(StoredFile, picture.small_file_id)
    shop.commit()
    response = client.get(f"/media/{file.sha256}.webp")
    assert (response.status_code, response.mimetype, response.data) == (200, "image/webp", file.content)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers
    again = client.get(f"/media/{file.sha256}.webp", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_only_pictures_are_served(shop: Shop, client: FlaskClient) -> None:
    variant = shop.sell("B-1")
    paper = add_document(
        shop.session,
        variant.product_id,
        b"%PDF-1",
        kind=DocumentKind.MANUAL,
        titles={"ko": "x"},
        file_name="x.pdf",
    )
    digest = shop.session.get_one(StoredFile, paper.file_id).sha256
    shop.commit()
    for address in (f"/media/{digest}.webp", "/media/nobody.webp", "/media/%00.webp", "/media/x"):
        assert client.get(address).status_code == 404, address
