"""The deployed template on the laptop: a signed webhook becomes an order; hostile requests leave nothing behind."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import requests

from local.storefronts.shopify import orders as shopify
from local.storefronts.woocommerce import orders as woocommerce

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PATIENCE_S = 60


def secret(stack, store):
    return json.loads(stack.aws_calls.secret(f"connector/stores/{store}"))


def post(stack, store, topic, body, key=None):
    """Post a body as the store's platform signs it."""
    known = secret(stack, store)
    woo = "webhook_secret" in known
    key = key or (known["webhook_secret"] if woo else known["client_secret"])
    signature = base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()
    names = (
        ("x-wc-webhook-topic", "x-wc-webhook-signature")
        if woo
        else ("x-shopify-topic", "x-shopify-hmac-sha256")
    )
    headers = {"content-type": "application/json", names[0]: topic, names[1]: signature}
    return requests.post(f"{stack.api}/webhooks/{store}", data=body, headers=headers, timeout=30)


def orders_in_salesforce(stack):
    rows = requests.get(f"{stack.salesforce}/_records/Order", timeout=30).json()
    return {row["Storefront_Key__c"]: row for row in rows}


def wait_for(stack, key, predicate):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        row = orders_in_salesforce(stack).get(key)
        if row and predicate(row):
            return row
        time.sleep(0.3)
    raise AssertionError(f"{key} did not arrive as wanted; there is {row}")


def depth(stack):
    """Messages in all queues, dead letters included."""
    sqs = stack.aws_calls.sqs
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    urls = sqs.list_queues().get("QueueUrls", [])
    return sum(
        int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][name])
        for url in urls
        for name in names
    )


def test_a_shopify_order_arrives_to_the_cent_and_its_later_version_too(stack):
    order = shopify.make_order(Random(5), 910001, AT, shopify.Traits(opening="pending", lines=3, tip=True))
    assert post(stack, "acme-eu", "orders/create", json.dumps(order).encode()).status_code == 200
    row = wait_for(stack, "acme-eu:910001", lambda row: True)
    assert Decimal(str(row["TotalAmount"])) == Decimal(order["total_price"])
    paid = shopify.pay(Random(6), order, AT + timedelta(hours=1))
    assert post(stack, "acme-eu", "orders/updated", json.dumps(paid).encode()).status_code == 200
    assert post(stack, "acme-eu", "orders/create", json.dumps(order).encode()).status_code == 200
    row = wait_for(stack, "acme-eu:910001", lambda row: row["Storefront_Payment_Status__c"] == "paid")
    assert Decimal(str(row["TotalAmount"])) == Decimal(paid["total_price"])


def test_a_woocommerce_order_arrives_to_the_cent(stack):
    order = woocommerce.make_order(Random(8), 910002, AT)
    assert post(stack, "acme-wood", "order.created", json.dumps(order).encode()).status_code == 200
    row = wait_for(stack, "acme-wood:910002", lambda row: True)
    assert Decimal(str(row["TotalAmount"])) == Decimal(order["total"])


def test_an_order_too_large_for_a_queue_message_arrives_through_the_bucket(stack):
    order = shopify.make_order(Random(9), 910003, AT)
    order["note_attributes"] = [{"name": f"field {number}", "value": "x" * 1000} for number in range(700)]
    body = json.dumps(order).encode()
    assert len(body) > 600_000
    assert post(stack, "acme-eu", "orders/create", body).status_code == 200
    wait_for(stack, "acme-eu:910003", lambda row: True)


def test_woocommerces_unsigned_ping_is_welcome(stack):
    answer = requests.post(
        f"{stack.api}/webhooks/acme-wood",
        data=b"webhook_id=4",
        headers={"content-type": "application/x-www-form-urlencoded"},
        timeout=30,
    )
    assert answer.status_code == 200


ORDER = json.dumps(shopify.make_order(Random(4), 910004, AT)).encode()


