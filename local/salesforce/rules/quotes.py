"""Quotes and their lines."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from local.salesforce.errors import integrity
from local.salesforce.rows import alter_row, related
from local.salesforce.rules.prices import CENT, line_total, priced_line
from local.salesforce.values import Row
from local.salesforce.world import Change


def prepare_quote(change: Change) -> None:
    """A quote belongs to its opportunity's account and sums up its lines, tax and shipping."""
    row = change.row
    lines = [] if change.creating else related(change.world, "QuoteLineItem", "QuoteId", row["Id"])
    if change.creating:
        row["QuoteNumber"] = f"{change.world.store.next_number('Quote.QuoteNumber'):08d}"
        opportunity = change.parent("OpportunityId") or {}
        if "AccountId" in opportunity:
            row["AccountId"] = opportunity["AccountId"]
    if lines and change.changed("Pricebook2Id"):
        raise integrity("The price book of a quote with lines can't be changed.", "Pricebook2Id")
    row.update(_totals(row, lines))


def _totals(quote: Row, lines: list[Row]) -> Row:
    subtotal = sum((Decimal(line["Subtotal"]) for line in lines), Decimal("0.00"))
    total = sum((Decimal(line["TotalPrice"]) for line in lines), Decimal("0.00"))
    grand = total + Decimal(quote.get("Tax", 0)) + Decimal(quote.get("ShippingHandling", 0))
    return {
        "Subtotal": subtotal,
        "TotalPrice": total,
        "GrandTotal": grand,
        "LineItemCount": Decimal(len(lines)),
    }


def prepare_line(change: Change) -> None:
    """A line's price book is its quote's."""
    row = change.row
    quote = change.parent("QuoteId")
    assert quote is not None, "a live quote was asked for with the body, and it takes its lines along"
    if change.creating:
        priced_line(change, quote)
        row["LineNumber"] = f"{change.world.store.next_number('QuoteLineItem.LineNumber'):08d}"
    if Decimal(row["Quantity"]) <= 0:
        raise integrity("Quantity must be greater than zero.", "Quantity")
    row["Subtotal"] = line_total(row)
    share = 1 - Decimal(row.get("Discount", 0)) / 100
    row["TotalPrice"] = (Decimal(row["Subtotal"]) * share).quantize(CENT, ROUND_HALF_UP)


def follow_line(change: Change) -> None:
    """The quote's totals follow its lines."""
    quote = change.world.store.live("Quote", str(change.row["QuoteId"]))
    if quote is None:
        return
    lines = [
        line
        for line in related(change.world, "QuoteLineItem", "QuoteId", quote["Id"])
        if line["Id"] != change.row["Id"] or not change.row.get("IsDeleted")
    ]
    alter_row(change.world, "Quote", quote, dict(_totals(quote, lines)))
