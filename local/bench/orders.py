"""Orders for benchmarks: seven Salesforce records each, every one of another customer, all of the same few products."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from random import Random
from typing import Any

from local.storefronts.shopify.orders import Traits, make_order


def bench_order(rng: Random, order_id: int, at: datetime) -> dict[str, Any]:
    """Account, contact, order, two product lines, shipping and tax."""
    order = make_order(rng, order_id, at, Traits(lines=2, taxes_included=False, region="US"))
    email = f"buyer-{order_id}@example.com"
    order["email"] = order["contact_email"] = email
    order["customer"] |= {
        "id": order_id,
        "email": email,
        "admin_graphql_api_id": f"gid://shopify/Customer/{order_id}",
    }
    return order


def signed_event(store: str, key: bytes, order: dict[str, Any]) -> dict[str, Any]:
    """The order's webhook as API Gateway hands it to receive_webhook."""
    body = json.dumps(order)
    signature = base64.b64encode(hmac.digest(key, body.encode(), hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "orders/create",
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": "simulated.myshopify.com",
        "x-shopify-webhook-id": f"bench-{order['id']}",
    }
    return {
        "version": "2.0",
        "pathParameters": {"store": store},
        "headers": headers,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {"requestId": f"bench-{order['id']}"},
    }
