"""Batches of independent requests, and trees of new records."""

from __future__ import annotations

import pytest

GOOD = {"method": "POST", "url": "v66.0/sobjects/Account", "richInput": {"Name": "x"}}


def batch(org, *entries, **more):
    return org.call("POST", "composite/batch", {"batchRequests": list(entries), **more})


def test_a_batch_runs_independent_requests(org):
    """The requests of a batch are independent: a failure undoes no other. [documented: REST API Developer
    Guide, Composite Batch]
    """
    reply = batch(
        org,
        {"method": "POST", "url": "v66.0/sobjects/Account", "richInput": {"Name": "x"}},
        {"method": "GET", "url": "v66.0/sobjects/Nothing"},
    )
    assert (reply.status, reply.body["hasErrors"]) == (200, True)
    assert [each["statusCode"] for each in reply.body["results"]] == [201, 404]
    assert reply.body["results"][0]["result"]["success"] is True


def test_each_request_of_a_batch_counts_as_a_call(org):
    """Each request of a batch counts against the limit of calls. [documented: REST API Developer Guide,
    Composite Batch]
    """
    entry = {"method": "GET", "url": "v66.0/limits"}
    before = org.simulator.usage.used
    batch(org, entry, entry, entry)
    assert org.simulator.usage.used == before + 3


