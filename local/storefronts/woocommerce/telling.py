"""Which webhooks tell of which change to an order."""

from collections.abc import Callable, Mapping

from local.storefronts.history import Change
from local.storefronts.payload import Json
from local.storefronts.woocommerce import orders as invented


def _updated(order: Json) -> tuple[str, ...]:
    return ("order.updated",)


TELLING: Mapping[Change, Callable[[Json], tuple[str, ...]]] = dict.fromkeys(invented.CHANGES, _updated)
"""Change to the topics of the order that it made; a refund is an update too, there is no topic for it."""
