"""An order's totals from its parts (reference: order semantics, money identities).

total_price = lines - all discounts + shipping + (tax unless included) + tips + (duties unless included)
              + additional fees + cash rounding
"""

from decimal import Decimal

from local.storefronts.amounts import ZERO, share
from local.storefronts.payload import Json
from local.storefronts.shopify import money
from local.storefronts.shopify.lines import gross, tax_line, tax_of


def settle(order: Json, received: Decimal) -> None:
    """Write all totals and the payment status; `received` is the money that came in, in shop currency."""
    lines, shipping = order["line_items"], order["shipping_lines"]
    taxes = sum(map(tax_of, [*lines, *shipping]), ZERO)
    discounts = _discounts(lines) + _discounts(shipping)
    line_sum, shipping_sum = sum(map(gross, lines), ZERO), money.total(shipping, "price")
    money.write(order, "total_line_items_price", line_sum, order)
    money.write(order, "subtotal_price", line_sum - _discounts(lines), order)
    money.write(order, "total_discounts", discounts, order)
    money.write(order, "total_tax", taxes, order)
    money.write_set(order, "total_shipping_price_set", shipping_sum, order)
    added_tax = ZERO if order["taxes_included"] else taxes
    money.write(order, "total_price", line_sum - discounts + shipping_sum + added_tax + extras(order), order)
    order["tax_lines"] = _tax_lines(order)
    _settle_current(order)
    outstanding = money.read(order["current_total_price"]) - received + refunded(order)
    order["total_outstanding"] = str(outstanding)
    order["financial_status"] = _financial_status(order, received, outstanding)


def extras(order: Json) -> Decimal:
    """Tips, duties on top, additional fees and cash rounding."""
    duties = ZERO if order["duties_included"] else money.read(order["original_total_duties_set"])
    return (
        money.read(order["total_tip_received"])
        + duties
        + money.read(order["original_total_additional_fees_set"])
        + money.read(order["total_cash_rounding_payment_adjustment_set"])
    )


def received(order: Json) -> Decimal:
    """The money that came in, from what the order says is outstanding."""
    outstanding = money.read(order["total_outstanding"])
    return money.read(order["current_total_price"]) - outstanding + refunded(order)


def refunded(order: Json) -> Decimal:
    """The money that went back, in shop currency."""
    return sum((refund_money(order, refund) for refund in order["refunds"]), ZERO)


def refund_money(order: Json, refund: Json) -> Decimal:
    """What one refund paid back: goods, shipping and adjustments; 0 if it has no successful transaction."""
    if not any(movement["status"] == "success" for movement in refund["transactions"]):
        return ZERO
    goods = money.total(refund["refund_line_items"], "subtotal")
    if not order["taxes_included"]:
        goods += money.total(refund["refund_line_items"], "total_tax")
    adjustments = money.total(refund["order_adjustments"], "amount")
    return goods - adjustments - money.total(refund["order_adjustments"], "tax_amount")


def units_worth(order: Json, line: Json, amount: Decimal, units: int) -> Decimal:
    """What the next `units` units to leave a line take along of one of its amounts."""
    gone = line["quantity"] - line["current_quantity"]
    return share(amount, gone, gone + units, line["quantity"], order["currency"])


def left(order: Json, line: Json, amount: Decimal) -> Decimal:
    """What of a line's amount belongs to the units that it still has."""
    return units_worth(order, line, amount, line["current_quantity"])


def _settle_current(order: Json) -> None:
    lines = order["line_items"]
    discount = sum((left(order, line, _discounts([line])) for line in lines), ZERO)
    tax = sum((left(order, line, tax_of(line)) for line in lines), ZERO)
    subtotal = sum((left(order, line, gross(line)) for line in lines), ZERO) - discount
    shipping, shipping_tax = _current_shipping(order)
    discount += _discounts(order["shipping_lines"])
    tax += shipping_tax
    money.write(order, "current_subtotal_price", subtotal, order)
    money.write(order, "current_total_discounts", discount, order)
    money.write(order, "current_total_tax", tax, order)
    money.write_set(order, "current_shipping_price_set", shipping, order)
    current = subtotal + shipping + (ZERO if order["taxes_included"] else tax) + extras(order)
    money.write(order, "current_total_price", max(current, ZERO), order)


def _current_shipping(order: Json) -> tuple[Decimal, Decimal]:
    lines = order["shipping_lines"]
    price, tax = money.total(lines, "price") - _discounts(lines), sum(map(tax_of, lines), ZERO)
    for adjustment in shipping_refunds(order):
        refunded_tax = money.read(adjustment["tax_amount"])
        price += money.read(adjustment["amount"]) + (refunded_tax if order["taxes_included"] else ZERO)
        tax += refunded_tax
    return price, tax


def shipping_refunds(order: Json) -> list[Json]:
    """The adjustments that gave shipping back."""
    found = [entry for refund in order["refunds"] for entry in refund["order_adjustments"]]
    return [entry for entry in found if entry["kind"] == "shipping_refund"]


def _discounts(lines: list[Json]) -> Decimal:
    return sum((money.total(line["discount_allocations"], "amount") for line in lines), ZERO)


def _tax_lines(order: Json) -> list[Json]:
    sums: dict[tuple[str, float], Decimal] = {}
    for line in [*order["line_items"], *order["shipping_lines"]]:
        for tax in line["tax_lines"]:
            key = (tax["title"], tax["rate"])
            sums[key] = sums.get(key, ZERO) + money.read(tax["price"])
    return [tax_line(order, title, rate, amount) for (title, rate), amount in sums.items()]


def _financial_status(order: Json, received: Decimal, outstanding: Decimal) -> str:
    if received <= 0:
        if order["cancelled_at"] or order["financial_status"] == "voided":
            return "voided"
        nothing_to_pay = money.read(order["current_total_price"]) == 0
        return "paid" if nothing_to_pay else str(order["financial_status"])
    back = refunded(order)
    if back:
        return "refunded" if back >= received else "partially_refunded"
    return "partially_paid" if outstanding > 0 else "paid"
