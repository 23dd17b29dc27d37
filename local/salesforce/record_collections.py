"""`/composite/sobjects`: up to 200 records a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from local.salesforce.errors import (
    ApiError,
    json_error,
    method_not_allowed,
    resource_not_found,
    unknown_column,
)
from local.salesforce.ids import full_id
from local.salesforce.lookup import MultipleMatches
from local.salesforce.records import create, update, upsert
from local.salesforce.removal import delete
from local.salesforce.schema import Field, SObject
from local.salesforce.sobjects import notes
from local.salesforce.values import attributes, show
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import Call, World

_LIMIT, _READ_LIMIT, _RUNS = 200, 2_000, 10
_ROLLED_BACK = (
    "Record rolled back because not all records were valid and the request was using AllOrNone header"
)
Body = Mapping[str, object]
Result = dict[str, object]


class _Failed(Exception):
    """Unwinds the transaction of an all-or-none collection."""


def answer_collection(world: World, call: Call, request: Request) -> Answer:
    """Route `/composite/sobjects...`."""
    rest = [decoded(part) for part in request.path[2:]]
    if not rest:
        return _mixed(world, call, request)
    sobject = world.org.schema.find(rest[0])
    if sobject is None:
        raise resource_not_found()
    if len(rest) == 1:
        return _retrieve(world, request, sobject)
    if len(rest) == 2 and request.method == "PATCH":
        return _upsert(world, call, request, sobject, rest[1])
    raise resource_not_found()


def _mixed(world: World, call: Call, request: Request) -> Answer:
    if request.method == "DELETE":
        return _delete(world, call, request)
    if request.method not in {"POST", "PATCH"}:
        raise method_not_allowed(request.method, "POST,PATCH,DELETE")
    records, whole = _records(request)
    _check_runs(records)
    work: Callable[[Body], Result]
    if request.method == "POST":
        work = lambda body: _create(world, call, body)  # noqa: E731
    else:
        work = lambda body: _update(world, call, body)  # noqa: E731
    return Answer(200, _each(world, records, whole, work))


def _records(request: Request) -> tuple[list[Body], bool]:
    members = request.members()
    records, whole = members.get("records", []), members.get("allOrNone", False)
    if not isinstance(records, list) or not isinstance(whole, bool):
        raise json_error("records must be a list and allOrNone true or false")
    if not records:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(records) > _LIMIT:
        raise ApiError(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {_LIMIT} records in this call",
        )
    for each in records:
        if not isinstance(each, dict) or not isinstance(each.get("attributes"), dict):
            raise ApiError(400, "INVALID_INPUT", "Every record must be an object with attributes.type")
    return records, whole


def _check_runs(records: list[Body]) -> None:
    """Records of several objects come in at most ten runs of one object."""
    types = [_type(each) for each in records]
    runs = sum(1 for before, each in zip([None, *types], types, strict=False) if before != each)
    if runs > _RUNS:
        raise ApiError(400, "INVALID_INPUT", f"Cannot have more than {_RUNS} chunks in a single operation")


def _type(body: Body) -> str:
    attributes_given = body["attributes"]
    return str(attributes_given.get("type", "")) if isinstance(attributes_given, dict) else ""


def _sobject(world: World, body: Body) -> SObject:
    sobject = world.org.schema.find(_type(body))
    if sobject is None:
        raise ApiError(400, "INVALID_TYPE", f"sObject type '{_type(body)}' is not supported.", [])
    return sobject


def _fields(body: Body, *without: str) -> Body:
    return {
        name: value for name, value in body.items() if name != "attributes" and name.lower() not in without
    }


def _success(record_id: str, **more: bool) -> Result:
    return {"id": record_id, "success": True, "errors": [], **more}


def _create(world: World, call: Call, body: Body) -> Result:
    sobject = _sobject(world, body)
    record_id = create(world, call, sobject, _fields(body))
    return {**_success(record_id), "errors": notes(sobject, record_id)}


def _update(world: World, call: Call, body: Body) -> Result:
    given = next((value for name, value in body.items() if name.lower() == "id"), None)
    if not isinstance(given, str) or not given:
        raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call", [])
    update(world, call, _sobject(world, body), given, _fields(body, "id"))
    return _success(full_id(given) or given)


def _each(world: World, bodies: list[Body], whole: bool, work: Callable[[Body], Result]) -> list[Result]:
    """Each record on its own; with `allOrNone` one failure undoes all, and the good ones say so."""
    results: list[Result] = []
    try:
        with world.store.atomic():
            for body in bodies:
                results.append(_attempted(world, body, work))
            if whole and not all(each["success"] for each in results):
                raise _Failed
    except _Failed:
        rolled_back = ApiError(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED_BACK, [])
        return [_failure(rolled_back) if each["success"] else each for each in results]
    return results


def _attempted(world: World, body: Body, work: Callable[[Body], Result]) -> Result:
    try:
        with world.store.atomic():
            return work(body)
    except ApiError as error:
        return _failure(error)
    except MultipleMatches as several:
        shown = ", ".join(several.ids)
        return _failure(ApiError(400, "DUPLICATE_EXTERNAL_ID", f"More than one record found: [{shown}]", []))


def _failure(error: ApiError) -> Result:
    return {"success": False, "errors": [error.item()]}


def _upsert(world: World, call: Call, request: Request, sobject: SObject, key_name: str) -> Answer:
    """Upsert by an external id or, unlike in single calls, by an idLookup field such as Email."""
    key = sobject.find(key_name)
    if key is None or not (key.is_key or key.type == "id"):
        message = f"Provided external ID field does not exist or is not accessible: {key_name}"
        raise ApiError(404, "NOT_FOUND", message)
    records, whole = _records(request)
    if any(_type(each).lower() != sobject.name.lower() for each in records):
        raise ApiError(400, "INVALID_INPUT", f"All records must be of type {sobject.name}")
    seen: set[str] = set()
    return Answer(
        200, _each(world, records, whole, lambda body: _upsert_one(world, call, sobject, key, body, seen))
    )


def _upsert_one(world: World, call: Call, sobject: SObject, key: Field, body: Body, seen: set[str]) -> Result:
    given = [value for name, value in body.items() if name.lower() == key.name.lower()]
    rest = _fields(body, key.name.lower())
    if key.type == "id":
        return _upsert_by_id(world, call, sobject, given[0] if given else None, rest)
    if not given or given[0] in {None, ""}:
        raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [])
    folded = key.key(str(given[0]))
    if folded in seen:
        raise ApiError(400, "DUPLICATE_VALUE", f"Duplicate external id specified: {given[0]}", [key.name])
    seen.add(folded)
    done = upsert(world, call, sobject, key, given[0], rest)
    return _success(done.id, created=done.created)


def _upsert_by_id(world: World, call: Call, sobject: SObject, given: object, rest: Body) -> Result:
    if given is None or given == "":
        return _success(create(world, call, sobject, rest), created=True)
    update(world, call, sobject, str(given), rest)
    return _success(full_id(given) or str(given), created=False)


def _delete(world: World, call: Call, request: Request) -> Answer:
    ids = [each for each in request.query.get("ids", "").split(",") if each]
    if not ids:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(ids) > _LIMIT:
        raise ApiError(
            400,
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {_LIMIT} records in this call",
        )
    whole = request.query.get("allOrNone", "false").lower() == "true"

    def work(body: Body) -> Result:
        given = str(body["id"])
        sobject = world.org.schema.of_id(full_id(given) or "")
        if sobject is None:
            raise ApiError(400, "MALFORMED_ID", f"malformed id {given}", [])
        delete(world, call, sobject, given)
        return _success(full_id(given) or given)

    return Answer(200, _each(world, [{"id": each} for each in ids], whole, work))


def _retrieve(world: World, request: Request, sobject: SObject) -> Answer:
    if request.method == "GET":
        ids, names = request.query.get("ids", "").split(","), request.query.get("fields", "").split(",")
    elif request.method == "POST":
        ids, names = _strings(request.members().get("ids")), _strings(request.members().get("fields"))
    else:
        raise method_not_allowed(request.method, "GET,POST")
    if len(ids) > _READ_LIMIT:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"more than {_READ_LIMIT} ids")
    fields = []
    for name in names:
        field = sobject.find(name.strip())
        if field is None:
            raise unknown_column(name, sobject.name)
        fields.append(field)
    return Answer(200, list(_rows(world, request, sobject, ids, fields)))


def _strings(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise json_error("ids and fields must be lists of text")
    return [str(each) for each in given]


def _rows(
    world: World, request: Request, sobject: SObject, ids: list[str], fields: list[Field]
) -> Iterator[object]:
    for each in ids:
        row = world.store.live(sobject.name, full_id(each.strip()) or "")
        if row is None:
            yield None
        else:
            shown = {field.name: show(field, row.get(field.name)) for field in fields}
            yield {"attributes": attributes(sobject, row, request.version), **shown}
