"""Writing records: create, update, upsert and delete with all checks that an org makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from local.salesforce import rules
from local.salesforce.errors import (
    ApiError,
    entity_is_deleted,
    malformed_id,
    not_writable,
    required_missing,
    unknown_column,
)
from local.salesforce.ids import full_id, make_id
from local.salesforce.rules.duplicates import refuse_duplicates
from local.salesforce.rules.uniqueness import refuse_taken_keys
from local.salesforce.rules.validation import refuse_invalid
from local.salesforce.schema import Field, SObject
from local.salesforce.values import Row, Value, accept
from local.salesforce.world import USER_ID, Call, Change, World

Body = Mapping[str, object]


@dataclass(frozen=True)
class Upserted:
    """The result of an upsert."""

    id: str
    created: bool


def create(world: World, call: Call, sobject: SObject, body: Body) -> str:
    """Create a record and return its id; ApiError says why not."""
    _allowed(sobject, "create", "inserted")
    _strike(world, call, sobject, body)
    row: Row = {"IsDeleted": False}
    change = Change(world, call, sobject, None, row)
    _take_body(change, body)
    _fill_defaults(change)
    with world.store.atomic():
        _check(change)
        now = world.now()
        record_id = make_id(sobject.prefix, world.store.next_number(sobject.name))
        row.update(Id=record_id, CreatedDate=now, CreatedById=USER_ID)
        _number(change)
        _save(change, now)
    return record_id


def update(world: World, call: Call, sobject: SObject, record_id: str, body: Body) -> None:
    """Change fields of a record; ApiError says why not."""
    _allowed(sobject, "update", "updated")
    _strike(world, call, sobject, body, record_id)
    before = existing(world, sobject, record_id)
    row = dict(before)
    change = Change(world, call, sobject, before, row)
    _take_body(change, body)
    with world.store.atomic():
        _check(change)
        _save(change, world.now())


def upsert(
    world: World, call: Call, sobject: SObject, key: Field, value: object, body: Body, *, only: bool = False
) -> Upserted:
    """Create or update the record whose key field has this value; `only` refuses to create.

    More than one match raises MultipleMatches: the caller knows the shape of that answer.
    """
    _refuse_key_in_body(key, body)
    wanted = accept(sobject, key, value)
    if wanted is None:
        raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
    found = matches(world, sobject, key, wanted)
    if len(found) > 1:
        raise MultipleMatches([str(row["Id"]) for row in found])
    if found:
        record_id = str(found[0]["Id"])
        update(world, call, sobject, record_id, body)
        return Upserted(record_id, created=False)
    if only:
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    return Upserted(create(world, call, sobject, {key.name: wanted, **body}), created=True)


class MultipleMatches(Exception):
    """A key value that several records have; HTTP 300 in single calls."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(f"{len(ids)} records")
        self.ids = ids


def matches(world: World, sobject: SObject, key: Field, value: Value) -> list[Row]:
    """The live records with this value in a key field."""
    if key.type == "id":
        row = world.store.live(sobject.name, full_id(value) or "")
        return [row] if row else []
    return world.store.having(sobject.name, key, value)


def _refuse_key_in_body(key: Field, body: Body) -> None:
    for name in body:
        if name.lower() in {"id", key.name.lower()}:
            raise ApiError(
                400, "INVALID_FIELD", f"The {name} field should not be specified in the sobject data.", [name]
            )


