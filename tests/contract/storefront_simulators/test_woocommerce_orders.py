"""Invented WooCommerce orders obey the totals identity through every history."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.storefronts.woocommerce import orders
from local.storefronts.woocommerce.orders import Traits

PLACED = datetime(2026, 11, 1, 12, tzinfo=UTC)
Order = dict[str, Any]


def add(records: list[Order], field: str) -> Decimal:
    return sum((Decimal(record[field]) for record in records), Decimal(0))


def difference(order: Order) -> Decimal:
    """total - (lines + shipping + fees + tax)."""
    parts = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
    return Decimal(order["total"]) - add(parts, "total") - Decimal(order["total_tax"])


def assert_identities(order: Order) -> None:
    assert difference(order) == 0
    assert Decimal(order["total_tax"]) == Decimal(order["cart_tax"]) + Decimal(order["shipping_tax"])
    rates = add(order["tax_lines"], "tax_total") + add(order["tax_lines"], "shipping_tax_total")
    assert Decimal(order["total_tax"]) == rates
    discount = add(order["line_items"], "subtotal") - add(order["line_items"], "total")
    assert Decimal(order["discount_total"]) == discount == add(order["coupon_lines"], "discount")
    assert Decimal(order["total"]) + add(order["refunds"], "total") >= 0


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), currency=st.sampled_from(("EUR", "USD", "JPY")), steps=st.integers(0, 8))
def test_every_version_of_every_history_adds_up(seed: int, currency: str, steps: int) -> None:
    rng = Random(seed)
    order = orders.make_order(rng, 1 + seed % 10_000, PLACED, orders.draw_traits(rng, currency))
    at = PLACED
    for _ in range(steps):
        assert_identities(order)
        at += timedelta(minutes=rng.randint(1, 50))
        before = json.dumps(order)
        newer = rng.choice(orders.CHANGES)(rng, order, at)
        assert json.dumps(order) == before, "the older version was changed in place"
        assert newer["date_modified_gmt"] == f"{at:%Y-%m-%dT%H:%M:%S}"
        order = newer
    assert_identities(order)


@pytest.mark.parametrize(
    ("wish", "holds"),
    [
        (Traits(coupons="both"), lambda order: len(order["coupon_lines"]) == 2),
        (Traits(fee=True), lambda order: Decimal(order["fee_lines"][0]["total"]) > 0),
        (Traits(rebate=True), lambda order: Decimal(order["fee_lines"][0]["total_tax"]) < 0),
        (Traits(guest=True), lambda order: order["customer_id"] == 0 and order["billing"]["email"]),
        (Traits(fractional=True), lambda order: order["line_items"][0]["quantity"] == 1.5),
        (Traits(region="CA", prices_include_tax=False), lambda order: len(order["tax_lines"]) == 2),
        (Traits(region="JP", currency="JPY"), lambda order: "." not in order["total"]),
        (Traits(opening="pending"), lambda order: order["date_paid_gmt"] is None),
    ],
)
def test_each_trait_shows(wish: Traits, holds: Any) -> None:
    order = orders.make_order(Random(2), 7, PLACED, wish)
    assert holds(order)
    assert_identities(order)


def test_late_rounding_leaves_a_cent_between_header_and_lines() -> None:
    order = orders.make_order(Random(2), 7, PLACED, replace(Traits(), late_rounding=True))
    assert abs(difference(order)) == Decimal("0.01")


def test_a_refund_is_told_by_a_negative_summary_and_leaves_the_total() -> None:
    order = orders.make_order(Random(2), 7, PLACED, Traits())
    newer, record = orders.refund_with_record(Random(9), order, PLACED + timedelta(hours=1))
    assert record is not None
    assert newer["total"] == order["total"]
    assert Decimal(newer["refunds"][0]["total"]) == -Decimal(record["amount"]) < 0


def test_refunds_of_lines_and_of_money_alone_both_happen() -> None:
    found = set()
    for seed in range(40):
        order = orders.make_order(Random(seed), 7, PLACED, Traits())
        _, record = orders.refund_with_record(Random(seed), order, PLACED + timedelta(hours=1))
        assert record is not None
        found.add(bool(record["line_items"]))
        if record["line_items"]:
            worth = add(record["line_items"], "total") + add(record["line_items"], "total_tax")
            assert worth == -Decimal(record["amount"])
            assert record["line_items"][0]["quantity"] < 0
    assert found == {True, False}


def test_dates_are_in_site_time_and_in_utc_without_offsets() -> None:
    order = orders.make_order(Random(2), 7, PLACED, Traits())
    assert order["date_created_gmt"] == "2026-11-01T12:00:00"
    assert order["date_created"] == "2026-11-01T04:00:00"


def test_trash_and_restore() -> None:
    order = orders.make_order(Random(2), 7, PLACED, Traits())
    trashed = orders.trash(Random(2), order, PLACED + timedelta(hours=1))
    restored = orders.restore(Random(2), trashed, PLACED + timedelta(hours=2))
    assert (trashed["status"], restored["status"]) == ("trash", "processing")
