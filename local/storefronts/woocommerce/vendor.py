"""A WooCommerce shop: orders, refunds, webhooks and the REST API, put together."""

import itertools
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

from local.storefronts.courier import Attempt, Courier, Message
from local.storefronts.exchange import Answer, Request, html_answer
from local.storefronts.faults import Fault
from local.storefronts.forgery import forged, is_forgery
from local.storefronts.history import Step, live
from local.storefronts.ledger import Ledger
from local.storefronts.payload import Json
from local.storefronts.woocommerce import orders as invented
from local.storefronts.woocommerce import webhooks
from local.storefronts.woocommerce.rest import RestApi, error_answer
from local.storefronts.woocommerce.telling import TELLING
from local.storefronts.woocommerce.webhooks import Webhook

FIRST_ORDER_ID = 1001
CONNECT_SECONDS = ANSWER_SECONDS = 60.0
_WARNING = (
    b"<br />\n<b>Warning</b>:  Undefined array key 7 in <b>/srv/plugin.php</b> on line <b>7</b><br />\n"
)


class WooCommerceVendor:
    """One shop that posts to `webhook_url`; `secret` holds webhook_secret, consumer_key and consumer_secret."""

    platform = "woocommerce"
    fault_kinds: tuple[str, ...] = ("php_warning", "firewall")

    def __init__(
        self,
        store: str,
        secret: Mapping[str, object],
        webhook_url: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.site = f"https://{store}.example.com"
        self.courier = Courier(CONNECT_SECONDS, ANSWER_SECONDS)
        given = secret.get("webhook_secret")
        self._webhook_secret = str(given[0] if isinstance(given, list) and given else given or "")
        if not self._webhook_secret:
            raise ValueError("the secret has no webhook_secret to sign with")
        self._webhook_url = webhook_url
        self._now = now
        self._lock = threading.Lock()
        self._ledger = Ledger()
        self._refunds: dict[int, Json] = {}
        self._webhooks: dict[int, Webhook] = {}
        self._ids = itertools.count(1)
        self._next_id = FIRST_ORDER_ID
        self._rest = RestApi(self._ledger, self._refunds, self, secret)
        self.reset()

    def answer(self, request: Request) -> Answer:
        """Answer a request to the REST API."""
        return self._rest.answer(request)

    def fail(self, fault: Fault, request: Request) -> Answer:
        """Answer as WooCommerce, its host or its plugins do in trouble."""
        if fault.kind == "unauthorized":
            return error_answer(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if fault.kind == "rate_limited":
            return html_answer(429, "Too Many Requests", {"Retry-After": str(max(1, round(fault.seconds)))})
        if fault.kind == "firewall":
            return html_answer(403, "Access denied by security policy")
        answer = self.answer(request)
        return Answer(answer.status, _WARNING + answer.body, answer.headers)

    def put(self, order: Json) -> str:
        """Put an order in; it must have what every order of the API has."""
        missing = [
            name for name in ("status", "total", "line_items", "date_modified_gmt") if name not in order
        ]
        if missing:
            raise ValueError(f"order has no {', '.join(missing)}")
        return self._ledger.put(order)

    def orders(self) -> list[Json]:
        """All orders as they are now."""
        return self._ledger.all()

    def remove(self, order_id: str) -> bool:
        """Delete an order for good; WooCommerce tells nobody of that."""
        return self._ledger.remove(order_id)

    def topics(self) -> list[str]:
        """The topics of the active webhooks."""
        return [webhook.topic for webhook in self.list_webhooks() if webhook.status == "active"]

    def deliver(self, order_id: str, topics: Iterable[str], wish: Json) -> list[Attempt]:
        """Send webhooks about an order as it is when they go out; for an unknown one the signed body is an error.

        `wish` may hold `version` (place among the order's versions, where an old body is wanted), `bad_signature`
        (True, "missing" or "truncated") and `secret` (sign with another).
        """
        sent = []
        for topic in topics:
            if topic not in webhooks.HOOKS:
                raise ValueError(f"topic must be one of {', '.join(webhooks.HOOKS)}")
            body = webhooks.encode(self._body(order_id, topic, wish))
            for webhook in self.list_webhooks():
                if webhook.topic == topic and webhook.status == "active":
                    attempt = self.courier.post(self._message(webhook, order_id, body, wish))
                    if not is_forgery(wish):
                        with self._lock:
                            webhook.note(attempt.status)
                    sent.append(attempt)
        return sent

    def new_history(self, seed: int) -> list[Step]:
        """An invented order and what became of it within the last days."""
        with self._lock:
            order_id, self._next_id = self._next_id, self._next_id + 1
        rng = Random(seed)  # noqa: S311 - invents orders
        placed_at = self._now().replace(microsecond=0) - timedelta(minutes=rng.randint(400, 3000))
        order = invented.make_order(rng, order_id, placed_at, site=self.site)
        changes = {change: told for change, told in TELLING.items() if change is not invented.refund}
        changes[self._refund] = TELLING[invented.refund]
        return live(rng, order, placed_at, "order.created", changes)

    def reset(self) -> None:
        """As at the start: no orders, an active webhook for each topic."""
        self._ledger.clear()
        with self._lock:
            self._refunds.clear()
            self._webhooks.clear()
            self._ids = itertools.count(1)
            self._next_id = FIRST_ORDER_ID
            for topic in webhooks.HOOKS:
                self._add_webhook(topic, topic, self._webhook_url, self._webhook_secret)

    def list_webhooks(self) -> list[Webhook]:
        """All webhooks, by id."""
        with self._lock:
            return list(self._webhooks.values())

    def create_webhook(self, name: str, topic: str, url: str, secret: str | None) -> Webhook:
        """A new webhook; its address is greeted with a ping, whose outcome does not matter."""
        with self._lock:
            made = self._add_webhook(name, topic, url, secret or secrets.token_hex(25))
        body = f"webhook_id={made.id}".encode()
        self.courier.post(Message("ping", "", url, webhooks.ping_headers(), body))
        return made

    def update_webhook(self, webhook: Webhook, changes: Json) -> None:
        """Change what a merchant may; making it active again forgives its failures."""
        with self._lock:
            webhook.name = str(changes.get("name", webhook.name))
            webhook.topic = str(changes.get("topic", webhook.topic))
            webhook.url = str(changes.get("delivery_url", webhook.url))
            webhook.secret = str(changes.get("secret", webhook.secret))
            webhook.status = str(changes.get("status", webhook.status))
            webhook.failures = 0 if webhook.status == "active" else webhook.failures
            webhook.modified_at = self._now()

    def delete_webhook(self, webhook: Webhook) -> None:
        """Remove for good."""
        with self._lock:
            self._webhooks.pop(webhook.id, None)

    def _add_webhook(self, name: str, topic: str, url: str, secret: str) -> Webhook:
        made = Webhook(next(self._ids), name, topic, url, secret, self._now())
        self._webhooks[made.id] = made
        return made

    def _refund(self, rng: Random, order: Json, at: datetime) -> Json:
        """A refund whose record the API tells."""
        newer, record = invented.refund_with_record(rng, order, at)
        if record is not None:
            with self._lock:
                self._refunds[record["id"]] = record
        return newer

    def _body(self, order_id: str, topic: str, wish: Json) -> Json:
        if topic == "order.deleted":
            return {"id": int(order_id)}
        if "version" in wish:
            return self._ledger.version(order_id, int(wish["version"]))[0]
        return self._ledger.newest(order_id) or webhooks.UNKNOWN_ORDER

    def _message(self, webhook: Webhook, order_id: str, body: bytes, wish: Json) -> Message:
        signature = forged(webhooks.sign(body, str(wish.get("secret") or webhook.secret)), wish)
        headers = webhooks.headers(webhook, self.site, signature, self._now())
        return Message(webhook.topic, order_id, webhook.url, headers, body)
