"""`/composite/graph`: many graphs, each of them all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from local.salesforce.errors import ROLLED_BACK, ApiError, json_error
from local.salesforce.references import filled, named
from local.salesforce.subrequests import Router, SubRequest, as_request, attempted, entry, read_subrequests
from local.salesforce.wire import Answer, Request
from local.salesforce.world import World

GRAPHS, NODES, DEPTH, KINDS, FAILED_GRAPHS = 75, 500, 15, 15, 14
_GRAPH_ID = re.compile(r"[A-Za-z0-9][^\s]{0,39}\Z")
_METHODS = {1: {"POST"}, 2: {"GET", "PATCH", "DELETE"}, 3: {"GET", "PATCH", "POST", "DELETE"}}


@dataclass(frozen=True)
class Graph:
    """One graph: its id and its nodes in the order in which they can run."""

    id: str
    nodes: list[SubRequest]
    order: list[SubRequest]


class _Failed(Exception):
    """Unwinds the transaction of one graph."""


def answer_graph(world: World, router: Router, request: Request) -> Answer:
    """Run each graph as a transaction; the outer status is 200 even when all of them fail."""
    graphs = _read(request.members().get("graphs"))
    _check_limits(graphs)
    results: list[dict[str, object]] = []
    failures = 0
    for graph in graphs:
        if failures > FAILED_GRAPHS:
            answers = dict.fromkeys((each.reference for each in graph.nodes), _halted())
        else:
            answers = _run(world, router, graph)
        good = all(answer.status < 300 for answer in answers.values())
        failures += not good
        results.append(_shown(graph, answers, good=good))
    return Answer(200, {"graphs": results})


def _halted() -> Answer:
    return Answer(400, [{"errorCode": "PROCESSING_HALTED", "message": ROLLED_BACK}])


def _shown(graph: Graph, answers: dict[str, Answer], *, good: bool) -> dict[str, object]:
    entries = [entry(each.reference, answers[each.reference]) for each in graph.nodes]
    return {"graphId": graph.id, "graphResponse": {"compositeResponse": entries}, "isSuccessful": good}


def _read(given: object) -> list[Graph]:
    if not isinstance(given, list) or not given:
        raise json_error("graphs must be a list with at least one graph")
    graphs = [_read_graph(each) for each in given]
    if len({each.id for each in graphs}) < len(graphs):
        raise json_error("Duplicate graphId provided in the request")
    return graphs


def _read_graph(given: object) -> Graph:
    if not isinstance(given, dict):
        raise json_error("A graph must be an object")
    graph_id = given.get("graphId")
    if not isinstance(graph_id, str) or not _GRAPH_ID.match(graph_id):
        raise json_error("graphId must start with a letter or digit and have at most 40 characters")
    nodes = read_subrequests(given.get("compositeRequest"))
    return Graph(graph_id, nodes, _ordered(nodes))


def _ordered(nodes: list[SubRequest]) -> list[SubRequest]:
    """Parents before children; unlinked nodes stay in the order given. ApiError for a missing node or a circle."""
    by_reference = {each.reference: each for each in nodes}
    depth: dict[str, int] = {}
    for each in nodes:
        _measure(each, by_reference, depth, ())
    if max(depth.values()) > DEPTH:
        raise ApiError(400, "LIMIT_EXCEEDED", f"A graph's depth must not exceed {DEPTH}")
    placed: dict[str, SubRequest] = {}
    for each in nodes:
        _place(each, by_reference, placed)
    return list(placed.values())


def _parents(node: SubRequest) -> Iterable[str]:
    return dict.fromkeys((*named(node.url), *named(node.body)))


def _measure(
    node: SubRequest, nodes: dict[str, SubRequest], depth: dict[str, int], path: tuple[str, ...]
) -> int:
    if node.reference in path:
        raise ApiError(400, "INVALID_INPUT", f"The graph has a circular reference at {node.reference}")
    if node.reference not in depth:
        below = 0
        for parent in _parents(node):
            if parent not in nodes:
                raise ApiError(400, "INVALID_INPUT", f"The graph has no node with referenceId {parent}")
            below = max(below, _measure(nodes[parent], nodes, depth, (*path, node.reference)))
        depth[node.reference] = below + 1
    return depth[node.reference]


def _place(node: SubRequest, nodes: dict[str, SubRequest], placed: dict[str, SubRequest]) -> None:
    if node.reference in placed:
        return
    for parent in _parents(node):
        _place(nodes[parent], nodes, placed)
    placed[node.reference] = node


def _check_limits(graphs: list[Graph]) -> None:
    if len(graphs) > GRAPHS:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The payload has more than {GRAPHS} graphs")
    nodes = [node for graph in graphs for node in graph.nodes]
    if len(nodes) > NODES:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The payload has more than {NODES} nodes")
    kinds = set()
    for node in nodes:
        kinds.add(_kind(node))
    if len(kinds) > KINDS:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The payload has more than {KINDS} different kinds of nodes")


def _kind(node: SubRequest) -> tuple[str, str, str]:
    """A node's kind: API version, method and object. Only record resources may be nodes."""
    request = as_request(node.method, node.url, None, {})
    path = request.path
    if not path or path[0] != "sobjects" or node.method not in _METHODS.get(len(path) - 1, set()):
        raise ApiError(400, "INVALID_INPUT", f"{node.method} {node.url} is not supported in a graph")
    return request.version, node.method, path[1]


def _run(world: World, router: Router, graph: Graph) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    results: dict[str, object] = {}
    try:
        with world.store.transaction():
            for node in graph.order:
                answer = _run_node(router, node, results)
                answers[node.reference] = answer
                if answer.status >= 300:
                    raise _Failed
                results[node.reference] = answer.body
    except _Failed:
        failed = next(reversed(answers))
        return {node.reference: _halted() for node in graph.nodes} | {failed: answers[failed]}
    return answers


def _run_node(router: Router, node: SubRequest, results: dict[str, object]) -> Answer:
    try:
        url, body = str(filled(node.url, results)), filled(node.body, results)
    except ApiError as error:
        return Answer(error.status, error.body())
    answer = attempted(router, as_request(node.method, url, body, node.headers))
    if isinstance(answer.body, dict) and "created" in answer.body:
        # The graph's answer to an upsert is that of a create: id, success, errors.
        return Answer(answer.status, {k: v for k, v in answer.body.items() if k != "created"}, answer.headers)
    return answer
