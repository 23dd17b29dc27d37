"""Deleting records: into the recycle bin, with the children that go along; and taking them out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.salesforce import rules
from local.salesforce.errors import ApiError
from local.salesforce.gatekeeping import refuse_forbidden, strike
from local.salesforce.lookup import existing
from local.salesforce.rules.uniqueness import refuse_taken_keys
from local.salesforce.schema import ChildLink, Field, SObject
from local.salesforce.values import Row, show_datetime
from local.salesforce.world import Call, Change, World

KEPT = timedelta(days=15)
"""How long the recycle bin keeps a record (Salesforce Help, Recycle Bin)."""

# Notes on rows that are no fields: which deletion took a record along, and what a reference was before it.
_TAKEN_WITH, _WAS = "~taken with", "~was "


def delete(world: World, call: Call, sobject: SObject, record_id: str) -> None:
    """Move a record, and the children that go with it, to the recycle bin; ApiError says why not."""
    strike(world, call, sobject, record_id, {})
    refuse_forbidden(sobject, "delete", "deleted")
    row = existing(world, sobject, record_id)
    with world.store.atomic():
        rules.refuse_removal(world, sobject, row)
        _bin(world, call, sobject, row, str(row["Id"]))


def stamped(world: World, row: Row) -> Row:
    """The row as changed now by the one who writes."""
    now = world.now()
    return {**row, "LastModifiedDate": now, "LastModifiedById": world.actor.user, "SystemModstamp": now}


def _bin(world: World, call: Call, sobject: SObject, row: Row, root: str) -> None:
    gone: Row = {**stamped(world, row), "IsDeleted": True, _TAKEN_WITH: root}
    for link in world.org.everything.children(sobject.name):
        child = world.org.everything.objects[link.child]
        for each in world.store.having(link.child, link.field, row["Id"]):
            _part(world, call, child, link.field, each, root)
    world.store.put(sobject.name, gone)
    rules.follow(Change(world, call, sobject, row, gone))


def _part(world: World, call: Call, child: SObject, field: Field, row: Row, root: str) -> None:
    """What the deletion of a parent does to one child."""
    if field.on_delete == "keep":
        return
    if field.on_delete == "restrict":
        message = (
            f"Your attempt to delete could not be completed because it is associated with {child.plural}."
        )
        raise ApiError(400, "DELETE_FAILED", message, [])
    if field.on_delete == "cascade":
        rules.refuse_removal(world, child, row, with_parent=True)
        _bin(world, call, child, row, root)
        return
    left = {name: value for name, value in row.items() if name != field.name}
    left.update({"SystemModstamp": world.now(), _WAS + field.name: row[field.name]})
    world.store.put(child.name, left)


def undelete(world: World, call: Call, sobject: SObject, record_id: str) -> None:
    """Take a record, and what its deletion took along, out of the recycle bin; ApiError says why not.

    References that the deletion emptied come back unless they were replaced.
    """
    row = world.store.get(sobject.name, record_id)
    if row is None or not row.get("IsDeleted"):
        raise _refused("Entity is not in the recycle bin")
    with world.store.atomic():
        _restore(world, call, sobject, row, set())


def empty_bin(world: World, until: datetime) -> int:
    """Remove for good what was deleted before this moment; returns how many records that were."""
    removed = 0
    for name in world.org.everything.objects:
        gone = [
            str(row["Id"])
            for row in world.store.rows(name, deleted=True)
            if row.get("IsDeleted") and str(row["SystemModstamp"]) < show_datetime(until)
        ]
        world.store.forget(name, gone)
        removed += len(gone)
    return removed


def _refused(message: str) -> ApiError:
    return ApiError(400, "UNDELETE_FAILED", message, [])


def _restore(world: World, call: Call, sobject: SObject, row: Row, begun: set[str]) -> None:
    """Children first: a roll-up that came back with its parent must not be added to again.

    `begun` are the records on their way back: the two halves of a person account name each other.
    """
    if row["Id"] in begun:
        return
    begun.add(str(row["Id"]))
    root = row.get(_TAKEN_WITH)
    for link in world.org.everything.children(sobject.name):
        for child in world.store.rows(link.child, deleted=True):
            _restore_child(world, call, link, child, row, root, begun)
    plain = {name: value for name, value in row.items() if name not in {_TAKEN_WITH, "MasterRecordId"}}
    back: Row = {**stamped(world, plain), "IsDeleted": False}
    refuse_taken_keys(Change(world, call, sobject, None, back))
    _settle_parents(world, sobject, back, begun)
    world.store.put(sobject.name, back)
    rules.follow_return(Change(world, call, sobject, row, back))


def _restore_child(
    world: World, call: Call, link: ChildLink, child: Row, parent: Row, root: object, begun: set[str]
) -> None:
    field = link.field
    if child.get("IsDeleted"):
        if child.get(field.name) == parent["Id"] and child.get(_TAKEN_WITH) == root and root is not None:
            _restore(world, call, world.org.everything.objects[link.child], child, begun)
    elif child.get(_WAS + field.name) == parent["Id"] and field.name not in child:
        again = {name: value for name, value in child.items() if name != _WAS + field.name}
        world.store.put(link.child, {**again, field.name: parent["Id"], "SystemModstamp": world.now()})


def _settle_parents(world: World, sobject: SObject, row: Row, begun: set[str]) -> None:
    """A record can't come back before a parent that it must have; of others it comes back without."""
    for field in sobject.fields.values():
        if field.on_delete != "cascade" or field.name not in row or row[field.name] in begun:
            continue
        parents = [world.store.get(target, str(row[field.name])) for target in field.reference_to]
        if any(each is not None and not each.get("IsDeleted") for each in parents):
            continue
        if field.required:
            raise _refused("The parent record is still in the recycle bin")
        del row[field.name]
