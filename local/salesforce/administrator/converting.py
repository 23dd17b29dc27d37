"""Converting leads: no plain REST resource does it; a person or Apex does."""

from __future__ import annotations

from datetime import UTC, timedelta

from local.salesforce.errors import ApiError, integrity
from local.salesforce.lookup import existing
from local.salesforce.records import create
from local.salesforce.removal import stamped
from local.salesforce.rows import alter_row, related
from local.salesforce.values import Row
from local.salesforce.world import Call, World

_TO_ACCOUNT = {
    "Phone": "Phone", "Fax": "Fax", "Website": "Website", "Industry": "Industry", "AnnualRevenue": "AnnualRevenue",
    "NumberOfEmployees": "NumberOfEmployees", "Rating": "Rating", "LeadSource": "AccountSource",
}  # fmt: skip
_TO_CONTACT = {
    name: name
    for name in (
        "FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "Fax", "Email", "LeadSource",
        "Description", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall",
    )
}  # fmt: skip
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country", "StateCode", "CountryCode")
_CONVERTED, _FIRST_STAGE, _CLOSES_AFTER = "Closed - Converted", "Prospecting", timedelta(days=30)


def convert(
    world: World,
    call: Call,
    lead_id: str,
    account_id: str | None,
    contact_id: str | None,
    opportunity: str | bool,
) -> dict[str, str]:
    """Convert a lead into an account, a contact and perhaps an opportunity, new or given; returns their ids.

    Own fields of the lead go nowhere: that takes a lead mapping, which the package does not ship.
    """
    lead = existing(world, world.org.everything.objects["Lead"], lead_id)
    if lead.get("IsConverted"):
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    account = _account(world, call, lead, account_id)
    contact = _contact(world, call, lead, account, contact_id)
    found = {"account": account, "contact": contact}
    if opportunity is not False:
        given = opportunity if isinstance(opportunity, str) else None
        found["opportunity"] = _opportunity(world, call, lead, found, given)
    _close(world, lead, found)
    for member in related(world, "CampaignMember", "LeadId", lead["Id"]):
        alter_row(world, "CampaignMember", member, {"ContactId": contact})
    return found


def _account(world: World, call: Call, lead: Row, given: str | None) -> str:
    sobject = world.org.everything.objects["Account"]
    if given is not None:
        return str(existing(world, sobject, given)["Id"])
    body: Row = {"Name": lead["Company"], "OwnerId": lead["OwnerId"]}
    body.update({target: lead[name] for name, target in _TO_ACCOUNT.items() if name in lead})
    body.update({f"Billing{part}": lead[part] for part in _ADDRESS if part in lead})
    return create(world, call, sobject, body)


def _contact(world: World, call: Call, lead: Row, account: str, given: str | None) -> str:
    """The given contact of this account, the person account's own one, or a new one."""
    sobject = world.org.everything.objects["Contact"]
    owner = world.store.live("Account", account) or {}
    if "PersonContactId" in owner:
        return str(owner["PersonContactId"])
    if given is not None:
        row = existing(world, sobject, given)
        if row.get("AccountId") != account:
            raise integrity("The contact must belong to the account.", "ContactId")
        return str(row["Id"])
    body: Row = {"AccountId": account, "OwnerId": lead["OwnerId"]}
    body.update({target: lead[name] for name, target in _TO_CONTACT.items() if name in lead})
    body.update({f"Mailing{part}": lead[part] for part in _ADDRESS if part in lead})
    return create(world, call, sobject, body)


def _opportunity(world: World, call: Call, lead: Row, found: dict[str, str], given: str | None) -> str:
    sobject = world.org.everything.objects["Opportunity"]
    if given is not None:
        return str(existing(world, sobject, given)["Id"])
    closing = (world.clock().astimezone(UTC) + _CLOSES_AFTER).date()
    body: Row = {
        "Name": f"{lead['Company']}-"[:120], "AccountId": found["account"], "ContactId": found["contact"],
        "OwnerId": lead["OwnerId"], "StageName": _FIRST_STAGE, "CloseDate": closing.isoformat(),
    }  # fmt: skip
    return create(world, call, sobject, body)


def _close(world: World, lead: Row, found: dict[str, str]) -> None:
    """The lead stays, converted; from now on it is read-only."""
    today = world.clock().astimezone(UTC).date().isoformat()
    closed: Row = {**stamped(world, lead), "IsConverted": True, "Status": _CONVERTED, "ConvertedDate": today}
    closed.update({f"Converted{name.capitalize()}Id": record_id for name, record_id in found.items()})
    world.store.put("Lead", closed)
