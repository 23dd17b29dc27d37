"""Exact money: splitting an amount without losing or inventing a cent."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
"""Salesforce's currency fields hold two decimals."""


def to_cents(amount: Decimal) -> int:
    """The amount in hundredths, rounded half up."""
    return int((amount / CENT).to_integral_value(ROUND_HALF_UP))


def from_cents(cents: int) -> Decimal:
    """Hundredths as an amount with two decimals."""
    return Decimal(cents).scaleb(-2)


def round_to_sum(amounts: Sequence[Decimal], cents: int) -> list[int]:
    """Round each amount to hundredths so that they add up to `cents` (largest remainder, ties to the first).

    The amounts must be close to the sum: within one hundredth each.
    """
    floors = [int((amount / CENT).to_integral_value(ROUND_FLOOR)) for amount in amounts]
    missing = cents - sum(floors)
    if missing == 0:
        return floors
    remainders = [amount / CENT - floor for amount, floor in zip(amounts, floors, strict=True)]
    order = sorted(range(len(amounts)), key=lambda index: (-remainders[index], index))
    for index in order[:missing]:
        floors[index] += 1
    return floors


def deduct(amounts: Sequence[Decimal], deduction: Decimal) -> tuple[list[Decimal], Decimal]:
    """Take `deduction` (positive) from the amounts in proportion; returns what is left of each and of the deduction.

    No amount falls below zero. The results are not rounded; see `round_to_sum`.
    """
    available = sum(amounts, Decimal(0))
    if deduction <= 0 or available <= 0:
        return list(amounts), deduction
    taken = min(deduction, available)
    return [amount - amount * taken / available for amount in amounts], deduction - taken


def spread(cents: int, quantity: int) -> list[tuple[int, int]]:
    """`cents` over `quantity` equal pieces as (count, unit cents), at most two rows: 1000 over 3 is 2x333, 1x334."""
    unit, more = divmod(cents, quantity)
    rows = [(quantity - more, unit)]
    if more:
        rows.append((more, unit + 1))
    return rows
