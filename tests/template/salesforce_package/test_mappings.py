"""What the shipped mappings write can be written: the package has the field, the permission set opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.template.salesforce_package.package import ROOT, fields_of, granted_fields, granted_objects

MAPPINGS = sorted((ROOT / "layers/settings/mappings").glob("*.yaml"))
# Every user of the API sees these; field-level security does not apply to them.
ALWAYS_VISIBLE = {
    "Account": {"Name", "FirstName", "LastName", "RecordTypeId"},
    "Contact": {"FirstName", "LastName"},
    "Lead": {"FirstName", "LastName", "Company", "Status"},
    "Order": {"AccountId", "Pricebook2Id", "EffectiveDate", "Status"},
    "OrderItem": {"OrderId", "PricebookEntryId", "Quantity", "UnitPrice"},
    "Opportunity": {"Name", "StageName", "CloseDate", "Pricebook2Id"},
    "OpportunityLineItem": {"OpportunityId", "PricebookEntryId", "Quantity", "UnitPrice"},
    "Product2": {"Name", "IsActive"},
    "Pricebook2": {"Name", "IsActive", "Description"},
    "PricebookEntry": {"Pricebook2Id", "Product2Id", "UnitPrice", "IsActive", "UseStandardPrice"},
    "Case": {"Status"},
    "Campaign": {"Name"},
    "CampaignMember": {"CampaignId", "ContactId", "LeadId", "Status"},
}
ON_EVERY_OBJECT = {"CurrencyIsoCode", "OwnerId"}
GOVERNED_BY = {"OrderItem": "Order", "OpportunityLineItem": "Opportunity", "PricebookEntry": "Pricebook2",
               "CampaignMember": "Campaign"}  # fmt: skip
PART_OF_ADDRESS = re.compile(r"(Street|City|PostalCode|StateCode|CountryCode|State|Country)$")


def _records(node: object) -> Iterator[dict[str, dict[str, object]]]:
    if not isinstance(node, dict):
        return
    if "object" in node and "fields" in node:
        yield node
    for child in node.values():
        yield from _records(child)


def _written() -> set[tuple[str, str]]:
    nodes = [node for path in MAPPINGS for node in _records(yaml.safe_load(path.read_text()))]
    return {
        (str(node["object"]), name)
        for node in nodes
        for part in ("fields", "defaults", "links")
        for name in node.get(part, {})
    }


WRITTEN = sorted(_written())


def test_mappings_are_found() -> None:
    assert ("Order", "Storefront_Total__c") in WRITTEN


@pytest.mark.parametrize(("sobject", "name"), [x for x in WRITTEN if x[1].startswith("Storefront_")])
def test_own_field_that_a_mapping_writes_is_in_the_package(sobject: str, name: str) -> None:
    assert name in fields_of()[sobject]


@pytest.mark.parametrize(("sobject", "name"), WRITTEN)
def test_field_that_a_mapping_writes_is_open_to_the_connector(sobject: str, name: str) -> None:
    """Field permissions name a compound address, not its parts."""
    granted = granted_fields("Storefront_Connector")
    visible = ALWAYS_VISIBLE.get(sobject, set()) | ON_EVERY_OBJECT
    compound = PART_OF_ADDRESS.sub("Address", name)
    assert name in visible or granted.get(f"{sobject}.{compound}") == (True, True)


@pytest.mark.parametrize("sobject", sorted({sobject for sobject, _ in WRITTEN}))
def test_object_that_a_mapping_writes_is_open_to_the_connector(sobject: str) -> None:
    allowed = granted_objects("Storefront_Connector")[GOVERNED_BY.get(sobject, sobject)]
    assert {"allowCreate", "allowEdit", "allowRead"} <= allowed
