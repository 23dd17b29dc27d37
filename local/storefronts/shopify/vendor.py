"""A Shopify shop: orders, subscriptions, the Admin API and the webhooks, put together."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import parse_qs

from local.storefronts.courier import Attempt, Courier, Message
from local.storefronts.exchange import Answer, Request, json_answer
from local.storefronts.faults import Fault
from local.storefronts.forgery import forged, is_forgery
from local.storefronts.history import Step, live
from local.storefronts.ledger import Ledger
from local.storefronts.payload import Json
from local.storefronts.shopify import orders as invented
from local.storefronts.shopify import webhooks
from local.storefronts.shopify.cost import Bucket
from local.storefronts.shopify.graphql_api import GraphqlApi
from local.storefronts.shopify.roots import Roots
from local.storefronts.shopify.subscriptions import Subscriptions
from local.storefronts.shopify.telling import TELLING
from local.storefronts.shopify.tokens import Tokens

FIRST_ORDER_ID = 9_007_199_254_740_993
"""Beyond 2**53 and odd: whatever takes ids for floats finds another order."""

CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 5.0


class ShopifyVendor:
    """One shop that posts to `webhook_url`; `secret` holds client_secret, and access_token or client_id."""

    platform = "shopify"
    fault_kinds: tuple[str, ...] = (
        "throttled",
        "internal_error",
        "access_denied",
        "frozen",
        "locked",
        "expired_token",
    )

    def __init__(
        self,
        store: str,
        secret: Mapping[str, object],
        webhook_url: str,
        *,
        time_scale: float = 1.0,
        seed: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.domain = f"{store}.myshopify.com"
        self.courier = Courier(CONNECT_SECONDS, ANSWER_SECONDS)
        self._keys = _texts(secret.get("client_secret"))
        self._webhook_url = webhook_url
        self._now = now
        self._rng = Random(seed)  # noqa: S311 - ids of invented deliveries
        self._lock = threading.Lock()
        self._next_id = FIRST_ORDER_ID
        self._tokens = Tokens(secret, clock)
        self._ledger = Ledger()
        self._subscriptions = Subscriptions(self.courier, time_scale, clock)
        roots = Roots(self._ledger, self._subscriptions, now)
        self._graphql = GraphqlApi(roots.fields(), Bucket(clock))
        self.reset()

    def answer(self, request: Request) -> Answer:
        """Answer a request to the Admin API."""
        if request.path == "/admin/oauth/access_token" and request.method == "POST":
            return self._tokens.grant(parse_qs(request.body.decode("utf-8", "replace")))
        parts = request.path.strip("/").split("/")
        if len(parts) != 4 or parts[:2] != ["admin", "api"] or parts[3] != "graphql.json":
            return json_answer(404, {"errors": "Not Found"})
        if not self._tokens.accepts(request.headers.get("x-shopify-access-token", "")):
            return _TROUBLES["unauthorized"]
        if request.method != "POST":
            return json_answer(405, {"errors": "Method Not Allowed"})
        return self._execute(request.body, parts[2])

    def fail(self, fault: Fault, request: Request) -> Answer:
        """Answer in the vendor's words for trouble."""
        if fault.kind == "expired_token":
            self._tokens.expire()
            return self.answer(request)
        if fault.kind == "throttled":
            self._graphql.bucket.drain()
            return json_answer(200, self._graphql.throttled())
        if fault.kind == "rate_limited":
            message = "Exceeded 2 calls per second for api client."
            return json_answer(429, {"errors": message}, {"Retry-After": f"{fault.seconds:.1f}"})
        return _TROUBLES[fault.kind]

    def put(self, order: Json) -> str:
        """Put an order in; it must have what every webhook's order has."""
        missing = [
            name for name in ("updated_at", "line_items", "total_price", "currency") if name not in order
        ]
        if missing:
            raise ValueError(f"order has no {', '.join(missing)}")
        return self._ledger.put(order)

    def orders(self) -> list[Json]:
        """All orders as they are now."""
        return self._ledger.all()

    def remove(self, order_id: str) -> bool:
        """Delete an order; `orders/delete` tells of it if asked to before."""
        return self._ledger.remove(order_id)

    def topics(self) -> list[str]:
        """The topics that are subscribed to."""
        return [subscription.topic for subscription in self._subscriptions.all()]

    def deliver(self, order_id: str, topics: Iterable[str], wish: Json) -> list[Attempt]:
        """Send webhooks of one action about an order.

        `wish` may hold `version` (place among the order's versions), `bad_signature` (True, "missing" or
        "truncated"), `secret` (sign with another) and `only_id` (as a body over the size limit).
        """
        order, before = self._ledger.version(order_id, int(wish.get("version", -1)))
        with self._lock:
            event = webhooks.new_uuid(self._rng)
        sent = []
        for topic in topics:
            if topic not in webhooks.BODIES:
                raise ValueError(f"topic must be one of {', '.join(webhooks.BODIES)}")
            body = webhooks.body_bytes(topic, order, before, cut=bool(wish.get("only_id")))
            for subscription in self._subscriptions.to(topic):
                message = self._message(topic, order, body, event, subscription.url, wish)
                if is_forgery(wish):
                    sent.append(self.courier.post(message))
                else:
                    sent.append(self._subscriptions.send(subscription, message))
        return sent

    def new_history(self, seed: int) -> list[Step]:
        """An invented order and what became of it within the last days."""
        with self._lock:
            order_id, self._next_id = self._next_id, self._next_id + 2
        rng = Random(seed)  # noqa: S311 - invents orders
        placed_at = self._now().replace(microsecond=0) - timedelta(minutes=rng.randint(400, 3000))
        order = invented.make_order(rng, order_id, placed_at, shop=self.domain)
        return live(rng, order, placed_at, "orders/create", TELLING)

    def reset(self) -> None:
        """As at the start: no orders, every topic subscribed to the connector."""
        self._ledger.clear()
        self._subscriptions.clear()
        self._next_id = FIRST_ORDER_ID
        for topic in webhooks.BODIES:
            self._subscriptions.add(topic, self._webhook_url, self._now())

    def _execute(self, body: bytes, version: str) -> Answer:
        try:
            request = json.loads(body)
        except ValueError:
            return json_answer(400, {"errors": {"query": "Required parameter missing or invalid"}})
        if not isinstance(request, dict):
            return json_answer(400, {"errors": {"query": "Required parameter missing or invalid"}})
        served = version if version in ("2026-01", "2026-04", "2026-07", "2026-10") else "2026-01"
        return json_answer(200, self._graphql.execute(request), {"X-Shopify-API-Version": served})

    def _message(self, topic: str, order: Json, body: bytes, event: str, url: str, wish: Json) -> Message:
        signature = forged(webhooks.sign(body, str(wish.get("secret") or self._keys[0])), wish)
        with self._lock:
            headers = webhooks.headers(self._rng, topic, order, signature, self.domain, self._now(), event)
        return Message(topic, str(order["id"]), url, headers, body)


def forge(signature: str, wish: Json) -> str | None:
    """A signature as a test wants it: wrong, truncated or missing."""
    wanted = wish.get("bad_signature")
    if wanted == "missing":
        return None
    if wanted == "truncated":
        return signature[:-5]
    return signature[::-1] if wanted else signature


def _error_answer(message: str, code: str) -> Answer:
    return json_answer(200, {"errors": [{"message": message, "extensions": {"code": code}}], "data": None})


_WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"

_TROUBLES = {
    "unauthorized": json_answer(401, {"errors": _WRONG_TOKEN}),
    "internal_error": _error_answer(
        "Internal error. Looks like something went wrong.", "INTERNAL_SERVER_ERROR"
    ),
    "access_denied": _error_answer("Access denied for order field.", "ACCESS_DENIED"),
    "frozen": json_answer(402, {"errors": "Unavailable Shop"}),
    "locked": json_answer(423, {"errors": "Unavailable Shop"}),
}


def _texts(value: object) -> list[str]:
    found = [
        text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str) and text
    ]
    if not found:
        raise ValueError("the secret has no client_secret to sign webhooks with")
    return found
