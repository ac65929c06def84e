"""What a PDF says about the Factur-X invoice inside it, in its XMP metadata.

The description of the invoice and the schema that explains it stand in the one RDF block the PDF has: a second block,
which is what WeasyPrint makes of ``xmp_metadata``, is not read by others.
"""

from __future__ import annotations

from typing import Any, Final
from xml.etree import ElementTree  # Written, never parsed from outside.

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FACTURX: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
EXTENSION: Final = "http://www.aiim.org/pdfa/ns/extension/"
SCHEMA: Final = "http://www.aiim.org/pdfa/ns/schema#"
PROPERTY: Final = "http://www.aiim.org/pdfa/ns/property#"

PROPERTIES: Final = (
    ("DocumentFileName", "name of the embedded XML invoice file"),
    ("DocumentType", "INVOICE"),
    ("Version", "The actual version of the Factur-X XML schema"),
    ("ConformanceLevel", "The conformance level of the embedded Factur-X data"),
)
"""Names and descriptions as the specification of Factur-X 1.0 gives them."""


def add_facturx(metadata: Any, file_name: str, level: str) -> None:
    """Make a WeasyPrint document's metadata say that ``file_name`` is a Factur-X invoice of ``level``."""
    plain = metadata.generate_rdf_metadata

    def with_facturx(variant: str, version: int, conformance: str) -> bytes:
        rdf = ElementTree.fromstring(plain(variant, version, conformance))  # noqa: S314 -- made a line above.
        rdf.append(_invoice(file_name, level))
        rdf.append(_schema())
        for prefix, namespace in (
            ("fx", FACTURX),
            ("pdfaExtension", EXTENSION),
            ("pdfaSchema", SCHEMA),
            ("pdfaProperty", PROPERTY),
        ):
            ElementTree.register_namespace(prefix, namespace)
        return bytes(ElementTree.tostring(rdf, encoding="utf-8"))

    metadata.generate_rdf_metadata = with_facturx


def _invoice(file_name: str, level: str) -> ElementTree.Element:
    said = ElementTree.Element(f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    for name, value in (
        ("DocumentType", "INVOICE"),
        ("DocumentFileName", file_name),
        ("Version", "1.0"),
        ("ConformanceLevel", level),
    ):
        ElementTree.SubElement(said, f"{{{FACTURX}}}{name}").text = value
    return said


def _schema() -> ElementTree.Element:
    said = ElementTree.Element(f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    bag = ElementTree.SubElement(ElementTree.SubElement(said, f"{{{EXTENSION}}}schemas"), f"{{{RDF}}}Bag")
    schema = ElementTree.SubElement(bag, f"{{{RDF}}}li", {f"{{{RDF}}}parseType": "Resource"})
    for name, value in (
        ("schema", "Factur-X PDFA Extension Schema"),
        ("namespaceURI", FACTURX),
        ("prefix", "fx"),
    ):
        ElementTree.SubElement(schema, f"{{{SCHEMA}}}{name}").text = value
    listed = ElementTree.SubElement(ElementTree.SubElement(schema, f"{{{SCHEMA}}}property"), f"{{{RDF}}}Seq")
    for name, description in PROPERTIES:
        each = ElementTree.SubElement(listed, f"{{{RDF}}}li", {f"{{{RDF}}}parseType": "Resource"})
        for part, value in (
            ("name", name),
            ("valueType", "Text"),
            ("category", "external"),
            ("description", description),
        ):
            ElementTree.SubElement(each, f"{{{PROPERTY}}}{part}").text = value
    return said
