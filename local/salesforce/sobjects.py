"""`/sobjects`: describes and single records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from local.salesforce.describe import describe, describe_global, summary
from local.salesforce.errors import (
    ApiError,
    entity_is_deleted,
    malformed_id,
    method_not_allowed,
    resource_not_found,
)
from local.salesforce.ids import full_id, key_of
from local.salesforce.lookup import MultipleMatches, matches
from local.salesforce.records import create, update, upsert
from local.salesforce.removal import delete
from local.salesforce.schema import Field, SObject
from local.salesforce.values import (
    Row,
    Value,
    accept,
    attributes,
    parse_datetime,
    show,
    show_datetime,
    show_row,
)
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import Call, World


def answer_sobjects(world: World, call: Call, request: Request) -> Answer:
    """Route `/sobjects/...`."""
    path = request.path[1:]
    if not path:
        _only(request, "GET")
        return Answer(200, describe_global(world.org, request.version))
    sobject = world.org.schema.find(decoded(path[0]))
    if sobject is None:
        raise resource_not_found()
    if len(path) == 1:
        return _collection(world, call, request, sobject)
    if len(path) == 2 and path[1] in {"describe", "updated", "deleted"}:
        _only(request, "GET")
        return _about(world, request, sobject, path[1])
    if len(path) == 2:
        return _by_id(world, call, request, sobject, decoded(path[1]))
    if len(path) == 3:
        return _by_key(world, call, request, sobject, decoded(path[1]), decoded(path[2]))
    raise resource_not_found()


def _only(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        raise method_not_allowed(request.method, ",".join(allowed))


def _collection(world: World, call: Call, request: Request, sobject: SObject) -> Answer:
    _only(request, "GET", "POST")
    if request.method == "GET":
        return Answer(200, {"objectDescribe": summary(sobject, request.version), "recentItems": []})
    return created(request, sobject, create(world, call, sobject, request.members()))


def created(
    request: Request, sobject: SObject, record_id: str, extra: Mapping[str, object] | None = None
) -> Answer:
    """201 with the new record's id and place."""
    location = f"/services/data/{request.version}/sobjects/{sobject.name}/{record_id}"
    body = {"id": record_id, "success": True, "errors": notes(sobject, record_id), **(extra or {})}
    return Answer(201, body, {"Location": location})


def notes(sobject: SObject, record_id: str) -> list[dict[str, object]]:
    """`errors` of a success: empty, except that a platform event's says it is queued. Accepted is not delivered."""
    if not sobject.is_event:
        return []
    return [{"statusCode": "OPERATION_ENQUEUED", "message": key_of(f"published {record_id}"), "fields": []}]


def _about(world: World, request: Request, sobject: SObject, what: str) -> Answer:
    if what == "describe":
        return Answer(200, describe(world.org, sobject, request.version))
    start, end = _window(world, request, days=30 if what == "updated" else 15)
    return _updated(world, sobject, start, end) if what == "updated" else _deleted(world, sobject, start, end)


def _by_id(world: World, call: Call, request: Request, sobject: SObject, record_id: str) -> Answer:
    if sobject.is_event:
        raise resource_not_found()
    if request.method == "POST" and record_id.lower() == "id":
        return created(request, sobject, create(world, call, sobject, request.members()))
    _only(request, "GET", "PATCH", "DELETE")
    if request.method == "PATCH":
        _refuse_id(request.members())
        update(world, call, sobject, record_id, request.members())
        return Answer(204)
    if request.method == "DELETE":
        delete(world, call, sobject, record_id)
        return Answer(204)
    return Answer(200, shown(request, sobject, _readable(world, sobject, record_id)))


def _refuse_id(body: Mapping[str, object]) -> None:
    for name in body:
        if name.lower() == "id":
            raise ApiError(
                400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", ["Id"]
            )


def _readable(world: World, sobject: SObject, record_id: str) -> Row:
    known = full_id(record_id)
    if known is None:
        message = f"Provided external ID field does not exist or is not accessible: {record_id}"
        raise ApiError(404, "NOT_FOUND", message)
    row = world.store.get(sobject.name, known)
    if row is None:
        raise resource_not_found()
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row


