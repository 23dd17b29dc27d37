"""Splitting money: nothing is lost, nothing invented, nothing falls below zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model.allocation import deduct, from_cents, round_to_sum, spread, to_cents
from tests.unit.model.orders import money

AMOUNTS = st.lists(money("0", "900", 4), max_size=8)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", 1), ("0.0049", 0), ("1.015", 102), ("10", 1000), ("-0.005", -1), ("1E+3", 100000)],
)
def test_cents_are_rounded_half_up(amount, cents):
    assert to_cents(Decimal(amount)) == cents


def test_cents_come_back_with_two_decimals():
    assert str(from_cents(1234)) == "12.34"
    assert str(from_cents(5)) == "0.05"


@given(AMOUNTS)
def test_rounding_to_a_sum_keeps_the_sum_and_moves_no_amount_by_a_cent(amounts):
    cents = to_cents(sum(amounts, Decimal(0)))
    rounded = round_to_sum(amounts, cents)
    assert sum(rounded) == cents
    assert all(
        abs(from_cents(part) - amount) < Decimal("0.01")
        for part, amount in zip(rounded, amounts, strict=True)
    )


def test_the_largest_remainder_gets_the_cent_and_the_first_of_equals():
    thirds = [Decimal("3.333"), Decimal("3.334"), Decimal("3.333")]
    assert round_to_sum(thirds, 1000) == [333, 334, 333]
    assert round_to_sum([Decimal("0.005")] * 3, 2) == [1, 1, 0]


@given(AMOUNTS, money("0", "2000", 4))
def test_a_deduction_is_taken_once_and_leaves_no_amount_negative(amounts, deduction):
    left, rest = deduct(amounts, deduction)
    assert all(amount >= 0 for amount in left)
    taken = sum(amounts, Decimal(0)) - sum(left, Decimal(0))
    assert abs(taken - (deduction - rest)) < Decimal("1e-18")


@given(st.lists(money("0", "900", 2), min_size=1, max_size=8), money("0", "2000", 2))
def test_whole_cents_are_whole_again_after_rounding_and_all_is_taken_that_is_there(amounts, deduction):
    left, rest = deduct(amounts, deduction)
    wanted = max(sum(amounts, Decimal(0)) - deduction, Decimal(0))
    assert from_cents(sum(round_to_sum(left, to_cents(wanted)))) == wanted
    assert rest == max(deduction - sum(amounts, Decimal(0)), Decimal(0))


def test_a_deduction_hits_amounts_in_proportion():
    left, rest = deduct([Decimal("30.00"), Decimal("10.00")], Decimal("4.00"))
    assert (left, rest) == ([Decimal("27.00"), Decimal("9.00")], 0)


@given(st.integers(0, 10**9), st.integers(1, 10**5))
def test_spreading_makes_at_most_two_rows_that_add_up(cents, quantity):
    rows = spread(cents, quantity)
    assert len(rows) <= 2
    assert sum(count for count, _ in rows) == quantity
    assert all(count > 0 for count, _ in rows)
    assert sum(count * unit for count, unit in rows) == cents


def test_ten_over_three_is_two_and_one():
    assert spread(1000, 3) == [(2, 333), (1, 334)]
