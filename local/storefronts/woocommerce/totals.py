"""An order's totals from its parts.

total = lines + shipping + fees + total_tax; total_tax = cart_tax + shipping_tax; discounts are inside the lines.
"""

from decimal import Decimal

from local.storefronts.amounts import ZERO
from local.storefronts.payload import Json
from local.storefronts.woocommerce.lines import next_item_id
from local.storefronts.woocommerce.money import rate_of, read, total, write


def settle(order: Json) -> None:
    """Write all totals and the tax lines. Refunds leave them alone."""
    currency, lines = order["currency"], order["line_items"]
    parts = [*lines, *order["shipping_lines"], *order["fee_lines"]]
    shipping_tax = total(order["shipping_lines"], "total_tax")
    cart_tax = total(lines, "total_tax") + total(order["fee_lines"], "total_tax")
    amounts = {
        "discount_total": total(lines, "subtotal") - total(lines, "total"),
        "discount_tax": total(lines, "subtotal_tax") - total(lines, "total_tax"),
        "shipping_total": total(order["shipping_lines"], "total"),
        "shipping_tax": shipping_tax,
        "cart_tax": cart_tax,
        "total": total(parts, "total") + cart_tax + shipping_tax,
        "total_tax": cart_tax + shipping_tax,
    }
    order.update({field: write(amount, currency) for field, amount in amounts.items()})
    _write_tax_lines(order)


def shift_total(order: Json, difference: Decimal) -> None:
    """Let the header differ from its parts, as a shop does that rounds only at the end."""
    order["total"] = write(read(order["total"]) + difference, order["currency"])


def _write_tax_lines(order: Json) -> None:
    goods = _by_rate([*order["line_items"], *order["fee_lines"]])
    shipping = _by_rate(order["shipping_lines"])
    known = {line["rate_id"]: line["id"] for line in order["tax_lines"]}
    lines: list[Json] = []
    for rate_id in dict.fromkeys([*goods, *shipping]):
        rate = rate_of(rate_id)
        order["tax_lines"] = lines
        lines.append(
            {
                "id": known.get(rate_id) or max(next_item_id(order), *known.values(), 0),
                "rate_code": rate.code,
                "rate_id": rate_id,
                "label": rate.label,
                "compound": False,
                "tax_total": write(goods.get(rate_id, ZERO), order["currency"]),
                "shipping_tax_total": write(shipping.get(rate_id, ZERO), order["currency"]),
                "rate_percent": float(rate.rate * 100),
                "meta_data": [],
            }
        )
    order["tax_lines"] = lines


def _by_rate(lines: list[Json]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in lines:
        for tax in line["taxes"]:
            sums[tax["id"]] = sums.get(tax["id"], ZERO) + read(tax["total"])
    return sums
