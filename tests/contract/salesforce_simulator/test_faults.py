"""Faults and the other endpoints that no real org has."""

from __future__ import annotations

import json

import pytest

from tests.contract.salesforce_simulator.driver import graph, node


def control(org, method, path, body=None):
    return org.raw(method, path, b"" if body is None else json.dumps(body).encode())


def order_fault(org, fault, **more):
    reply = control(org, "POST", "/_faults", {"fault": fault, **more})
    assert reply.status == 201, reply.body


def accounts(org):
    return [each["Name"] for each in org.rows("SELECT Name FROM Account ORDER BY Name")]


def raw_response(org, method, path, body):
    headers = {"Authorization": f"Bearer {org.token}"}
    return org.simulator.handle(method, f"/services/data/v66.0/{path}", headers, json.dumps(body).encode())


def test_a_lock_hits_one_record_once(org):
    """An ordered lock hits one record, once. [ours]"""
    order_fault(org, "lock")
    assert org.try_create("Account", Name="x").error == (400, "UNABLE_TO_LOCK_ROW")
    assert org.try_create("Account", Name="x").status == 201


@pytest.mark.parametrize("exists", [False, True])
def test_a_fault_on_a_node_hits_only_the_graph_that_holds_it(org, exists):
    """A lock fails the graph of its record, and the other graphs are written.
    [documented: REST API Developer Guide, Composite Graph]
    """
    if exists:
        org.upsert("Account", "shop:2", Name="b")
    order_fault(org, "lock", node="shop:2")
    graphs = [
        graph(f"g{n}", node("PATCH", f"Account/Storefront_Key__c/shop%3A{n}", "acc", {"Name": f"a{n}"}))
        for n in (1, 2, 3)
    ]
    reply = org.graph(*graphs)
    assert [each["isSuccessful"] for each in reply.body["graphs"]] == [True, False, True]
    failed = reply.body["graphs"][1]["graphResponse"]["compositeResponse"][0]
    assert failed["body"][0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert org.graph(*graphs).body["graphs"][1]["isSuccessful"] is True


def test_any_error_can_be_ordered_for_a_record_or_a_request(org):
    """Any error can be ordered, for a record or a request. [ours]"""
    error = {"status": 400, "errorCode": "CANNOT_EXECUTE_FLOW_TRIGGER", "message": "The flow failed."}
    order_fault(org, "error", node="Blue", **error)
    assert org.try_create("Account", Name="Red").status == 201
    assert org.try_create("Account", Name="Blue").body == [
        {"message": "The flow failed.", "errorCode": "CANNOT_EXECUTE_FLOW_TRIGGER", "fields": []}
    ]
    order_fault(org, "error", status=500, errorCode="UNKNOWN_EXCEPTION", message="Oops")
    assert org.call("GET", "limits").error == (500, "UNKNOWN_EXCEPTION")


def test_an_outage_answers_html(org):
    """Maintenance answers 503 with HTML or text, not JSON. [reported]"""
    order_fault(org, "unavailable_html", times=2)
    for _ in range(2):
        response = raw_response(org, "GET", "limits", None)
        assert (response.status, response.headers["Content-Type"]) == (503, "text/html;charset=UTF-8")
        assert response.body.startswith(b"<html>")
    assert org.call("GET", "limits").status == 200


@pytest.mark.parametrize(
    ("fault", "after", "written"),
    [
        ("timeout_before", "hang", []), ("timeout_after_commit", "hang", ["x"]),
        ("connection_reset", "reset", []), ("reset_after_commit", "reset", ["x"]),
    ],
)  # fmt: skip
def test_lost_answers_before_and_after_the_commit(org, fault, after, written):
    """An answer may be lost before or after the commit. [ours]"""
    order_fault(org, fault, seconds=7)
    response = raw_response(org, "POST", "sobjects/Account", {"Name": "x"})
    assert response.after == after
    assert response.body == b""
    assert accounts(org) == written


def test_slowness_delays_a_good_answer(org):
    """Slowness delays an answer that is otherwise good. [ours]"""
    order_fault(org, "slow", seconds=0.5)
    response = raw_response(org, "POST", "sobjects/Account", {"Name": "x"})
    assert (response.status, response.seconds, response.after) == (201, 0.5, "answer")


def test_an_expired_token_stays_dead_until_the_next_login(org):
    """A session that ended stays ended until the next login. [documented]"""
    order_fault(org, "expired_token")
    assert org.call("GET", "limits").error == (401, "INVALID_SESSION_ID")
    assert org.call("GET", "limits").error == (401, "INVALID_SESSION_ID")
    org.log_in()
    assert org.call("GET", "limits").status == 200


@pytest.mark.parametrize(
    ("fault", "start"), [("limit_exceeded", "TotalRequests"), ("concurrent_limit", "ConcurrentRequests")]
)
def test_the_two_limits_have_one_code_and_different_texts(org, fault, start):
    """The day's limit and that of concurrent requests are both 403 REQUEST_LIMIT_EXCEEDED; the text tells
    them apart. [documented: REST API Developer Guide, Status Codes and Error Responses]
    """
    order_fault(org, fault)
    reply = org.call("GET", "limits")
    assert reply.error == (403, "REQUEST_LIMIT_EXCEEDED")
    assert reply.body[0]["message"].startswith(start)


@pytest.mark.parametrize("path", ["composite/graph", r"/graph$", "v66.0/composite"])
def test_a_fault_waits_for_its_path(org, path):
    """A fault waits for a request with its path. [ours]"""
    order_fault(org, "limit_exceeded", path=path)
    assert org.call("GET", "limits").status == 200
    assert org.graph(graph("g", node("POST", "Account", "a", {"Name": "x"}))).status == 403
    assert org.graph(graph("g", node("POST", "Account", "a", {"Name": "x"}))).status == 200


def test_faults_are_listed_and_forgotten(org):
    """Faults are listed with their hits, and forgotten on order. [ours]"""
    order_fault(org, "lock", times=3)
    org.try_create("Account", Name="x")
    assert [
        (each["fault"], each["times"], each["hits"])
        for each in control(org, "GET", "/_faults").body["faults"]
    ] == [("lock", 3, 1)]
    assert control(org, "DELETE", "/_faults").status == 204
    assert org.try_create("Account", Name="x").status == 201


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        [],
        {"fault": "meteor"},
        {"fault": "lock", "times": "many"},
        {"fault": "lock", "path": "("},
        {"fault": "lock", "often": 1},
    ],
)
def test_orders_that_make_no_sense_are_refused(org, wanted):
    """Orders that make no sense are refused. [ours]"""
    assert control(org, "POST", "/_faults", wanted).error == (400, "INVALID_ORDER")


