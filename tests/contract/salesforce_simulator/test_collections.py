"""sObject collections: up to 200 records a call."""

from __future__ import annotations

import pytest


def record(sobject, **fields):
    return {"attributes": {"type": sobject}, **fields}


def send(org, method, path, *records, whole=False):
    return org.call(method, f"composite/sobjects{path}", {"allOrNone": whole, "records": list(records)})


def test_results_come_in_the_order_of_the_records(org):
    """Each record has its result, in the order of the records, and its failure is no other's.
    [documented: REST API Developer Guide, Create Records Using sObject Collections]
    """
    reply = send(
        org, "POST", "", record("Contact", LastName="a"), record("Contact"), record("Account", Name="b")
    )
    assert reply.status == 200
    assert [each["success"] for each in reply.body] == [True, False, True]
    assert set(reply.body[0]) == {"id", "success", "errors"}
    assert reply.body[2]["id"].startswith("001")


def test_errors_of_items_carry_a_status_code_and_not_an_error_code(org):
    """A record's failure has no id, and its errors carry `statusCode` where a request's carry `errorCode`.
    [recorded]
    """
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
    """With `allOrNone` one bad record undoes the good ones, which say so; the status is still 200. [recorded]"""
    reply = send(org, "POST", "", record("Contact", LastName="a"), record("Contact"), whole=True)
    assert reply.status == 200
    codes = [each["errors"][0]["statusCode"] for each in reply.body]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.rows("SELECT Id FROM Contact") == []


def test_an_empty_list_is_refused_as_a_whole(org):
    """At least one record is needed; the answer is 400 and an array, not results. [recorded]"""
    reply = send(org, "POST", "")
    assert reply.status == 400
    assert reply.body == [{"message": "At least 1 record is required", "errorCode": "REQUIRED_FIELD_MISSING"}]


def test_at_most_200_records_in_ten_runs_of_one_object(org):
    """A call takes 200 records, and at most ten chunks of one object each. The codes are assumed.
    [documented: REST API Developer Guide, Create Records Using sObject Collections]
    """
    many = [record("Account", Name="x")] * 201
    assert send(org, "POST", "", *many).error == (400, "EXCEEDED_ID_LIMIT")
    assert send(org, "POST", "", *many[:200]).status == 200
    mixed = [record("Account", Name="x"), record("Contact", LastName="y")] * 6
    assert send(org, "POST", "", *mixed[:11]).error == (400, "INVALID_INPUT")
    assert len(org.rows("SELECT Id FROM Account")) == 200
    assert send(org, "POST", "", *mixed[:10]).status == 200


def test_updates_need_ids(org):
    """An update without an id fails for that record only. [recorded]"""
    known = org.create("Contact", LastName="a")
    reply = send(org, "PATCH", "", record("Contact", id=known, LastName="b"), record("Contact", LastName="c"))
    assert [each["success"] for each in reply.body] == [True, False]
    assert reply.body[1]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert org.read("Contact", known)["LastName"] == "b"


def test_upserts_tell_created_from_updated(org):
    """The result of an upsert says whether it created the record. [recorded]"""
    path = "/Account/Storefront_Key__c"
    first = send(org, "PATCH", path, record("Account", Storefront_Key__c="k1", Name="a"))
    second = send(
        org, "PATCH", path, *[record("Account", Storefront_Key__c=f"k{n}", Name="b") for n in (1, 2)]
    )
    assert first.body[0]["created"] is True
    assert [each["created"] for each in second.body] == [False, True]
    assert second.body[0]["id"] == first.body[0]["id"]


def test_an_unknown_type_is_an_error_of_its_item(org):
    """A type that the org does not know is refused like any other fault of one record. [assumed]"""
    reply = send(org, "POST", "", record("Spaceship__c", Name="a"), record("Account", Name="b"))
    assert reply.body[0]["errors"][0]["statusCode"] == "INVALID_TYPE"
    assert reply.body[1]["success"] is True


