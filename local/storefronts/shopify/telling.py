"""Which webhooks tell of which change to an order."""

from collections.abc import Callable, Mapping

from local.storefronts.history import Change
from local.storefronts.payload import Json
from local.storefronts.shopify import orders as invented

_UPDATED = ("orders/updated",)
_SHIPPED = {"fulfilled": ("orders/fulfilled",), "partial": ("orders/partially_fulfilled",)}


def _paid(order: Json) -> tuple[str, ...]:
    settled = order["financial_status"] == "paid"
    return ("orders/paid", "order_transactions/create", *_UPDATED) if settled else _UPDATED


def _edited(order: Json) -> tuple[str, ...]:
    return ("orders/edited", *_UPDATED)


def _refunded(order: Json) -> tuple[str, ...]:
    return ("refunds/create", *_UPDATED) if order["refunds"] else _UPDATED


def _fulfilled(order: Json) -> tuple[str, ...]:
    told = ("fulfillments/create",) if order["fulfillments"] else ()
    return told + _SHIPPED.get(order["fulfillment_status"], ()) + _UPDATED


def _cancelled(order: Json) -> tuple[str, ...]:
    return ("orders/cancelled", *_UPDATED) if order["cancelled_at"] else _UPDATED


def _touched(order: Json) -> tuple[str, ...]:
    return _UPDATED


TELLING: Mapping[Change, Callable[[Json], tuple[str, ...]]] = {
    invented.pay: _paid,
    invented.edit: _edited,
    invented.refund: _refunded,
    invented.fulfil: _fulfilled,
    invented.cancel: _cancelled,
    invented.touch: _touched,
}
"""Change to the topics of the order that it made."""
