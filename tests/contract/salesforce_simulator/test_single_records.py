"""Single records over `/sobjects`."""

from __future__ import annotations

import gzip
import json

import pytest

from local.salesforce.ids import checksum, full_id
from tests.contract.salesforce_simulator.driver import BASE, Client
from tests.contract.salesforce_simulator.small_package import write_field, write_package, write_permission_set


def test_a_create_answers_201_with_id_and_location(org):
    """A create answers 201 with the id, `success` and no errors, and tells the usage. [recorded]"""
    reply = org.try_create("Account", Name="Duval SARL")
    assert reply.status == 201
    assert reply.body == {"id": reply.id, "success": True, "errors": []}
    assert reply.headers["Location"] == f"{BASE}/sobjects/Account/{reply.id}"
    assert reply.headers["Sforce-Limit-Info"].startswith("api-usage=1/")


def test_ids_have_the_prefix_of_their_object_and_a_checksum(org):
    """18 characters: an object's prefix and a number in 15, then three that carry the case of each letter.
    [reported]
    """
    record_id = org.create("Account", Name="Duval SARL")
    assert record_id.startswith("001")
    assert len(record_id) == 18
    assert record_id[15:] == checksum(record_id[:15])
    assert full_id(record_id[:15]) == record_id


def test_a_published_id_pair_checks_the_checksum():
    """The master record type's id is the same in every org. [recorded]"""
    assert full_id("012000000000000") == "012000000000000AAA"


def test_a_record_is_found_by_its_15_character_id_too(org):
    """The API takes ids of 15 characters and answers those of 18. [reported]"""
    record_id = org.create("Account", Name="Duval SARL")
    assert org.read("Account", record_id[:15])["Id"] == record_id


def test_an_update_by_id_answers_204_without_a_body(org):
    """An update by id answers 204 without a body. [recorded]"""
    record_id = org.create("Account", Name="Duval SARL")
    reply = org.change("Account", record_id, Name="Duval et fils")
    assert (reply.status, reply.body) == (204, None)
    assert org.read("Account", record_id)["Name"] == "Duval et fils"


def test_the_id_may_not_stand_in_the_body_of_an_update(org):
    """The body of an update by id does not hold the id. [assumed]"""
    record_id = org.create("Account", Name="Duval SARL")
    assert org.change("Account", record_id, Id=record_id, Name="x").error == (400, "INVALID_FIELD")


def test_a_delete_answers_204_and_a_second_one_404_deleted(org):
    """What is in the recycle bin is 404 ENTITY_IS_DELETED. That reading and changing it answer so too is
    assumed. [recorded]
    """
    record_id = org.create("Account", Name="Duval SARL")
    assert org.call("DELETE", f"sobjects/Account/{record_id}").status == 204
    reply = org.call("DELETE", f"sobjects/Account/{record_id}")
    assert reply.status == 404
    assert reply.body == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]
    assert org.call("GET", f"sobjects/Account/{record_id}").error == (404, "ENTITY_IS_DELETED")
    assert org.change("Account", record_id, Name="x").error == (404, "ENTITY_IS_DELETED")


def test_an_upsert_answers_201_created_then_200_not_created(org):
    """Since version 46 an update by key answers 200 with the id and `created: false`. [documented: REST API
    Developer Guide, Upsert Records Using sObject Rows by External ID]
    """
    first = org.upsert("Account", "shop:1", Name="Duval SARL")
    second = org.upsert("Account", "shop:1", Name="Duval et fils")
    assert (first.status, first.body["created"]) == (201, True)
    assert (second.status, second.body["created"]) == (200, False)
    assert first.id == second.id
    assert org.read("Account", first.id)["Storefront_Key__c"] == "shop:1"


