"""Opportunities and their products."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from local.salesforce.errors import ApiError, integrity, required_missing
from local.salesforce.rows import add_row, alter_row, related
from local.salesforce.rules.prices import CENT, line_total, priced_line
from local.salesforce.values import Row
from local.salesforce.world import Change

# Stage -> (probability, forecast category, closed, won); stages unknown to the org count as open.
_STAGES = {
    "Prospecting": (10, "Pipeline"), "Qualification": (10, "Pipeline"), "Needs Analysis": (20, "Pipeline"),
    "Value Proposition": (50, "Pipeline"), "Id. Decision Makers": (60, "Pipeline"),
    "Perception Analysis": (70, "Pipeline"), "Proposal/Price Quote": (75, "Pipeline"),
    "Negotiation/Review": (90, "Pipeline"), "Closed Won": (100, "Closed"), "Closed Lost": (0, "Omitted"),
}  # fmt: skip


def prepare_opportunity(change: Change) -> None:
    """Stage gives probability and state; lines give the amount and fix the price book."""
    row = change.row
    lines = (
        [] if change.creating else related(change.world, "OpportunityLineItem", "OpportunityId", row["Id"])
    )
    if lines and (change.changed("Pricebook2Id") or change.changed("CurrencyIsoCode")):
        raise integrity(
            "The price book and currency of an opportunity with products can't be changed.", "Pricebook2Id"
        )
    if lines:
        row["Amount"] = _sum(lines)
    row["HasOpportunityLineItem"] = bool(lines)
    _set_stage(change)
    _set_expected(row)
    closing = str(row["CloseDate"])
    row["FiscalYear"] = Decimal(closing[:4])
    row["FiscalQuarter"] = Decimal((int(closing[5:7]) + 2) // 3)
    row["Fiscal"] = f"{closing[:4]} {row['FiscalQuarter']}"


def _set_stage(change: Change) -> None:
    row = change.row
    if not change.changed("StageName"):
        return
    probability, category = _STAGES.get(str(row["StageName"]), (0, "Pipeline"))
    row.update(IsClosed=category != "Pipeline", IsWon=category == "Closed", ForecastCategory=category)
    row["LastStageChangeDate"] = change.world.now()
    if "Probability" not in change.given:
        row["Probability"] = Decimal(probability)
    if "ForecastCategoryName" not in change.given:
        row["ForecastCategoryName"] = category


def _set_expected(row: Row) -> None:
    amount = row.get("Amount")
    if amount is None:
        row.pop("ExpectedRevenue", None)
        return
    share = Decimal(row.get("Probability", 0)) / 100
    row["ExpectedRevenue"] = (Decimal(amount) * share).quantize(CENT, ROUND_HALF_UP)


def _sum(lines: list[Row]) -> Decimal:
    return sum((Decimal(line["TotalPrice"]) for line in lines), Decimal(0))


def follow_opportunity(change: Change) -> None:
    """A contact given on create becomes the primary contact role."""
    contact = change.row.get("ContactId")
    if change.creating and contact is not None:
        role: Row = {"OpportunityId": change.row["Id"], "ContactId": contact, "IsPrimary": True}
        add_row(change.world, "OpportunityContactRole", role)


def prepare_line(change: Change) -> None:
    """A product line's price book is its opportunity's; unit price or total price is given, not both."""
    row = change.row
    opportunity = change.parent("OpportunityId")
    assert opportunity is not None, "a live one was asked for with the body, and it takes its lines along"
    if change.creating:
        opportunity = _with_price_book(change, opportunity)
        priced_line(change, opportunity)
        product = change.world.store.live("Product2", str(row["Product2Id"])) or {}
        row["Name"] = f"{opportunity['Name']} {product.get('Name')}"[:376]
        if "ProductCode" in product:
            row["ProductCode"] = product["ProductCode"]
    if Decimal(row["Quantity"]) <= 0:
        raise integrity("Quantity must be greater than zero.", "Quantity")
    _set_prices(change)


def _with_price_book(change: Change, opportunity: Row) -> Row:
    """An opportunity without a price book takes that of its first line."""
    entry = change.parent("PricebookEntryId")
    if entry is None or "Pricebook2Id" in opportunity:
        return opportunity
    book = change.world.store.live("Pricebook2", str(entry["Pricebook2Id"])) or {}
    if not book.get("IsActive"):
        raise integrity("The price book is inactive.", "PricebookEntryId")
    return alter_row(change.world, "Opportunity", opportunity, {"Pricebook2Id": entry["Pricebook2Id"]})


def _set_prices(change: Change) -> None:
    row = change.row
    if {"UnitPrice", "TotalPrice"} <= change.given:
        message = "Cannot change both 'UnitPrice' and 'TotalPrice' in update call"
        raise ApiError(400, "INVALID_FIELD", message, ["UnitPrice"])
    if "TotalPrice" in change.given and "TotalPrice" in row:
        row["UnitPrice"] = (Decimal(row["TotalPrice"]) / Decimal(row["Quantity"])).quantize(
            CENT, ROUND_HALF_UP
        )
    elif "UnitPrice" in row:
        row["TotalPrice"] = line_total(row)
    else:
        raise required_missing(["UnitPrice"])


def follow_line(change: Change) -> None:
    """The opportunity's amount is the sum of its lines."""
    opportunity = change.world.store.live("Opportunity", str(change.row["OpportunityId"]))
    if opportunity is None:
        return
    lines = [
        line
        for line in related(change.world, "OpportunityLineItem", "OpportunityId", opportunity["Id"])
        if line["Id"] != change.row["Id"] or not change.row.get("IsDeleted")
    ]
    amounts: Row = {"Amount": _sum(lines)}
    if "Probability" in opportunity:
        amounts["Probability"] = opportunity["Probability"]
    _set_expected(amounts)
    expected = amounts.get("ExpectedRevenue")
    alter_row(
        change.world, "Opportunity", opportunity,
        {"Amount": amounts["Amount"], "ExpectedRevenue": expected, "HasOpportunityLineItem": bool(lines)},
    )  # fmt: skip
