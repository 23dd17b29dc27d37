"""What kind of order is to be invented; every trait can be drawn or fixed."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from local.storefronts.catalogue import REGIONS

Coupons = Literal["none", "percent", "fixed", "both"]
Opening = Literal["processing", "pending", "on-hold", "checkout-draft"]


@dataclass(frozen=True, slots=True)
class Traits:
    """An order's kind; the defaults are a plain paid order of a registered customer."""

    region: str = "DE"
    currency: str = "EUR"
    prices_include_tax: bool = True
    lines: int = 2
    guest: bool = False
    coupons: Coupons = "none"
    shipping: bool = True
    fee: bool = False
    rebate: bool = False
    """A negative fee, as loyalty plugins add."""
    fractional: bool = False
    """A quantity of 1.5, as plugins for goods by weight allow."""
    late_rounding: bool = False
    """The shop rounds its totals only at the end, so that the header may differ from the lines by a cent."""
    opening: Opening = "processing"


def draw_traits(rng: Random, currency: str = "EUR") -> Traits:
    """Traits of a shop's ordinary day; always with totals that add up to the cent."""
    region = REGIONS[rng.choice(tuple(REGIONS))]
    return Traits(
        region=region.code,
        currency=currency,
        prices_include_tax=region.taxes_included,
        lines=rng.choice((1, 1, 2, 2, 3, 4, 6)),
        guest=rng.random() < 0.4,
        coupons=rng.choice(("none", "none", "none", "percent", "fixed", "both")),
        shipping=rng.random() < 0.9,
        fee=rng.random() < 0.15,
        rebate=rng.random() < 0.1,
        fractional=rng.random() < 0.05,
        opening=rng.choice(("processing", "processing", "processing", "pending", "on-hold")),
    )
