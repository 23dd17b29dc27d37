"""Records that refer to others: parents by id and by key, and what becomes of children."""

from __future__ import annotations

import pytest

from local.salesforce.ids import full_id


def parcel(org, **fields):
    return org.try_create("Parcel__c", **{"Carrier__c": "Post", **fields})


def test_a_parent_is_named_by_its_own_key(org):
    """A parent may be named by an indexed field of its own, under the relationship's name. [documented: Bulk
    API Developer Guide, Relationship Fields in Records]
    """
    account = org.upsert("Account", "shop:7", Name="x").id
    contact = org.create("Contact", LastName="y", Account={"Storefront_Key__c": "shop:7"})
    assert org.read("Contact", contact)["AccountId"] == account


def test_a_missing_parent_is_told_from_an_unknown_field_by_its_message(org):
    """A missing parent is INVALID_FIELD like an unknown field; only the text tells them apart. [recorded]"""
    reply = org.try_create("Contact", LastName="y", Account={"Storefront_Key__c": "shop:404"})
    assert reply.status == 400
    assert reply.body[0] == {
        "message": "Foreign key external ID: shop:404 not found for field Storefront_Key__c in entity Account",
        "errorCode": "INVALID_FIELD",
        "fields": [],
    }


def test_an_own_relationship_ends_in_r(org):
    """The relationship of a custom field ends in `__r`. [documented: Bulk API Developer Guide, Relationship
    Fields in Records]
    """
    order = org.order(Storefront_Key__c="shop:1")
    record_id = parcel(org, Order__r={"Storefront_Key__c": "shop:1"}).id
    assert org.read("Parcel__c", record_id)["Order__c"] == order


def test_a_parent_key_that_several_records_have(org):
    """A parent key that several records have is refused. The code is assumed. [documented]"""
    for _ in range(2):
        org.create("Contact", LastName="y", Email="twin@shop.test")
    account = org.create("Account", Name="x")
    order = {"AccountId": account, "EffectiveDate": "2026-11-20", "Status": "Draft"}
    reply = org.try_create("Order", **order, BillToContact={"Email": "twin@shop.test"})
    assert reply.error == (400, "INVALID_FIELD")
    assert reply.body[0]["message"].startswith("More than one record found for external id")


def test_a_parent_by_a_field_that_is_no_key(org):
    """A parent is named by an indexed field: an external id or one with idLookup. The code is assumed.
    [documented: Bulk API Developer Guide, Relationship Fields in Records]
    """
    reply = org.try_create("Contact", LastName="y", Account={"Name": "x"})
    assert reply.error == (400, "INVALID_FIELD")
    assert "Name is not an external ID" in reply.body[0]["message"]


def test_a_parent_is_no_text(org):
    """A relationship takes an object with the parent's key. The code is assumed. [documented: Bulk API
    Developer Guide, Relationship Fields in Records]
    """
    org.upsert("Account", "shop:7", Name="x")
    assert org.try_create("Contact", LastName="y", Account="shop:7").error == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    "parent",
    [{}, {"attributes": {"type": "Account"}}, {"Storefront_Key__c": "shop:7", "Name": "x"}],
)
def test_a_parent_has_its_key_and_nothing_else(org, parent):
    """A parent that is named by its key holds that key only. The code is assumed. [documented: Apex Developer
    Guide, Relating Records by Using an External ID]
    """
    org.upsert("Account", "shop:7", Name="x")
    assert org.try_create("Contact", LastName="y", Account=parent).error == (400, "INVALID_FIELD")


@pytest.mark.parametrize("kind", ["Contact", "Spaceship__c"])
def test_a_parent_is_of_an_object_that_the_field_refers_to(org, kind):
    """A parent's type is one of the objects that the field refers to. [assumed]"""
    org.create("Contact", LastName="z", Storefront_Key__c="shop:7")
    parent = {"attributes": {"type": kind}, "Storefront_Key__c": "shop:7"}
    assert org.try_create("Contact", LastName="y", Account=parent).error == (400, "INVALID_FIELD")


def test_an_owner_by_key_must_say_whether_it_is_a_user_or_a_queue(org):
    """Where a field refers to several objects, `attributes.type` says which. The code is assumed.
    [documented]
    """
    owner = {"Username": "integration@storefront.example"}
    reply = org.try_create("Case", Subject="x", Owner=owner)
    assert reply.error == (400, "INVALID_FIELD")
    assert "attributes.type is needed" in reply.body[0]["message"]
    assert org.try_create("Case", Subject="x", Owner={**owner, "attributes": {"type": "User"}}).status == 201


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("rubbish", "MALFORMED_ID"),
        (full_id("003SF0000000001"), "FIELD_INTEGRITY_EXCEPTION"),
        (full_id("001SF00000000zz"), "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_references_must_point_to_a_record_of_the_right_object(org, given, code):
    """What is no id is MALFORMED_ID, one of another object FIELD_INTEGRITY_EXCEPTION, one of no record
    INVALID_CROSS_REFERENCE_KEY. [reported]
    """
    assert org.try_create("Contact", LastName="y", AccountId=given).error == (400, code)


def test_a_reference_to_a_deleted_record(org):
    """A reference to a record in the recycle bin is ENTITY_IS_DELETED. [assumed]"""
    account = org.create("Account", Name="x")
    org.call("DELETE", f"sobjects/Account/{account}")
    assert org.try_create("Contact", LastName="y", AccountId=account).error == (400, "ENTITY_IS_DELETED")


def test_a_master_detail_parent_is_required_and_fixed(org):
    """A detail needs its master, keeps it unless the field is reparentable, and goes with it. [documented]"""
    one, other = parcel(org).id, parcel(org).id
    assert org.try_create("Label__c").error == (400, "REQUIRED_FIELD_MISSING")
    label = org.create("Label__c", Parcel__c=one)
    assert org.change("Label__c", label, Parcel__c=other).error == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    org.call("DELETE", f"sobjects/Parcel__c/{one}")
    assert org.call("GET", f"sobjects/Label__c/{label}").error == (404, "ENTITY_IS_DELETED")


def test_a_lookup_is_cleared_when_its_parent_goes(org):
    """A lookup whose constraint is SetNull is emptied when its parent is deleted. [assumed]"""
    order = org.order()
    record_id = parcel(org, Order__c=order).id
    org.call("DELETE", f"sobjects/Order/{order}")
    assert org.read("Parcel__c", record_id)["Order__c"] is None