def existing(world: World, sobject: SObject, record_id: str) -> Row:
    """The live row of an id given in a URL or body; ApiError for a malformed, foreign, unknown or deleted one."""
    known = full_id(record_id)
    if known is None or world.org.everything.of_id(known) is not world.org.everything.find(sobject.name):
        raise malformed_id("Record ID", record_id, "Id")
    row = world.store.get(sobject.name, known)
    if row is None:
        raise ApiError(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row


def _allowed(sobject: SObject, operation: str, done: str) -> None:
    if operation not in sobject.allows:
        raise ApiError(
            400, "INVALID_TYPE_FOR_OPERATION", f"entity type cannot be {done}: {sobject.label}", []
        )
    if not getattr(sobject.access, operation):
        message = "insufficient access rights on object id"
        raise ApiError(403, "INSUFFICIENT_ACCESS_OR_READONLY", message, [])


def _strike(world: World, call: Call, sobject: SObject, body: Body, record_id: str = "") -> None:
    if world.faults.wait_for_records:
        world.faults.strike_record(call.path, f"{sobject.name}/{record_id} {json.dumps(body, default=str)}")


def _take_body(change: Change, body: Body) -> None:
    """Read the body's members into the row: known, writable, of the right type, with parents that exist."""
    refused = []
    for name, given in body.items():
        if name == "attributes":
            continue
        field = change.sobject.find(name)
        if field is None:
            field, given = _parent_by_key(change, name, given)
        if not (field.createable if change.creating else field.updateable):
            refused.append(field.name)
            continue
        value = accept(change.sobject, field, given)
        change.given.add(field.name)
        if value is None:
            change.row.pop(field.name, None)
        else:
            change.row[field.name] = value
    if refused:
        raise not_writable(refused)
    _check_references(change)


def _parent_by_key(change: Change, name: str, given: object) -> tuple[Field, object]:
    """A parent named by its own key: `{"Account": {"Storefront_Key__c": "main:42"}}`."""
    field = change.sobject.parents.get(name.lower())
    if field is None:
        raise unknown_column(name, change.sobject.name)
    if given is None:
        return field, None
    if not isinstance(given, dict):
        raise ApiError(
            400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {name} from VALUE_STRING value {given}"
        )
    target = _target(change, field, given)
    keys = [(each, value) for each, value in given.items() if each != "attributes"]
    if len(keys) != 1:
        raise ApiError(400, "INVALID_FIELD", f"{name}: exactly one key field of the parent must be given", [])
    key = target.find(keys[0][0])
    if key is None or not (key.is_key or key.type == "id"):
        raise ApiError(
            400, "INVALID_FIELD", f"{keys[0][0]} is not an external ID or indexed field of {target.name}", []
        )
    value = accept(target, key, keys[0][1])
    found = matches(change.world, target, key, value) if value is not None else []
    if not found:
        shown = keys[0][1]
        raise ApiError(
            400,
            "INVALID_FIELD",
            f"Foreign key external ID: {shown} not found for field {key.name} in entity {target.name}",
            [],
        )
    if len(found) > 1:
        raise ApiError(
            400, "INVALID_FIELD", f"More than one record found for external id field: {key.name}", []
        )
    return field, found[0]["Id"]


def _target(change: Change, field: Field, given: Body) -> SObject:
    name = field.reference_to[0]
    attributes = given.get("attributes")
    if isinstance(attributes, dict) and "type" in attributes:
        name = str(attributes["type"])
    elif len(field.reference_to) > 1:
        raise ApiError(
            400,
            "INVALID_FIELD",
            f"{field.relationship}: attributes.type is needed to tell the objects apart",
            [],
        )
    target = change.world.org.schema.find(name)
    if target is None or target.name not in field.reference_to:
        raise unknown_column(field.relationship or field.name, change.sobject.name)
    return target


def _check_references(change: Change) -> None:
    for name in change.given:
        field = change.sobject.fields[name]
        value = change.row.get(name)
        if field.type != "reference" or not isinstance(value, str) or not change.changed(name):
            continue
        target = change.world.org.everything.of_id(value)
        if target is None or target.name not in field.reference_to:
            raise malformed_id(field.label, value, name)
        row = change.world.store.get(target.name, value)
        if row is None:
            raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [name])
        if row.get("IsDeleted"):
            raise entity_is_deleted(400)


def _fill_defaults(change: Change) -> None:
    for field in change.world.org.everything.objects[change.sobject.name].defaults:
        if field.name not in change.row:
            change.row[field.name] = field.default if field.default is not None else False
    fields = change.world.org.everything.objects[change.sobject.name].fields
    if "OwnerId" in fields:
        change.row.setdefault("OwnerId", USER_ID)


def _number(change: Change) -> None:
    for field in change.sobject.fields.values():
        if field.auto_number:
            change.row[field.name] = _auto_number(change.world, change.sobject, field, field.auto_number)


def _auto_number(world: World, sobject: SObject, field: Field, pattern: str) -> str:
    number = world.store.next_number(f"{sobject.name}.{field.name}")
    start, _, rest = pattern.partition("{")
    zeros, _, end = rest.partition("}")
    return f"{start}{number:0{len(zeros) or 1}d}{end}"


def _check(change: Change) -> None:
    missing = [each.name for each in change.sobject.required if change.row.get(each.name) is None]
    if missing:
        raise required_missing(missing)
    rules.prepare(change)
    refuse_invalid(change)
    refuse_taken_keys(change)
    refuse_duplicates(change)


def _save(change: Change, now: str) -> None:
    change.row.update(LastModifiedDate=now, LastModifiedById=USER_ID, SystemModstamp=now)
    change.world.store.put(change.sobject.name, change.row)
    rules.follow(change)


def delete(world: World, call: Call, sobject: SObject, record_id: str) -> None:
    """Move a record, and the children that go with it, to the recycle bin; ApiError says why not."""
    _allowed(sobject, "delete", "deleted")
    _strike(world, call, sobject, {}, record_id)
    row = existing(world, sobject, record_id)
    with world.store.atomic():
        rules.refuse_removal(world, sobject, row)
        _bin(world, call, sobject, row)


def _bin(world: World, call: Call, sobject: SObject, row: Row) -> None:
    now = world.now()
    gone = {
        **row,
        "IsDeleted": True,
        "LastModifiedDate": now,
        "LastModifiedById": USER_ID,
        "SystemModstamp": now,
    }
    for link in world.org.everything.children(sobject.name):
        child = world.org.everything.objects[link.child]
        for each in world.store.having(link.child, link.field, row["Id"]):
            _part(world, call, child, link.field, each)
    world.store.put(sobject.name, gone)
    rules.follow(Change(world, call, sobject, row, gone))


def _part(world: World, call: Call, child: SObject, field: Field, row: Row) -> None:
    """What the deletion of a parent does to one child."""
    if field.on_delete == "restrict":
        message = (
            f"Your attempt to delete could not be completed because it is associated with {child.plural}."
        )
        raise ApiError(400, "DELETE_FAILED", message, [])
    if field.on_delete == "cascade":
        rules.refuse_removal(world, child, row, with_parent=True)
        _bin(world, call, child, row)
        return
    left = {name: value for name, value in row.items() if name != field.name}
    left["SystemModstamp"] = world.now()
    world.store.put(child.name, left)
