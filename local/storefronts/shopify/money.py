"""Money as Shopify writes it: a text in shop currency and a set with the buyer's currency beside it."""

from collections.abc import Iterable
from decimal import Decimal

from local.storefronts.amounts import ZERO, rounded
from local.storefronts.catalogue import EXCHANGE
from local.storefronts.payload import Json


def money_set(amount: Decimal, currency: str, presentment: str) -> Json:
    """The `*_set` object; each side is rounded on its own, so sums may differ in the buyer's currency."""
    return {
        "shop_money": {"amount": str(rounded(amount, currency)), "currency_code": currency},
        "presentment_money": {
            "amount": str(in_presentment(amount, currency, presentment)),
            "currency_code": presentment,
        },
    }


def in_presentment(amount: Decimal, currency: str, presentment: str) -> Decimal:
    """What the buyer sees for a shop amount."""
    return rounded(amount * EXCHANGE[presentment] / EXCHANGE[currency], presentment)


def write(record: Json, field: str, amount: Decimal, order: Json) -> None:
    """Put an amount into `field` as text and into `field_set`."""
    record[field] = str(rounded(amount, order["currency"]))
    write_set(record, f"{field}_set", amount, order)


def write_set(record: Json, field: str, amount: Decimal, order: Json) -> None:
    """Put an amount into a field that exists as a set only."""
    record[field] = money_set(amount, order["currency"], order["presentment_currency"])


def read(text: object) -> Decimal:
    """An amount in shop currency from a text, a number, a set or null."""
    if text is None:
        return ZERO
    if isinstance(text, dict):
        return Decimal(text["shop_money"]["amount"])
    return Decimal(str(text))


def total(records: Iterable[Json], field: str) -> Decimal:
    """The sum of one money field over records."""
    return sum((read(record.get(field)) for record in records), ZERO)
