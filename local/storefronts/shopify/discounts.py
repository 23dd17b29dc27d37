"""Discounts of a new order: applications on the order, shares on the lines that they hit."""

from decimal import Decimal
from random import Random

from local.storefronts.amounts import ZERO, rounded
from local.storefronts.payload import Json
from local.storefronts.shopify import money
from local.storefronts.shopify.lines import allocate, discounted
from local.storefronts.shopify.traits import Discount


def apply_discounts(rng: Random, order: Json, discount: Discount) -> None:
    """Give the order one kind of discount; gift cards are never discounted."""
    goods = [line for line in order["line_items"] if not line["gift_card"]]
    if discount in ("percent_code", "stacked"):
        percent = rng.choice((10, 15, 33))
        worth = sum(map(discounted, goods), ZERO) * percent / 100
        _apply_code(order, goods, f"SAVE{percent}", worth, str(Decimal(percent)), "percentage")
    if discount == "fixed_code":
        worth = min(Decimal(10), sum(map(discounted, goods), ZERO))
        _apply_code(order, goods, "TEN-OFF", worth, "10.0", "fixed_amount")
    if discount in ("one_line", "stacked"):
        _discount_one_line(order, rng.choice(goods))
    if discount in ("shipping", "stacked") and order["shipping_lines"]:
        _ship_free(order)


def _apply_code(
    order: Json, lines: list[Json], code: str, worth: Decimal, value: str, value_type: str
) -> None:
    amount = rounded(worth, order["currency"])
    application = _application("discount_code", "line_item", value, value_type, "across") | {"code": code}
    allocate(order, lines, amount, _append(order, application))
    entry = {"code": code, "amount": str(amount), "type": value_type}
    order["discount_codes"].append(entry)


def _discount_one_line(order: Json, line: Json) -> None:
    amount = rounded(discounted(line) / 8, order["currency"])
    application = _application("manual", "line_item", str(amount), "fixed_amount", "one")
    application |= {"title": "Slight damage", "description": "Slight damage", "target_selection": "explicit"}
    allocate(order, [line], amount, _append(order, application))


def _ship_free(order: Json) -> None:
    line = order["shipping_lines"][0]
    application = _application("discount_code", "shipping_line", "100.0", "percentage", "each")
    allocate(order, [line], discounted(line), _append(order, application | {"code": "SHIPFREE"}))
    order["discount_codes"].append(
        {
            "code": "SHIPFREE",
            "amount": str(money.total(line["discount_allocations"], "amount")),
            "type": "shipping",
        }
    )
    money.write(line, "discounted_price", discounted(line), order)
    money.write_set(line, "current_discounted_price_set", discounted(line), order)


def _application(kind: str, target: str, value: str, value_type: str, method: str) -> Json:
    return {
        "target_type": target,
        "type": kind,
        "value": value,
        "value_type": value_type,
        "allocation_method": method,
        "target_selection": "all",
    }


def _append(order: Json, application: Json) -> int:
    order["discount_applications"].append(application)
    return len(order["discount_applications"]) - 1
