"""The Metadata API's own XML schema, as an offline judge of source files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import simple_salesforce
from lxml import etree

METADATA = "http://soap.sforce.com/2006/04/metadata"
_XSD = "http://www.w3.org/2001/XMLSchema"


@cache
def metadata_schema() -> etree.XMLSchema:
    """Compile the schema inside the WSDL that simple-salesforce ships.

    The WSDL declares types only. A source file is an element named after its type, so each type gets one.
    """
    wsdl = etree.parse(Path(simple_salesforce.__file__).with_name("metadata.wsdl"))
    schema = wsdl.find(f".//{{{_XSD}}}schema[@targetNamespace='{METADATA}']")
    for name in [each.get("name") for each in schema.findall(f"{{{_XSD}}}complexType")]:
        etree.SubElement(schema, f"{{{_XSD}}}element", name=name, type=f"tns:{name}")
    # Written out and read again, so that the prefixes declared by the WSDL's root come along.
    return etree.XMLSchema(etree.fromstring(etree.tostring(schema)))


def schema_errors(source: bytes) -> list[str]:
    """What the schema says against a source file; empty when it is valid."""
    schema = metadata_schema()
    schema.validate(etree.fromstring(source))
    return [f"line {each.line}: {each.message}" for each in schema.error_log]