@pytest.mark.parametrize(
    ("store", "topic", "body", "key", "status"),
    [
        pytest.param("acme-eu", "orders/create", ORDER, "another-secret", 401, id="wrong signature"),
        pytest.param("acme-eu", "orders/nonsense", ORDER, None, 404, id="unknown topic"),
        pytest.param("acme-eu", "orders/create", ORDER[:-20], None, 400, id="malformed JSON"),
        pytest.param("acme-eu", "orders/create", b"[" * 100_000, None, 400, id="deeply nested"),
        pytest.param("acme-eu", "orders/create", b'{"id": NaN}', None, 400, id="NaN"),
        pytest.param(
            "acme-eu", "orders/create", b'{"id": 1, "total_price": 1e999}', None, 400, id="huge number"
        ),
        pytest.param(
            "acme-eu", "orders/create", b'{"id": 1, "line_items": {"a": 1}}', None, 400, id="wrong type"
        ),
        pytest.param("acme-eu", "orders/create", b'"text"', None, 400, id="no object"),
        pytest.param("acme-eu", "orders/create", b"\xff\xfe", None, 400, id="not UTF-8"),
        pytest.param(
            "acme-eu", "orders/create", b'{"note": "' + b"x" * 10_000_000 + b'"}', None, 413, id="10 MB"
        ),
    ],
)
def test_a_hostile_webhook_is_answered_4xx_and_leaves_nothing(stack, store, topic, body, key, status):
    before = depth(stack)
    answer = post(stack, store, topic, body, key)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert "Traceback" not in answer.text
    assert depth(stack) == before
    assert "acme-eu:910004" not in orders_in_salesforce(stack)


def test_an_unknown_store_is_answered_404(stack):
    answer = requests.post(f"{stack.api}/webhooks/nobody", data=b"{}", timeout=30)
    assert answer.status_code == 404


def test_a_signature_of_another_store_is_refused(stack):
    body = json.dumps(shopify.make_order(Random(4), 910005, AT)).encode()
    key = secret(stack, "acme-wood")["webhook_secret"]
    assert post(stack, "acme-eu", "orders/create", body, key).status_code == 401


def test_logs_hold_neither_personal_data_nor_secrets(stack):
    order = shopify.make_order(Random(10), 910006, AT, shopify.Traits(buyer="guest"))
    post(stack, "acme-eu", "orders/create", json.dumps(order).encode())
    post(stack, "acme-eu", "orders/create", json.dumps(order).encode()[:-9])
    wait_for(stack, "acme-eu:910006", lambda row: True)
    logs = "".join(path.read_text("utf-8", "replace") for path in stack.logs.rglob("*.log"))
    assert "910006" in logs, "the log tells of the order"
    private = [order["email"], order["shipping_address"]["address1"], order["shipping_address"]["last_name"]]
    keys = [str(value) for store in ("acme-eu", "acme-wood") for value in secret(stack, store).values()]
    for text in [*private, *keys]:
        assert text not in logs


def test_a_burst_of_100_orders_shares_its_salesforce_calls(stack):
    def graph_calls():
        paths = requests.get(f"{stack.salesforce}/_calls", timeout=30).json()["paths"]
        return sum(count for path, count in paths.items() if path.endswith("composite/graph"))

    warm = shopify.make_order(Random(1), 920000, AT, shopify.Traits(lines=2))
    post(stack, "acme-eu", "orders/create", json.dumps(warm).encode())
    wait_for(stack, "acme-eu:920000", lambda row: True)
    before = graph_calls()
    for number in range(1, 101):
        order = shopify.make_order(Random(number), 920000 + number, AT, shopify.Traits(lines=2))
        assert post(stack, "acme-eu", "orders/create", json.dumps(order).encode()).status_code == 200
    for number in range(1, 101):
        wait_for(stack, f"acme-eu:{920000 + number}", lambda row: True)
    assert graph_calls() - before <= 2


def test_an_outage_of_salesforce_loses_no_order(stack):
    keys = []
    for number in range(1, 6):
        order = woocommerce.make_order(Random(number), 930000 + number, AT)
        assert post(stack, "acme-wood", "order.created", json.dumps(order).encode()).status_code == 200
        keys.append((f"acme-wood:{930000 + number}", order["total"]))
    fault = {
        "fault": "error",
        "times": 1,
        "path": "composite/graph",
        "status": 500,
        "errorCode": "UNKNOWN_EXCEPTION",
    }
    requests.post(f"{stack.salesforce}/_faults", json=fault, timeout=30)
    for key, total in keys:
        wait_for(stack, key, lambda row, total=total: Decimal(str(row["TotalAmount"])) == Decimal(total))
