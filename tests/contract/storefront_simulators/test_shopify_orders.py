"""Invented Shopify orders obey the money identities through every history."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.storefronts.payload import NotNewer
from local.storefronts.shopify import orders
from local.storefronts.shopify.orders import Traits

PLACED = datetime(2026, 11, 1, 12, tzinfo=UTC)
Order = dict[str, Any]


def add(records: list[Order], field: str) -> Decimal:
    return sum((Decimal(str(record[field])) for record in records), Decimal(0))


def amount(order: Order, field: str) -> Decimal:
    return Decimal(order[field]["shop_money"]["amount"]) if order[field] else Decimal(0)


def assert_identities(order: Order) -> None:
    """total = lines - discounts + shipping + tax on top + tip + duties on top + fees + cash rounding."""
    lines, shipping = order["line_items"], order["shipping_lines"]
    gross = sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))
    discounts = add([part for line in lines + shipping for part in line["discount_allocations"]], "amount")
    tax = add([part for line in lines + shipping for part in line["tax_lines"]], "price")
    total = gross - discounts + add(shipping, "price") + (0 if order["taxes_included"] else tax)
    total += Decimal(order["total_tip_received"]) + amount(order, "original_total_additional_fees_set")
    total += 0 if order["duties_included"] else amount(order, "original_total_duties_set")
    total += amount(order, "total_cash_rounding_payment_adjustment_set")
    assert Decimal(order["total_price"]) == total
    assert Decimal(order["total_tax"]) == tax == add(order["tax_lines"], "price")
    assert Decimal(order["total_discounts"]) == discounts
    for line in lines:
        assert 0 <= line["fulfillable_quantity"] <= line["current_quantity"] <= line["quantity"]


def assert_refunds_add_up(order: Order) -> None:
    """money = goods + shipping - discrepancy, where there is money at all."""
    for refund in order["refunds"]:
        goods = add(refund["refund_line_items"], "subtotal")
        goods += 0 if order["taxes_included"] else add(refund["refund_line_items"], "total_tax")
        kept = add(refund["order_adjustments"], "amount") + add(refund["order_adjustments"], "tax_amount")
        if refund["transactions"] and order["currency"] == order["presentment_currency"]:
            assert add(refund["transactions"], "amount") == goods - kept


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), currency=st.sampled_from(("EUR", "USD", "JPY")), steps=st.integers(0, 8))
def test_every_version_of_every_history_adds_up(seed: int, currency: str, steps: int) -> None:
    rng = Random(seed)
    order = orders.make_order(rng, 2**53 + seed, PLACED, orders.draw_traits(rng, currency))
    at = PLACED
    for _ in range(steps):
        assert_identities(order)
        assert_refunds_add_up(order)
        at += timedelta(minutes=rng.randint(1, 50))
        before = json.dumps(order)
        newer = rng.choice(orders.CHANGES)(rng, order, at)
        assert json.dumps(order) == before, "the older version was changed in place"
        assert datetime.fromisoformat(newer["updated_at"]) == at
        order = newer
    assert_identities(order)
    assert_refunds_add_up(order)


def test_same_seed_makes_the_same_order() -> None:
    assert orders.make_order(Random(4), 7, PLACED) == orders.make_order(Random(4), 7, PLACED)


def test_ids_are_beyond_what_a_float_holds() -> None:
    order = orders.make_order(Random(1), 2**53 + 1, PLACED, Traits())
    for line in order["line_items"]:
        assert int(float(line["id"])) != line["id"]


def test_a_change_must_be_later_than_what_it_changes() -> None:
    order = orders.make_order(Random(1), 7, PLACED)
    with pytest.raises(NotNewer):
        orders.touch(Random(1), order, PLACED)


TRAITS = Traits(region="US", taxes_included=False, discount="none", shipping=True)


@pytest.mark.parametrize(
    ("wish", "holds"),
    [
        (
            replace(TRAITS, discount="percent_code"),
            lambda order: order["discount_codes"][0]["type"] == "percentage",
        ),
        (
            replace(TRAITS, discount="shipping"),
            lambda order: order["shipping_lines"][0]["discount_allocations"] or 1,
        ),
        (replace(TRAITS, tip=True), lambda order: Decimal(order["total_tip_received"]) > 0),
        (replace(TRAITS, duties=True), lambda order: amount(order, "original_total_duties_set") > 0),
        (
            replace(TRAITS, additional_fee=True),
            lambda order: amount(order, "original_total_additional_fees_set") > 0,
        ),
        (
            replace(TRAITS, gift_card_sold=True),
            lambda order: any(line["gift_card"] for line in order["line_items"]),
        ),
        (replace(TRAITS, buyer="guest"), lambda order: order["customer"] is None and order["email"]),
        (
            replace(TRAITS, buyer="anonymous"),
            lambda order: order["billing_address"] is None and order["email"] == "",
        ),
        (replace(TRAITS, company=True), lambda order: order["company"]["id"] and order["po_number"]),
        (replace(TRAITS, tax_exempt=True), lambda order: order["tax_lines"] == []),
        (
            replace(TRAITS, presentment="JPY"),
            lambda order: "." not in order["total_price_set"]["presentment_money"]["amount"],
        ),
        (replace(TRAITS, bundle=True), lambda order: order["line_items"][0]["sales_line_item_group_id"]),
        (replace(TRAITS, opening="authorized"), lambda order: order["financial_status"] == "authorized"),
        (TRAITS, lambda order: len(order["line_items"][0]["tax_lines"]) == 3),
    ],
)
def test_each_trait_shows(wish: Traits, holds: Any) -> None:
    order = orders.make_order(Random(2), 7, PLACED, wish)
    assert holds(order)
    assert_identities(order)


def test_cash_at_the_counter_is_rounded_to_five_cents() -> None:
    order = orders.make_order(Random(3), 7, PLACED, replace(TRAITS, point_of_sale=True, shipping=False))
    assert Decimal(order["total_price"]) % Decimal("0.05") == 0
    assert_identities(order)


def test_a_cancelled_order_gives_all_money_back_and_keeps_its_lines() -> None:
    order = orders.make_order(Random(5), 7, PLACED, Traits())
    cancelled = orders.cancel(Random(5), order, PLACED + timedelta(hours=1))
    assert cancelled["financial_status"] == "refunded"
    assert cancelled["cancelled_at"]
    assert [line["current_quantity"] for line in cancelled["line_items"]] == [0, 0]
    assert cancelled["total_price"] == order["total_price"]
    assert add(cancelled["refunds"][0]["transactions"], "amount") == Decimal(order["total_price"])


def test_paying_a_pending_order_settles_it() -> None:
    order = orders.make_order(Random(6), 7, PLACED, Traits(opening="pending"))
    assert order["total_outstanding"] == order["total_price"]
    paid = orders.pay(Random(6), order, PLACED + timedelta(hours=1))
    assert (paid["financial_status"], Decimal(paid["total_outstanding"])) == ("paid", 0)