@pytest.mark.parametrize("key", ["a/b", "a b", "a#b", "ä:1", "100%", "x?y=1", "a+b", "quote'd"])
def test_any_key_survives_percent_encoding(org, key):
    """A key in a URL is percent-encoded and may hold any character. [documented: REST API Developer Guide,
    sObject Rows by External ID]
    """
    record_id = org.upsert("Account", key, Name="Duval SARL").id
    assert org.read("Account", record_id)["Storefront_Key__c"] == key
    assert org.upsert("Account", key, Name="again").id == record_id


def test_keys_differ_by_case_where_the_field_says_so(org):
    """A unique field may treat values that differ by case as different. [documented]"""
    assert org.upsert("Account", "shop:a", Name="one").id != org.upsert("Account", "shop:A", Name="two").id


@pytest.mark.parametrize("name", ["Storefront_Key__c", "storefront_key__c", "Id"])
def test_the_key_may_not_stand_in_the_body_of_an_upsert(org, name):
    """The body of an upsert holds neither the external id field nor the id. The code is assumed.
    [documented: REST API Developer Guide, Upsert Records Using sObject Rows by External ID]
    """
    assert org.upsert("Account", "shop:1", Name="x", **{name: "shop:1"}).error == (400, "INVALID_FIELD")


@pytest.mark.parametrize("field", ["Nonsense__c", "Phone"])
def test_an_upsert_by_a_field_that_is_no_key_is_not_found(org, field):
    """A key field that is none, not installed or hidden is 404 NOT_FOUND. [recorded]"""
    reply = org.call("PATCH", f"sobjects/Account/{field}/1", {"Name": "x"})
    assert reply.error == (404, "NOT_FOUND")
    assert (
        reply.body[0]["message"] == f"Provided external ID field does not exist or is not accessible: {field}"
    )


def test_a_key_that_several_records_have_answers_300_with_their_urls(org):
    """A key that several records have is answered 300 with the list of them, and nothing is written.
    [documented: REST API Developer Guide, Status Codes and Error Responses]
    """
    ids = [org.create("Parcel__c", Carrier__c="Post", Batch__c="B7") for _ in range(2)]
    reply = org.call("PATCH", "sobjects/Parcel__c/Batch__c/B7", {"Carrier__c": "Rail"})
    assert reply.status == 300
    assert reply.body == [f"{BASE}/sobjects/Parcel__c/{each}" for each in ids]
    assert {row["Carrier__c"] for row in org.rows("SELECT Carrier__c FROM Parcel__c")} == {"Post"}


@pytest.mark.parametrize(("right", "status"), [("ViewAllData", 201), ("ActivateOrder", 403)])
def test_an_upsert_by_a_key_that_need_not_be_unique_needs_to_view_all_data(tmp_path, right, status):
    """To upsert by an external id that is not unique needs View All Data. The code is assumed.
    [documented: REST API Developer Guide, Upsert Records Using sObject Rows by External ID]
    """
    package = write_package(tmp_path)
    fields = {"Parcel__c.Batch__c": True, "Parcel__c.Storefront_Key__c": True}
    write_permission_set(package, "Robot", {"Parcel__c": "cru"}, fields, (right,))
    org = Client(package, permission_set="Robot")
    reply = org.call("PATCH", "sobjects/Parcel__c/Batch__c/B7", {"Carrier__c": "Rail"})
    assert reply.status == status
    assert len(org.rows("SELECT Id FROM Parcel__c")) == (status == 201)
    assert org.upsert("Parcel__c", "k", Carrier__c="Rail").status == 201


@pytest.mark.parametrize("key", ["%20", "%09%20"])
def test_an_upsert_needs_a_value_of_its_key(org, key):
    """An upsert with an empty key is an error. The code is assumed. [documented]"""
    reply = org.call("PATCH", f"sobjects/Account/Storefront_Key__c/{key}", {"Name": "x"})
    assert reply.error == (400, "MISSING_ARGUMENT")
    assert org.rows("SELECT Id FROM Account") == []


