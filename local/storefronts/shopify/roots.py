"""The root fields of the Admin API that are simulated: orders and their parts, webhook subscriptions."""

from collections.abc import Callable
from datetime import UTC, datetime

from graphql import GraphQLError

from local.storefronts.ledger import Ledger
from local.storefronts.payload import Json
from local.storefronts.shopify.node_values import gid, number_of, utc
from local.storefronts.shopify.order_node import order_node
from local.storefronts.shopify.paging import Connection
from local.storefronts.shopify.payments import transactions_of
from local.storefronts.shopify.search import matching
from local.storefronts.shopify.subscriptions import Subscription, Subscriptions
from local.storefronts.shopify.webhooks import TOPICS, topic_enum

_SORTED_BY = {
    "PROCESSED_AT": "processed_at",
    "UPDATED_AT": "updated_at",
    "CREATED_AT": "created_at",
    "ORDER_NUMBER": "order_number",
    "ID": "id",
}
_PARTS = {"Refund": "refunds", "Fulfillment": "fulfillments", "OrderTransaction": "transactions"}


class Roots:
    """Root fields over the shop's orders and subscriptions."""

    def __init__(self, ledger: Ledger, subscriptions: Subscriptions, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._now = now

    def fields(self) -> dict[str, Callable[[Json], object]]:
        """Field name to a function of the field's arguments."""
        return {
            "order": lambda given: self._order(given["id"]),
            "node": lambda given: self._node(given["id"]),
            "nodes": lambda given: [self._node(one) for one in given["ids"]],
            "refund": lambda given: self._node(given["id"]),
            "orders": self._orders,
            "webhookSubscriptions": self._list_subscriptions,
            "webhookSubscriptionCreate": self._subscribe,
            "webhookSubscriptionDelete": lambda given: self._unsubscribe(given["id"]),
        }

    def _order(self, global_id: str) -> Json | None:
        if not global_id.startswith("gid://shopify/Order/"):
            raise GraphQLError(f"Invalid global id '{global_id}'", extensions={"code": "RESOURCE_NOT_FOUND"})
        order = self._ledger.newest(number_of(global_id))
        return order_node(order) if order else None

    def _node(self, global_id: str) -> Json | None:
        kind = global_id.removeprefix("gid://shopify/").partition("/")[0]
        if kind == "Order":
            return self._order(global_id)
        if kind not in _PARTS:
            raise GraphQLError(f"not simulated: nodes of type {kind}")
        owners = (order for order in self._ledger.all() if global_id in _part_ids(order, kind))
        found = [
            part for order in owners for part in order_node(order)[_PARTS[kind]]() if part["id"] == global_id
        ]
        return found[0] if found else None

    def _orders(self, given: Json) -> Connection:
        sort_key = given.get("sortKey", "PROCESSED_AT")
        if given.get("savedSearchId") is not None or sort_key not in _SORTED_BY:
            raise GraphQLError(f"not simulated: orders sorted by {sort_key}")
        field = _SORTED_BY[sort_key]
        found = matching(self._ledger.all(), given.get("query"))
        return Connection(found, lambda order: _place(order, field), order_node)

    def _list_subscriptions(self, given: Json) -> Connection:
        topics, wanted = given.get("topics"), given.get("uri") or given.get("callbackUrl")
        found = [
            subscription
            for subscription in self._subscriptions.all()
            if (topics is None or topic_enum(subscription.topic) in topics)
            and (not wanted or subscription.url == wanted)
        ]
        return Connection([_subscription_node(subscription) for subscription in found])

    def _subscribe(self, given: Json) -> Json:
        topic, url = given["topic"], given["webhookSubscription"].get("uri")
        if topic not in TOPICS:
            raise GraphQLError(f"not simulated: webhooks of {topic}")
        if not url:
            return _refused(["webhookSubscription", "uri"], "Address can't be blank")
        try:
            made = self._subscriptions.add(TOPICS[topic], url, self._now())
        except ValueError as error:
            return _refused(["webhookSubscription", "uri"], str(error))
        return {"webhookSubscription": _subscription_node(made), "userErrors": []}

    def _unsubscribe(self, global_id: str) -> Json:
        number = number_of(global_id)
        if number.isdecimal() and self._subscriptions.remove(int(number)):
            return {"deletedWebhookSubscriptionId": global_id, "userErrors": []}
        error = {"field": ["id"], "message": "Webhook subscription does not exist"}
        return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}


def _part_ids(order: Json, kind: str) -> set[str]:
    parts = transactions_of(order) if kind == "OrderTransaction" else order.get(_PARTS[kind]) or []
    return {gid(kind, part) for part in parts}


def _place(order: Json, field: str) -> tuple[str, int]:
    value = order[field]
    return (utc(value) or "") if field.endswith("_at") else f"{value:020d}", int(order["id"])


def _refused(field: list[str], message: str) -> Json:
    return {"webhookSubscription": None, "userErrors": [{"field": field, "message": message}]}


def _subscription_node(subscription: Subscription) -> Json:
    at = f"{subscription.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "__typename": "WebhookSubscription",
        "id": f"gid://shopify/WebhookSubscription/{subscription.id}",
        "topic": topic_enum(subscription.topic),
        "uri": subscription.url,
        "format": "JSON",
        "name": None,
        "createdAt": at,
        "updatedAt": at,
    }
