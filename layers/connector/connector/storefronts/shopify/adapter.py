"""One Shopify store behind the storefront port."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from connector.errors import Parked
from connector.model import Order
from connector.storefronts.base import Reference, Unreadable, Unsupported
from connector.storefronts.shopify.fields import identity, part, unreadable
from connector.storefronts.shopify.order_query import (
    Ask,
    query_changed,
    query_latest,
    query_order,
    query_owner,
)
from connector.storefronts.shopify.orders import is_whole, read_body, read_order
from connector.storefronts.shopify.orders_graphql import to_webhook_shape

_PARTS = {
    "refunds/create": "Refund",
    "fulfillments/create": "Fulfillment",
    "fulfillments/update": "Fulfillment",
    "order_transactions/create": "OrderTransaction",
}
"""Topics about a part of an order, and the type of that part."""


class ShopifyStorefront:
    """A store. Its secret holds `client_secret` for webhooks, and `access_token` or `client_id` for reading.

    Reading needs the scopes read_orders (and read_all_orders beyond 60 days), read_products, read_customers
    and read_locations.
    """

    def __init__(self, name: str, url: str, secret: Mapping[str, object], timezone: str = "UTC") -> None:
        """`timezone` is not needed: Shopify writes the offset with every time."""
        self.name = name
        self.url = url.rstrip("/")
        self.timezone = timezone
        self._secret = secret

    def parse(self, topic: str, headers: Mapping[str, str], body: bytes) -> Order | Reference:
        """The order in a webhook's body; a reference where the body only names one."""
        raw = read_body(body)
        if topic == "orders/delete":
            return Reference("order", _named(raw, "id"), deleted=True)
        if topic == "orders/edited":
            return Reference("order", _named(part(raw, "order_edit") or {}, "order_id", "order_edit."))
        if topic in _PARTS:
            return Reference(
                "order", identity(raw, "order_id") or self._owner(_PARTS[topic], _named(raw, "id"))
            )
        if is_whole(raw):
            return read_order(raw, self.name, self.url)
        return Reference("order", _named(raw, "id"))

    def fetch(self, entity: str, id: str) -> Order | None:
        """The order as the shop has it now."""
        _only_orders(entity)
        node = query_order(self._ask, id) if id.isdecimal() else None
        return read_order(to_webhook_shape(node), self.name, self.url) if node else None

    def changed(self, entity: str, since: datetime) -> Iterator[Order]:
        """The orders modified at or after `since`. The search index lags a little, so let windows overlap."""
        _only_orders(entity)
        for order_id in query_changed(self._ask, since):
            order = self.fetch(entity, order_id)
            if order is not None:
                yield order

    def latest(self, entity: str, count: int) -> Iterator[Order | Unreadable]:
        """The orders modified last, newest first; without read_all_orders those of the last 60 days only."""
        _only_orders(entity)
        for order_id in query_latest(self._ask, count):
            try:
                order = self.fetch(entity, order_id)
            except Parked as problem:
                yield Unreadable(order_id, problem)
                continue
            if order is not None:
                yield order

    @cached_property
    def _ask(self) -> Ask:
        # requests is heavy, and most webhooks carry the whole order.
        from connector.storefronts.shopify.api import Api

        return Api(self.url, self._secret).ask

    def _owner(self, kind: str, part_id: str) -> str:
        """The order of a part whose body was cut to its id for its size."""
        found = query_owner(self._ask, kind, part_id)
        if found is None:
            raise Parked(
                "unreadable",
                f"the webhook names {kind} {part_id}, which the shop does not know",
                "Nothing, if it was deleted in Shopify; otherwise edit and save its order there.",
                field="order_id",
            )
        return found


def _named(raw: Mapping[str, object], name: str, place: str = "") -> str:
    found = identity(raw, name, place)
    if found is None:
        raise unreadable(place + name, "an id", None)
    return found


def _only_orders(entity: str) -> None:
    if entity != "order":
        raise Unsupported(f"Shopify: {entity}")
