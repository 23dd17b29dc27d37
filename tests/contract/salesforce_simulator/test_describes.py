"""Describes, the package they come from, and what the user was granted."""

from __future__ import annotations

import pytest

from local.salesforce import Simulator
from local.salesforce.simulator import PACKAGE
from tests.contract.salesforce_simulator.driver import CREDENTIALS, Client
from tests.contract.salesforce_simulator.small_package import write_field, write_package, write_permission_set

STANDARD = {
    "Account", "Contact", "Lead", "Opportunity", "OpportunityLineItem", "OpportunityContactRole", "Order", "OrderItem",
    "Product2", "Pricebook2", "PricebookEntry", "Case", "Campaign", "CampaignMember", "CampaignMemberStatus", "Quote",
    "QuoteLineItem", "Asset", "Individual", "User", "Profile", "RecordType", "Organization", "DuplicateRule",
}  # fmt: skip


def fields_of(org, sobject):
    return {each["name"]: each for each in org.call("GET", f"sobjects/{sobject}/describe").body["fields"]}


def test_all_objects_are_listed(org):
    """The list of objects has their prefixes and what can be done with them. That these are all is ours.
    [documented: REST API Developer Guide, Describe Global]
    """
    body = org.call("GET", "sobjects").body
    assert set(body) == {"encoding", "maxBatchSize", "sobjects"}
    listed = {each["name"]: each for each in body["sobjects"]}
    assert set(listed) == STANDARD | {"Parcel__c", "Label__c"}
    assert listed["Order"]["keyPrefix"] == "801"
    assert listed["Parcel__c"]["custom"] is True


def test_a_describe_has_fields_and_children(org):
    """A describe has the object's fields, children and record types; of an object that is not there it is
    404. [documented: REST API Developer Guide, sObject Describe]
    """
    body = org.call("GET", "sobjects/Order/describe").body
    children = {each["relationshipName"]: each for each in body["childRelationships"]}
    assert children["OrderItems"]["childSObject"] == "OrderItem"
    assert children["OrderItems"]["cascadeDelete"] is True
    assert children["Parcels__r"]["field"] == "Order__c"
    assert body["recordTypeInfos"][0]["master"] is True
    assert org.call("GET", "sobjects/Order").body["objectDescribe"]["name"] == "Order"
    assert org.call("GET", "sobjects/Nothing/describe").error == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("sobject", "name", "expected"),
    [
        ("Order", "TotalAmount", {"type": "currency", "createable": False, "updateable": False}),
        ("Order", "EffectiveDate", {"type": "date", "nillable": False, "createable": True}),
        ("OrderItem", "OrderId", {"referenceTo": ["Order"], "createable": True, "updateable": False}),
        ("OrderItem", "Quantity", {"type": "double", "precision": 18, "scale": 2}),
        ("Contact", "Email", {"type": "email", "length": 80, "idLookup": True, "externalId": False}),
        ("Account", "AnnualRevenue", {"type": "currency", "precision": 18, "scale": 0}),
        ("Lead", "Status", {"defaultValue": "Open - Not Contacted", "defaultedOnCreate": True}),
        ("Pricebook2", "IsStandard", {"type": "boolean", "createable": False, "updateable": False}),
        ("PricebookEntry", "Product2Id", {"createable": True, "updateable": False, "nillable": False}),
        ("Account", "Id", {"type": "id", "idLookup": True, "nillable": False}),
        ("Parcel__c", "Storefront_Key__c", {"externalId": True, "unique": True, "caseSensitive": True, "length": 255}),
        ("Parcel__c", "Order__c", {"referenceTo": ["Order"], "relationshipName": "Order__r", "nillable": True}),
        ("Parcel__c", "Colour__c", {"restrictedPicklist": True, "defaultValue": "red", "type": "picklist"}),
        ("Parcel__c", "Weight__c", {"type": "double", "precision": 6, "scale": 2}),
        ("Parcel__c", "Insured__c", {"type": "boolean", "defaultValue": True, "nillable": False}),
        ("Parcel__c", "Carrier__c", {"nillable": False, "permissionable": False}),
        ("Parcel__c", "Notes__c", {"type": "textarea", "length": 1000, "filterable": False}),
        ("Label__c", "Parcel__c", {"updateable": False, "nillable": False, "cascadeDelete": True}),
        ("Label__c", "Name", {"autoNumber": True, "createable": False, "nameField": True}),
    ],
)  # fmt: skip
def test_facts_of_fields(org, sobject, name, expected):
    """Types, lengths and properties of fields, as described or as the package defines them.
    [documented: Object Reference, Standard Objects]
    """
    field = fields_of(org, sobject)[name]
    assert {key: field[key] for key in expected} == expected


def test_picklists_show_their_values(org):
    """A picklist is described with its values, of which one may be the default. [recorded]"""
    field = fields_of(org, "Parcel__c")["Colour__c"]
    assert [(each["value"], each["defaultValue"]) for each in field["picklistValues"]] == [
        ("red", True),
        ("blue", False),
    ]


def test_without_a_package_only_standard_objects_exist(tmp_path):
    """Without a package there are the standard objects only. [ours]"""
    org = Client(tmp_path / "nothing")
    assert {each["name"] for each in org.call("GET", "sobjects").body["sobjects"]} == STANDARD
    assert "Storefront_Key__c" not in fields_of(org, "Account")


