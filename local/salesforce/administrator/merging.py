"""Merging records: the loser goes, its children move to the winner (Apex Developer Guide, Merging Records)."""

from __future__ import annotations

from collections.abc import Mapping

from local.salesforce.errors import ApiError
from local.salesforce.lookup import existing
from local.salesforce.records import update
from local.salesforce.removal import stamped
from local.salesforce.schema import ChildLink, SObject
from local.salesforce.values import Row
from local.salesforce.world import Call, World


def merge(
    world: World, call: Call, sobject: SObject, winner_id: str, loser_id: str, chosen: Mapping[str, object]
) -> str:
    """Merge two records and return the winner's id; `chosen` are the field values that the person picked.

    The loser is in the recycle bin with the winner's id in MasterRecordId; only its own rows show that it was merged.
    """
    if not sobject.mergeable:
        raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type can't be merged: {sobject.label}", [])
    winner, loser = existing(world, sobject, winner_id), existing(world, sobject, loser_id)
    if winner["Id"] == loser["Id"]:
        raise ApiError(400, "DUPLICATE_VALUE", "A record can't be merged with itself", [])
    _refuse_halves(winner, loser, sobject)
    if winner.get("IsPersonAccount"):
        _fold_contacts(world, winner, loser)
    _fold(world, sobject, winner, loser)
    # The winner is saved even when no value was picked: it gets its update like any other record.
    update(world, call, sobject, str(winner["Id"]), chosen)
    return str(winner["Id"])


def _refuse_halves(winner: Row, loser: Row, sobject: SObject) -> None:
    """A person account merges with another one only, and as a whole."""
    persons = {bool(winner.get("IsPersonAccount")), bool(loser.get("IsPersonAccount"))}
    if len(persons) > 1 or (sobject.name == "Contact" and True in persons):
        raise ApiError(400, "INVALID_OPERATION", "Person accounts are merged with person accounts only", [])


def _fold_contacts(world: World, winner: Row, loser: Row) -> None:
    contact = world.org.everything.objects["Contact"]
    kept, gone = (world.store.live("Contact", str(each.get("PersonContactId"))) for each in (winner, loser))
    if kept is not None and gone is not None:
        _fold(world, contact, kept, gone)


def _fold(world: World, sobject: SObject, winner: Row, loser: Row) -> None:
    for link in world.org.everything.children(sobject.name):
        for child in world.store.having(link.child, link.field, loser["Id"]):
            _move(world, link, child, winner)
    gone: Row = {**stamped(world, loser), "IsDeleted": True, "MasterRecordId": winner["Id"]}
    world.store.put(sobject.name, gone)


def _move(world: World, link: ChildLink, child: Row, winner: Row) -> None:
    """Re-parent one child; a membership that the winner already has is dropped."""
    moved = {**stamped(world, child), link.field.name: winner["Id"]}
    if link.child == "CampaignMember" and _is_member_already(world, link, child, winner):
        moved = {**stamped(world, child), "IsDeleted": True}
    elif link.child == "CampaignMember":
        moved["LeadOrContactId"] = winner["Id"]
    world.store.put(link.child, moved)


def _is_member_already(world: World, link: ChildLink, child: Row, winner: Row) -> bool:
    members = world.store.having(link.child, link.field, winner["Id"])
    return any(each["CampaignId"] == child["CampaignId"] for each in members)