def test_upserting_by_a_lookup_field_ignores_case(org):
    """Collections are upserted by idLookup fields such as Contact.Email too; e-mail is matched in any case
    and stored in lower case. [recorded]
    """
    send(org, "PATCH", "/Contact/Email", record("Contact", LastName="a", Email="Ada@Shop.test"))
    reply = send(org, "PATCH", "/Contact/Email", record("Contact", LastName="b", Email="ADA@shop.test"))
    assert reply.body[0]["created"] is False
    assert org.rows("SELECT LastName, Email FROM Contact")[0]["Email"] == "ada@shop.test"


def test_an_upsert_by_id_null_creates(org):
    """An upsert by Id with null creates, though the guide speaks of external ids only. That an id updates is
    assumed. [recorded]
    """
    reply = send(org, "PATCH", "/Account/Id", record("Account", Id=None, Name="a"))
    assert reply.body[0]["created"] is True
    again = send(org, "PATCH", "/Account/Id", record("Account", Id=reply.body[0]["id"], Name="b"))
    assert again.body[0]["created"] is False


def test_the_later_of_two_records_with_one_key_fails(org):
    """Of two records of one call with the same key the later one fails. [reported]"""
    same = [record("Account", Storefront_Key__c="k", Name=name) for name in ("a", "b")]
    reply = send(org, "PATCH", "/Account/Storefront_Key__c", *same)
    assert [each["success"] for each in reply.body] == [True, False]
    assert reply.body[1]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"


