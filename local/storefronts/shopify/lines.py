"""Order lines, shipping lines and what hangs on them: taxes, discount shares, duties."""

from decimal import Decimal

from local.storefronts.amounts import ZERO, rounded, spread, tax_inside, tax_on_top
from local.storefronts.catalogue import EXCHANGE, Product, Rate
from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify import money


def make_line(order: Json, product: Product, quantity: int, index: int) -> Json:
    """A line of an order, before discounts and taxes. `index` counts its lines, removed ones included."""
    identity = derived_id(order["id"], "line", index)
    line: Json = {
        "id": identity,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{identity}",
        "attributed_staffs": [],
        "current_quantity": quantity,
        "fulfillable_quantity": quantity if product.ships else 0,
        "fulfillment_service": "manual" if product.ships else "gift_card" if product.gift_card else "manual",
        "fulfillment_status": None,
        "gift_card": product.gift_card,
        "grams": product.grams,
        "name": product.name,
        "product_exists": True,
        "product_id": product.id,
        "properties": [],
        "quantity": quantity,
        "requires_shipping": product.ships,
        "sales_line_item_group_id": None,
        "sku": product.sku,
        "taxable": not product.gift_card,
        "title": product.title,
        "variant_id": product.variant_id,
        "variant_inventory_management": "shopify" if product.ships else None,
        "variant_title": product.variant,
        "vendor": "Example Bakehouse",
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }
    price = rounded(product.price * EXCHANGE[order["currency"]], order["currency"])
    money.write(line, "price", price, order)
    money.write(line, "total_discount", ZERO, order)
    return line


def make_shipping_line(order: Json, price: Decimal) -> Json:
    """The order's way of delivery."""
    line: Json = {
        "id": derived_id(order["id"], "shipping", 0),
        "carrier_identifier": None,
        "code": "Standard",
        "is_removed": False,
        "phone": None,
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": "Standard delivery",
        "tax_lines": [],
        "discount_allocations": [],
    }
    money.write(line, "price", price, order)
    money.write(line, "discounted_price", price, order)
    money.write_set(line, "current_discounted_price_set", price, order)
    return line


def gross(line: Json) -> Decimal:
    """Price times quantity, before discounts; a shipping line counts once."""
    return money.read(line["price"]) * Decimal(line.get("quantity", 1))


def discounted(line: Json) -> Decimal:
    """What is left of a line after the discounts that hit it."""
    return gross(line) - money.total(line["discount_allocations"], "amount")


def allocate(order: Json, lines: list[Json], amount: Decimal, application: int) -> None:
    """Spread a discount over lines in proportion to what is left of them."""
    shares = spread(amount, [discounted(line) for line in lines], order["currency"])
    for line, part in zip(lines, shares, strict=True):
        if part:
            allocation: Json = {"discount_application_index": application}
            money.write(allocation, "amount", part, order)
            line["discount_allocations"].append(allocation)


def write_taxes(order: Json, line: Json, rates: tuple[Rate, ...]) -> None:
    """Compute a line's taxes on its discounted amount; none if it is untaxed."""
    base, sum_of_rates = discounted(line), sum((rate.rate for rate in rates), ZERO)
    line["tax_lines"] = []
    for rate in rates if line.get("taxable", True) else ():
        if order["taxes_included"]:
            amount = tax_inside(base, rate.rate, sum_of_rates, order["currency"])
        else:
            amount = tax_on_top(base, rate.rate, order["currency"])
        line["tax_lines"].append(tax_line(order, rate.title, rate.rate, amount))


def tax_line(order: Json, title: str, rate: Decimal | float, amount: Decimal) -> Json:
    """One tax of a line or of the order; its rate is a JSON number."""
    record: Json = {"channel_liable": False, "rate": float(rate), "title": title}
    money.write(record, "price", amount, order)
    return record


def tax_of(line: Json) -> Decimal:
    """All taxes of a line."""
    return money.total(line["tax_lines"], "price")
