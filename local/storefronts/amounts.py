"""Exact money for invented orders: rounding, shares and taxes in a currency's own smallest unit."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3}


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01, or 1 for yen (ISO 4217)."""
    return Decimal(1).scaleb(-_DIGITS.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """`amount` to the currency's smallest unit, half away from zero."""
    return amount.quantize(unit(currency), ROUND_HALF_UP)


def spread(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """`total` over `weights` by largest remainder; the parts add up to `total` exactly."""
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO] * len(weights)
    step = unit(currency)
    exact = [total * weight / whole / step for weight in weights]
    parts = [int(share) for share in exact]
    missing = int(total / step) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[:missing]:
        parts[index] += 1
    return [part * step for part in parts]


def share(total: Decimal, first: int, after: int, of: int, currency: str) -> Decimal:
    """What units `first` to `after` (exclusive) of `of` are worth; all shares add up to `total` exactly."""
    return rounded(total * after / of, currency) - rounded(total * first / of, currency)


def tax_on_top(net: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Tax of a price that does not hold it."""
    return rounded(net * rate, currency)


def tax_inside(gross: Decimal, rate: Decimal, rates: Decimal, currency: str) -> Decimal:
    """One rate's part of a price that holds taxes of `rates` in all."""
    return rounded(gross * rate / (1 + rates), currency)
