"""sObject collections (fact sheet, 3.3)."""

from __future__ import annotations

import pytest


def record(sobject, **fields):
    return {"attributes": {"type": sobject}, **fields}


def send(org, method, path, *records, whole=False):
    return org.call(method, f"composite/sobjects{path}", {"allOrNone": whole, "records": list(records)})


def test_results_come_in_the_order_of_the_records(org):
    reply = send(
        org, "POST", "", record("Contact", LastName="a"), record("Contact"), record("Account", Name="b")
    )
    assert reply.status == 200
    assert [each["success"] for each in reply.body] == [True, False, True]
    assert set(reply.body[0]) == {"id", "success", "errors"}
    assert reply.body[2]["id"].startswith("001")


def test_errors_of_items_carry_a_status_code_and_not_an_error_code(org):
    reply = send(org, "POST", "", record("Contact"))
    assert reply.body == [
        {
            "success": False,
            "errors": [
                {
                    "statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [LastName]",
                    "fields": ["LastName"],
                }
            ],
        }
    ]  # fmt: skip


def test_with_all_or_none_the_good_ones_say_that_they_were_rolled_back(org):
    """All with HTTP 200."""
    reply = send(org, "POST", "", record("Contact", LastName="a"), record("Contact"), whole=True)
    assert reply.status == 200
    codes = [each["errors"][0]["statusCode"] for each in reply.body]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.rows("SELECT Id FROM Contact") == []


def test_an_empty_list_is_refused_as_a_whole(org):
    reply = send(org, "POST", "")
    assert reply.status == 400
    assert reply.body == [{"message": "At least 1 record is required", "errorCode": "REQUIRED_FIELD_MISSING"}]


def test_at_most_200_records_in_ten_runs_of_one_object(org):
    many = [record("Account", Name="x")] * 201
    assert send(org, "POST", "", *many).error == (400, "EXCEEDED_ID_LIMIT")
    assert send(org, "POST", "", *many[:200]).status == 200
    mixed = [record("Account", Name="x"), record("Contact", LastName="y")] * 6
    assert send(org, "POST", "", *mixed[:11]).error == (400, "INVALID_INPUT")
    assert send(org, "POST", "", *mixed[:10]).status == 200


def test_updates_need_ids(org):
    known = org.create("Contact", LastName="a")
    reply = send(org, "PATCH", "", record("Contact", id=known, LastName="b"), record("Contact", LastName="c"))
    assert [each["success"] for each in reply.body] == [True, False]
    assert reply.body[1]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert org.read("Contact", known)["LastName"] == "b"


def test_upserts_tell_created_from_updated(org):
    path = "/Account/Storefront_Key__c"
    first = send(org, "PATCH", path, record("Account", Storefront_Key__c="k1", Name="a"))
    second = send(
        org, "PATCH", path, *[record("Account", Storefront_Key__c=f"k{n}", Name="b") for n in (1, 2)]
    )
    assert first.body[0]["created"] is True
    assert [each["created"] for each in second.body] == [False, True]
    assert second.body[0]["id"] == first.body[0]["id"]


def test_upserting_by_a_lookup_field_ignores_case(org):
    """idLookup fields such as Contact.Email work in collections; e-mail is stored in lower case."""
    send(org, "PATCH", "/Contact/Email", record("Contact", LastName="a", Email="Ada@Shop.test"))
    reply = send(org, "PATCH", "/Contact/Email", record("Contact", LastName="b", Email="ADA@shop.test"))
    assert reply.body[0]["created"] is False
    assert org.rows("SELECT LastName, Email FROM Contact")[0]["Email"] == "ada@shop.test"


def test_an_upsert_by_id_null_creates(org):
    reply = send(org, "PATCH", "/Account/Id", record("Account", Id=None, Name="a"))
    assert reply.body[0]["created"] is True
    again = send(org, "PATCH", "/Account/Id", record("Account", Id=reply.body[0]["id"], Name="b"))
    assert again.body[0]["created"] is False


def test_the_later_of_two_records_with_one_key_fails(org):
    same = [record("Account", Storefront_Key__c="k", Name=name) for name in ("a", "b")]
    reply = send(org, "PATCH", "/Account/Storefront_Key__c", *same)
    assert [each["success"] for each in reply.body] == [True, False]
    assert reply.body[1]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"


def test_upserts_are_of_one_object_and_by_a_key(org):
    assert send(org, "PATCH", "/Account/Phone", record("Account", Phone="1")).error == (404, "NOT_FOUND")
    assert send(org, "PATCH", "/Account/Storefront_Key__c", record("Lead")).error == (400, "INVALID_INPUT")
    reply = send(org, "PATCH", "/Account/Storefront_Key__c", record("Account", Name="a"))
    assert reply.body[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_a_key_that_several_records_have_is_an_error_of_the_item(org):
    for _ in range(2):
        org.create("Contact", LastName="a", Email="twin@shop.test")
    reply = send(org, "PATCH", "/Contact/Email", record("Contact", LastName="b", Email="twin@shop.test"))
    assert reply.body[0]["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"


def test_deleting_several(org):
    ids = [org.create("Account", Name="x") for _ in range(2)]
    gone = ids[0]
    org.call("DELETE", f"sobjects/Account/{gone}")
    reply = org.call("DELETE", f"composite/sobjects?ids={','.join(ids)}&allOrNone=false")
    assert [each["success"] for each in reply.body] == [False, True]
    assert reply.body[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


def test_deleting_all_or_none(org):
    kept = org.create("Account", Name="x")
    org.call("DELETE", f"composite/sobjects?ids={kept},rubbish&allOrNone=true")
    assert org.read("Account", kept)["IsDeleted"] is False


def test_reading_several_keeps_the_order_and_marks_what_is_missing(org):
    ids = [org.create("Account", Name=name) for name in "ab"]
    wanted = [ids[1], "001SF00000000zzAAA", ids[0]]
    read = org.call("POST", "composite/sobjects/Account", {"ids": wanted, "fields": ["Name"]}).body
    assert [each and each["Name"] for each in read] == ["b", None, "a"]
    assert org.call("GET", f"composite/sobjects/Account?ids={ids[0]}&fields=Name").body[0]["Name"] == "a"
    assert org.call("GET", f"composite/sobjects/Account?ids={ids[0]}&fields=Nope").error == (
        400,
        "INVALID_FIELD",
    )


@pytest.mark.parametrize(
    "body", [{"records": "x"}, {"records": [{}]}, {"records": [1]}, {"allOrNone": 1, "records": [{}]}]
)
def test_malformed_collections(org, body):
    assert org.call("POST", "composite/sobjects", body).status == 400