def test_a_number_as_key(tmp_path):
    """An external id may be a number; text in its place is refused. The code is assumed. [documented]"""
    package = write_package(tmp_path)
    number = "<type>Number</type><precision>8</precision><scale>0</scale><unique>true</unique>"
    write_field(package, "Parcel__c", "Shop_Number__c", f"{number}<externalId>true</externalId>")
    org = Client(package)
    path = "sobjects/Parcel__c/Shop_Number__c"
    assert org.call("PATCH", f"{path}/four", {"Carrier__c": "Post"}).error == (400, "MALFORMED_ID")
    first = org.call("PATCH", f"{path}/42", {"Carrier__c": "Post"})
    assert (first.status, org.call("PATCH", f"{path}/42", {"Carrier__c": "Rail"}).id) == (201, first.id)
    assert org.call("GET", f"{path}/42").body["Carrier__c"] == "Rail"


def test_update_only_refuses_to_create(org):
    """`updateOnly=true` keeps an upsert from creating. That it then answers 404 is assumed. [documented: REST
    API Developer Guide, Upsert Records Using sObject Rows by External ID]
    """
    path = "sobjects/Account/Storefront_Key__c/shop%3A1?updateOnly=true"
    assert org.call("PATCH", path, {"Name": "x"}).error == (404, "NOT_FOUND")
    org.upsert("Account", "shop:1", Name="x")
    assert org.call("PATCH", path, {"Name": "y"}).status == 200


def test_reading_and_deleting_by_key(org):
    """A record can be read and deleted by its external id. [documented: REST API Developer Guide, sObject
    Rows by External ID]
    """
    record_id = org.upsert("Account", "shop:1", Name="x").id
    path = "sobjects/Account/Storefront_Key__c/shop%3A1"
    assert org.call("GET", path).body["Id"] == record_id
    assert org.call("DELETE", path).status == 204
    assert org.call("GET", path).error == (404, "NOT_FOUND")


def test_the_key_of_a_deleted_record_is_free_again(org):
    """A value in the recycle bin does not count against uniqueness. [assumed]"""
    old = org.upsert("Account", "shop:1", Name="x").id
    org.call("DELETE", f"sobjects/Account/{old}")
    reply = org.upsert("Account", "shop:1", Name="y")
    assert (reply.status, reply.id != old) == (201, True)


def test_post_to_the_id_key_creates(org):
    """POST to the Id as key field creates. [documented: REST API Developer Guide, sObject Rows by External
    ID]
    """
    assert org.call("POST", "sobjects/Account/Id", {"Name": "x"}).status == 201


def test_reading_names_all_fields_or_those_wanted(org):
    """A record shows all its fields, addresses also as a whole, or the fields asked for. [documented: REST
    API Developer Guide, sObject Rows]
    """
    record_id = org.create("Contact", LastName="Weber", MailingCity="Graz")
    whole = org.read("Contact", record_id)
    assert whole["attributes"] == {"type": "Contact", "url": f"{BASE}/sobjects/Contact/{record_id}"}
    assert whole["Phone"] is None
    assert whole["MailingAddress"]["city"] == "Graz"
    assert whole["OtherAddress"] is None
    some = org.call("GET", f"sobjects/Contact/{record_id}?fields=LastName,Phone").body
    assert set(some) == {"attributes", "LastName", "Phone"}
    assert org.call("GET", f"sobjects/Contact/{record_id}?fields=Nope").error == (400, "INVALID_FIELD")


def test_a_malformed_id_in_the_url(org):
    """An id whose checksum is wrong is 400 MALFORMED_ID. That one of another object is so too is assumed.
    [recorded]
    """
    record_id = org.create("Account", Name="x")
    wrong = record_id[:17] + ("A" if record_id[17] != "A" else "B")
    reply = org.change("Account", wrong, Name="y")
    assert reply.error == (400, "MALFORMED_ID")
    assert reply.body[0]["message"] == f"Record ID: id value of incorrect type: {wrong}"
    assert org.change("Contact", record_id, LastName="y").error == (400, "MALFORMED_ID")


