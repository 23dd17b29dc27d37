"""Cases."""

from __future__ import annotations

from local.salesforce.world import Change

_FROM_CONTACT = {
    "ContactPhone": "Phone", "ContactMobile": "MobilePhone", "ContactEmail": "Email", "ContactFax": "Fax",
}  # fmt: skip


def prepare_case(change: Change) -> None:
    """Number, closing time, and what a case shows of its contact."""
    row = change.row
    if change.creating:
        row["CaseNumber"] = f"{change.world.store.next_number('Case.CaseNumber'):08d}"
    row["IsClosed"] = row.get("Status") == "Closed"
    if not row["IsClosed"]:
        row.pop("ClosedDate", None)
    elif change.changed("Status"):
        row["ClosedDate"] = change.world.now()
    contact = change.parent("ContactId") or {}
    if "AccountId" in contact and "AccountId" not in change.given and change.changed("ContactId"):
        row["AccountId"] = contact["AccountId"]
    for name, source in _FROM_CONTACT.items():
        row.pop(name, None)
        if source in contact:
            row[name] = contact[source]
