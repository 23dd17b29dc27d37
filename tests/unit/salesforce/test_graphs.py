"""Packing graphs into calls, and what each answer means for each graph."""

import json

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Deferred
from connector.salesforce.graphs import Graph, Node, Refused, Unanswered, Written, pack, write_graphs
from tests.unit.salesforce.answers import Script, Tokens, open_session


def graph(id, nodes=1, objects=("Order",)):
    return Graph(
        id,
        tuple(
            Node("PATCH", objects[i % len(objects)], f"shop:{id}:{i}", f"n{i}", {"Name": "x"})
            for i in range(nodes)
        ),
    )


def graphs(draw):
    kinds = st.lists(st.sampled_from([f"O{i}" for i in range(12)]), min_size=1, max_size=8)
    sizes = draw(st.lists(st.tuples(st.integers(1, 200), kinds), max_size=120))
    return [graph(f"w{i}", size, objects) for i, (size, objects) in enumerate(sizes)]


class TestPacking:
    @given(st.composite(graphs)())
    def test_every_call_is_within_the_limits_and_nothing_is_lost_or_moved(self, given_graphs):
        calls = list(pack(given_graphs))
        assert [g for call in calls for g in call] == given_graphs
        for call in calls:
            assert 0 < len(call) <= 75
            assert sum(len(g.nodes) for g in call) <= 500
            assert len({(n.method, n.object) for g in call for n in g.nodes}) <= 15

    def test_limits_are_used_to_the_full(self):
        assert [len(call) for call in pack([graph(f"w{i}") for i in range(150)])] == [75, 75]
        assert [len(call) for call in pack([graph("a", 250), graph("b", 250), graph("c")])] == [2, 1]
        kinds = [graph(f"w{i}", 1, (f"O{i}",)) for i in range(30)]
        assert [len(call) for call in pack(kinds)] == [15, 15]

    def test_delete_and_upsert_of_an_object_are_two_kinds(self):
        both = [
            Graph("w", (Node("DELETE", f"O{i}", "k", "d"), Node("PATCH", f"O{i}", "k", "p")))
            for i in range(8)
        ]
        assert [len(call) for call in pack(both)] == [7, 1]

    def test_graph_that_is_too_large_alone_is_refused_without_a_call(self, session, script):
        script.answers = [(400, [{"errorCode": "INVALID_INPUT", "message": "too many nodes"}])]
        results = write_graphs(session, [graph("w1", 501)])
        assert isinstance(results["w1"], Unanswered | Refused)
        assert script.requests == []


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def session(monkeypatch, script):
    return open_session(monkeypatch, script, Tokens("t"))


def answer(*entries):
    return (200, {"graphs": list(entries)})


def entry(id, parts, successful=True):
    return {"graphId": id, "graphResponse": {"compositeResponse": parts}, "isSuccessful": successful}


def part(reference, status=201, body=None):
    return {"referenceId": reference, "httpStatusCode": status, "body": body, "httpHeaders": {}}


def error(code, message="", fields=()):
    return [{"errorCode": code, "message": message, "fields": list(fields)}]


class TestWriting:
    def test_nodes_are_upserts_by_the_quoted_key(self, session, script):
        script.answers = [
            answer(entry("w1", [part("n0", body={"id": "801A", "success": True, "created": True})]))
        ]
        node = Node("PATCH", "Order", "shop:sku-a/b c?é", "n0", {"Name": "x"})
        gone = Node("DELETE", "OrderItem", "shop:1:2", "n1")
        assert write_graphs(session, [Graph("w1", (node, gone))]) == {"w1": Written({"n0": "801A"})}
        (request,) = json.loads(script.requests[0].body)["graphs"]
        upsert, delete = request["compositeRequest"]
        assert upsert["url"].endswith("/sobjects/Order/Storefront_Key__c/shop%3Asku-a%2Fb%20c%3F%C3%A9")
        assert (upsert["body"], "body" in delete) == ({"Name": "x"}, False)

    def test_one_refused_graph_leaves_the_others_written(self, session, script):
        bad = entry(
            "w2",
            [part("n0", 400, error("PROCESSING_HALTED")), part("n1", 400, error("X", "y", ["F"]))],
            False,
        )
        script.answers = [answer(entry("w1", [part("n0", 204)]), bad)]
        results = write_graphs(session, [graph("w1"), graph("w2", 2)])
        assert results["w1"] == Written({})
        found = [(node.reference, refusal.code, refusal.fields) for node, refusal in results["w2"].refusals]
        assert found == [("n0", "PROCESSING_HALTED", ()), ("n1", "X", ("F",))]

    def test_graph_that_the_answer_forgets_may_be_written(self, session, script):
        script.answers = [answer(entry("w1", []))]
        result = write_graphs(session, [graph("w1"), graph("w2")])["w2"]
        assert (result.uncertain, type(result.problem)) == (True, Deferred)

    def test_answers_may_come_in_any_order(self, session, script):
        script.answers = [
            answer(entry("w2", [part("n0", body={"id": "2"})]), entry("w1", [part("n0", body={"id": "1"})]))
        ]
        assert write_graphs(session, [graph("w1"), graph("w2")]) == {
            "w1": Written({"n0": "1"}),
            "w2": Written({"n0": "2"}),
        }

    def test_time_out_leaves_its_call_uncertain_and_the_rest_surely_undone(self, session, script):
        many = [graph(f"w{i}") for i in range(100)]
        script.answers = [requests.ReadTimeout()]
        results = write_graphs(session, many)
        assert {results[f"w{i}"].uncertain for i in range(75)} == {True}
        assert {results[f"w{i}"].uncertain for i in range(75, 100)} == {False}
        assert len(script.requests) == 1

    @pytest.mark.parametrize("content", [[], {"graphs": None}, {"graphs": [{}]}, {"graphs": ["x"]}, "text"])
    def test_answer_of_another_shape_leaves_the_graphs_uncertain(self, content, session, script):
        script.answers = [(200, content)]
        result = write_graphs(session, [graph("w1")])["w1"]
        assert result.uncertain