def test_a_batch_can_halt_on_the_first_error(org):
    """With `haltOnError` each request after a failed one answers 412 BATCH_PROCESSING_HALTED.
    [documented: REST API Developer Guide, Batch Request Body]
    """
    bad, good = {"method": "GET", "url": "v66.0/nothing"}, {"method": "GET", "url": "v66.0/limits"}
    results = batch(org, bad, good, haltOnError=True).body["results"]
    assert [each["statusCode"] for each in results] == [404, 412]
    assert results[1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
    assert [each["statusCode"] for each in batch(org, bad, good).body["results"]] == [404, 200]


def test_a_choice_of_records_is_no_error_of_a_batch(org):
    """Errors are answers of 400 and above; 300 is none. [documented: REST API Developer Guide, Batch Request
    Body]
    """
    for _ in range(2):
        org.create("Parcel__c", Carrier__c="Post", Batch__c="B7")
    several = {"method": "GET", "url": "v66.0/sobjects/Parcel__c/Batch__c/B7"}
    reply = batch(org, several, {"method": "GET", "url": "v66.0/limits"}, haltOnError=True)
    assert [each["statusCode"] for each in reply.body["results"]] == [300, 200]
    assert reply.body["hasErrors"] is False


def test_a_batch_has_at_most_25_requests(org):
    """A batch has up to 25 requests. The code is assumed. [documented: REST API Developer Guide, Composite
    Batch]
    """
    entries = [GOOD] * 26
    assert batch(org, *entries).error == (400, "LIMIT_EXCEEDED")
    assert batch(org, *entries[:25]).status == 200


@pytest.mark.parametrize(
    "entries",
    [
        "x",
        [],
        [1],
        [GOOD, {"url": "v66.0/limits"}],
        [GOOD, {**GOOD, "method": "FETCH"}],
        [GOOD, {"method": "GET"}],
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(org, entries):
    """A batch with a request that can't be read, such as one with a wrong method, is answered 400 and nothing
    of it runs. The code is assumed. [documented: REST API Developer Guide, Batch Request Body]
    """
    assert org.call("POST", "composite/batch", {"batchRequests": entries}).error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Account") == []


def test_the_url_of_a_batch_request_names_its_version(org):
    """A wrong url is answered 400 too, before anything runs. The code is assumed. [documented: REST API
    Developer Guide, Batch Request Body]
    """
    assert batch(org, GOOD, {"method": "GET", "url": "sobjects/Account"}).error == (400, "INVALID_INPUT")
    assert org.rows("SELECT Id FROM Account") == []


def plant(org, *records, sobject="Account"):
    return org.call("POST", f"composite/tree/{sobject}", {"records": list(records)})


def account(reference="a1", **more):
    return {"attributes": {"type": "Account", "referenceId": reference}, "Name": "x", **more}


def contact(reference="c1", **more):
    return {"attributes": {"type": "Contact", "referenceId": reference}, "LastName": "y", **more}


def tree(*contacts):
    children = [
        {"attributes": {"type": "Contact", "referenceId": f"c{number}"}, **each}
        for number, each in enumerate(contacts)
    ]
    account = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "x"}
    return {"records": [{**account, "Contacts": {"records": children}}]}


def test_a_tree_creates_parents_and_children(org):
    """A tree creates records with their children and answers the new ids by referenceId. [documented: REST
    API Developer Guide, sObject Tree]
    """
    reply = org.call("POST", "composite/tree/Account", tree({"LastName": "y"}))
    assert (reply.status, reply.body["hasErrors"]) == (201, False)
    ids = {each["referenceId"]: each["id"] for each in reply.body["results"]}
    assert org.read("Contact", ids["c0"])["AccountId"] == ids["a1"]


def test_a_tree_is_created_whole_or_not_at_all(org):
    """An error in one record fails the whole tree; the answer names that record only. [documented: REST API
    Developer Guide, sObject Tree]
    """
    reply = org.call("POST", "composite/tree/Account", tree({"LastName": "y"}, {"FirstName": "z"}))
    assert (reply.status, reply.body["hasErrors"]) == (400, True)
    assert reply.body["results"][0]["referenceId"] == "c1"
    assert reply.body["results"][0]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert org.rows("SELECT Id FROM Account") == []


def test_a_tree_has_at_most_200_records(org):
    """Up to 200 records in all trees together. The code is assumed. [documented: REST API Developer Guide,
    sObject Tree]
    """
    many = [{"LastName": "y"}] * 200
    assert org.call("POST", "composite/tree/Account", tree(*many)).error == (400, "LIMIT_EXCEEDED")
    assert org.call("POST", "composite/tree/Account", tree(*many[:199])).status == 201


def test_a_tree_has_at_most_five_levels(org):
    """A tree is up to five levels deep. The code is assumed. [documented: REST API Developer Guide, sObject
    Tree]
    """
    chain = account("a5")
    for number in range(4, 0, -1):
        chain = account(f"a{number}", ChildAccounts={"records": [chain]})
    assert plant(org, account("a0", ChildAccounts={"records": [chain]})).error == (400, "LIMIT_EXCEEDED")
    assert plant(org, chain).status == 201


def test_the_records_of_a_tree_are_of_the_objects_that_it_names(org):
    """Roots are of the URL's object. The code, and that children are of their relationship's object, are
    assumed. [documented: REST API Developer Guide, sObject Tree Request Body]
    """
    reply = plant(org, account(), contact())
    assert (reply.status, reply.body["results"][0]["referenceId"]) == (400, "c1")
    assert reply.body["results"][0]["errors"][0]["statusCode"] == "INVALID_INPUT"
    assert (
        plant(org, account(Contacts={"records": [account("a2")]})).body["results"][0]["referenceId"] == "a2"
    )
    assert org.rows("SELECT Id FROM Account") == []


def test_the_children_of_a_tree_are_named_by_a_relationship_of_their_parent(org):
    """Children stand under the name of a child relationship of their parent. The code is assumed.
    [documented: REST API Developer Guide, sObject Tree Request Body]
    """
    reply = plant(org, account(Cousins={"records": [contact()]}))
    assert reply.status == 400
    assert reply.body["results"][0]["errors"][0]["statusCode"] == "INVALID_FIELD"
    assert org.rows("SELECT Id FROM Account") == []


@pytest.mark.parametrize(
    "attributes", [None, {}, {"type": "Account"}, {"referenceId": "a2"}, {"type": "", "referenceId": "a2"}]
)
def test_each_record_of_a_tree_has_a_type_and_a_reference(org, attributes):
    """Each record has `attributes` with its type and a referenceId. The code is assumed. [documented: REST
    API Developer Guide, sObject Tree Request Body]
    """
    assert plant(org, account(), {"attributes": attributes, "Name": "y"}).error == (400, "INVALID_INPUT")
    assert org.rows("SELECT Id FROM Account") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": []},
        {"records": "x"},
        {"records": [account(), 1]},
        {"records": [account(Contacts={"records": []})]},
    ],
)
def test_a_malformed_tree_is_refused_as_a_whole(org, body):
    """`records` is a required list of records, also for children. The code is assumed. [documented: REST API
    Developer Guide, sObject Tree Request Body]
    """
    assert org.call("POST", "composite/tree/Account", body).error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Account") == []


@pytest.mark.parametrize("path", ["Spaceship__c", "Account/Contacts"])
def test_trees_of_objects_that_are_not_there(org, path):
    """A resource that is not there is answered 404. [documented: REST API Developer Guide, Status Codes and
    Error Responses]
    """
    assert plant(org, account(), sobject=path).error == (404, "NOT_FOUND")
