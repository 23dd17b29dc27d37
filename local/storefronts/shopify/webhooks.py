"""Webhooks as Shopify sends them: which body a topic has, how it is signed, which headers go with it."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify.payments import transaction_body

MAX_BODY = 1_000_000
"""Bytes; a larger body is replaced by the record's id (since 2026-11-17; 256 KB before)."""


def _order(order: Json, before: Json | None) -> Json:
    return {name: value for name, value in order.items() if name != "transactions"}


def _only_id(order: Json, before: Json | None) -> Json:
    return {"id": order["id"]}


def _last(field: str) -> Callable[[Json, Json | None], Json]:
    def find(order: Json, before: Json | None) -> Json:
        if not order.get(field):
            raise ValueError(f"order {order['id']} has no {field}")
        last: Json = order[field][-1]
        return last

    return find


def _transaction(order: Json, before: Json | None) -> Json:
    found = transaction_body(order)
    if found is None:
        raise ValueError(f"order {order['id']} has no transaction")
    return found


def _edited(order: Json, before: Json | None) -> Json:
    """Only the deltas between two versions."""
    old = {line["id"]: line for line in (before or order)["line_items"]}
    additions, removals = [], []
    for line in order["line_items"]:
        was = old.get(line["id"], {"quantity": 0, "current_quantity": 0})
        if line["quantity"] > was["quantity"]:
            additions.append({"id": line["id"], "delta": line["quantity"] - was["quantity"]})
        elif line["current_quantity"] < was["current_quantity"]:
            removals.append({"id": line["id"], "delta": was["current_quantity"] - line["current_quantity"]})
    edit = {
        "id": derived_id(order["id"], f"edit {order['updated_at']}", 0),
        "app_id": None,
        "created_at": order["updated_at"],
        "committed_at": order["updated_at"],
        "notify_customer": False,
        "order_id": order["id"],
        "staff_note": "",
        "user_id": None,
        "line_items": {"additions": additions, "removals": removals},
        "discounts": {"line_item": {"additions": [], "removals": []}},
        "shipping_lines": {"additions": [], "removals": []},
    }
    return {"order_edit": edit}


BODIES: dict[str, Callable[[Json, Json | None], Json]] = {
    "orders/create": _order,
    "orders/updated": _order,
    "orders/cancelled": _order,
    "orders/paid": _order,
    "orders/fulfilled": _order,
    "orders/partially_fulfilled": _order,
    "orders/edited": _edited,
    "orders/delete": _only_id,
    "refunds/create": _last("refunds"),
    "fulfillments/create": _last("fulfillments"),
    "fulfillments/update": _last("fulfillments"),
    "order_transactions/create": _transaction,
}
"""Topic to (order, the version before) to body. Raises `ValueError` if the order has no such part."""


def topic_enum(topic: str) -> str:
    """A topic's name in the GraphQL API: `orders/create` is `ORDERS_CREATE`."""
    return topic.replace("/", "_").upper()


TOPICS = {topic_enum(topic): topic for topic in BODIES}


def body_bytes(topic: str, order: Json, before: Json | None, *, cut: bool = False) -> bytes:
    """The body as it is signed and sent; a record over the size limit (or with `cut`) is only its id."""
    whole = BODIES[topic](order, before)
    body = _encode(whole)
    return _encode({"id": whole["id"]}) if "id" in whole and (cut or len(body) > MAX_BODY) else body


def sign(body: bytes, key: str) -> str:
    """The signature header's value."""
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def headers(
    rng: Random, topic: str, order: Json, signature: str | None, shop: str, at: datetime, event: str
) -> dict[str, str]:
    """All headers of one delivery. `event` is shared by all webhooks of one action, the webhook id is not."""
    found = {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": new_uuid(rng),
        "X-Shopify-Event-Id": event,
        "X-Shopify-Triggered-At": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z",
        "X-Shopify-Order-Id": str(order["id"]),
        "X-Shopify-Test": str(bool(order.get("test"))).lower(),
    }
    return found | ({"X-Shopify-Hmac-Sha256": signature} if signature is not None else {})


def new_uuid(rng: Random) -> str:
    """A random id in the usual form."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _encode(value: Json) -> bytes:
    """JSON as the vendor's server writes it: slashes and HTML characters escaped, other scripts plain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    for character in "&<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
