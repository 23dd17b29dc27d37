"""Composite, batch and tree (fact sheet, 3)."""

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
    known = org.create("Account", Name="x")
    reply = composite(
        org,
        query("SELECT Id FROM Account"),
        node("POST", "Contact", "c", {"LastName": "y", "AccountId": "@{q.records[0].Id}"}),
    )
    assert org.read("Contact", reply.body["compositeResponse"][1]["body"]["id"])["AccountId"] == known


def test_without_all_or_none_a_failure_stands_alone(org):
    reply = composite(org, node("POST", "Contact", "bad", {}), node("POST", "Account", "acc", {"Name": "x"}))
    assert codes(reply) == [400, 201]
    assert len(org.rows("SELECT Id FROM Account")) == 1


def test_a_reference_to_a_failed_entry_halts(org):
    reply = composite(
        org,
        node("POST", "Account", "bad", {}),
        node("POST", "Contact", "c", {"LastName": "y", "AccountId": "@{bad.id}"}),
    )
    assert reply.body["compositeResponse"][1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_with_all_or_none_everything_is_undone(org):
    reply = composite(
        org, node("POST", "Account", "acc", {"Name": "x"}), node("POST", "Contact", "bad", {}), whole=True
    )
    errors = [each["body"][0]["errorCode"] for each in reply.body["compositeResponse"]]
    assert errors == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert org.rows("SELECT Id FROM Account") == []


def test_an_unknown_object_inside_is_a_404_inside_a_200(org):
    reply = composite(org, node("GET", "Nothing", "n"))
    assert reply.status == 200
    assert reply.body["compositeResponse"] == [
        {
            "body": [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}],
            "httpHeaders": {}, "httpStatusCode": 404, "referenceId": "n",
        }
    ]  # fmt: skip


def test_at_most_25_entries_of_which_5_queries_or_collections(org):
    entries = [node("POST", "Account", f"a{number}", {"Name": "x"}) for number in range(26)]
    assert composite(org, *entries).error == (400, "LIMIT_EXCEEDED")
    assert composite(org, *entries[:25]).status == 200
    queries = [query("SELECT Id FROM Account", f"q{number}") for number in range(6)]
    assert composite(org, *queries).error == (400, "LIMIT_EXCEEDED")
    assert composite(org, *queries[:5]).status == 200


def test_no_composite_inside_a_composite(org):
    entry = {"method": "POST", "url": f"{BASE}/composite/graph", "referenceId": "g", "body": {"graphs": []}}
    assert codes(composite(org, entry)) == [400]


@pytest.mark.parametrize(
    "body", [{}, {"compositeRequest": []}, {"compositeRequest": [{"url": "x"}]}, {"compositeRequest": [1]}]
)
def test_malformed_composites(org, body):
    assert org.call("POST", "composite", body).error == (400, "JSON_PARSER_ERROR")


def batch(org, *entries, **more):
    return org.call("POST", "composite/batch", {"batchRequests": list(entries), **more})


def test_a_batch_runs_independent_requests(org):
    reply = batch(
        org,
        {"method": "POST", "url": "v66.0/sobjects/Account", "richInput": {"Name": "x"}},
        {"method": "GET", "url": "v66.0/sobjects/Nothing"},
    )
    assert (reply.status, reply.body["hasErrors"]) == (200, True)
    assert [each["statusCode"] for each in reply.body["results"]] == [201, 404]
    assert reply.body["results"][0]["result"]["success"] is True


def test_each_request_of_a_batch_counts_as_a_call(org):
    entry = {"method": "GET", "url": "v66.0/limits"}
    before = org.simulator.usage.used
    batch(org, entry, entry, entry)
    assert org.simulator.usage.used == before + 3


def test_a_batch_can_halt_on_the_first_error(org):
    bad, good = {"method": "GET", "url": "v66.0/nothing"}, {"method": "GET", "url": "v66.0/limits"}
    assert [each["statusCode"] for each in batch(org, bad, good, haltOnError=True).body["results"]] == [
        404,
        412,
    ]
    assert batch(org, *[good] * 26).error == (400, "LIMIT_EXCEEDED")


def tree(*contacts):
    children = [
        {"attributes": {"type": "Contact", "referenceId": f"c{number}"}, **each}
        for number, each in enumerate(contacts)
    ]
    account = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "x"}
    return {"records": [{**account, "Contacts": {"records": children}}]}


def test_a_tree_creates_parents_and_children(org):
    reply = org.call("POST", "composite/tree/Account", tree({"LastName": "y"}))
    assert (reply.status, reply.body["hasErrors"]) == (201, False)
    ids = {each["referenceId"]: each["id"] for each in reply.body["results"]}
    assert org.read("Contact", ids["c0"])["AccountId"] == ids["a1"]


def test_a_tree_is_created_whole_or_not_at_all(org):
    reply = org.call("POST", "composite/tree/Account", tree({"LastName": "y"}, {"FirstName": "z"}))
    assert (reply.status, reply.body["hasErrors"]) == (400, True)
    assert reply.body["results"][0]["referenceId"] == "c1"
    assert reply.body["results"][0]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert org.rows("SELECT Id FROM Account") == []


def test_a_tree_has_at_most_200_records(org):
    assert org.call("POST", "composite/tree/Account", tree(*[{"LastName": "y"}] * 200)).error == (
        400,
        "LIMIT_EXCEEDED",
    )
    assert org.call("POST", "composite/tree/Account", tree(*[{"LastName": "y"}] * 199)).status == 201
