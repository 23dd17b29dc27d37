"""`CurrencyIsoCode`, which records have only in an org with several currencies."""

from __future__ import annotations

from local.salesforce.errors import ApiError
from local.salesforce.world import Change

_PARENTS = {"OrderItem": "OrderId", "OpportunityLineItem": "OpportunityId", "QuoteLineItem": "QuoteId"}


def prepare_currency(change: Change) -> None:
    """Default and check the record's currency; lines take that of their parent."""
    fields = change.world.org.everything.objects[change.sobject.name].fields
    if "CurrencyIsoCode" not in fields:
        return
    parent_field = _PARENTS.get(change.sobject.name)
    parent = change.parent(parent_field) if parent_field else None
    if parent:
        change.row["CurrencyIsoCode"] = parent.get(
            "CurrencyIsoCode", change.world.switches.corporate_currency
        )
    code = change.row.setdefault("CurrencyIsoCode", change.world.switches.corporate_currency)
    if code not in change.world.switches.currencies:
        raise ApiError(400, "INVALID_CURRENCY_ISO", f"Invalid currency ISO code: {code}", ["CurrencyIsoCode"])
