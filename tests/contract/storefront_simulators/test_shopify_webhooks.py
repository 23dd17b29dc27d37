"""The simulated shop signs, heads, retries and gives up as Shopify does."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from local.storefronts.shop import Shop
from local.storefronts.shopify import orders, webhooks
from local.storefronts.shopify.subscriptions import RETRIES, pause_before
from tests.contract.storefront_simulators.conftest import Inbox
from tests.contract.storefront_simulators.driving import order_of

PLACED = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(open_store: Callable[[str], Shop]) -> Shop:
    return open_store("shopify")


def make(**traits: Any) -> dict[str, Any]:
    return orders.make_order(Random(1), 9_007_199_254_740_993, PLACED, orders.Traits(**traits))


def wait_until(holds: Callable[[], bool]) -> None:
    """The shop notes an answer just after it was given."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def signature(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def test_a_webhook_is_signed_over_its_bytes_and_headed_as_the_vendor_does(shop: Shop, inbox: Inbox) -> None:
    status, answer = order_of(shop, "POST", "/_orders", order=make(), deliver=["orders/create"])
    assert (status, answer["deliveries"][0]["status"]) == (200, 200)
    got = inbox.received[0]
    assert got.path == "/webhooks/acme"
    assert got.headers["x-shopify-hmac-sha256"] == signature(got.body, "key-new")
    assert got.headers["x-shopify-topic"] == "orders/create"
    assert got.headers["x-shopify-shop-domain"] == "acme.myshopify.com"
    assert got.headers["x-shopify-order-id"] == "9007199254740993"
    assert json.loads(got.body) == make()
    assert b"gid:\\/\\/shopify\\/Order" in got.body


def test_webhooks_of_one_action_share_the_event_id_but_not_the_webhook_id(shop: Shop, inbox: Inbox) -> None:
    order_of(shop, "POST", "/_orders", order=make(), deliver=["orders/create", "orders/paid"])
    first, second = (received.headers for received in inbox.received)
    assert first["x-shopify-event-id"] == second["x-shopify-event-id"]
    assert first["x-shopify-webhook-id"] != second["x-shopify-webhook-id"]


def test_a_duplicate_is_the_same_bytes_under_the_same_webhook_id(shop: Shop, inbox: Inbox) -> None:
    _, answer = order_of(shop, "POST", "/_orders", order=make(), deliver=["orders/create"])
    order_of(shop, "POST", "/_deliver", number=answer["deliveries"][0]["number"], times=2)
    assert len({received.body for received in inbox.received}) == 1
    assert len({received.headers["x-shopify-webhook-id"] for received in inbox.received}) == 1
    assert len(inbox.received) == 3


@pytest.mark.parametrize(
    ("wish", "right"),
    [
        ({"bad_signature": True}, False),
        ({"bad_signature": "truncated"}, False),
        ({"secret": "key-old"}, True),
    ],
)
def test_forged_signatures(shop: Shop, inbox: Inbox, wish: dict[str, Any], right: bool) -> None:
    order_of(shop, "POST", "/_orders", order=make())
    order_of(shop, "POST", "/_deliver", id="9007199254740993", topic="orders/paid", **wish)
    got = inbox.received[0]
    assert (got.headers["x-shopify-hmac-sha256"] == signature(got.body, "key-old")) is right


def test_a_signature_can_be_left_out(shop: Shop, inbox: Inbox) -> None:
    order_of(shop, "POST", "/_orders", order=make())
    order_of(shop, "POST", "/_deliver", id="9007199254740993", topic="orders/paid", bad_signature="missing")
    assert "x-shopify-hmac-sha256" not in inbox.received[0].headers


def test_an_older_version_can_be_sent_again(shop: Shop, inbox: Inbox) -> None:
    order = make()
    for version in (order, orders.touch(Random(1), order, PLACED + timedelta(hours=1))):
        order_of(shop, "POST", "/_orders", order=version)
    order_of(shop, "POST", "/_deliver", id="9007199254740993", topic="orders/updated", version=0)
    assert json.loads(inbox.received[0].body)["updated_at"] == order["updated_at"]


def test_a_body_over_the_limit_is_only_its_id(shop: Shop, inbox: Inbox) -> None:
    order_of(
        shop, "POST", "/_orders", order=make() | {"note": "x" * webhooks.MAX_BODY}, deliver=["orders/create"]
    )
    assert json.loads(inbox.received[0].body) == {"id": 9_007_199_254_740_993}


def test_an_edit_tells_only_what_changed(shop: Shop, inbox: Inbox) -> None:
    order = make()
    newer = orders.touch(Random(1), order, PLACED + timedelta(hours=1))
    newer["line_items"][0]["current_quantity"] -= 1
    for version in (order, newer):
        order_of(shop, "POST", "/_orders", order=version)
    order_of(shop, "POST", "/_deliver", id="9007199254740993", topic="orders/edited")
    edit = json.loads(inbox.received[0].body)["order_edit"]
    assert edit["order_id"] == order["id"]
    assert edit["line_items"] == {
        "additions": [],
        "removals": [{"id": order["line_items"][0]["id"], "delta": 1}],
    }


def test_parts_have_topics_of_their_own(shop: Shop, inbox: Inbox) -> None:
    cancelled = orders.cancel(Random(1), make(), PLACED + timedelta(hours=1))
    order_of(
        shop, "POST", "/_orders", order=cancelled, deliver=["refunds/create", "order_transactions/create"]
    )
    refund, transaction = (json.loads(received.body) for received in inbox.received)
    assert refund["order_id"] == transaction["order_id"] == cancelled["id"]
    assert (transaction["kind"], "amount_set" in transaction) == ("refund", False)


def test_a_part_that_the_order_does_not_have_cannot_be_told(shop: Shop) -> None:
    status, answer = order_of(shop, "POST", "/_orders", order=make(), deliver=["refunds/create"])
    assert (status, "has no refunds" in answer["error"]) == (400, True)


@pytest.mark.parametrize("status", [500, 302, 404, None])
def test_a_failed_delivery_is_tried_again_until_the_subscription_is_removed(
    shop: Shop, inbox: Inbox, status: int | None
) -> None:
    inbox.status = status
    order_of(shop, "POST", "/_orders", order=make(), deliver=["orders/paid"])
    inbox.wait_for(8)
    wait_until(lambda: "orders/paid" not in order_of(shop, "GET", "/_topics")[1]["topics"])
    assert len({received.headers["x-shopify-webhook-id"] for received in inbox.received}) == 1
    log = order_of(shop, "GET", "/_deliveries")[1]["deliveries"]
    assert [attempt["attempt"] for attempt in log] == list(range(1, len(log) + 1))
    _, answer = order_of(shop, "POST", "/_deliver", id="9007199254740993", topic="orders/paid")
    assert answer["deliveries"] == [], "nobody is subscribed any more"


def test_a_success_forgets_earlier_failures(shop: Shop, inbox: Inbox) -> None:
    inbox.status = 503
    order_of(shop, "POST", "/_orders", order=make(), deliver=["orders/paid"])
    inbox.wait_for(3)
    inbox.status = 200
    count = len(inbox.received)
    inbox.wait_for(count + 1)
    assert "orders/paid" in order_of(shop, "GET", "/_topics")[1]["topics"]


def test_retries_take_four_hours_with_growing_pauses() -> None:
    pauses = [pause_before(retry) for retry in range(1, RETRIES + 1)]
    assert sum(pauses) == pytest.approx(4 * 3600)
    assert pauses == sorted(set(pauses))
