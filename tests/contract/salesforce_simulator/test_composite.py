"""Composite: up to 25 sub-requests in order."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.driver import BASE, node


def composite(org, *entries, whole=False):
    return org.call("POST", "composite", {"allOrNone": whole, "compositeRequest": list(entries)})


def codes(reply):
    return [each["httpStatusCode"] for each in reply.body["compositeResponse"]]


def query(soql, reference="q"):
    return {"method": "GET", "url": f"{BASE}/query?q={soql}", "referenceId": reference}


def test_entries_run_in_order_and_refer_back(org):
    """Sub-requests run in order, and a later one may use the result of an earlier one. [documented: REST API
    Developer Guide, Send Multiple Requests Using Composite]
    """
    reply = composite(
        org,
        node("POST", "Account", "acc", {"Name": "x"}),
        node("POST", "Contact", "con", {"LastName": "y", "AccountId": "@{acc.id}"}),
        node("GET", "Contact/@{con.id}?fields=AccountId", "read"),
    )
    assert codes(reply) == [201, 201, 200]
    assert (
        reply.body["compositeResponse"][2]["body"]["AccountId"]
        == reply.body["compositeResponse"][0]["body"]["id"]
    )


def test_the_result_of_a_query_can_be_referred_to(org):
    """`[]` picks one of a result's list. [documented: REST API Developer Guide, Composite Subrequest]"""
    known = org.create("Account", Name="x")
    reply = composite(
        org,
        query("SELECT Id FROM Account"),
        node("POST", "Contact", "c", {"LastName": "y", "AccountId": "@{q.records[0].Id}"}),
    )
    assert org.read("Contact", reply.body["compositeResponse"][1]["body"]["id"])["AccountId"] == known


def test_without_all_or_none_a_failure_stands_alone(org):
    """Without `allOrNone` what does not depend on the failed sub-request is executed. [documented: REST API
    Developer Guide, Composite Request Body]
    """
    reply = composite(org, node("POST", "Contact", "bad", {}), node("POST", "Account", "acc", {"Name": "x"}))
    assert codes(reply) == [400, 201]
    assert len(org.rows("SELECT Id FROM Account")) == 1


def test_a_reference_to_a_failed_entry_halts(org):
    """What depends on a failed sub-request is not executed. The code is assumed. [documented: REST API
    Developer Guide, Composite Request Body]
    """
    reply = composite(
        org,
        node("POST", "Account", "bad", {}),
        node("POST", "Contact", "c", {"LastName": "y", "AccountId": "@{bad.id}"}),
    )
    assert reply.body["compositeResponse"][1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_with_all_or_none_everything_is_undone(org):
    """With `allOrNone` an error undoes all; every other sub-request answers 400. [documented: REST API
    Developer Guide, Composite Subrequest Result]
    """
    reply = composite(
        org, node("POST", "Account", "acc", {"Name": "x"}), node("POST", "Contact", "bad", {}), whole=True
    )
    errors = [each["body"][0]["errorCode"] for each in reply.body["compositeResponse"]]
    assert errors == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert org.rows("SELECT Id FROM Account") == []


def test_an_unknown_object_inside_is_a_404_inside_a_200(org):
    """The error of a sub-request stands in its own entry; the composite answers 200. [recorded]"""
    reply = composite(org, node("GET", "Nothing", "n"))
    assert reply.status == 200
    assert reply.body["compositeResponse"] == [
        {
            "body": [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}],
            "httpHeaders": {}, "httpStatusCode": 404, "referenceId": "n",
        }
    ]  # fmt: skip


def test_at_most_25_entries_of_which_5_queries_or_collections(org):
    """Up to 25 sub-requests, five of them queries or collections. The code is assumed. [documented: REST API
    Developer Guide, Send Multiple Requests Using Composite]
    """
    entries = [node("POST", "Account", f"a{number}", {"Name": "x"}) for number in range(26)]
    assert composite(org, *entries).error == (400, "LIMIT_EXCEEDED")
    assert composite(org, *entries[:25]).status == 200
    queries = [query("SELECT Id FROM Account", f"q{number}") for number in range(6)]
    assert composite(org, *queries).error == (400, "LIMIT_EXCEEDED")
    assert composite(org, *queries[:5]).status == 200


@pytest.mark.parametrize(
    "path", ["composite", "composite/graph", "composite/batch", "composite/tree/Account", "limits"]
)
def test_a_composite_holds_records_queries_and_collections_only(org, path):
    """The guide lists what a composite may hold: records, queries, collections. The code is assumed.
    [documented: REST API Developer Guide, Send Multiple Requests Using Composite]
    """
    entry = {"method": "POST", "url": f"{BASE}/{path}", "referenceId": "e", "body": {}}
    reply = composite(org, entry, node("POST", "Account", "acc", {"Name": "x"}))
    assert codes(reply) == [400, 201]
    assert reply.body["compositeResponse"][0]["body"][0]["errorCode"] == "INVALID_INPUT"


