"""What happens to an order after it was placed: a newer version each time; the older stays as it was.

A change that the order's state does not allow (paying what is paid, shipping what is shipped) ends as
`touch` does: a newer `updated_at` and nothing else, as when somebody saves an order unchanged.
"""

from datetime import datetime
from decimal import Decimal
from random import Random

from local.storefronts.catalogue import PRODUCTS, REGIONS, Rate
from local.storefronts.payload import Json, copied, require_newer
from local.storefronts.shopify import money
from local.storefronts.shopify.heading import shop_time
from local.storefronts.shopify.lines import make_line, write_taxes
from local.storefronts.shopify.refunding import add_refund, take_units
from local.storefronts.shopify.totals import received, refunded, settle


def touch(rng: Random, order: Json, at: datetime) -> Json:
    """Saved unchanged: only `updated_at` moves."""
    newer = copied(order)
    newer["updated_at"] = shop_time(require_newer(at, datetime.fromisoformat(order["updated_at"])))
    return newer


def pay(rng: Random, order: Json, at: datetime) -> Json:
    """Whatever is outstanding comes in (a capture of what was authorized, or a sale)."""
    newer = touch(rng, order, at)
    outstanding = money.read(order["total_outstanding"])
    if outstanding > 0 and not order["cancelled_at"]:
        settle(newer, received(order) + outstanding)
    return newer


def edit(rng: Random, order: Json, at: datetime) -> Json:
    """One edit by the merchant: a line is added, raised, lowered or removed."""
    newer = touch(rng, order, at)
    if order["cancelled_at"] or order["closed_at"]:
        return newer
    rng.choice((_add_line, _raise_line, _lower_line, _remove_line))(rng, newer, at)
    settle(newer, received(order))
    return newer


def refund(rng: Random, order: Json, at: datetime) -> Json:
    """Money, goods or both go back, in one of the combinations that shops make."""
    newer = touch(rng, order, at)
    if received(order) <= refunded(order):
        return newer
    rng.choice((_refund_goods, _refund_goods, _refund_shipping, _refund_less, _refund_money_only))(
        rng, newer, at
    )
    settle(newer, received(order))
    return newer


def cancel(rng: Random, order: Json, at: datetime) -> Json:
    """Cancelled and restocked, and paid back if money had come in; only while nothing has left the house."""
    newer = touch(rng, order, at)
    if order["cancelled_at"] or any(entry["status"] == "success" for entry in order["fulfillments"]):
        return newer
    newer["cancelled_at"] = newer["closed_at"] = shop_time(at)
    newer["cancel_reason"] = rng.choice(("customer", "inventory", "fraud", "declined", "other"))
    units = [(line, line["current_quantity"]) for line in newer["line_items"] if line["current_quantity"]]
    owed = received(order) - refunded(order)
    add_refund(
        newer, at, units, "cancel", shipping=True, paid_back=max(owed, Decimal(0)), note="Order canceled"
    )
    newer["fulfillment_status"] = "restocked" if units else newer["fulfillment_status"]
    settle(newer, received(order))
    return newer


def close(rng: Random, order: Json, at: datetime) -> Json:
    """Archived by the merchant; not a business state."""
    newer = touch(rng, order, at)
    newer["closed_at"] = newer["closed_at"] or shop_time(at)
    return newer


def _add_line(rng: Random, order: Json, at: datetime) -> None:
    product = rng.choice([product for product in PRODUCTS if not product.gift_card])
    line = make_line(order, product, rng.choice((1, 2)), len(order["line_items"]))
    write_taxes(order, line, _rates(order, product.book))
    order["line_items"].append(line)


def _raise_line(rng: Random, order: Json, at: datetime) -> None:
    whole = [
        line
        for line in order["line_items"]
        if line["current_quantity"] == line["quantity"] and not line["gift_card"]
    ]
    if not whole:
        _add_line(rng, order, at)
        return
    line = rng.choice(whole)
    for field in ("quantity", "current_quantity"):
        line[field] += 1
    line["fulfillable_quantity"] += 1 if line["requires_shipping"] else 0
    rates = tuple(Rate(tax["title"], Decimal(str(tax["rate"]))) for tax in line["tax_lines"])
    write_taxes(order, line, rates)


def _lower_line(rng: Random, order: Json, at: datetime) -> None:
    _take(rng, order, at, whole=False)


def _remove_line(rng: Random, order: Json, at: datetime) -> None:
    _take(rng, order, at, whole=True)


def _take(rng: Random, order: Json, at: datetime, *, whole: bool) -> None:
    """Units that were not shipped leave the order; Shopify keeps that as a refund without money."""
    unshipped = [line for line in order["line_items"] if line["fulfillable_quantity"]]
    if len(unshipped) < 2:
        _add_line(rng, order, at)
        return
    line = rng.choice(unshipped)
    units = line["fulfillable_quantity"] if whole else 1
    add_refund(order, at, [(line, units)], "cancel", shipping=False, paid_back=None, note=None)


def _refund_goods(rng: Random, order: Json, at: datetime) -> None:
    _refund_units(rng, order, at, kept=0)


def _refund_less(rng: Random, order: Json, at: datetime) -> None:
    """The merchant keeps a tenth of the goods' worth."""
    _refund_units(rng, order, at, kept=10)


def _refund_units(rng: Random, order: Json, at: datetime, *, kept: int) -> None:
    present = [line for line in order["line_items"] if line["current_quantity"]]
    if not present:
        _refund_money_only(rng, order, at)
        return
    line = rng.choice(present)
    units, restock = take_units(rng, line)
    add_refund(order, at, [(line, units)], restock, shipping=False, kept_percent=kept, note="Returned goods")


def _refund_shipping(rng: Random, order: Json, at: datetime) -> None:
    add_refund(order, at, [], "no_restock", shipping=True, note="Late delivery")


def _refund_money_only(rng: Random, order: Json, at: datetime) -> None:
    available = received(order) - refunded(order)
    amount = min(available, money.read(order["total_price"]) / 20)
    add_refund(order, at, [], "no_restock", shipping=False, paid_back=amount, note="Goodwill")


def _rates(order: Json, book: bool) -> tuple[Rate, ...]:
    titles = {tax["title"] for tax in order["tax_lines"]}
    for region in REGIONS.values():
        if titles & {rate.title for rate in region.rates}:
            return region.rates_for(book)
    return ()
