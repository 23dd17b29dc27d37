"""Rows that the org itself writes: companions, derived values and roll-ups."""

from __future__ import annotations

from local.salesforce.ids import make_id
from local.salesforce.values import Row, Value
from local.salesforce.world import World


def add_row(world: World, object_name: str, values: Row) -> str:
    """Create a record on the org's own account and return its id."""
    now = world.now()
    sobject = world.org.everything.objects[object_name]
    record_id = make_id(sobject.prefix, world.store.next_number(object_name))
    row: Row = {
        "Id": record_id, "IsDeleted": False, "CreatedDate": now, "CreatedById": world.actor.user,
        "LastModifiedDate": now, "LastModifiedById": world.actor.user, "SystemModstamp": now,
    }  # fmt: skip
    row.update({each.name: False for each in sobject.fields.values() if each.type == "boolean"})
    if "OwnerId" in sobject.fields:
        row["OwnerId"] = world.actor.user
    row.update(values)
    world.store.put(object_name, row)
    return record_id


def alter_row(world: World, object_name: str, row: Row, values: dict[str, Value | None]) -> Row:
    """Change a record on the org's own account; nothing is written when nothing changes."""
    if all(row.get(name) == value for name, value in values.items()):
        return row
    now = world.now()
    altered = {**row, "LastModifiedDate": now, "LastModifiedById": world.actor.user, "SystemModstamp": now}
    for name, value in values.items():
        if value is None:
            altered.pop(name, None)
        else:
            altered[name] = value
    world.store.put(object_name, altered)
    return altered


def related(world: World, object_name: str, field_name: str, parent_id: Value) -> list[Row]:
    """The live records that point to a parent with this field."""
    field = world.org.everything.objects[object_name].fields[field_name]
    return world.store.having(object_name, field, parent_id)
