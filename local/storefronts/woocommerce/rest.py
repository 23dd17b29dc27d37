"""The REST API wc/v3 as far as orders, their refunds and webhooks go."""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Protocol

from local.storefronts.exchange import Answer, Request, json_answer
from local.storefronts.ledger import Ledger
from local.storefronts.payload import Json
from local.storefronts.woocommerce.listing import (
    BadParameter,
    bad_parameter_answer,
    find,
    page_answer,
    read_query,
)
from local.storefronts.woocommerce.refunding import summary_record
from local.storefronts.woocommerce.webhooks import HOOKS, UNKNOWN_ORDER, Webhook

BASE = "/wp-json/wc/v3/"


class WebhookDesk(Protocol):
    """The shop's webhooks, as the API manages them."""

    site: str

    def list_webhooks(self) -> list[Webhook]:
        """All webhooks, by id."""

    def create_webhook(self, name: str, topic: str, url: str, secret: str | None) -> Webhook:
        """A new webhook; the address is greeted with a ping."""

    def update_webhook(self, webhook: Webhook, changes: Json) -> None:
        """Change name, status, address, topic or secret."""

    def delete_webhook(self, webhook: Webhook) -> None:
        """Remove for good."""


class RestApi:
    """Answers requests below /wp-json/wc/v3/."""

    def __init__(
        self, ledger: Ledger, refunds: Mapping[int, Json], desk: WebhookDesk, secret: Mapping[str, object]
    ) -> None:
        self._ledger = ledger
        self._refunds = refunds
        self._desk = desk
        self._secret = secret

    def answer(self, request: Request) -> Answer:
        """Authenticate, then route."""
        if not request.path.startswith(BASE):
            return no_route()
        refused = self._refusal(request)
        if refused:
            return refused
        for pattern, routes in self._routes().items():
            match = re.fullmatch(pattern, request.path[len(BASE) :].rstrip("/"))
            if match and request.method in routes:
                try:
                    return routes[request.method](request, *match.groups())
                except BadParameter as error:
                    return bad_parameter_answer(error)
        return no_route()

    def _routes(self) -> dict[str, dict[str, Callable[..., Answer]]]:
        return {
            r"orders": {"GET": self._list_orders},
            r"orders/(\d+)": {"GET": self._get_order},
            r"orders/(\d+)/refunds": {"GET": self._list_refunds},
            r"orders/(\d+)/refunds/(\d+)": {"GET": self._get_refund},
            r"webhooks": {"GET": self._list_webhooks, "POST": self._create_webhook},
            r"webhooks/(\d+)": {
                "GET": self._get_webhook,
                "PUT": self._update_webhook,
                "PATCH": self._update_webhook,
                "POST": self._update_webhook,
                "DELETE": self._delete_webhook,
            },
        }

    def _refusal(self, request: Request) -> Answer | None:
        """401 for a wrong key or secret; the query string is looked at before the header."""
        given = dict(request.parameters)
        key, secret = given.get("consumer_key"), given.get("consumer_secret")
        if key is None:
            key, secret = _basic(request.headers.get("authorization", ""))
        if key != self._secret.get("consumer_key"):
            return error_answer(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if not hmac.compare_digest(
            (secret or "").encode(), str(self._secret.get("consumer_secret")).encode()
        ):
            return error_answer(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
        return None

    def _list_orders(self, request: Request) -> Answer:
        query = read_query(request.parameters)
        return page_answer(find(self._ledger.all(), query), query, f"{self._desk.site}{request.path}")

    def _get_order(self, request: Request, order_id: str) -> Answer:
        order = self._ledger.newest(order_id)
        return json_answer(200, order) if order else json_answer(404, UNKNOWN_ORDER)

    def _list_refunds(self, request: Request, order_id: str) -> Answer:
        order = self._ledger.newest(order_id)
        if order is None:
            return error_answer(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        return json_answer(200, [self._refund(order, entry) for entry in reversed(order["refunds"])])

    def _get_refund(self, request: Request, order_id: str, refund_id: str) -> Answer:
        order = self._ledger.newest(order_id)
        entries = [entry for entry in (order or {"refunds": []})["refunds"] if str(entry["id"]) == refund_id]
        if order is None or not entries:
            return error_answer(404, "woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.")
        return json_answer(200, self._refund(order, entries[0]))

    def _refund(self, order: Json, entry: Json) -> Json:
        return self._refunds.get(entry["id"]) or summary_record(order, entry)

    def _list_webhooks(self, request: Request) -> Answer:
        given = dict(request.parameters)
        found = [
            webhook.shown(self._desk.site)
            for webhook in self._desk.list_webhooks()
            if given.get("status", "all") in ("all", webhook.status)
        ]
        return json_answer(200, found, {"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})

    def _create_webhook(self, request: Request) -> Answer:
        wish = _body(request)
        if wish.get("topic") not in HOOKS:
            message = "Webhook topic is required and must be valid."
            return error_answer(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
        url = str(wish.get("delivery_url") or "")
        if not url.startswith(("http://", "https://")):
            message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
            return error_answer(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)
        secret = wish.get("secret")
        name = str(wish.get("name") or f"Webhook created on {wish['topic']}")
        made = self._desk.create_webhook(name, wish["topic"], url, str(secret) if secret else None)
        return json_answer(201, made.shown(self._desk.site))

    def _get_webhook(self, request: Request, webhook_id: str) -> Answer:
        webhook = self._find_webhook(webhook_id)
        return json_answer(200, webhook.shown(self._desk.site)) if webhook else _unknown_webhook()

    def _update_webhook(self, request: Request, webhook_id: str) -> Answer:
        webhook, wish = self._find_webhook(webhook_id), _body(request)
        if webhook is None:
            return _unknown_webhook()
        if wish.get("status", "active") not in ("active", "paused", "disabled"):
            raise BadParameter("status", "status is not one of active, paused, and disabled.")
        if wish.get("topic", webhook.topic) not in HOOKS:
            message = "Webhook topic must be valid."
            return error_answer(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
        self._desk.update_webhook(webhook, wish)
        return json_answer(200, webhook.shown(self._desk.site))

    def _delete_webhook(self, request: Request, webhook_id: str) -> Answer:
        webhook = self._find_webhook(webhook_id)
        if webhook is None:
            return _unknown_webhook()
        if dict(request.parameters).get("force") != "true":
            message = "Webhooks do not support trashing."
            return error_answer(501, "woocommerce_rest_trash_not_supported", message)
        self._desk.delete_webhook(webhook)
        return json_answer(200, webhook.shown(self._desk.site))

    def _find_webhook(self, webhook_id: str) -> Webhook | None:
        return next((found for found in self._desk.list_webhooks() if str(found.id) == webhook_id), None)


def error_answer(status: int, code: str, message: str) -> Answer:
    """An error as WooCommerce words it."""
    return json_answer(status, {"code": code, "message": message, "data": {"status": status}})


def no_route() -> Answer:
    """What an address or method that the API does not have gets."""
    message = "No route was found matching the URL and request method."
    return error_answer(404, "rest_no_route", message)


def _unknown_webhook() -> Answer:
    return error_answer(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")


def _basic(header: str) -> tuple[str | None, str | None]:
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None, None
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return key, secret


def _body(request: Request) -> Json:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        raise BadParameter("body", "Invalid JSON body passed.") from None
    return found if isinstance(found, dict) else {}
