"""`POST /_edit`, `/_merge`, `/_convert`, `/_delete`, `/_undelete`, `/_empty_bin`: an administrator at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from local.salesforce.administrator.converting import convert
from local.salesforce.administrator.merging import merge
from local.salesforce.errors import ApiError
from local.salesforce.ids import full_id
from local.salesforce.records import create, update
from local.salesforce.removal import delete, empty_bin, undelete
from local.salesforce.schema import SObject
from local.salesforce.wire import Answer
from local.salesforce.world import ADMINISTRATOR, Call, World

Members = Mapping[str, object]
# A person at the screen has looked at the duplicates that were shown.
SCREEN = Call(allow_duplicates=True)


def answer_desk(world: World, name: str, members: Members) -> Answer:
    """Do what the order says as the administrator, in one transaction; ValueError for a wrong order."""
    with world.acting(ADMINISTRATOR), world.store.transaction():
        return Answer(200, _ORDERS[name](world, members))


def orders() -> frozenset[str]:
    """The names of the orders."""
    return frozenset(_ORDERS)


def _edit(world: World, members: Members) -> dict[str, object]:
    """Create a record, or change the one with this id."""
    sobject = _sobject(world, members)
    fields = members.get("fields")
    if not isinstance(fields, dict):
        raise ValueError("fields must be an object")
    if "id" not in members:
        return {"id": create(world, SCREEN, sobject, fields)}
    record_id = _record_id(members, "id")
    update(world, SCREEN, sobject, record_id, fields)
    return {"id": record_id}


def _merge(world: World, members: Members) -> dict[str, object]:
    sobject = _sobject(world, members)
    chosen = members.get("fields", {})
    if not isinstance(chosen, dict):
        raise ValueError("fields must be an object")
    winner = merge(
        world, SCREEN, sobject, _record_id(members, "winner"), _record_id(members, "loser"), chosen
    )
    return {"id": winner}


def _convert(world: World, members: Members) -> dict[str, object]:
    """`account` and `contact` are ids of existing ones; `opportunity` is an id, or false for none."""
    account, contact = (
        _record_id(members, name) if members.get(name) else None for name in ("account", "contact")
    )
    wanted = members.get("opportunity", True)
    if not isinstance(wanted, bool):
        wanted = _record_id(members, "opportunity")
    return dict(convert(world, SCREEN, _record_id(members, "lead"), account, contact, wanted))


def _delete(world: World, members: Members) -> dict[str, object]:
    record_id = _record_id(members, "id")
    delete(world, SCREEN, _sobject(world, members), record_id)
    return {"id": record_id}


def _undelete(world: World, members: Members) -> dict[str, object]:
    record_id = _record_id(members, "id")
    undelete(world, SCREEN, _sobject(world, members), record_id)
    return {"id": record_id}


def _empty_bin(world: World, _: Members) -> dict[str, object]:
    return {"removed": empty_bin(world, world.clock() + timedelta(seconds=1))}


_ORDERS: dict[str, Callable[[World, Members], dict[str, object]]] = {
    "_edit": _edit,
    "_merge": _merge,
    "_convert": _convert,
    "_delete": _delete,
    "_undelete": _undelete,
    "_empty_bin": _empty_bin,
}


def _sobject(world: World, members: Members) -> SObject:
    """The object as it is, not as the connected user sees it."""
    sobject = world.org.everything.find(str(members.get("object")))
    if sobject is None:
        raise ValueError(f"object: the org has no {members.get('object')}")
    return sobject


def _record_id(members: Members, name: str) -> str:
    record_id = full_id(members.get(name))
    if record_id is None:
        raise ApiError(400, "MALFORMED_ID", f"{name}: malformed id {members.get(name)}", [name])
    return record_id
