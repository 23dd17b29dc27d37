"""The simulated WooCommerce shop lists, refuses, signs and switches off as the real one does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from local.storefronts.exchange import Request
from local.storefronts.shop import Shop
from local.storefronts.woocommerce import orders
from tests.contract.storefront_simulators.conftest import Inbox
from tests.contract.storefront_simulators.driving import call, order_of

PLACED = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(open_store: Callable[[str], Shop]) -> Shop:
    return open_store("woocommerce")


def put(shop: Shop, count: int, **traits: Any) -> list[dict[str, Any]]:
    """Orders 1, 2, ... an hour apart."""
    made = []
    for index in range(count):
        at = PLACED + timedelta(hours=index)
        made.append(orders.make_order(Random(index), index + 1, at, orders.Traits(**traits)))
        shop.vendor.put(made[-1])
    return made


def ids(shop: Shop, **query: Any) -> list[int]:
    answer, found = call(shop, "GET", "orders", **query)
    assert answer.status == 200, found
    return [order["id"] for order in found]


def test_modified_after_excludes_its_own_second(shop: Shop) -> None:
    put(shop, 3)
    wish = {"dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
    assert ids(shop, modified_after="2026-11-01T13:00:00", **wish) == [3]
    assert ids(shop, modified_after="2026-11-01T12:59:59", **wish) == [2, 3]


def test_a_date_without_zone_is_site_time_unless_told_otherwise(shop: Shop) -> None:
    put(shop, 3)
    assert ids(shop, modified_after="2026-11-01T12:59:59") == []
    assert ids(shop, modified_after="2026-11-01T12:59:59Z", order="asc") == [2, 3]


def test_trash_and_drafts_come_only_when_named_and_not_beside_any(shop: Shop) -> None:
    made = put(shop, 3)
    shop.vendor.put(orders.trash(Random(1), made[0], PLACED + timedelta(days=1)))
    shop.vendor.put(made[1] | {"status": "checkout-draft"})
    assert ids(shop) == ids(shop, status="any") == ids(shop, status="any,trash") == [3]
    assert ids(shop, status="trash") == [1]
    assert sorted(ids(shop, status="trash,checkout-draft")) == [1, 2]


def test_pages_are_counted_in_headers_and_empty_beyond_the_end(shop: Shop) -> None:
    put(shop, 5)
    answer, found = call(shop, "GET", "orders", per_page=2, page=3, order="asc", orderby="id")
    assert (
        [order["id"] for order in found],
        answer.headers["X-WP-Total"],
        answer.headers["X-WP-TotalPages"],
    ) == (
        [5],
        "5",
        "3",
    )
    assert 'rel="prev"' in answer.headers["Link"]
    assert ids(shop, per_page=2, page=9) == []


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": 101},
        {"per_page": 0},
        {"status": "wc-processing"},
        {"orderby": "updated"},
        {"modified_after": "x"},
    ],
)
def test_a_wrong_parameter_is_refused(shop: Shop, query: dict[str, Any]) -> None:
    answer, body = call(shop, "GET", "orders", **query)
    assert (answer.status, body["code"]) == (400, "rest_invalid_param")
    assert list(body["data"]["params"]) == list(query)


def test_an_unknown_order_is_404_with_the_vendors_code(shop: Shop) -> None:
    answer, body = call(shop, "GET", "orders/99")
    assert (answer.status, body["code"]) == (404, "woocommerce_rest_shop_order_invalid_id")


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [
        ("ck_x", "cs_1", "woocommerce_rest_cannot_view"),
        ("ck_1", "no", "woocommerce_rest_authentication_error"),
    ],
)
def test_wrong_credentials_are_401(shop: Shop, key: str, secret: str, code: str) -> None:
    answer, body = call(shop, "GET", "orders", key=key, secret=secret)
    assert (answer.status, body["code"]) == (401, code)


def test_a_refund_is_a_record_of_its_own(shop: Shop) -> None:
    for seed in range(30):
        for step in shop.vendor.new_history(seed):
            shop.vendor.put(step.order)
    refunded = [order for order in shop.vendor.orders() if order["refunds"]]
    assert refunded
    kinds = set()
    for order in refunded:
        _, found = call(shop, "GET", f"orders/{order['id']}/refunds")
        assert {entry["id"] for entry in found} == {entry["id"] for entry in order["refunds"]}
        for entry in found:
            kinds.add(bool(entry["line_items"]))
            _, single = call(shop, "GET", f"orders/{order['id']}/refunds/{entry['id']}")
            assert single == entry
    assert kinds == {True, False}


def test_the_key_is_the_secret_after_decoding_of_html_entities(shop: Shop, inbox: Inbox) -> None:
    order = orders.make_order(Random(1), 1, PLACED)
    order_of(shop, "POST", "/_orders", order=order, deliver=["order.created"])
    got = inbox.received[0]
    expected = base64.b64encode(hmac.new(b"s & <b>", got.body, hashlib.sha256).digest()).decode()
    assert got.headers["x-wc-webhook-signature"] == expected
    assert got.headers["x-wc-webhook-topic"] == "order.created"
    assert got.headers["x-wc-webhook-source"] == "https://acme.example.com/"
    assert b"https:\\/\\/acme" in got.body or b"https:\\/\\/shop" in got.body
    assert json.loads(got.body) == order


def test_deliveries_of_one_second_share_an_id(open_store: Callable[[str], Shop], inbox: Inbox) -> None:
    shop = open_store("woocommerce")
    shop.vendor._now = lambda: PLACED  # type: ignore[attr-defined]
    for number in (1, 2):
        order = orders.make_order(Random(number), number, PLACED)
        order_of(shop, "POST", "/_orders", order=order, deliver=["order.created"])
    first, second = (received.headers["x-wc-webhook-delivery-id"] for received in inbox.received)
    assert first == second
    assert inbox.received[0].body != inbox.received[1].body


def test_an_order_that_is_gone_is_told_as_a_signed_error(shop: Shop, inbox: Inbox) -> None:
    order_of(shop, "POST", "/_deliver", id="5", topic="order.updated")
    assert json.loads(inbox.received[0].body)["code"] == "woocommerce_rest_shop_order_invalid_id"
    assert "x-wc-webhook-signature" in inbox.received[0].headers


def test_a_delivery_tells_the_order_as_it_is_when_it_goes_out(shop: Shop, inbox: Inbox) -> None:
    order = orders.make_order(Random(1), 1, PLACED)
    shop.vendor.put(order)
    shop.vendor.put(orders.trash(Random(1), order, PLACED + timedelta(hours=1)))
    order_of(shop, "POST", "/_deliver", id="1", topic="order.created")
    assert json.loads(inbox.received[0].body)["status"] == "trash"


def test_a_deletion_tells_only_the_id(shop: Shop, inbox: Inbox) -> None:
    put(shop, 1)
    order_of(shop, "POST", "/_deliver", id="1", topic="order.deleted")
    assert json.loads(inbox.received[0].body) == {"id": 1}


def test_a_new_webhook_greets_with_an_unsigned_form(shop: Shop, inbox: Inbox) -> None:
    wish = {"name": "orders", "topic": "order.updated", "delivery_url": f"{inbox.url}/x", "secret": "mine"}
    answer, made = call(shop, "POST", "webhooks", wish)
    assert (answer.status, made["status"], "secret" in made) == (201, "active", False)
    ping = inbox.received[0]
    assert ping.body == f"webhook_id={made['id']}".encode()
    assert ping.headers["content-type"] == "application/x-www-form-urlencoded"
    assert not [name for name in ping.headers if name.startswith("x-wc-")]


def test_a_topic_that_does_not_exist_is_refused(shop: Shop, inbox: Inbox) -> None:
    answer, body = call(shop, "POST", "webhooks", {"topic": "order.paid", "delivery_url": inbox.url})
    assert (answer.status, body["code"]) == (400, "woocommerce_rest_shop_webhook_invalid_topic")


def test_failures_are_not_tried_again_and_the_seventh_disables(shop: Shop, inbox: Inbox) -> None:
    put(shop, 1)
    inbox.status = 500
    for _ in range(6):
        order_of(shop, "POST", "/_deliver", id="1", topic="order.updated")
    assert "order.updated" in shop.vendor.topics()
    order_of(shop, "POST", "/_deliver", id="1", topic="order.updated")
    assert len(inbox.received) == 7
    _, disabled = call(shop, "GET", "webhooks", status="disabled")
    assert [webhook["topic"] for webhook in disabled] == ["order.updated"]
    assert order_of(shop, "POST", "/_deliver", id="1", topic="order.updated")[1]["deliveries"] == []
    call(shop, "PUT", f"webhooks/{disabled[0]['id']}", {"status": "active"})
    inbox.status = 200
    assert len(order_of(shop, "POST", "/_deliver", id="1", topic="order.updated")[1]["deliveries"]) == 1


def test_a_redirect_counts_as_success_and_resets_the_count(shop: Shop, inbox: Inbox) -> None:
    put(shop, 1)
    for status in (500, 500, 500, 500, 500, 500, 302, 500):
        inbox.status = status
        order_of(shop, "POST", "/_deliver", id="1", topic="order.updated")
    assert "order.updated" in shop.vendor.topics()


@pytest.mark.parametrize(
    ("fault", "status"), [("php_warning", 200), ("firewall", 403), ("rate_limited", 429)]
)
def test_what_hosts_and_plugins_put_in_the_way_is_not_json(shop: Shop, fault: str, status: int) -> None:
    put(shop, 1)
    order_of(shop, "POST", "/_faults", fault=fault, seconds=3)
    answer = shop.answer(Request("GET", "/wp-json/wc/v3/orders/1", "consumer_key=ck_1&consumer_secret=cs_1"))
    assert answer.status == status
    assert answer.headers.get("Retry-After") == ("3" if fault == "rate_limited" else None)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
