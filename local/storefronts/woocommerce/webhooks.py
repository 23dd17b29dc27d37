"""Webhooks as WooCommerce sends them: bodies, signature, headers, and how a webhook is switched off.

There is no retry of a failed delivery. A status from 200 to 302 is a success; on the seventh failure in a row the
webhook is disabled (observed on WooCommerce 11.0.1).
"""

import base64
import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.storefronts.payload import Json
from local.storefronts.woocommerce.placing import site_times

FAILURES_TO_DISABLED = 7
USER_AGENT = "WooCommerce/11.0.1 Hookshot (WordPress/7.1)"
HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
}
UNKNOWN_ORDER: Json = {
    "code": "woocommerce_rest_shop_order_invalid_id",
    "message": "Invalid ID.",
    "data": {"status": 404},
}


@dataclass(slots=True)
class Webhook:
    """A webhook of the shop; its secret is never told again."""

    id: int
    name: str
    topic: str
    url: str
    secret: str
    created_at: datetime
    modified_at: datetime | None = None
    status: str = "active"
    failures: int = field(default=0)

    def note(self, status: int | None) -> None:
        """Count the outcome of a delivery."""
        if status is not None and 200 <= status <= 302:
            self.failures = 0
            return
        self.failures += 1
        if self.failures >= FAILURES_TO_DISABLED:
            self.status = "disabled"

    def shown(self, site: str) -> Json:
        """As the API tells it."""
        resource, _, event = self.topic.partition(".")
        collection = f"{site}/wp-json/wc/v3/webhooks"
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "topic": self.topic,
            "resource": resource,
            "event": event,
            "hooks": HOOKS[self.topic],
            "delivery_url": self.url,
            **site_times(self.created_at, "created"),
            **site_times(self.modified_at, "modified"),
            "_links": {"self": [{"href": f"{collection}/{self.id}"}], "collection": [{"href": collection}]},
        }


def encode(value: object) -> bytes:
    """JSON as PHP writes it: slashes escaped, other scripts as escapes."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#0*(?:34|38|39|60|62)|#x0*(?:22|26|27));", re.IGNORECASE)


def decoded(secret: str) -> str:
    """The secret as it signs: WordPress decodes these few HTML entities, once (`wp_specialchars_decode`)."""
    return _ENTITY.sub(lambda match: html.unescape(match.group().lower()), secret)


def sign(body: bytes, secret: str) -> str:
    """The signature header's value; the key is the secret after decoding of HTML entities."""
    return base64.b64encode(hmac.digest(decoded(secret).encode(), body, hashlib.sha256)).decode()


def headers(webhook: Webhook, site: str, signature: str | None, at: datetime) -> dict[str, str]:
    """All headers of a delivery."""
    resource, _, event = webhook.topic.partition(".")
    found = {
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{site}/",
        "X-WC-Webhook-Topic": webhook.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-ID": str(webhook.id),
        "X-WC-Webhook-Delivery-ID": delivery_id(webhook.id, at),
        "Connection": "close",
    }
    return found | ({"X-WC-Webhook-Signature": signature} if signature is not None else {})


def ping_headers() -> dict[str, str]:
    """A ping is a bare form: unsigned, without any header of WooCommerce's own."""
    return {
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded",
        "Connection": "close",
    }


def delivery_id(webhook_id: int, at: datetime) -> str:
    """Made of the webhook and the second: several deliveries share one."""
    second = int(at.astimezone(UTC).timestamp())
    return hashlib.md5(f"{webhook_id}{second}".encode(), usedforsecurity=False).hexdigest()