def test_upserts_are_of_one_object_and_by_a_key(org):
    """The records of an upsert are of the URL's object and have a value in its key field. The codes are
    assumed. [documented: REST API Developer Guide, Upsert Records Using sObject Collections]
    """
    assert send(org, "PATCH", "/Account/Phone", record("Account", Phone="1")).error == (404, "NOT_FOUND")
    assert send(org, "PATCH", "/Account/Storefront_Key__c", record("Lead")).error == (400, "INVALID_INPUT")
    reply = send(org, "PATCH", "/Account/Storefront_Key__c", record("Account", Name="a"))
    assert reply.body[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_a_key_that_several_records_have_is_an_error_of_the_item(org):
    """An external id that several records have is DUPLICATE_EXTERNAL_ID. [documented: SOAP API Developer
    Guide, StatusCode]
    """
    for _ in range(2):
        org.create("Contact", LastName="a", Email="twin@shop.test")
    reply = send(org, "PATCH", "/Contact/Email", record("Contact", LastName="b", Email="twin@shop.test"))
    assert reply.body[0]["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"


def test_deleting_several(org):
    """A deletion has one result per id, in their order; what is in the recycle bin fails alone.
    [documented: REST API Developer Guide, Delete Records Using sObject Collections]
    """
    ids = [org.create("Account", Name="x") for _ in range(2)]
    gone = ids[0]
    org.call("DELETE", f"sobjects/Account/{gone}")
    reply = org.call("DELETE", f"composite/sobjects?ids={','.join(ids)}&allOrNone=false")
    assert [each["success"] for each in reply.body] == [False, True]
    assert reply.body[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"


@pytest.mark.parametrize("query", ["", "?ids=", "?ids=,"])
def test_a_deletion_names_its_records(org, query):
    """`ids` is required. The code is that of an empty list of records. [documented: REST API Developer Guide,
    Delete Records Using sObject Collections]
    """
    assert org.call("DELETE", f"composite/sobjects{query}").error == (400, "REQUIRED_FIELD_MISSING")


def test_at_most_200_records_are_deleted_at_once(org):
    """A call deletes up to 200 records. The code is assumed. [documented: REST API Developer Guide, Delete
    Records Using sObject Collections]
    """
    kept = org.create("Account", Name="x")
    ids = ",".join([kept] * 201)
    assert org.call("DELETE", f"composite/sobjects?ids={ids}").error == (400, "EXCEEDED_ID_LIMIT")
    assert org.read("Account", kept)["IsDeleted"] is False


def test_deleting_all_or_none(org):
    """With `allOrNone` one id that can't be deleted keeps all. The code of a malformed id is recorded.
    [documented: REST API Developer Guide, Delete Records Using sObject Collections]
    """
    kept = org.create("Account", Name="x")
    reply = org.call("DELETE", f"composite/sobjects?ids={kept},rubbish&allOrNone=true")
    assert reply.body[1]["errors"][0]["statusCode"] == "MALFORMED_ID"
    assert org.read("Account", kept)["IsDeleted"] is False


def test_reading_several_keeps_the_order_and_marks_what_is_missing(org):
    """As many records as ids, null for an id that is not there; an unknown field is an error of the call.
    [documented: REST API Developer Guide, Get Records Using sObject Collections]
    """
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
    ("body", "code"),
    [
        ({"records": "x"}, "JSON_PARSER_ERROR"),
        ({"allOrNone": 1, "records": [record("Account", Name="a")]}, "JSON_PARSER_ERROR"),
        ({"records": [record("Account", Name="a"), {"Name": "b"}]}, "INVALID_INPUT"),
        ({"records": [record("Account", Name="a"), 1]}, "INVALID_INPUT"),
    ],
)
def test_a_malformed_collection_is_refused_as_a_whole(org, body, code):
    """A request that is not well formed, or a record without `attributes.type`, is answered 400 and nothing
    is written. The codes are assumed. [documented: REST API Developer Guide, Create Records Using sObject
    Collections]
    """
    assert org.call("POST", "composite/sobjects", body).error == (400, code)
    assert org.rows("SELECT Id FROM Account") == []


def test_at_most_2000_records_are_read_at_once(org):
    """A request with a body reads up to 2,000 records. The code is assumed. [documented: REST API Developer
    Guide, Get Records With a Request Body Using sObject Collections]
    """
    known = org.create("Account", Name="a")
    asked = {"ids": [known] * 2_001, "fields": ["Name"]}
    assert org.call("POST", "composite/sobjects/Account", asked).error == (400, "EXCEEDED_ID_LIMIT")
    asked["ids"].pop()
    assert len(org.call("POST", "composite/sobjects/Account", asked).body) == 2_000


@pytest.mark.parametrize(
    "body", [{"ids": "x", "fields": ["Name"]}, {"ids": [1], "fields": ["Name"]}, {"ids": ["x"]}]
)
def test_reading_takes_lists_of_ids_and_fields(org, body):
    """`ids` and `fields` are required lists. The code is assumed. [documented: REST API Developer Guide, Get
    Records With a Request Body Using sObject Collections]
    """
    assert org.call("POST", "composite/sobjects/Account", body).error == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "composite/sobjects"), ("PUT", "composite/sobjects"), ("PATCH", "composite/sobjects/Account"),
        ("DELETE", "composite/sobjects/Account"),
    ],
)  # fmt: skip
def test_methods_that_collections_do_not_know(org, method, path):
    """A method that the resource does not allow is answered 405. [documented: REST API Developer Guide,
    Status Codes and Error Responses]
    """
    assert org.call(method, path, {"records": []}).error == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "Spaceship__c?ids=001SF00000000zzAAA&fields=Name"), ("PATCH", "Spaceship__c/Storefront_Key__c"),
        ("POST", "Account/Storefront_Key__c"), ("PATCH", "Account/Storefront_Key__c/shop%3A1"),
    ],
)  # fmt: skip
def test_collections_that_are_not_there(org, method, path):
    """A resource that is not there is answered 404. [documented: REST API Developer Guide, Status Codes and
    Error Responses]
    """
    assert org.call(method, f"composite/sobjects/{path}", {"records": []}).error == (404, "NOT_FOUND")
