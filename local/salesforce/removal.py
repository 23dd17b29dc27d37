"""Deleting records: into the recycle bin, with the children that go along."""

from __future__ import annotations

from local.salesforce import rules
from local.salesforce.errors import ApiError
from local.salesforce.gatekeeping import refuse_forbidden, strike
from local.salesforce.lookup import existing
from local.salesforce.schema import Field, SObject
from local.salesforce.values import Row
from local.salesforce.world import USER_ID, Call, Change, World


def delete(world: World, call: Call, sobject: SObject, record_id: str) -> None:
    """Move a record, and the children that go with it, to the recycle bin; ApiError says why not."""
    strike(world, call, sobject, record_id, {})
    refuse_forbidden(sobject, "delete", "deleted")
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
