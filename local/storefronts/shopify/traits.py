"""What kind of order is to be invented; every trait can be drawn or fixed."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from local.storefronts.catalogue import REGIONS

Discount = Literal["none", "percent_code", "fixed_code", "one_line", "shipping", "stacked"]
Opening = Literal["paid", "pending", "authorized"]


@dataclass(frozen=True, slots=True)
class Traits:
    """An order's kind. `currency` is the shop's, `presentment` the buyer's; the defaults are plain."""

    region: str = "DE"
    currency: str = "EUR"
    presentment: str = "EUR"
    taxes_included: bool = True
    lines: int = 2
    buyer: Literal["registered", "guest", "anonymous"] = "registered"
    discount: Discount = "none"
    shipping: bool = True
    tip: bool = False
    duties: bool = False
    duties_included: bool = False
    additional_fee: bool = False
    gift_card_sold: bool = False
    gift_card_used: bool = False
    company: bool = False
    point_of_sale: bool = False
    """Sold over the counter: no addresses, no shipping, and cash rounded to 0.05."""
    tax_exempt: bool = False
    bundle: bool = False
    test: bool = False
    opening: Opening = "paid"


def draw_traits(rng: Random, currency: str = "EUR") -> Traits:
    """Traits of a shop's ordinary day: mostly plain orders, each oddity once in a while."""
    region = REGIONS[rng.choice(tuple(REGIONS))]
    counter = rng.random() < 0.08
    return Traits(
        region=region.code,
        currency=currency,
        presentment=region.currency if rng.random() < 0.4 else currency,
        taxes_included=region.taxes_included,
        lines=rng.choice((1, 1, 2, 2, 3, 4, 6)),
        buyer=rng.choice(("registered", "registered", "guest")) if not counter else "anonymous",
        discount=rng.choice(
            ("none", "none", "percent_code", "fixed_code", "one_line", "shipping", "stacked")
        ),
        shipping=not counter,
        tip=rng.random() < 0.1,
        duties=not counter and rng.random() < 0.06,
        duties_included=rng.random() < 0.3,
        additional_fee=rng.random() < 0.05,
        gift_card_sold=rng.random() < 0.08,
        gift_card_used=rng.random() < 0.1,
        company=not counter and rng.random() < 0.1,
        point_of_sale=counter,
        tax_exempt=rng.random() < 0.05,
        bundle=rng.random() < 0.08,
        opening="paid" if counter else rng.choice(("paid", "paid", "pending", "authorized")),
    )
