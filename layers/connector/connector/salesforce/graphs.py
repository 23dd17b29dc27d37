"""Composite graphs: many small transactions in one call, each all or nothing.

Limits of Salesforce: 75 graphs and 500 nodes a call, 15 kinds of node (method x object), graph ids of 40 characters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from connector.errors import Deferred, NotWritten, Parked
from connector.salesforce.errors import Refusal
from connector.salesforce.session import Session, Uncertain

MAX_GRAPHS = 75
MAX_NODES = 500
MAX_KINDS = 15

KEY_FIELD = "Storefront_Key__c"

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Node:
    """One upsert or delete by external key. `reference` is unique in its graph: letters, digits, underscores."""

    method: Literal["PATCH", "DELETE"]
    object: str
    key: str
    reference: str
    body: Body = field(default_factory=dict)
    id: str = ""
    """The record's Salesforce id; with it the node updates this record, whatever its key."""


@dataclass(frozen=True, slots=True)
class Graph:
    """One transaction."""

    id: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A committed graph: the Salesforce id of each reference that Salesforce named one for."""

    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A graph that was rolled back, with all its refusals in the nodes' order."""

    refusals: tuple[tuple[Node, Refusal], ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A graph whose call as a whole got no usable answer; `uncertain` if it may have been committed."""

    problem: NotWritten
    uncertain: bool


Result = Written | Refused | Unanswered


def write_graphs(session: Session, graphs: Sequence[Graph]) -> dict[str, Result]:
    """Write all graphs in as few calls as the limits allow; one result per graph id."""
    results: dict[str, Result] = {
        graph.id: _too_large(graph) for graph in graphs if len(graph.nodes) > MAX_NODES
    }
    for call in pack(graph for graph in graphs if graph.id not in results):
        try:
            body = {"graphs": [_payload(graph, session) for graph in call]}
            answer = session.call("POST", "composite/graph", body, session.write_headers)
        except NotWritten as problem:
            uncertain = isinstance(problem, Uncertain)
            results |= {graph.id: Unanswered(problem, uncertain) for graph in call}
            if isinstance(problem, Deferred):
                # The next call would fare no better; what was not sent is certain not to be done.
                rest = [graph for graph in graphs if graph.id not in results]
                return results | {graph.id: Unanswered(problem, uncertain=False) for graph in rest}
        else:
            results |= _results(call, answer)
    return results


def pack(graphs: Iterable[Graph]) -> Iterator[list[Graph]]:
    """Graphs grouped into calls within the limits, in their order."""
    call: list[Graph] = []
    nodes, kinds = 0, set[tuple[str, str]]()
    for graph in graphs:
        own = {(node.method, node.object) for node in graph.nodes}
        full = len(call) == MAX_GRAPHS or nodes + len(graph.nodes) > MAX_NODES or len(kinds | own) > MAX_KINDS
        if call and full:
            yield call
            call, nodes, kinds = [], 0, set()
        call.append(graph)
        nodes += len(graph.nodes)
        kinds |= own
    if call:
        yield call


def _too_large(graph: Graph) -> "Unanswered":
    problem = Parked(
        "too_many_records",
        f"the order needs {len(graph.nodes)} Salesforce records; one transaction holds {MAX_NODES}",
        "Map fewer records per line (mappings/order.yaml), or enter this order by hand.",
    )
    return Unanswered(problem, uncertain=False)


def _payload(graph: Graph, session: Session) -> dict[str, object]:
    return {
        "graphId": graph.id,
        "compositeRequest": [
            {
                "method": node.method,
                "url": f"{session.data_path}sobjects/{node.object}/{_address(node)}",
                "referenceId": node.reference,
                **({"body": node.body} if node.method == "PATCH" else {}),
            }
            for node in graph.nodes
        ],
    }


def _address(node: Node) -> str:
    return node.id or f"{KEY_FIELD}/{quote(node.key, safe='')}"


def _results(call: Sequence[Graph], answer: object) -> dict[str, Result]:
    entries = answer.get("graphs") if isinstance(answer, dict) else None
    entries = entries if isinstance(entries, list) else []
    answers = {entry.get("graphId"): entry for entry in entries if isinstance(entry, dict)}
    return {graph.id: _result(graph, answers.get(graph.id)) for graph in call}


def _result(graph: Graph, entry: Mapping[str, object] | None) -> Result:
    if entry is None:
        return Unanswered(
            Deferred("salesforce_unavailable", "a graph is missing in the answer"), uncertain=True
        )
    response = entry.get("graphResponse")
    answers = response.get("compositeResponse") if isinstance(response, dict) else None
    by_reference = {part["referenceId"]: part for part in answers} if isinstance(answers, list) else {}
    if entry.get("isSuccessful"):
        return Written(
            {ref: body["id"] for ref, part in by_reference.items() if (body := _object(part["body"]))}
        )
    pairs = ((node, by_reference.get(node.reference)) for node in graph.nodes)
    return Refused(
        tuple((node, r) for node, part in pairs if part is not None for r in _refusals(node, part))
    )


def _object(body: object) -> Mapping[str, str] | None:
    return body if isinstance(body, dict) and isinstance(body.get("id"), str) else None


def _refusals(node: Node, part: Mapping[str, object]) -> Iterator[Refusal]:
    body, status = part.get("body"), part.get("httpStatusCode")
    for error in body if isinstance(body, list) else []:
        yield Refusal(
            code=str(error.get("errorCode")),
            message=str(error.get("message", "")),
            fields=tuple(error.get("fields") or ()),
            status=status if isinstance(status, int) else 400,
            object=node.object,
        )
