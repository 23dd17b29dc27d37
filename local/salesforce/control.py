"""The endpoints that no real org has: faults, counts, settings, reset, and a look at the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.salesforce.errors import ApiError, resource_not_found
from local.salesforce.values import show
from local.salesforce.wire import Answer, read_json

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