@pytest.fixture
def granted(tmp_path):
    """A user who sees accounts with phone and billing address, and may read but not change their website."""
    package = write_package(tmp_path)
    fields = {
        "Account.Phone": True,
        "Account.BillingAddress": True,
        "Account.Website": False,
        "Account.Storefront_Key__c": True,
    }
    rights = {"Account": "cru", "Order": "r", "Opportunity": "cru"}
    write_permission_set(package, "Robot", rights, fields)
    write_permission_set(package, "Robot_Extra", {"Case": "r"}, {"Case.Subject": False})
    write_permission_set(package, "Another", {"Lead": "crud"}, {})
    return Client(package, permission_set="Robot")


def test_a_field_that_was_not_granted_does_not_exist(granted):
    """A field that the user can't see is answered like one that is not there. [documented]"""
    assert granted.try_create("Account", Name="x", Fax="1").error == (400, "INVALID_FIELD")
    assert granted.query("SELECT Fax FROM Account").error == (400, "INVALID_FIELD")
    assert "Fax" not in fields_of(granted, "Account")
    assert granted.try_create("Account", Name="x", Phone="1").status == 201


def test_a_key_field_that_was_not_granted_is_no_key(granted):
    """A key field that the user can't see is no key. [documented]"""
    assert granted.upsert("Account", "k", Name="x").status == 201
    assert granted.upsert("Opportunity", "k", Name="x").error == (404, "NOT_FOUND")


def test_an_address_is_granted_as_a_whole(granted):
    """Permission is given for an address as a whole, not for its parts. [assumed]"""
    assert granted.try_create("Account", Name="x", BillingCity="Graz").status == 201
    assert granted.try_create("Account", Name="x", ShippingCity="Graz").error == (400, "INVALID_FIELD")


def test_a_field_granted_for_reading_cannot_be_written(granted):
    """A field may be granted for reading only. The code is that of any read-only field. [documented: Object
    Reference, FieldPermissions]
    """
    assert granted.try_create("Account", Name="x", Website="x").error == (
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    )
    assert fields_of(granted, "Account")["Website"]["updateable"] is False


def test_required_and_system_fields_need_no_grant(granted):
    """Required fields are no part of a permission set: who may write the object may write them. [documented]"""
    assert {"Name", "Id", "SystemModstamp", "OwnerId"} <= set(fields_of(granted, "Account"))


def test_objects_without_a_grant_do_not_exist(granted):
    """An object that the user may not read is answered like one that is not there. [assumed]"""
    assert granted.try_create("Contact", LastName="x").error == (404, "NOT_FOUND")
    assert granted.try_create("Lead", LastName="x", Company="y").error == (404, "NOT_FOUND")
    assert granted.call("GET", "sobjects/Case/describe").status == 200


def test_rights_on_an_object_are_checked(granted):
    """Rights to create, edit and delete are granted one by one. The code is assumed. [documented: Object
    Reference, ObjectPermissions]
    """
    account = granted.create("Account", Name="x")
    assert granted.call("DELETE", f"sobjects/Account/{account}").error == (
        403,
        "INSUFFICIENT_ACCESS_OR_READONLY",
    )
    fields = {"AccountId": account, "EffectiveDate": "2026-11-20", "Status": "Draft"}
    assert granted.try_create("Order", **fields).error == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert granted.call("GET", "sobjects/Account/describe").body["deletable"] is False


def test_children_have_the_rights_of_their_parent(granted):
    """Order products have no rights of their own: who may only read orders may only read them. [assumed]"""
    described = granted.call("GET", "sobjects/OrderItem/describe").body
    assert (described["createable"], described["queryable"]) == (False, True)
    assert granted.call("GET", "sobjects/OpportunityLineItem/describe").body["deletable"] is True
    assert granted.call("GET", "sobjects/CampaignMember/describe").error == (404, "NOT_FOUND")


def test_what_is_hidden_can_be_asked_for(granted):
    """The simulator tells what it hides from the user. [ours]"""
    hidden = granted.raw("GET", "/_hidden").body
    assert "Fax" in hidden["Account"]
    assert hidden["Contact"] == ["*"]


def test_the_own_package_loads_with_all_its_keys():
    """The product's own source: each object's key is unique, case-sensitive and granted to the integration
    user. [ours]
    """
    simulator = Simulator(CREDENTIALS, package=PACKAGE)
    assert simulator.world.org.permissions is not None
    keyed = [
        each for each in simulator.world.org.schema.objects.values() if "Storefront_Key__c" in each.fields
    ]
    assert {"Account", "Contact", "Order", "OrderItem", "Product2", "PricebookEntry"} <= {
        each.name for each in keyed
    }
    for each in keyed:
        key = each.fields["Storefront_Key__c"]
        assert (key.unique, key.case_sensitive, key.external_id, key.createable) == (
            True,
            True,
            True,
            True,
        ), each.name


def test_a_field_that_is_taken_out_of_the_package_is_gone(tmp_path):
    """The org has the fields that the package has now. [ours]"""
    package = write_package(tmp_path)
    write_field(package, "Order", "Extra__c", "<type>Text</type><length>10</length>")
    assert "Extra__c" in fields_of(Client(package), "Order")
    (package / "objects/Order/fields/Extra__c.field-meta.xml").unlink()
    assert "Extra__c" not in fields_of(Client(package), "Order")
