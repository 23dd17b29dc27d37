"""Placing an order: a new one, complete, in the shape of the webhooks of API version 2026-10."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from random import Random

from local.storefronts.amounts import ZERO, rounded
from local.storefronts.catalogue import EXCHANGE, PRODUCTS, REGIONS
from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify import money
from local.storefronts.shopify.buyers import buyer_fields
from local.storefronts.shopify.discounts import apply_discounts
from local.storefronts.shopify.heading import head
from local.storefronts.shopify.lines import discounted, gross, make_line, make_shipping_line, write_taxes
from local.storefronts.shopify.totals import settle
from local.storefronts.shopify.traits import Traits, draw_traits


def make_order(
    rng: Random,
    order_id: int,
    placed_at: datetime,
    traits: Traits | None = None,
    shop: str = "simulated.myshopify.com",
) -> Json:
    """An order that was placed at `placed_at` (aware), as `orders/create` would tell it.

    The same arguments and state of `rng` make the same order; its totals satisfy the money identities.
    """
    kind = _possible(traits or draw_traits(rng))
    region = REGIONS[kind.region]
    order = head(order_id, placed_at, kind, shop) | buyer_fields(rng, order_id, region, kind)
    order["line_items"] = _lines(rng, order, kind)
    order["shipping_lines"] = [_shipping(rng, order)] if kind.shipping else []
    apply_discounts(rng, order, kind.discount)
    _tax(order, kind)
    _add_extras(rng, order, kind)
    settle(order, ZERO)
    _round_cash(order, kind)
    settle(order, money.read(order["total_price"]) if kind.opening == "paid" else ZERO)
    return order


def _tax(order: Json, traits: Traits) -> None:
    region = REGIONS[traits.region]
    books = {product.variant_id for product in PRODUCTS if product.book}
    for line in order["line_items"]:
        write_taxes(order, line, () if traits.tax_exempt else region.rates_for(line["variant_id"] in books))
    for line in order["shipping_lines"]:
        write_taxes(order, line, () if traits.tax_exempt else region.rates_for(False))


def _possible(traits: Traits) -> Traits:
    return (
        replace(traits, discount="none") if traits.discount == "shipping" and not traits.shipping else traits
    )


def _lines(rng: Random, order: Json, traits: Traits) -> list[Json]:
    goods = [product for product in PRODUCTS if not product.gift_card]
    chosen = [rng.choice(goods) for _ in range(traits.lines)]
    chosen += [product for product in PRODUCTS if product.gift_card and traits.gift_card_sold]
    quantities = [1 if product.gift_card else rng.choice((1, 1, 1, 2, 3, 7)) for product in chosen]
    lines = [make_line(order, product, quantities[index], index) for index, product in enumerate(chosen)]
    if traits.bundle and len(lines) > 1:
        group = derived_id(order["id"], "group", 0)
        order["line_item_groups"] = [{"id": group, "title": "Baker's starter set", "quantity": 1}]
        for line in lines[:2]:
            line["sales_line_item_group_id"] = group
    return lines


def _shipping(rng: Random, order: Json) -> Json:
    price = Decimal(rng.choice(("4.90", "7.95", "0.00", "12.50")))
    return make_shipping_line(order, rounded(price * EXCHANGE[order["currency"]], order["currency"]))


def _add_extras(rng: Random, order: Json, traits: Traits) -> None:
    goods = sum(map(gross, order["line_items"]), ZERO)
    if traits.tip:
        tip = rounded(goods * rng.choice((5, 10)) / 100, order["currency"])
        order["total_tip_received"] = str(tip)
    if traits.duties:
        _add_duties(order)
    if traits.additional_fee:
        fee = rounded(Decimal("1.60") * EXCHANGE[order["currency"]], order["currency"])
        money.write_set(order, "original_total_additional_fees_set", fee, order)
        money.write_set(order, "current_total_additional_fees_set", fee, order)


def _add_duties(order: Json) -> None:
    amounts = ZERO
    for line in order["line_items"]:
        amount = rounded(discounted(line) / 20, order["currency"])
        duty: Json = {
            "id": str(derived_id(line["id"], "duty", 0)),
            "harmonized_system_code": "520300",
            "country_code_of_origin": "CA",
            "tax_lines": [],
            "admin_graphql_api_id": f"gid://shopify/Duty/{derived_id(line['id'], 'duty', 0)}",
        }
        duty |= money.money_set(amount, order["currency"], order["presentment_currency"])
        line["duties"] = [duty] if amount else []
        amounts += amount
    money.write_set(order, "original_total_duties_set", amounts, order)
    money.write_set(order, "current_total_duties_set", amounts, order)


def _round_cash(order: Json, traits: Traits) -> None:
    if traits.point_of_sale and order["currency"] != "JPY":
        total = money.read(order["total_price"])
        step = Decimal("0.05")
        paid = (total / step).quantize(Decimal(1)) * step
        money.write_set(order, "total_cash_rounding_payment_adjustment_set", paid - total, order)
