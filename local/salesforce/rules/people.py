"""Accounts, contacts and leads: names, and person accounts."""

from __future__ import annotations

from local.salesforce.errors import ApiError, integrity, required_missing
from local.salesforce.rows import add_row, alter_row
from local.salesforce.values import Row, Value
from local.salesforce.world import BUSINESS_RECORD_TYPE_ID, PERSON_RECORD_TYPE_ID, Change

_NAME_PARTS = ("FirstName", "LastName", "Salutation")
# Person account field -> field of the mirrored contact, beyond those that start with Person.
_SHARED = {
    name: name
    for name in ("FirstName", "LastName", "Salutation", "Name", "Phone", "Fax", "Description", "OwnerId")
}


def name_person(change: Change) -> None:
    """`Name` is first and last name."""
    parts = [str(change.row[part]) for part in ("FirstName", "LastName") if part in change.row]
    change.row["Name"] = " ".join(parts)


def prepare_lead(change: Change) -> None:
    """A converted lead is read-only."""
    if change.before is not None and change.before.get("IsConverted"):
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    name_person(change)


def prepare_contact(change: Change) -> None:
    """The contact half of a person account is changed through its account."""
    if change.row.get("IsPersonAccount") and not change.creating:
        raise integrity(
            "The contact of a person account is edited through its account.", *sorted(change.given)
        )
    name_person(change)


def prepare_account(change: Change) -> None:
    """A business account has a name; a person account has a last name and a person record type."""
    if not change.world.switches.person_accounts:
        return
    row = change.row
    row.setdefault("RecordTypeId", BUSINESS_RECORD_TYPE_ID)
    person = row["RecordTypeId"] == PERSON_RECORD_TYPE_ID
    row["IsPersonAccount"] = person
    _refuse_wrong_fields(change, person=person)
    if person:
        if "LastName" not in row:
            raise required_missing(["LastName"])
        name_person(change)
    elif "Name" not in row:
        raise required_missing(["Name"])


def _refuse_wrong_fields(change: Change, *, person: bool) -> None:
    personal = {
        name
        for name in change.given
        if name in _NAME_PARTS or name.startswith("Person") or name.endswith("__pc")
    }
    wrong = sorted({"Name"} & change.given if person else personal)
    if wrong:
        message = f"Account: bad field names on insert/update call: {', '.join(wrong)}"
        raise ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, wrong)


def follow_account(change: Change) -> None:
    """A person account has a contact with the same data; it goes and changes with the account."""
    row = change.row
    if not row.get("IsPersonAccount") or row.get("IsDeleted"):
        return
    values = _mirrored(change)
    contact_id = row.get("PersonContactId")
    contact = change.world.store.live("Contact", str(contact_id)) if contact_id else None
    if contact is None:
        added: Row = {name: value for name, value in values.items() if value is not None}
        added.update(AccountId=row["Id"], IsPersonAccount=True)
        contact_id = add_row(change.world, "Contact", added)
        change.world.store.put("Account", {**row, "PersonContactId": contact_id})
    else:
        alter_row(change.world, "Contact", contact, values)


def _mirrored(change: Change) -> dict[str, Value | None]:
    fields = change.world.org.everything.objects["Contact"].fields
    values: dict[str, Value | None] = {}
    for name in change.world.org.everything.objects["Account"].fields:
        target = _SHARED.get(name) or _contact_name(name)
        if target in fields and target not in {"AccountId", "Id"}:
            values[target] = change.row.get(name)
    return values


def _contact_name(name: str) -> str:
    if name.endswith("__pc"):
        return f"{name[:-4]}__c"
    return name.removeprefix("Person") if name.startswith("Person") and name != "PersonContactId" else ""
