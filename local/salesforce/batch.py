"""`/composite/batch` and `/composite/tree`."""

from __future__ import annotations

from collections.abc import Mapping

from local.salesforce.errors import ApiError, json_error, resource_not_found
from local.salesforce.records import create
from local.salesforce.schema import Schema, SObject
from local.salesforce.subrequests import Router, as_request, attempted
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import Call, World

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_BATCH, _TREE_RECORDS, _TREE_LEVELS, _TREE_TYPES = 25, 200, 5, 5
_HALTED = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}]


def batch_requests(request: Request) -> list[Request]:
    """The sub-requests of a batch; ApiError when too many, or when one of them is malformed."""
    given = request.members().get("batchRequests")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise json_error("batchRequests must be a list of objects")
    if len(given) > _BATCH:
        raise ApiError(400, "LIMIT_EXCEEDED", f"The batch has more than {_BATCH} sub-requests")
    return [_read(each) for each in given]


def _read(each: Mapping[str, object]) -> Request:
    method, url = each.get("method"), each.get("url")
    if not isinstance(method, str) or method.upper() not in _METHODS or not isinstance(url, str):
        raise json_error("Each request of a batch needs a method and a url")
    rest = url.removeprefix("/services/data/").lstrip("/")
    return as_request(method.upper(), f"/services/data/{rest}", each.get("richInput"), {})


def answer_batch(world: World, router: Router, request: Request) -> Answer:
    """Independent sub-requests; `haltOnError` stops after the first failure."""
    results: list[dict[str, object]] = []
    halted = False
    bad = False
    for each in batch_requests(request):
        answer = Answer(412, _HALTED) if halted else _run(world, router, each)
        results.append({"statusCode": answer.status, "result": answer.body})
        bad = bad or answer.status >= 400
        halted = bad and request.members().get("haltOnError") is True
    return Answer(200, {"hasErrors": bad, "results": results})


def _run(world: World, router: Router, request: Request) -> Answer:
    with world.store.transaction():
        return attempted(router, request)


class _Failed(Exception):
    """Unwinds the transaction of a tree."""


def answer_tree(world: World, call: Call, request: Request) -> Answer:
    """Create records with their children, all or none."""
    sobject = world.org.schema.find(decoded(request.path[2])) if len(request.path) == 3 else None
    if sobject is None:
        raise resource_not_found()
    records = _records(request.members())
    _check_limits(records)
    good: list[dict[str, object]] = []
    try:
        with world.store.transaction():
            for record in records:
                _create(world, call, sobject, record, {}, good)
    except _Failed as failed:
        return Answer(400, {"hasErrors": True, "results": [failed.args[0]]})
    return Answer(201, {"hasErrors": False, "results": good})


def _records(members: Mapping[str, object]) -> list[Mapping[str, object]]:
    given = members.get("records")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise json_error("records must be a list of objects")
    return given


def _is_children(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("records"), list)


def _check_limits(records: list[Mapping[str, object]]) -> None:
    types: set[str] = set()
    count = 0
    level, levels = list(records), 0
    while level:
        levels += 1
        count += len(level)
        types |= {str(_attributes(each).get("type")) for each in level}
        level = [
            child
            for each in level
            for value in each.values()
            if _is_children(value)
            for child in _nested(value)
        ]
    if count > _TREE_RECORDS or levels > _TREE_LEVELS or len(types) > _TREE_TYPES:
        raise ApiError(400, "LIMIT_EXCEEDED", "A tree has at most 200 records, 5 levels and 5 types")


def _nested(value: object) -> list[Mapping[str, object]]:
    return _records(value) if isinstance(value, dict) else []


def _attributes(record: Mapping[str, object]) -> Mapping[str, object]:
    given = record.get("attributes")
    if not isinstance(given, dict) or not given.get("type") or not given.get("referenceId"):
        raise ApiError(
            400, "INVALID_INPUT", "Include attributes.type and attributes.referenceId in each record."
        )
    return given


def _create(
    world: World, call: Call, sobject: SObject, record: Mapping[str, object], link: Mapping[str, object],
    good: list[dict[str, object]],
) -> None:  # fmt: skip
    given = _attributes(record)
    reference = given["referenceId"]
    fields = {name: value for name, value in record.items() if not _is_children(value)}
    try:
        if world.org.schema.find(str(given["type"])) is not sobject:
            raise ApiError(400, "INVALID_INPUT", f"The record must be of type {sobject.name}", [])
        record_id = create(world, call, sobject, {**fields, **link})
        children = {name: value for name, value in record.items() if _is_children(value)}
        good.append({"referenceId": reference, "id": record_id})
        for name, value in children.items():
            child, field_name = _child(world.org.schema, sobject, name)
            for each in _nested(value):
                _create(world, call, child, each, {field_name: record_id}, good)
    except ApiError as error:
        raise _Failed({"referenceId": reference, "errors": [error.item()]}) from error


def _child(schema: Schema, sobject: SObject, relationship: str) -> tuple[SObject, str]:
    link = schema.child(sobject.name, relationship)
    if link is None:
        raise ApiError(
            400, "INVALID_FIELD", f"No such relation '{relationship}' on sobject of type {sobject.name}"
        )
    return schema.objects[link.child], link.field.name
