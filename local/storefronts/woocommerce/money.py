"""Money as WooCommerce writes it: texts with the shop's decimals, and taxes by rate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from local.storefronts.amounts import ZERO, rounded, tax_inside, tax_on_top, unit
from local.storefronts.catalogue import REGIONS, Region
from local.storefronts.payload import Json


@dataclass(frozen=True, slots=True)
class ShopRate:
    """A tax rate as the shop knows it: with an id and a code of its own. `rate` is a fraction."""

    id: int
    code: str
    label: str
    rate: Decimal
    reduced: bool


def _shop_rates() -> dict[str, tuple[ShopRate, ...]]:
    found: dict[str, tuple[ShopRate, ...]] = {}
    number = 0
    for region in REGIONS.values():
        rates = []
        for position, rate in enumerate(region.rates, 1):
            number += 1
            code = f"{region.code}-{rate.title.upper()}-{position}"
            rates.append(ShopRate(number, code, rate.title, rate.rate, rate.reduced))
        found[region.code] = tuple(rates)
    return found


SHOP_RATES = _shop_rates()


def rates_for(region: Region, *, book: bool) -> tuple[ShopRate, ...]:
    """The rates on one product in a region."""
    every = SHOP_RATES[region.code]
    reduced = tuple(rate for rate in every if rate.reduced)
    return reduced if book and reduced else tuple(rate for rate in every if not rate.reduced)


def rate_of(rate_id: int) -> ShopRate:
    """The shop's rate with that id."""
    return next(rate for rates in SHOP_RATES.values() for rate in rates if rate.id == rate_id)


def net_of(price: Decimal, rates: Sequence[ShopRate], currency: str) -> Decimal:
    """A price with tax, without it."""
    whole = sum((rate.rate for rate in rates), ZERO)
    return price - sum((tax_inside(price, rate.rate, whole, currency) for rate in rates), ZERO)


def taxes_on(net: Decimal, rates: Sequence[ShopRate], currency: str) -> dict[int, Decimal]:
    """Tax by rate id on a net amount."""
    return {rate.id: tax_on_top(net, rate.rate, currency) for rate in rates}


def write(amount: Decimal, currency: str) -> str:
    """An amount as text with the currency's decimals."""
    return str(rounded(amount, currency))


def read(text: object) -> Decimal:
    """An amount from a text; null and the empty text are 0."""
    return Decimal(str(text)) if text not in (None, "") else ZERO


def total(records: Iterable[Json], field: str) -> Decimal:
    """The sum of one money field over records."""
    return sum((read(record.get(field)) for record in records), ZERO)


def zero(currency: str) -> str:
    """Nothing, as text."""
    return str(ZERO * unit(currency))
