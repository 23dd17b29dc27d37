"""Composite graphs: each of them all or nothing."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.driver import BASE, graph, node

ROLLED_BACK = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction failed.",
}


def account(reference="acc", name="x"):
    return node("POST", "Account", reference, {"Name": name})


def broken(reference="bad"):
    return node("POST", "Contact", reference, {"FirstName": "nobody"})


def only(reply, index=0):
    assert reply.status == 200, reply.body
    return reply.body["graphs"][index]


def responses(reply, index=0):
    return only(reply, index)["graphResponse"]["compositeResponse"]


def test_a_tree_is_written_with_references_between_its_nodes(org):
    """Nodes refer to each other by `@{reference.field}`; each answers as its resource does. [documented: REST
    API Developer Guide, Using Composite Graphs]
    """
    order = {
        "EffectiveDate": "2026-11-20",
        "Status": "Draft",
        "AccountId": "@{acc.id}",
        "BillToContactId": "@{con.id}",
    }
    reply = org.graph(
        graph(
            "g1",
            account(),
            node("POST", "Contact", "con", {"LastName": "y", "AccountId": "@{acc.id}"}),
            node("PATCH", "Order/Storefront_Key__c/shop%3A1", "ord", order),
        )
    )
    answer = only(reply)
    assert (answer["graphId"], answer["isSuccessful"]) == ("g1", True)
    first, second, third = responses(reply)
    assert [each["referenceId"] for each in (first, second, third)] == ["acc", "con", "ord"]
    assert [each["httpStatusCode"] for each in (first, second, third)] == [201, 201, 201]
    assert first["body"] == {"id": first["body"]["id"], "success": True, "errors": []}
    assert first["httpHeaders"] == {"Location": f"{BASE}/sobjects/Account/{first['body']['id']}"}
    assert org.read("Order", third["body"]["id"])["BillToContactId"] == second["body"]["id"]


def test_updating_by_key_answers_200_with_the_id(org):
    """An upsert that updates answers 200 with the id, as a single one does since version 46. That a graph
    does so too is assumed. [assumed]
    """
    known = org.upsert("Account", "shop:1", Name="x").id
    reply = org.graph(graph("g1", node("PATCH", "Account/Storefront_Key__c/shop%3A1", "acc", {"Name": "y"})))
    assert responses(reply)[0]["httpStatusCode"] == 200
    assert responses(reply)[0]["body"] == {"id": known, "success": True, "errors": []}


def test_update_by_id_and_delete_answer_204_with_a_null_body_and_no_headers(org):
    """An update by id or a deletion answers 204 with a null body and no headers. [recorded]"""
    one, other = org.create("Account", Name="x"), org.create("Account", Name="y")
    reply = org.graph(
        graph(
            "g1",
            node("PATCH", f"Account/{one}", "upd", {"Name": "z"}),
            node("DELETE", f"Account/{other}", "del"),
        )
    )
    assert responses(reply) == [
        {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "upd"},
        {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "del"},
    ]


def test_a_failed_node_undoes_its_graph_and_only_its_graph(org):
    """Each graph is one transaction; the outer status is 200 whatever happens; siblings say
    PROCESSING_HALTED. [recorded]
    """
    reply = org.graph(graph("bad", account(), broken()), graph("good", account(name="kept")))
    assert [each["isSuccessful"] for each in reply.body["graphs"]] == [False, True]
    sibling, failed = responses(reply)
    assert sibling == {"body": [ROLLED_BACK], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "acc"}
    assert failed["httpStatusCode"] == 400
    assert failed["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert [each["Name"] for each in org.rows("SELECT Name FROM Account")] == ["kept"]


def test_nodes_behind_the_failed_one_are_halted_too(org):
    """All steps of a graph are completed or none is, also those behind the failed one. [documented: REST API
    Developer Guide, Using Composite Graphs]
    """
    reply = org.graph(graph("bad", broken(), account()))
    assert [each["body"][0]["errorCode"] for each in responses(reply)] == [
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]


def test_a_rollback_restores_changed_and_deleted_records_and_totals(org):
    """What a failed graph changed and deleted before is undone. [documented: REST API Developer Guide, Using
    Composite Graphs]
    """
    order, (_, entry) = org.order(), org.priced_product()
    fields = {"OrderId": order, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 10}
    line = org.create("OrderItem", **fields, Storefront_Key__c="k")
    before = org.read("Order", order), org.read("OrderItem", line)
    org.clock.pass_(60)
    reply = org.graph(
        graph(
            "bad",
            node("PATCH", f"OrderItem/{line}", "a", {"Quantity": 5}),
            node("DELETE", f"OrderItem/{line}", "b"),
            node("PATCH", f"Order/{order}", "c", {"PoNumber": "7"}),
            broken(),
        )
    )
    assert only(reply)["isSuccessful"] is False
    assert (org.read("Order", order), org.read("OrderItem", line)) == before
    assert org.call("GET", "sobjects/OrderItem/Storefront_Key__c/k").status == 200


def test_a_node_that_is_named_later_still_runs_before_its_child(org):
    """A node runs after those that it refers to, wherever it stands; the answers keep the order of the
    request. [assumed]
    """
    reply = org.graph(
        graph("g1", node("POST", "Contact", "con", {"LastName": "y", "AccountId": "@{acc.id}"}), account())
    )
    assert only(reply)["isSuccessful"] is True
    assert [each["referenceId"] for each in responses(reply)] == ["con", "acc"]


def test_reading_in_a_graph(org):
    """A node may read a record by id and hand its fields on. [documented: REST API Developer Guide, Using
    Composite Graphs]
    """
    known = org.create("Account", Name="x")
    reply = org.graph(
        graph(
            "g1",
            node("GET", f"Account/{known}", "acc"),
            node("POST", "Contact", "con", {"LastName": "@{acc.Name}"}),
        )
    )
    assert org.read("Contact", responses(reply)[1]["body"]["id"])["LastName"] == "x"


@pytest.mark.parametrize(
    "nodes",
    [
        [node("POST", "Contact", "con", {"LastName": "y", "AccountId": "@{nobody.id}"})],
        [
            node("POST", "Contact", "a", {"LastName": "@{b.id}"}),
            node("POST", "Contact", "b", {"LastName": "@{a.id}"}),
        ],
        [{"method": "GET", "url": f"{BASE}/query?q=SELECT+Id+FROM+Account", "referenceId": "q"}],
        [{"method": "PATCH", "url": f"{BASE}/composite/sobjects", "referenceId": "c", "body": {}}],
        [node("PATCH", "Account", "a", {"Name": "x"})],
        [{"method": "POST", "url": "/sobjects/Account", "referenceId": "u", "body": {"Name": "x"}}],
    ],
)
def test_what_cannot_be_a_node_is_refused_as_a_whole(org, nodes):
    """Nodes are records by object, id or external id, each with its methods; no query, no collection. That
    references must lead to a node without a circle, and the code, are assumed. [documented: REST API
    Developer Guide, Using Composite Graphs]
    """
    assert org.graph(graph("g1", account("fine")), graph("g2", *nodes)).error == (400, "INVALID_INPUT")
    assert org.rows("SELECT Id FROM Account") == []


def test_a_reference_to_what_a_node_does_not_answer_fails_its_graph(org):
    """Case counts in references: a create answers `id`, not `Id`. [documented: REST API Developer Guide,
    Composite Subrequest]
    """
    bad = node("POST", "Contact", "con", {"LastName": "y", "AccountId": "@{acc.Id}"})
    reply = org.graph(graph("g1", account(), bad))
    assert [each["httpStatusCode"] for each in responses(reply)] == [400, 400]
    assert org.rows("SELECT Id FROM Account") == []


@pytest.mark.parametrize(
    "body",
    [
        {}, {"graphs": []}, {"graphs": "x"}, {"graphs": [graph("g1", account()), 1]},
        {"graphs": [{"compositeRequest": [account()]}]},
        {"graphs": [{"graphId": "-x", "compositeRequest": [account()]}]},
        {"graphs": [{"graphId": "x" * 41, "compositeRequest": [account()]}]},
        {"graphs": [graph("g1", account()), graph("g1", account())]},
        {"graphs": [graph("g1", account(), account())]}, {"graphs": [graph("g1")]},
        {"graphs": [graph("g1", node("POST", "Account", "a.b", {"Name": "x"}))]},
    ],
)  # fmt: skip
def test_malformed_payloads_are_refused_as_a_whole(org, body):
    """graphId: unique, starts alphanumeric, at most 40 characters; referenceId: unique in its graph, letters,
    digits and underscores (recorded answers take hyphens too). The code is assumed. [documented: REST API
    Developer Guide, Using Composite Graphs]
    """
    assert org.call("POST", "composite/graph", body).error == (400, "JSON_PARSER_ERROR")
    assert org.rows("SELECT Id FROM Account") == []


def test_at_most_75_graphs(org):
    """A payload has at most 75 graphs. The code is assumed. [documented: REST API Developer Guide, Composite
    Graph Limits]
    """
    graphs = [graph(f"g{number}", account()) for number in range(76)]
    assert org.graph(*graphs).error == (400, "LIMIT_EXCEEDED")
    assert org.graph(*graphs[:75]).status == 200


def test_at_most_500_nodes(org):
    """A payload has at most 500 nodes. The code is assumed. [documented: REST API Developer Guide, Composite
    Graph Limits]
    """
    nodes = [account(f"a{number}") for number in range(501)]
    assert org.graph(graph("g1", *nodes)).error == (400, "LIMIT_EXCEEDED")
    assert only(org.graph(graph("g1", *nodes[:500])))["isSuccessful"] is True


def test_at_most_15_kinds_of_nodes(org):
    """A payload has at most 15 different nodes; they differ by API version, method or object. The code is
    assumed. [documented: REST API Developer Guide, Composite Graph Limits]
    """
    objects = ["Account", "Contact", "Lead", "Case", "Campaign", "Product2", "Order", "Asset"]
    nodes = [
        node(method, each if method == "POST" else f"{each}/Storefront_Key__c/k", f"n{number}_{method}", {})
        for number, each in enumerate(objects)
        for method in ("POST", "PATCH")
    ]
    assert len(nodes) == 16
    assert org.graph(graph("g1", *nodes)).error == (400, "LIMIT_EXCEEDED")
    assert org.graph(graph("g1", *nodes[:15])).status == 200


def test_a_chain_of_at_most_15(org):
    """A graph is at most 15 deep. The code is assumed. [documented: REST API Developer Guide, Composite Graph
    Limits]
    """
    chain = [account("a0")]
    chain += [
        node("POST", "Account", f"a{n}", {"Name": "x", "ParentId": f"@{{a{n - 1}.id}}"}) for n in range(1, 16)
    ]
    assert org.graph(graph("g1", *chain)).error == (400, "LIMIT_EXCEEDED")
    assert only(org.graph(graph("g1", *chain[:15])))["isSuccessful"] is True


def test_after_more_than_14_failed_graphs_the_rest_is_halted(org):
    """When more than 14 graphs have failed, the rest is PROCESSING_HALTED. [documented: REST API Developer
    Guide, Composite Graph Limits]
    """
    graphs = [graph(f"bad{number}", broken()) for number in range(15)]
    reply = org.graph(*graphs, graph("late", account()))
    assert responses(reply, 15)[0]["body"] == [ROLLED_BACK]
    assert only(reply, 15)["isSuccessful"] is False
    reply = org.graph(*graphs[:14], graph("late", account()))
    assert only(reply, 14)["isSuccessful"] is True


def test_one_graph_call_is_one_api_call(org):
    """A call is one call against the limits, however many graphs it has. [documented: REST API Developer
    Guide, Using Composite Graphs]
    """
    before = int(org.query("SELECT Id FROM Account").headers["Sforce-Limit-Info"].split("=")[1].split("/")[0])
    reply = org.graph(*[graph(f"g{number}", account()) for number in range(20)])
    assert reply.headers["Sforce-Limit-Info"].startswith(f"api-usage={before + 1}/")