def test_calls_are_counted_per_path_without_ids_and_keys(org):
    """Calls are counted per path, without ids and keys. [ours]"""
    account = org.upsert("Account", "shop:1", Name="x").id
    org.upsert("Account", "shop:2", Name="x")
    org.read("Account", account)
    org.rows("SELECT Id FROM Account")
    org.call("GET", "sobjects/Account/describe")
    calls = control(org, "GET", "/_calls").body
    base = "/services/data/v66.0"
    assert calls["paths"] == {
        "/services/oauth2/token": 1, f"{base}/sobjects/Account/Storefront_Key__c/{{key}}": 2,
        f"{base}/sobjects/Account/{{id}}": 1, f"{base}/query": 1, f"{base}/sobjects/Account/describe": 1,
    }  # fmt: skip
    assert calls["total"] == 5
    assert calls["requests"][f"PATCH {base}/sobjects/Account/Storefront_Key__c/{{key}}"] == 2


def test_a_refused_call_counts_too(org):
    """Refused calls are counted too. [ours]"""
    org.token = "nonsense"
    org.call("GET", "limits")
    assert control(org, "GET", "/_calls").body["total"] == 1


def test_a_reset_forgets_rows_counts_and_faults_but_not_the_settings(org):
    """A reset forgets rows, counts and faults, but not the settings. [ours]"""
    book = org.standard_book()
    old = org.create("Account", Name="x")
    order_fault(org, "lock")
    org.simulator.change_switches({"token_life": 77})
    assert control(org, "POST", "/_reset").status == 200
    assert control(org, "GET", "/_calls").body["total"] == 0
    assert accounts(org) == []
    assert org.standard_book() == book
    assert org.create("Account", Name="y") != old
    assert org.simulator.world.switches.token_life == 77


def test_a_reset_of_the_counts_alone(org):
    """Counts can be reset alone. [ours]"""
    org.create("Account", Name="x")
    control(org, "POST", "/_reset", {"calls": True})
    assert control(org, "GET", "/_calls").body == {"total": 0, "paths": {}, "requests": {}}
    assert accounts(org) == ["x"]


def test_all_rows_can_be_looked_at(org):
    """All rows of an object can be looked at, deleted ones on request. [ours]"""
    record_id = org.create("Account", Name="x", BillingCity="Graz")
    rows = control(org, "GET", "/_records/Account").body
    assert [(each["Id"], each["Name"], each["BillingCity"]) for each in rows] == [(record_id, "x", "Graz")]
    org.call("DELETE", f"sobjects/Account/{record_id}")
    assert control(org, "GET", "/_records/Account").body == []
    assert len(control(org, "GET", "/_records/Account?deleted=true").body) == 1
    assert control(org, "GET", "/_records/Nothing").status == 404


def test_unknown_control_paths_are_not_found(org):
    """Control paths that there are not are 404. [ours]"""
    assert control(org, "GET", "/_nothing").status == 404


def test_limits_and_record_counts(org):
    """limits tells what is left of the day's calls, recordCount how many records an object has; objects
    without records are left out. [documented: REST API Developer Guide, Limits and Record Count]
    """
    org.create("Account", Name="x")
    body = org.call("GET", "limits").body
    assert body["DailyApiRequests"]["Remaining"] == body["DailyApiRequests"]["Max"] - 2
    counts = org.call("GET", "limits/recordCount?sObjects=Account,Contact").body
    assert counts == {"sObjects": [{"count": 1, "name": "Account"}]}
