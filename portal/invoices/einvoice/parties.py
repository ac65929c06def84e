"""Seller, buyer and the place goods went to, as EN 16931 asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.invoices.document import InvoiceDocument
from portal.invoices.einvoice.codes import EUROPEAN_ECONOMIC_AREA
from portal.invoices.einvoice.texts import text


def vat_id_of(party: Mapping[str, Any]) -> str:
    """The VAT number of a seller or buyer, with the letters of its country; empty if it has none.

    In the European Economic Area the registration number of a company is the one it is kept under, where no other is
    given.
    """
    country: str = party.get("country", "")
    number: str = (party.get("tax_numbers") or {}).get("VAT", "")
    if not number and country in EUROPEAN_ECONOMIC_AREA:
        number = party.get("business_number") or ""
    number = "".join(sign for sign in text(number).upper() if sign.isalnum())
    if number and not number[:2].isalpha():
        # Greece writes EL, not the letters it has elsewhere.
        number = ("EL" if country == "GR" else country) + number
    return number


def seller_of(document: InvoiceDocument, *, outside_vat: bool) -> dict[str, Any]:
    """The seller (BG-4). Outside the scope of VAT it must not show a VAT number."""
    seller = document.seller
    vat_id = vat_id_of(seller)
    registered = text(seller.get("business_number") or "")
    party = _party(seller.get("name", ""), seller.get("address") or {}, seller.get("country", ""))
    if vat_id and not outside_vat:
        party["vat_identifier"] = vat_id
    if registered and (outside_vat or registered != vat_id):
        party["legal_identifier"] = registered
    if "vat_identifier" not in party and "legal_identifier" not in party:
        party["identifiers"] = {None: text(seller.get("code", ""))}
    contact = {
        "name": text(seller.get("representative") or ""),
        "phone": text(seller.get("phone") or ""),
        "email": text(seller.get("email") or ""),
    }
    if any(contact.values()):
        party["contacts"] = [contact]
    if contact["email"]:
        party["einvoicing_addr"], party["einvoicing_addr_schemeid"] = contact["email"], "EM"
    return party


def buyer_of(document: InvoiceDocument, *, outside_vat: bool) -> dict[str, Any]:
    """The buyer (BG-7), with the seller's number of it."""
    buyer = document.buyer
    vat_id = vat_id_of(buyer)
    registered = text(buyer.get("business_number") or "")
    party = _party(buyer.get("name", ""), buyer.get("address") or {}, buyer.get("country", ""))
    if code := text(buyer.get("code", "")):
        party["identifiers"] = {None: code}
    if vat_id and not outside_vat:
        party["vat_identifier"] = vat_id
    if registered and (outside_vat or registered != vat_id):
        party["legal_identifier"] = registered
    return party


def delivery_of(document: InvoiceDocument, *, is_needed: bool) -> dict[str, Any]:
    """Where goods went (BG-13): the place if it was one, else only the country; empty if even that is not one.

    A supply within the Union must name a country (``is_needed``): then it is the buyer's in the end.
    """
    places = document.ship_to
    if len(places) == 1:
        place = places[0]
        return _party(place.get("name") or document.buyer.get("name", ""), place, place.get("country", ""))
    countries = {place.get("country") or "" for place in places}
    if is_needed and len(countries) != 1:
        countries = {document.buyer.get("country", "")}
    if len(countries) == 1:
        return _party(document.buyer.get("name", ""), {}, countries.pop())
    return {}


def _party(name: str, address: Mapping[str, Any], country: str) -> dict[str, Any]:
    said = {
        "addr_l1": text(address.get("line1") or ""),
        "addr_l2": text(address.get("line2") or ""),
        "city": text(address.get("city") or ""),
        "postcode": text(address.get("postal_code") or ""),
        "country_subdivision": text(address.get("region") or ""),
        "country_code": text(address.get("country") or country),
    }
    # The generator asks for a name, even where there is none; the rules then say what is missing.
    return {"name": text(name)} | {key: value for key, value in said.items() if value}
