"""Writing records: create, update and upsert with all checks that an org makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.salesforce import rules
from local.salesforce.bodies import take_body
from local.salesforce.errors import ApiError, required_missing, resource_not_found
from local.salesforce.gatekeeping import refuse_forbidden, strike
from local.salesforce.ids import make_id
from local.salesforce.lookup import MultipleMatches, existing, matches
from local.salesforce.rules.duplicates import refuse_duplicates
from local.salesforce.rules.uniqueness import refuse_taken_keys
from local.salesforce.rules.validation import refuse_invalid
from local.salesforce.schema import Field, SObject
from local.salesforce.values import Row, accept
from local.salesforce.world import Call, Change, World

Body = Mapping[str, object]


@dataclass(frozen=True)
class Upserted:
    """The result of an upsert."""

    id: str
    created: bool


def create(world: World, call: Call, sobject: SObject, body: Body) -> str:
    """Create a record and return its id; ApiError says why not."""
    strike(world, call, sobject, "", body)
    return _create(world, call, sobject, body)


def _create(world: World, call: Call, sobject: SObject, body: Body) -> str:
    refuse_forbidden(sobject, "create", "inserted")
    row: Row = {"IsDeleted": False}
    change = Change(world, call, sobject, None, row)
    take_body(change, body)
    _fill_defaults(change)
    with world.store.atomic():
        _check(change)
        now = world.now()
        record_id = make_id(sobject.prefix, world.store.next_number(sobject.name))
        row.update(Id=record_id, CreatedDate=now, CreatedById=world.actor.user)
        _number(change)
        _save(change, now)
    return record_id


def update(world: World, call: Call, sobject: SObject, record_id: str, body: Body) -> None:
    """Change fields of a record; ApiError says why not."""
    strike(world, call, sobject, record_id, body)
    _update(world, call, sobject, record_id, body)


def _update(world: World, call: Call, sobject: SObject, record_id: str, body: Body) -> None:
    refuse_forbidden(sobject, "update", "updated")
    before = existing(world, sobject, record_id)
    change = Change(world, call, sobject, before, dict(before))
    take_body(change, body)
    with world.store.atomic():
        _check(change)
        _save(change, world.now())


def upsert(
    world: World, call: Call, sobject: SObject, key: Field, value: object, body: Body, *, only: bool = False
) -> Upserted:
    """Create or update the record whose key field has this value; `only` refuses to create.

    More than one match raises MultipleMatches: the caller knows the shape of that answer.
    """
    strike(world, call, sobject, f"{key.name}/{value}", body)
    _refuse_key_in_body(key, body)
    if key.external_id and not key.unique and not world.may("ViewAllData"):
        message = f"{key.name} is not unique: to upsert by it needs the permission View All Data"
        raise ApiError(403, "INSUFFICIENT_ACCESS_OR_READONLY", message, [])
    wanted = accept(sobject, key, value)
    if wanted is None:
        raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [key.name])
    found = matches(world, sobject, key, wanted)
    if len(found) > 1:
        raise MultipleMatches([str(row["Id"]) for row in found])
    if found:
        record_id = str(found[0]["Id"])
        _update(world, call, sobject, record_id, body)
        return Upserted(record_id, created=False)
    if only:
        raise resource_not_found()
    return Upserted(_create(world, call, sobject, {key.name: wanted, **body}), created=True)


def _refuse_key_in_body(key: Field, body: Body) -> None:
    for name in body:
        if name.lower() in {"id", key.name.lower()}:
            raise ApiError(
                400, "INVALID_FIELD", f"The {name} field should not be specified in the sobject data.", [name]
            )


def _fill_defaults(change: Change) -> None:
    for field in change.world.org.everything.objects[change.sobject.name].defaults:
        if field.name not in change.row:
            change.row[field.name] = field.default if field.default is not None else False
    fields = change.world.org.everything.objects[change.sobject.name].fields
    if "OwnerId" in fields:
        change.row.setdefault("OwnerId", change.world.actor.user)


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
    change.row.update(LastModifiedDate=now, LastModifiedById=change.world.actor.user, SystemModstamp=now)
    change.world.store.put(change.sobject.name, change.row)
    rules.follow(change)
