"""Invented Shopify orders and their histories, as pure functions; used by tests, benchmarks and the demo.

`make_order(rng, order_id, placed_at, traits=None)` places one; `pay`, `edit`, `refund`, `fulfil`, `cancel`,
`close` and `touch` take (rng, order, at) and return a newer version with a later `updated_at`. All randomness
comes from `rng`, all time from the arguments.
"""

from local.storefronts.shopify.changes import cancel, close, edit, pay, refund, touch
from local.storefronts.shopify.fulfilling import fulfil
from local.storefronts.shopify.placing import make_order
from local.storefronts.shopify.traits import Traits, draw_traits

CHANGES = (pay, edit, refund, fulfil, cancel, close, touch)

__all__ = [
    "CHANGES",
    "Traits",
    "cancel",
    "close",
    "draw_traits",
    "edit",
    "fulfil",
    "make_order",
    "pay",
    "refund",
    "touch",
]