def test_the_url_of_an_entry_names_its_version(org):
    """A sub-request's URL is the whole path, with the API version. The code is assumed. [documented: REST API
    Developer Guide, Composite Subrequest]
    """
    entry = {"method": "GET", "url": "/sobjects/Account", "referenceId": "e"}
    assert codes(composite(org, entry)) == [400]


@pytest.mark.parametrize(
    "path",
    [
        "acc.Id", "acc.nothing", "acc", "acc.errors", "acc.id[0]", "acc.i d", "nobody.id", "q.records[1].Id",
        "q.records.Id",
    ],
)  # fmt: skip
def test_a_reference_names_a_single_value_in_its_own_case(org, path):
    """A reference names a text, number, time or boolean in a result; case counts: a create answers `id`, a
    read `Id`. The code is assumed. [documented: REST API Developer Guide, Composite Subrequest]
    """
    org.create("Account", Name="x")
    reply = composite(
        org,
        node("POST", "Account", "acc", {"Name": "y"}),
        query("SELECT Id FROM Account LIMIT 1"),
        node("POST", "Contact", "con", {"LastName": "y", "AccountId": f"@{{{path}}}"}),
    )
    assert codes(reply) == [201, 200, 400]
    assert reply.body["compositeResponse"][2]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_an_entry_may_bring_headers_of_its_own(org):
    """A sub-request may have any header that its resource knows. [documented: REST API Developer Guide,
    Composite Subrequest]
    """
    read = {
        **node("GET", "Account", "a"),
        "httpHeaders": {"If-Modified-Since": "Fri, 20 Nov 2026 09:30:00 GMT"},
    }
    assert codes(composite(org, read)) == [200]


@pytest.mark.parametrize("header", ["Accept", "Authorization", "content-type"])
def test_an_entry_takes_over_some_headers_from_the_request(org, header):
    """Accept, Authorization and Content-Type are the request's; given for a sub-request they make the whole
    request fail with 400. The code is assumed. [documented: REST API Developer Guide, Composite Subrequest]
    """
    bad = {**node("POST", "Account", "b", {"Name": "y"}), "httpHeaders": {header: "x"}}
    reply = composite(org, node("POST", "Account", "a", {"Name": "x"}), bad)
    assert reply.error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Account") == []


ACCOUNT = node("POST", "Account", "a", {"Name": "x"})


@pytest.mark.parametrize(
    "body",
    [
        {}, {"compositeRequest": []}, {"compositeRequest": [ACCOUNT, {"url": "x"}]},
        {"compositeRequest": [ACCOUNT, 1]}, {"compositeRequest": [ACCOUNT, ACCOUNT]},
        {"allOrNone": "yes", "compositeRequest": [ACCOUNT]},
        {"compositeRequest": [{**ACCOUNT, "httpHeaders": "x"}]},
        {"compositeRequest": [{**ACCOUNT, "bdoy": {}}]},
    ],
)  # fmt: skip
def test_a_malformed_composite_is_refused_as_a_whole(org, body):
    """A sub-request needs a method, a URL and a unique referenceId; a request that is not understood is
    answered 400. The code, and that an unknown member counts as one, are assumed. [documented: REST API
    Developer Guide, Composite Subrequest]
    """
    assert org.call("POST", "composite", body).error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Account") == []


def test_a_body_nested_too_deeply_is_refused(org):
    """A body nested too deeply is not understood, and the org goes on working. [assumed]"""
    deep = "[" * 3_000 + "]" * 3_000
    entry = '{"method": "POST", "url": "%s/sobjects/Account", "referenceId": "a", "body": {"Name": %s}}'
    body = '{"compositeRequest": [' + entry % (BASE, deep) + "]}"
    assert org.raw("POST", f"{BASE}/composite", body.encode()).error == (400, "JSON_PARSER_ERROR")
    assert org.try_create("Account", Name="x").status == 201


@pytest.mark.parametrize(
    "path", ["composite", "composite/graph", "composite/batch", "composite/tree/Account"]
)
def test_composites_are_posted(org, path):
    """A method that the resource does not allow is answered 405. [documented: REST API Developer Guide,
    Status Codes and Error Responses]
    """
    assert org.call("PATCH", path, {}).error == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("path", ["composite/nonsense", "composite/graph/g1", "composite/batch/1"])
def test_composites_that_are_not_there(org, path):
    """A resource that is not there is answered 404. [documented: REST API Developer Guide, Status Codes and
    Error Responses]
    """
    assert org.call("POST", path, {}).error == (404, "NOT_FOUND")
