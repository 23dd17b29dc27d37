"""What an order consists of: product lines, shipping, fees and coupons, with their taxes by rate."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from local.storefronts.amounts import ZERO, rounded, spread
from local.storefronts.catalogue import EXCHANGE, PRODUCTS, Product, Region
from local.storefronts.payload import Json
from local.storefronts.woocommerce.money import (
    ShopRate,
    net_of,
    rate_of,
    rates_for,
    read,
    taxes_on,
    total,
    write,
)

GOODS = tuple(product for product in PRODUCTS if not product.gift_card)


def next_item_id(order: Json) -> int:
    """The next free id of an order item; all kinds of items share one sequence."""
    kinds = ("line_items", "shipping_lines", "fee_lines", "tax_lines", "coupon_lines")
    used = [item["id"] for kind in kinds for item in order[kind]]
    return int(max(used, default=order["id"] * 100)) + 1


def make_line(order: Json, region: Region, product: Product, quantity: Decimal) -> Json:
    """A product line without discount."""
    currency = order["currency"]
    rates = rates_for(region, book=product.book)
    price = rounded(product.price * EXCHANGE[currency], currency)
    worth = rounded(price * quantity, currency)
    subtotal = net_of(worth, rates, currency) if order["prices_include_tax"] else worth
    line: Json = {
        "id": next_item_id(order),
        "name": product.name,
        "product_id": product.id,
        "variation_id": product.variant_id if product.variant else 0,
        "quantity": int(quantity) if quantity == int(quantity) else float(quantity),
        "tax_class": "reduced-rate" if any(rate.reduced for rate in rates) else "",
    }
    price_line(line, subtotal, subtotal, rates, currency)
    return line | {
        "meta_data": _attributes(line["id"], product),
        "sku": product.sku or "",
        "global_unique_id": "",
        "image": {"id": "", "src": ""},
        "parent_name": product.title if product.variant else None,
    }


def price_line(line: Json, subtotal: Decimal, net: Decimal, rates: Sequence[ShopRate], currency: str) -> None:
    """Write what a line costs before (`subtotal`) and after discounts (`net`), without tax, and its taxes."""
    before, after = taxes_on(subtotal, rates, currency), taxes_on(net, rates, currency)
    line["subtotal"] = write(subtotal, currency)
    line["subtotal_tax"] = write(sum(before.values(), ZERO), currency)
    line["total"] = write(net, currency)
    line["total_tax"] = write(sum(after.values(), ZERO), currency)
    line["taxes"] = [
        {
            "id": rate.id,
            "total": write(after[rate.id], currency),
            "subtotal": write(before[rate.id], currency),
        }
        for rate in rates
    ]
    line["price"] = float(net) / float(line["quantity"])


def make_shipping(rng: Random, order: Json, region: Region) -> Json:
    """One way of delivery."""
    price = Decimal(rng.choice(("4.90", "7.95", "0.00", "12.50"))) * EXCHANGE[order["currency"]]
    line = _charge(order, region, rounded(price, order["currency"]))
    return {
        "id": line.pop("id"),
        "method_title": rng.choice(("Flat rate", "DHL &amp; friends", "Versand")),
        "method_id": "flat_rate",
        "instance_id": "1",
        **line,
        "tax_status": "taxable",
        "meta_data": [],
    }


def make_fee(order: Json, region: Region, name: str, amount: Decimal) -> Json:
    """A fee; a negative one is taxed negatively, even one that says it is not taxed."""
    line = _charge(order, region, rounded(amount * EXCHANGE[order["currency"]], order["currency"]))
    status = "taxable" if amount > 0 else "none"
    return {
        "id": line.pop("id"),
        "name": name,
        "tax_class": "",
        "tax_status": status,
        "amount": "",
        **line,
        "meta_data": [],
    }


def apply_coupon(order: Json, code: str, kind: str, value: int) -> None:
    """Take a coupon off all lines: `percent` of what is left of each, or a `fixed_cart` amount over all."""
    currency, lines = order["currency"], order["line_items"]
    left = [read(line["total"]) for line in lines]
    worth = sum(left, ZERO) * value / 100 if kind == "percent" else min(Decimal(value), sum(left, ZERO))
    tax_before = total(lines, "total_tax")
    shares = spread(rounded(worth, currency), left, currency)
    for line, now, part in zip(lines, left, shares, strict=True):
        rates = [rate_of(tax["id"]) for tax in line["taxes"]]
        price_line(line, read(line["subtotal"]), now - part, rates, currency)
    identity = next_item_id(order)
    info = f'[{identity},"{code}","{kind}",{value}]'
    meta = {"key": "coupon_info", "value": info, "display_key": "coupon_info", "display_value": info}
    order["coupon_lines"].append(
        {
            "id": identity,
            "code": code,
            "discount": write(sum(shares, ZERO), currency),
            "discount_tax": write(tax_before - total(lines, "total_tax"), currency),
            "meta_data": [{"id": identity * 10, **meta}],
            "discount_type": kind,
            "nominal_amount": float(value),
            "free_shipping": False,
        }
    )


def _charge(order: Json, region: Region, net: Decimal) -> Json:
    currency = order["currency"]
    taxes = taxes_on(net, rates_for(region, book=False), currency)
    return {
        "id": next_item_id(order),
        "total": write(net, currency),
        "total_tax": write(sum(taxes.values(), ZERO), currency),
        "taxes": [
            {"id": rate_id, "total": write(tax, currency), "subtotal": ""} for rate_id, tax in taxes.items()
        ],
    }


def _attributes(item_id: int, product: Product) -> list[Json]:
    if not product.variant:
        return []
    value = product.variant
    return [
        {
            "id": item_id * 10,
            "key": "pa_variant",
            "value": value.lower(),
            "display_key": "Variant",
            "display_value": value,
        }
    ]
