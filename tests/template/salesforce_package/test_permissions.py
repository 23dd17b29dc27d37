"""The permission sets open everything that the connector writes, and no more than that."""

from __future__ import annotations

import pytest

from tests.template.salesforce_package.package import (
    Source,
    fields,
    granted_fields,
    granted_objects,
    own_objects,
    permission_sets,
    sources,
)

CONNECTOR, READER = "Storefront_Connector", "Storefront_Reader"
LINES = {each.name for each in own_objects() if "_Line__" in each.name}
# They have no object permission of their own: Edit on the parent covers their lines, deleting included.
GOVERNED_BY_PARENT = {"OrderItem", "OpportunityLineItem", "PricebookEntry", "CampaignMember", "QuoteLineItem"}
# Always visible in the API, so a permission set that names them does not deploy.
NEVER_GRANTED = {
    "Account.Name", "Contact.LastName", "Lead.LastName", "Lead.Company", "Lead.Status", "Campaign.Name",
    "Opportunity.Name", "Opportunity.StageName", "Opportunity.CloseDate", "Case.Status", "Order.AccountId",
    "Order.EffectiveDate", "Order.Status", "OrderItem.Quantity", "OrderItem.UnitPrice", "Product2.Name",
    "OpportunityLineItem.Quantity", "OpportunityLineItem.UnitPrice", "Product2.IsActive",
}  # fmt: skip


def _own_fields(*, folder: str = "") -> set[str]:
    return {f"{each.object}.{each.name}" for each in fields() if folder in each.path.parts or not folder}


def test_connector_may_read_and_edit_every_field_of_the_package() -> None:
    granted = granted_fields(CONNECTOR)
    assert {name for name in _own_fields() if granted.get(name) != (True, True)} == set()


def test_reader_may_read_every_field_of_the_package_and_edit_none() -> None:
    assert granted_fields(READER) == dict.fromkeys(_own_fields(), (True, False))


def test_no_permission_set_names_a_field_that_the_package_lacks() -> None:
    named = {name for name in {**granted_fields(CONNECTOR), **granted_fields(READER)} if name.endswith("__c")}
    assert named - _own_fields() == set()


@pytest.mark.parametrize("each", permission_sets("Storefront_"), ids=lambda each: each.name)
def test_permission_set_names_a_field_once_and_none_that_cannot_be_granted(each: Source) -> None:
    named = each.texts("fieldPermissions/field")
    assert len(set(named)) == len(named)
    assert not set(named) & NEVER_GRANTED
    assert not set(each.texts("objectPermissions/object")) & GOVERNED_BY_PARENT


@pytest.mark.parametrize("each", permission_sets("Storefront_"), ids=lambda each: each.name)
def test_core_sets_deploy_without_the_optional_folders(each: Source) -> None:
    """An org without quotes refuses a permission set that names Quote, and all that is deployed with it."""
    folder = each.path.relative_to(each.path.parents[3]).parts[0]
    own = {name for name in each.texts("fieldPermissions/field") if name.endswith("__c")}
    assert own <= _own_fields(folder=folder)
    assert ("Quote" in each.texts("objectPermissions/object")) == (each.name == "Storefront_Connector_Quotes")


def test_connector_deletes_nothing_but_own_lines() -> None:
    granted = granted_objects(CONNECTOR)
    assert {name for name, allowed in granted.items() if "allowDelete" in allowed} == LINES
    assert not any("modifyAllRecords" in allowed for allowed in granted.values())


def test_connector_creates_and_edits_every_object_that_carries_a_key() -> None:
    keyed = {each.object for each in fields()} - GOVERNED_BY_PARENT
    granted = granted_objects(CONNECTOR)
    assert set(granted) == keyed
    assert all({"allowCreate", "allowEdit", "allowRead"} <= allowed for allowed in granted.values())


def test_connector_sees_records_that_others_own() -> None:
    """Matching a customer must find every owner's records. Products and price books know no such right."""
    hidden = {name for name, allowed in granted_objects(CONNECTOR).items() if "viewAllRecords" not in allowed}
    assert hidden == {"Product2", "Pricebook2"}


def test_reader_changes_nothing() -> None:
    granted = granted_objects(READER)
    assert set(granted) == {each.name for each in own_objects()}
    assert all(allowed == {"allowRead"} for allowed in granted.values())


def test_only_the_api_is_opened_besides() -> None:
    opened = [each.texts("userPermissions/name") for each in permission_sets("Storefront_")]
    assert [names for names in opened if names] == [["ApiEnabled"]]


def test_reader_sees_the_tabs_and_the_app() -> None:
    [reader] = [each for each in permission_sets(READER) if each.name == READER]
    assert reader.texts("tabSettings/tab") == sorted(each.name for each in sources("*.tab-meta.xml"))
    assert reader.texts("applicationVisibilities/application") == [x.name for x in sources("*.app-meta.xml")]


def test_package_ships_no_layout_of_a_standard_object() -> None:
    """Those belong to the admin; deploying one would overwrite it."""
    assert all(each.name.startswith("Storefront_") for each in sources("*.layout-meta.xml"))
