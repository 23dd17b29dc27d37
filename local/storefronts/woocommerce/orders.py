"""Invented WooCommerce orders and their histories, as pure functions; used by tests, benchmarks and the demo.

`make_order(rng, order_id, placed_at, traits=None)` places one; `pay`, `edit`, `refund`, `fulfil`, `cancel`, `fail`,
`trash`, `restore` and `touch` take (rng, order, at) and return a newer version with a later `date_modified_gmt`.
All randomness comes from `rng`, all time from the arguments.
"""

from local.storefronts.woocommerce.changes import cancel, edit, fail, fulfil, pay, restore, touch, trash
from local.storefronts.woocommerce.placing import make_order
from local.storefronts.woocommerce.refunding import refund, refund_with_record
from local.storefronts.woocommerce.traits import Traits, draw_traits

CHANGES = (pay, edit, refund, fulfil, cancel, fail, touch)
"""Without `trash` and `restore`, which webhooks tell in their own way."""

__all__ = [
    "CHANGES",
    "Traits",
    "cancel",
    "draw_traits",
    "edit",
    "fail",
    "fulfil",
    "make_order",
    "pay",
    "refund",
    "refund_with_record",
    "restore",
    "touch",
    "trash",
]
