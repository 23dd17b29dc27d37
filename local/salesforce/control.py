"""The endpoints that no real org has: faults, counts, settings, reset, and a look at the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.salesforce.administrator.desk import answer_desk, orders
from local.salesforce.errors import ApiError, resource_not_found
from local.salesforce.events.feed import GAPS, OVERFLOW
from local.salesforce.values import show
from local.salesforce.wire import Answer, read_json
from local.salesforce.world import ADMINISTRATOR

if TYPE_CHECKING:
    from local.salesforce.simulator import Simulator


def answer_control(
    simulator: Simulator, method: str, path: str, query: dict[str, str], body: bytes
) -> Answer:
    """Answer `/_...`; a wrong order is answered 400 with what is wrong."""
    name = path.strip("/").split("/")
    members = _members(body) if method == "POST" else {}
    try:
        if name[0] == "_faults":
            return _faults(simulator, method, members)
        if name[0] in {"_events", "_relay", "_gap"} and len(name) == 1:
            return _changes(simulator, method, name[0], members, query)
        if name[0] in orders() and len(name) == 1 and method == "POST":
            return answer_desk(simulator.world, name[0], members)
        if path == "/_calls" and method == "GET":
            return Answer(200, simulator.usage.as_json())
        if path == "/_settings" and method == "POST":
            simulator.change_switches(members)
            return Answer(200, {"changed": sorted(members)})
        if path == "/_reset" and method == "POST":
            simulator.reset(calls_only=members.get("calls") is True)
            return Answer(200, {"reset": "calls" if members.get("calls") is True else "all"})
    except ValueError as error:
        raise ApiError(400, "INVALID_ORDER", str(error)) from None
    if path == "/_hidden" and method == "GET":
        return Answer(200, simulator.world.org.hidden())
    if name[0] == "_records" and len(name) == 2 and method == "GET":
        return Answer(200, _records(simulator, name[1], deleted=query.get("deleted") == "true"))
    raise resource_not_found()


def _members(body: bytes) -> dict[str, object]:
    given = read_json(body)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ApiError(400, "INVALID_ORDER", "the body must be a JSON object")
    return given


def _faults(simulator: Simulator, method: str, members: dict[str, object]) -> Answer:
    faults = simulator.world.faults
    if method == "POST":
        return Answer(201, faults.order(members).as_json())
    if method == "DELETE":
        faults.clear()
        return Answer(204)
    return Answer(200, {"faults": faults.listed()})


def _changes(
    simulator: Simulator, method: str, name: str, members: dict[str, object], query: dict[str, str]
) -> Answer:
    """Events that left the org, where they are delivered to, and gap events on demand."""
    if name == "_gap" and method == "POST":
        return _gap(simulator, members)
    if name == "_relay":
        if method == "POST":
            known = {key: str(value) for key, value in members.items() if key in {"url", "state", "recovery"}}
            relay = simulator.relay
            simulator.relay.order(
                known.get("url", relay.url), known.get("state", "RUN"), known.get("recovery", relay.recovery)
            )
        return Answer(200, simulator.relay.as_json())
    if method != "GET" or not query.get("since", "0").isdigit():
        raise ValueError("GET /_events?since=REPLAY_ID")
    found = simulator.events.since(int(query.get("since", "0")))
    last = found[-1].replay if found else int(query.get("since", "0"))
    return Answer(200, {"events": [each.envelope for each in found], "last": last})


def _gap(simulator: Simulator, members: dict[str, object]) -> Answer:
    """Turn the next `times` events of an object into gap events, or publish one of a `kind` for `ids`."""
    sobject = simulator.world.org.everything.find(str(members.get("object")))
    if sobject is None:
        raise ValueError(f"object: the org has no {members.get('object')}")
    kind, ids, times = members.get("kind"), members.get("ids", []), members.get("times", 1)
    if kind is None and isinstance(times, int):
        simulator.feed.gaps[sobject.name] = times
        return Answer(200, {"object": sobject.name, "times": times})
    if kind not in GAPS or not isinstance(ids, list) or (not ids and kind != OVERFLOW):
        raise ValueError(f"kind must be one of {', '.join(GAPS)}, with ids; or times a number")
    with simulator.world.acting(ADMINISTRATOR):
        count = simulator.feed.publish_gap(sobject, str(kind), [str(each) for each in ids])
    return Answer(200, {"published": count})


def _records(simulator: Simulator, name: str, *, deleted: bool) -> list[dict[str, object]]:
    """All stored rows of an object with all fields that hold something."""
    sobject = simulator.world.org.everything.find(name)
    if sobject is None:
        raise resource_not_found()
    rows = simulator.world.store.rows(sobject.name, deleted=deleted)
    return [
        {each: show(sobject.fields[each], value) for each, value in row.items() if each in sobject.fields}
        for row in rows
    ]