def shown(request: Request, sobject: SObject, row: Row) -> dict[str, object]:
    """A record with all its fields, or with those that `?fields=` names."""
    wanted = request.query.get("fields")
    if not wanted:
        return show_row(sobject, row, request.version)
    body: dict[str, object] = {"attributes": attributes(sobject, row, request.version)}
    for name in wanted.split(","):
        field = sobject.find(name.strip())
        if field is None:
            raise ApiError(
                400, "INVALID_FIELD", f"No such column '{name.strip()}' on entity '{sobject.name}'."
            )
        body[field.name] = show(field, row.get(field.name))
    return body


def key_field(sobject: SObject, name: str) -> Field:
    """The external id field of this name; 404 when it is none, or hidden."""
    field = sobject.find(name)
    if field is None or not (field.external_id or field.type == "id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError(404, "NOT_FOUND", message)
    return field


def _by_key(world: World, call: Call, request: Request, sobject: SObject, name: str, value: str) -> Answer:
    field = key_field(sobject, name)
    _only(request, "GET", "PATCH", "POST", "DELETE")
    typed = _typed(field, value)
    if request.method in {"PATCH", "POST"}:
        return _upsert(world, call, request, sobject, field, typed)
    wanted = accept(sobject, field, typed)
    found = matches(world, sobject, field, wanted) if wanted is not None else []
    if len(found) > 1:
        return _choices(request, sobject, [str(row["Id"]) for row in found])
    if not found:
        raise resource_not_found()
    if request.method == "DELETE":
        delete(world, call, sobject, str(found[0]["Id"]))
        return Answer(204)
    return Answer(200, shown(request, sobject, found[0]))


def _typed(field: Field, value: str) -> object:
    if field.type not in {"double", "int"}:
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        raise malformed_id(field.label, value, field.name) from None


def _upsert(
    world: World, call: Call, request: Request, sobject: SObject, field: Field, value: object
) -> Answer:
    only = request.query.get("updateOnly", "").lower() == "true"
    try:
        done = upsert(world, call, sobject, field, value, request.members(), only=only)
    except MultipleMatches as several:
        return _choices(request, sobject, several.ids)
    if done.created:
        return created(request, sobject, done.id, {"created": True})
    return Answer(200, {"id": done.id, "success": True, "errors": [], "created": False})


def _choices(request: Request, sobject: SObject, ids: list[str]) -> Answer:
    return Answer(300, [f"/services/data/{request.version}/sobjects/{sobject.name}/{each}" for each in ids])


def _window(world: World, request: Request, days: int) -> tuple[datetime, datetime]:
    moments = []
    for name in ("start", "end"):
        # An unencoded plus sign arrives as a blank.
        moment = parse_datetime(request.query.get(name, "").replace(" ", "+"))
        if moment is None:
            raise ApiError(400, "INVALID_REPLICATION_DATE", f"{name} is not an ISO 8601 date and time")
        moments.append(moment.replace(second=0, microsecond=0))
    start, end = moments
    if end - start < timedelta(minutes=1):
        raise ApiError(
            400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate"
        )
    if world.clock().astimezone(UTC) - start > timedelta(days=days):
        raise ApiError(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, end


def _updated(world: World, sobject: SObject, start: datetime, end: datetime) -> Answer:
    rows = [row for row in world.store.rows(sobject.name) if _within(row["SystemModstamp"], start, end)]
    ids = [row["Id"] for row in rows]
    return Answer(200, {"ids": ids, "latestDateCovered": show_datetime(min(end, world.clock()))})


def _deleted(world: World, sobject: SObject, start: datetime, end: datetime) -> Answer:
    records = [
        {"id": row["Id"], "deletedDate": row["SystemModstamp"]}
        for row in world.store.rows(sobject.name, deleted=True)
        if row.get("IsDeleted") and _within(row["SystemModstamp"], start, end)
    ]
    earliest = world.clock() - timedelta(days=15)
    return Answer(
        200,
        {
            "deletedRecords": records,
            "earliestDateAvailable": show_datetime(earliest),
            "latestDateCovered": show_datetime(min(end, world.clock())),
        },
    )


def _within(stamp: Value, start: datetime, end: datetime) -> bool:
    return show_datetime(start) <= str(stamp) < show_datetime(end)
