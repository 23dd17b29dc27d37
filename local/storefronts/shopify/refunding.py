"""Refunds inside an order: goods and money are told apart, since they need not agree (reference, refunds).

money = goods + shipping - discrepancy, where a shipping refund is an adjustment with a negative amount and a
positive discrepancy is what the merchant kept.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from random import Random

from local.storefronts.amounts import ZERO, rounded
from local.storefronts.payload import Json, copied, derived_id
from local.storefronts.shopify import money
from local.storefronts.shopify.heading import shop_time
from local.storefronts.shopify.lines import discounted, tax_of
from local.storefronts.shopify.totals import received, refunded, shipping_refunds, units_worth


def take_units(rng: Random, line: Json) -> tuple[int, str]:
    """How many units come back and how: unshipped ones are cancelled, shipped ones returned."""
    unshipped, shipped = line["fulfillable_quantity"], line["current_quantity"] - line["fulfillable_quantity"]
    if unshipped:
        return rng.randint(1, unshipped), "cancel"
    return rng.randint(1, shipped), rng.choice(("return", "no_restock"))


def add_refund(
    order: Json,
    at: datetime,
    units: Sequence[tuple[Json, int]],
    restock: str,
    *,
    shipping: bool,
    paid_back: Decimal | None = Decimal("Infinity"),
    kept_percent: int = 0,
    note: str | None,
) -> None:
    """Book a refund into `order`.

    `paid_back` is the money: None for none at all, infinite for what goods and shipping are worth. It is
    never more than what is left of the money received. `kept_percent` of it stays with the merchant.
    """
    available = received(order) - refunded(order)
    record = _record(order, at, note, restock)
    record["refund_line_items"] = [_line(order, record, line, count, restock) for line, count in units]
    if shipping and paid_back is not None:
        _add_shipping(order, record)
    if paid_back is not None:
        worth = _worth(order, record)
        wanted = worth * (100 - kept_percent) / 100 if paid_back.is_infinite() else paid_back
        _pay_back(order, record, worth, min(rounded(wanted, order["currency"]), available))
    order["refunds"].append(record)


def _line(order: Json, record: Json, line: Json, count: int, restock: str) -> Json:
    index = len(record["refund_line_items"]) + line["id"]
    entry: Json = {
        "id": derived_id(record["id"], "refund line", index),
        "quantity": count,
        "line_item_id": line["id"],
        "location_id": 70_000_001 if restock in ("cancel", "return") else None,
        "restock_type": restock,
        "line_item": copied(line),
    }
    for field, whole in (("subtotal", discounted(line)), ("total_tax", tax_of(line))):
        amount = units_worth(order, line, whole, count)
        money.write(entry, field, amount, order)
        entry[field] = float(amount)
    line["current_quantity"] -= count
    if restock == "cancel":
        line["fulfillable_quantity"] = max(0, line["fulfillable_quantity"] - count)
    return entry


def _add_shipping(order: Json, record: Json) -> None:
    lines = order["shipping_lines"]
    price = sum(map(discounted, lines), ZERO)
    if shipping_refunds(order) or not price:
        return
    tax = sum(map(tax_of, lines), ZERO)
    net = price - tax if order["taxes_included"] else price
    _adjust(order, record, "shipping_refund", "Shipping refund", -net, -tax)


def _worth(order: Json, record: Json) -> Decimal:
    goods = money.total(record["refund_line_items"], "subtotal")
    if not order["taxes_included"]:
        goods += money.total(record["refund_line_items"], "total_tax")
    adjustments = record["order_adjustments"]
    return goods - money.total(adjustments, "amount") - money.total(adjustments, "tax_amount")


def _pay_back(order: Json, record: Json, worth: Decimal, amount: Decimal) -> None:
    if worth != amount:
        _adjust(order, record, "refund_discrepancy", "Refund discrepancy", worth - amount, ZERO)
    if amount:
        record["transactions"].append(_transaction(order, record, amount))


def _adjust(order: Json, record: Json, kind: str, reason: str, amount: Decimal, tax: Decimal) -> None:
    entry: Json = {
        "id": derived_id(record["id"], kind, len(record["order_adjustments"])),
        "order_id": order["id"],
        "refund_id": record["id"],
        "kind": kind,
        "reason": reason,
    }
    money.write(entry, "amount", amount, order)
    money.write(entry, "tax_amount", tax, order)
    record["order_adjustments"].append(entry)


def _transaction(order: Json, record: Json, amount: Decimal) -> Json:
    identity = derived_id(record["id"], "transaction", 0)
    presentment = order["presentment_currency"]
    return {
        "id": identity,
        "order_id": order["id"],
        "kind": "refund",
        "gateway": order["payment_gateway_names"][-1],
        "status": "success",
        "message": None,
        "created_at": record["created_at"],
        "test": order["test"],
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": derived_id(order["id"], "transaction", 0),
        "processed_at": record["created_at"],
        "device_id": None,
        "error_code": None,
        "source_name": "web",
        "receipt": {},
        "amount": str(money.in_presentment(amount, order["currency"], presentment)),
        "currency": presentment,
        "payment_id": f"{order['name']}.{len(order['refunds']) + 2}",
        "total_unsettled_set": {
            side: {"amount": "0.0", "currency": currency}
            for side, currency in (("presentment_money", presentment), ("shop_money", order["currency"]))
        },
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{identity}",
    }


def _record(order: Json, at: datetime, note: str | None, restock: str) -> Json:
    identity = derived_id(order["id"], "refund", len(order["refunds"]))
    record: Json = {
        "id": identity,
        "order_id": order["id"],
        "created_at": shop_time(at),
        "note": note,
        "user_id": None,
        "processed_at": shop_time(at),
        "duties": [],
        "return": None,
        "refund_shipping_lines": [],
        "restock": restock != "no_restock",
        "admin_graphql_api_id": f"gid://shopify/Refund/{identity}",
        "order_adjustments": [],
        "refund_line_items": [],
        "transactions": [],
    }
    money.write_set(record, "total_duties_set", ZERO, order)
    return record
