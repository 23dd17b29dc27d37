"""Products, price books and their entries, and what every priced line has in common."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from local.salesforce.errors import ApiError, integrity
from local.salesforce.rows import alter_row, related
from local.salesforce.values import Row
from local.salesforce.world import STANDARD_PRICE_BOOK_ID, Change, World

CENT = Decimal("0.01")
_PRICED = ("OrderItem", "OpportunityLineItem", "QuoteLineItem")


def prepare_product(change: Change) -> None:
    """A new product is not archived."""
    if change.creating:
        change.row["IsArchived"] = False


def prepare_book(change: Change) -> None:
    """Only the org's own first price book is the standard one."""
    if change.creating:
        change.row.update(IsStandard=False, IsArchived=False)


def prepare_entry(change: Change) -> None:
    """The standard price comes first; one entry per price book, product and currency."""
    row = change.row
    product = change.parent("Product2Id")
    if change.creating:
        _refuse_second_entry(change)
    if Decimal(row["UnitPrice"]) < 0:
        raise integrity("List price can't be negative.", "UnitPrice")
    standard = _standard_entry(change)
    if row["Pricebook2Id"] != STANDARD_PRICE_BOOK_ID:
        if standard is None:
            message = "Before creating a custom price, create a standard price."
            raise ApiError(400, "STANDARD_PRICE_NOT_DEFINED", message, [])
        if row.get("UseStandardPrice") and row["UnitPrice"] != standard["UnitPrice"]:
            raise integrity("A price that uses the standard price must equal it.", "UnitPrice")
    _copy_names(row, product)


def _refuse_second_entry(change: Change) -> None:
    row = change.row
    for other in related(change.world, "PricebookEntry", "Product2Id", row["Product2Id"]):
        if all(other.get(name) == row.get(name) for name in ("Pricebook2Id", "CurrencyIsoCode")):
            raise ApiError(
                400, "DUPLICATE_VALUE", "This price definition already exists in this price book", []
            )


def _standard_entry(change: Change) -> Row | None:
    for other in related(change.world, "PricebookEntry", "Product2Id", change.row["Product2Id"]):
        same_currency = other.get("CurrencyIsoCode") == change.row.get("CurrencyIsoCode")
        if other["Pricebook2Id"] == STANDARD_PRICE_BOOK_ID and same_currency:
            return other
    return None


def _copy_names(row: Row, product: Row | None) -> None:
    for target in ("Name", "ProductCode"):
        value = (product or {}).get(target)
        if value is None:
            row.pop(target, None)
        else:
            row[target] = value


def follow_product(change: Change) -> None:
    """Entries carry their product's name and code."""
    if change.row.get("IsDeleted") or not (change.changed("Name") or change.changed("ProductCode")):
        return
    names = {"Name": change.row.get("Name"), "ProductCode": change.row.get("ProductCode")}
    for entry in related(change.world, "PricebookEntry", "Product2Id", change.row["Id"]):
        alter_row(change.world, "PricebookEntry", entry, names)


def follow_entry(change: Change) -> None:
    """Entries that use the standard price follow it."""
    row = change.row
    if (
        row["Pricebook2Id"] != STANDARD_PRICE_BOOK_ID
        or row.get("IsDeleted")
        or not change.changed("UnitPrice")
    ):
        return
    for entry in related(change.world, "PricebookEntry", "Product2Id", row["Product2Id"]):
        if entry.get("UseStandardPrice") and entry.get("CurrencyIsoCode") == row.get("CurrencyIsoCode"):
            alter_row(change.world, "PricebookEntry", entry, {"UnitPrice": row["UnitPrice"]})


def refuse_product_removal(world: World, row: Row) -> None:
    """What was sold stays; it can be archived at the screen. Its prices alone may go."""
    for entry in related(world, "PricebookEntry", "Product2Id", row["Id"]):
        for name in _PRICED:
            if world.store.knows(name) and related(world, name, "PricebookEntryId", entry["Id"]):
                message = (
                    f"Your attempt to delete could not be completed because it is associated with {name}."
                )
                raise ApiError(400, "DELETE_FAILED", message, [])


def refuse_book_removal(_: World, row: Row) -> None:
    """The standard price book stays."""
    if row["IsStandard"]:
        raise ApiError(400, "DELETE_FAILED", "The standard price book can't be deleted.", [])


def refuse_entry_removal(world: World, row: Row) -> None:
    """A standard price stays while other price books sell the product."""
    if row["Pricebook2Id"] != STANDARD_PRICE_BOOK_ID:
        return
    for other in related(world, "PricebookEntry", "Product2Id", row["Product2Id"]):
        if other["Id"] != row["Id"] and other.get("CurrencyIsoCode") == row.get("CurrencyIsoCode"):
            raise ApiError(
                400, "DELETE_FAILED", "The standard price can't be deleted before the other prices.", []
            )


def priced_line(change: Change, parent: Row) -> None:
    """Check a new line's price book entry against its parent's price book and currency, and copy from it."""
    entry = change.parent("PricebookEntryId")
    assert entry is not None, "a live entry was asked for with the body"
    if entry["Pricebook2Id"] != parent.get("Pricebook2Id"):
        message = (
            "The price book entry is in a different price book than the one assigned to the parent record."
        )
        raise integrity(message, "PricebookEntryId")
    if entry.get("CurrencyIsoCode") != parent.get("CurrencyIsoCode"):
        raise integrity(
            "The price book entry has another currency than the parent record.", "PricebookEntryId"
        )
    product = change.world.store.live("Product2", str(entry["Product2Id"]))
    if not entry.get("IsActive") or product is None or not product.get("IsActive"):
        raise integrity("The price book entry or its product is inactive.", "PricebookEntryId")
    change.row.update(Product2Id=entry["Product2Id"], ListPrice=entry["UnitPrice"])


def line_total(row: Row) -> Decimal:
    """Quantity times unit price, to the cent."""
    return (Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])).quantize(CENT, ROUND_HALF_UP)
