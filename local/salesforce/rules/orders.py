"""Orders and their items."""

from __future__ import annotations

from decimal import Decimal

from local.salesforce.errors import ApiError, integrity
from local.salesforce.rows import alter_row, related
from local.salesforce.rules.prices import line_total, priced_line
from local.salesforce.values import Row
from local.salesforce.world import Change, World

DRAFT, ACTIVATED = "Draft", "Activated"


def prepare_order(change: Change) -> None:
    """Draft on create; activation needs items; dates in order; the price book stays once it is there."""
    row = change.row
    if change.creating:
        if row["Status"] != DRAFT:
            raise ApiError(400, "INVALID_STATUS", "A new order must be in a draft status.", ["Status"])
        if row.get("IsReductionOrder"):
            raise integrity("Reduction orders are not enabled in this org.", "IsReductionOrder")
        row["TotalAmount"] = Decimal("0.00")
        row["OrderNumber"] = f"{change.world.store.next_number('Order.OrderNumber'):08d}"
    _check_dates(change)
    _check_price_book(change)
    _check_activated(change)
    _set_status(change)


def _check_dates(change: Change) -> None:
    end = change.row.get("EndDate")
    if end is not None and str(end) < str(change.row["EffectiveDate"]):
        raise integrity("The order end date can't be before the order start date.", "EndDate")


def _check_price_book(change: Change) -> None:
    moved = not change.creating and change.changed("CurrencyIsoCode")
    if moved and related(change.world, "OrderItem", "OrderId", change.row["Id"]):
        raise integrity("The currency of an order with products can't be changed.", "CurrencyIsoCode")
    if not change.changed("Pricebook2Id"):
        return
    if "Pricebook2Id" in (change.before or {}):
        raise integrity("The price book of an order can't be changed or removed.", "Pricebook2Id")
    book = change.parent("Pricebook2Id")
    if book is not None and not book.get("IsActive"):
        raise integrity("The price book is inactive.", "Pricebook2Id")


def _check_activated(change: Change) -> None:
    if change.creating or (change.before or {}).get("StatusCode") != ACTIVATED:
        return
    changed = sorted(name for name in change.given - {"Status"} if change.changed(name))
    if not changed:
        return
    if not change.world.may("EditActivatedOrders") or set(changed) & {
        "AccountId",
        "ContractId",
        "Pricebook2Id",
    }:
        raise integrity("An activated order can't be edited.", *changed)


def _set_status(change: Change) -> None:
    row, code = change.row, str(change.row["Status"])
    if code == ACTIVATED and (change.before or {}).get("StatusCode") != ACTIVATED:
        if not change.world.may("ActivateOrder"):
            raise ApiError(
                403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights to activate orders", []
            )
        if not related(change.world, "OrderItem", "OrderId", row["Id"]):
            raise ApiError(
                400, "FAILED_ACTIVATION", "An order must have at least one product to be activated.", []
            )
        row.update(ActivatedDate=change.world.now(), ActivatedById=change.world.actor.user)
    elif code == DRAFT:
        row.pop("ActivatedDate", None)
        row.pop("ActivatedById", None)
    row["StatusCode"] = code


def prepare_item(change: Change) -> None:
    """An item's price book and currency are its order's; an activated order's items stay as they are."""
    row = change.row
    order = change.parent("OrderId")
    assert order is not None, "a live order was asked for with the body, and it takes its items along"
    if order["StatusCode"] == ACTIVATED:
        _check_item_of_activated(change)
    if change.creating:
        priced_line(change, order)
        row["OrderItemNumber"] = f"{change.world.store.next_number('OrderItem.OrderItemNumber'):010d}"
    _check_amounts(row)
    row["TotalPrice"] = line_total(row)
    row["AvailableQuantity"] = row["Quantity"]


def _check_item_of_activated(change: Change) -> None:
    if change.creating:
        raise integrity("Products can't be added to an activated order.", "OrderId")
    changed = sorted(name for name in change.given if change.changed(name))
    locked = {"Quantity", "UnitPrice"} & set(changed)
    if locked or (changed and not change.world.may("EditActivatedOrders")):
        raise integrity("The products of an activated order can't be edited.", *changed)


def _check_amounts(row: Row) -> None:
    if Decimal(row["Quantity"]) <= 0:
        raise integrity("Quantity must be greater than zero.", "Quantity")
    if Decimal(row["UnitPrice"]) < 0:
        raise integrity("Unit price can't be negative.", "UnitPrice")


def follow_item(change: Change) -> None:
    """`TotalAmount` is the sum of the items' totals."""
    added = Decimal(0) if change.row.get("IsDeleted") else Decimal(change.row["TotalPrice"])
    taken = Decimal((change.before or {}).get("TotalPrice", 0))
    order = change.world.store.live("Order", str(change.row["OrderId"]))
    if order is not None and added != taken:
        alter_row(
            change.world, "Order", order, {"TotalAmount": Decimal(order["TotalAmount"]) + added - taken}
        )


def follow_returned_item(change: Change) -> None:
    """An item that comes back alone counts again; the total of an order that comes back with it never changed."""
    follow_item(Change(change.world, change.call, change.sobject, None, change.row))


def refuse_order_removal(_: World, row: Row) -> None:
    """An activated order can't be deleted."""
    if row["StatusCode"] == ACTIVATED:
        raise ApiError(400, "DELETE_FAILED", "An activated order can't be deleted.", [])


def refuse_item_removal(world: World, row: Row) -> None:
    """An activated order keeps its items."""
    order = world.store.live("Order", str(row["OrderId"]))
    if order is not None and order["StatusCode"] == ACTIVATED:
        raise ApiError(400, "DELETE_FAILED", "Products of an activated order can't be deleted.", [])