def test_an_id_that_never_was(org):
    """A record that is not there is 404. The code of an update is assumed. [documented: REST API Developer
    Guide, Status Codes and Error Responses]
    """
    missing = full_id("001SF00000000zz")
    assert org.call("GET", f"sobjects/Account/{missing}").error == (404, "NOT_FOUND")
    assert org.change("Account", missing, Name="y").error == (404, "INVALID_CROSS_REFERENCE_KEY")


def test_unknown_objects_and_resources_are_not_found(org):
    """An object, resource or API version that is not there is 404 NOT_FOUND. [recorded]"""
    assert org.try_create("Spaceship__c", Name="x").error == (404, "NOT_FOUND")
    assert org.call("GET", "nonsense").error == (404, "NOT_FOUND")
    assert org.call("GET", "sobjects/Account/Storefront_Key__c/a/b").error == (404, "NOT_FOUND")
    assert org.raw("GET", "/elsewhere").error == (404, "NOT_FOUND")
    assert org.raw("GET", "/services/data/v19.0/sobjects").error == (404, "NOT_FOUND")


def test_what_is_no_id_is_taken_for_a_key_field(org):
    """What stands in the place of an id and is none is answered like an unknown key field. [assumed]"""
    reply = org.call("GET", "sobjects/Account/rubbish")
    assert reply.error == (404, "NOT_FOUND")
    assert reply.body[0]["message"].startswith(
        "Provided external ID field does not exist or is not accessible"
    )


def test_a_method_that_a_resource_does_not_know(org):
    """A method that the resource does not allow is answered 405. [documented: REST API Developer Guide,
    Status Codes and Error Responses]
    """
    assert org.call("PUT", "sobjects/Account", {"Name": "x"}).error == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("body", [b"{", b'{"Name": NaN}', b'{"Name": "\xff"}'])
def test_a_body_that_is_no_json(org, body):
    """A body that can't be read is answered 400. The code is reported. [documented: REST API Developer Guide,
    Status Codes and Error Responses]
    """
    reply = org.raw("POST", f"{BASE}/sobjects/Account", body)
    assert reply.error == (400, "JSON_PARSER_ERROR")
    assert "not valid JSON" in reply.body[0]["message"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b""])
def test_a_body_that_is_no_json_object(org, body):
    """A body that can't be understood is answered 400. The code is reported. [documented: REST API Developer
    Guide, Status Codes and Error Responses]
    """
    assert org.raw("POST", f"{BASE}/sobjects/Account", body).error == (400, "JSON_PARSER_ERROR")


def test_a_method_may_be_overridden_in_the_query(org):
    """Clients without PATCH send POST with `_HttpMethod=PATCH`. [documented: REST API Developer Guide, Update
    a Record]
    """
    record_id = org.create("Account", Name="x")
    assert org.call("POST", f"sobjects/Account/{record_id}?_HttpMethod=PATCH", {"Name": "y"}).status == 204
    assert org.read("Account", record_id)["Name"] == "y"


def test_a_gzipped_body_is_understood(org):
    """A request may be compressed with gzip. [documented: REST API Developer Guide, Compression Headers]"""
    body = gzip.compress(json.dumps({"Name": "x"}).encode())
    assert org.raw("POST", f"{BASE}/sobjects/Account", body, Content_Encoding="gzip").status == 201
    assert org.raw("POST", f"{BASE}/sobjects/Account", b"no", Content_Encoding="gzip").status == 400


def test_system_fields_tell_who_and_when(org):
    """Every record tells who created and changed it and when; owner is its creator. [documented: Object
    Reference, System Fields]
    """
    record_id = org.create("Account", Name="x")
    org.clock.pass_(90)
    org.change("Account", record_id, Name="y")
    row = org.read("Account", record_id)
    assert row["CreatedDate"] == "2026-11-20T09:30:00.000+0000"
    assert row["LastModifiedDate"] == row["SystemModstamp"] == "2026-11-20T09:31:30.000+0000"
    assert row["CreatedById"] == row["LastModifiedById"] == row["OwnerId"]
    assert row["IsDeleted"] is False
