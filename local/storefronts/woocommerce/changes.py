"""What happens to an order after it was placed: a newer version each time; the older stays as it was.

A change that the order's state does not allow ends as `touch` does: a later `date_modified` and nothing else, as
when somebody saves an order unchanged.
"""

from datetime import datetime
from decimal import Decimal
from random import Random

from local.storefronts.amounts import rounded
from local.storefronts.payload import Json, copied, require_newer
from local.storefronts.woocommerce.lines import GOODS, make_line, price_line
from local.storefronts.woocommerce.money import rate_of, read
from local.storefronts.woocommerce.placing import modified_at, region_of, site_times
from local.storefronts.woocommerce.totals import settle

_OPEN = ("pending", "on-hold", "failed")


def touch(rng: Random, order: Json, at: datetime) -> Json:
    """Saved unchanged: only the time of modification moves."""
    return copied(order) | site_times(require_newer(at, modified_at(order)), "modified")


def pay(rng: Random, order: Json, at: datetime) -> Json:
    """The payment came in; the order may be processed."""
    newer = touch(rng, order, at)
    if order["status"] in _OPEN:
        newer |= site_times(at, "paid") | {"transaction_id": f"tx_{order['id']}"}
        _set_status(newer, "processing")
    return newer


def edit(rng: Random, order: Json, at: datetime) -> Json:
    """One edit by the merchant, while the order is editable: a line is added, changed or removed for good."""
    newer = touch(rng, order, at)
    if not order["is_editable"]:
        return newer
    plain = [line for line in newer["line_items"] if line["subtotal"] == line["total"]]
    choice = rng.choice(("add", "change", "remove"))
    if choice == "remove" and plain and len(newer["line_items"]) > 1:
        newer["line_items"].remove(rng.choice(plain))
    elif choice == "change" and plain:
        _change_quantity(newer, rng.choice(plain), rng.choice((1, 2, 4, 5)))
    else:
        product = rng.choice(GOODS)
        newer["line_items"].append(make_line(newer, region_of(newer), product, Decimal(rng.choice((1, 2)))))
    settle(newer)
    return newer


def fulfil(rng: Random, order: Json, at: datetime) -> Json:
    """Sent out: completed."""
    newer = touch(rng, order, at)
    if order["status"] == "processing":
        newer |= site_times(at, "completed")
        _set_status(newer, "completed")
    return newer


def cancel(rng: Random, order: Json, at: datetime) -> Json:
    """Cancelled; money that came in stays until it is refunded."""
    newer = touch(rng, order, at)
    if order["status"] in (*_OPEN, "processing"):
        _set_status(newer, "cancelled")
    return newer


def fail(rng: Random, order: Json, at: datetime) -> Json:
    """The payment was declined."""
    newer = touch(rng, order, at)
    if order["status"] in ("pending", "on-hold"):
        _set_status(newer, "failed")
    return newer


def trash(rng: Random, order: Json, at: datetime) -> Json:
    """Moved to the trash; `order.deleted` tells of it."""
    newer = touch(rng, order, at)
    _set_status(newer, "trash")
    return newer


def restore(rng: Random, order: Json, at: datetime) -> Json:
    """Back from the trash."""
    newer = touch(rng, order, at)
    if order["status"] == "trash":
        _set_status(newer, "processing" if order["date_paid_gmt"] else "pending")
    return newer


def _set_status(order: Json, status: str) -> None:
    order["status"] = status
    order["is_editable"] = status in ("pending", "on-hold")
    order["needs_payment"] = status in ("pending", "failed")


def _change_quantity(order: Json, line: Json, quantity: int) -> None:
    currency = order["currency"]
    net = rounded(read(line["total"]) * quantity / Decimal(str(line["quantity"])), currency)
    line["quantity"] = quantity
    price_line(line, net, net, [rate_of(tax["id"]) for tax in line["taxes"]], currency)
