"""Campaigns, their member statuses and members."""

from __future__ import annotations

from decimal import Decimal

from local.salesforce.errors import ApiError, required_missing
from local.salesforce.rows import add_row, related
from local.salesforce.values import Row
from local.salesforce.world import Change

_SHOWN = (
    "Salutation", "Name", "FirstName", "LastName", "Title", "Email", "Phone", "Fax", "MobilePhone", "Description",
    "DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax", "LeadSource",
)  # fmt: skip
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def follow_campaign(change: Change) -> None:
    """A new campaign knows the statuses Sent and Responded."""
    if not change.creating:
        return
    for order, (label, responded) in enumerate((("Sent", False), ("Responded", True)), 1):
        status: Row = {
            "CampaignId": change.row["Id"], "Label": label, "SortOrder": Decimal(order), "IsDefault": not responded,
            "HasResponded": responded,
        }  # fmt: skip
        add_row(change.world, "CampaignMemberStatus", status)


def prepare_member(change: Change) -> None:
    """A member is one contact or lead, once per campaign, with one of the campaign's statuses.

    Of a contact and a lead that are given both, the lead is passed over in silence.
    """
    row = change.row
    who = "ContactId" if "ContactId" in row else "LeadId"
    if change.creating:
        if who == "ContactId":
            row.pop("LeadId", None)
        _check_pair(change, who)
    _set_status(change)
    person = change.parent(who) or {}
    for name in _SHOWN:
        row.pop(name, None)
        if name in person:
            row[name] = person[name]
    for name in _ADDRESS:
        row.pop(name, None)
        source = f"Mailing{name}" if who == "ContactId" else name
        if source in person:
            row[name] = person[source]
    row.update(LeadOrContactId=row[who], Type=who[:-2])


def _check_pair(change: Change, who: str) -> None:
    row = change.row
    if who not in row:
        raise required_missing(["ContactId"])
    for other in related(change.world, "CampaignMember", "CampaignId", row["CampaignId"]):
        if other.get(who) == row[who]:
            raise ApiError(400, "DUPLICATE_VALUE", "Already a campaign member.", [])


def _set_status(change: Change) -> None:
    row = change.row
    statuses = related(change.world, "CampaignMemberStatus", "CampaignId", row["CampaignId"])
    if "Status" not in row:
        row["Status"] = next((str(each["Label"]) for each in statuses if each.get("IsDefault")), "Sent")
    match = next((each for each in statuses if each["Label"] == row["Status"]), None)
    if match is None:
        message = f"Status: bad value for restricted picklist field: {row['Status']}"
        raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ["Status"])
    row["HasResponded"] = bool(match.get("HasResponded"))
    if row["HasResponded"] and "FirstRespondedDate" not in row:
        row["FirstRespondedDate"] = change.world.now()[:10]
