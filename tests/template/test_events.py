"""The sample events are what the functions take."""

import hashlib
import json
from decimal import Decimal

import pytest

from connector.model.order import Order
from connector.storefronts.adapters import open_storefront
from connector.storefronts.delivery import Refused, accept
from connector.sync.changes import Change
from connector.sync.intake import FLOWS, Request
from connector.sync.messages import Message
from tests.template.reading import TREE, Node, Template
from tests.template.rules.flows import logical_id_of

SECRETS = {
    "shopify": {"client_secret": "sample-client-secret"},
    "woocommerce": {"webhook_secret": "sample-webhook-secret"},
}
TOTALS = {"shopify": Decimal("72.96"), "woocommerce": Decimal("38.50")}
STORES = {"acme-eu": "shopify", "acme-wood": "woocommerce"}


def read_event(name: str) -> Node:
    return json.loads((TREE / "events" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("platform", SECRETS)
def test_a_sample_webhook_is_authentic(platform: str) -> None:
    request = Request.of(read_event(f"receive_webhook-{platform}"))
    delivery = accept(STORES[request.store], SECRETS[platform], request.headers, request.body)
    assert delivery is not None
    assert delivery.entity == "order"


@pytest.mark.parametrize("platform", SECRETS)
def test_a_changed_sample_webhook_is_refused(platform: str) -> None:
    request = Request.of(read_event(f"receive_webhook-{platform}"))
    with pytest.raises(Refused) as refusal:
        accept(platform, SECRETS[platform], request.headers, request.body + b" ")
    assert refusal.value.status == 401


@pytest.mark.parametrize("platform", SECRETS)
def test_a_sample_webhook_fits_the_route_of_the_template(platform: str, template: Template) -> None:
    event = read_event(f"receive_webhook-{platform}")
    (route,) = [each.properties for each in template.events if each.function == "ReceiveWebhookFunction"]
    assert event["version"] == route["PayloadFormatVersion"]
    assert event["routeKey"] == f"{route['Method']} {route['Path']}"


def test_a_sample_batch_holds_the_sample_webhooks_as_the_receiver_sends_them() -> None:
    messages = [Message.of(record) for record in read_event("orders_to_salesforce")["Records"]]
    for message, platform in zip(messages, SECRETS, strict=True):
        event = read_event(f"receive_webhook-{platform}")
        request = Request.of(event)
        delivery = accept(platform, SECRETS[platform], request.headers, request.body)
        assert delivery is not None
        change = message.change
        assert (change.store, change.topic, change.headers) == (
            request.store,
            delivery.topic,
            delivery.headers,
        )
        assert (change.payload, change.trace_id) == (event["body"], request.trace_id)
        assert FLOWS[change.entity] == "orders_to_salesforce"


def test_a_sample_batch_looks_like_one_of_the_flows_queue(template: Template) -> None:
    queue = template.queues[logical_id_of("orders_to_salesforce", "Queue")]
    suffix = queue["QueueName"]["Fn::Sub"].removeprefix("${AWS::StackName}")
    for record in read_event("orders_to_salesforce")["Records"]:
        assert record["eventSourceARN"].endswith(suffix)
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()
        assert Change.from_json(record["body"]).to_json() == record["body"]


@pytest.mark.parametrize("platform", SECRETS)
def test_a_sample_order_adds_up(platform: str) -> None:
    request = Request.of(read_event(f"receive_webhook-{platform}"))
    delivery = accept(platform, SECRETS[platform], request.headers, request.body)
    assert delivery is not None
    storefront = open_storefront(
        platform, request.store, "https://shop.example.com", SECRETS[platform], "UTC"
    )
    order = storefront.parse(delivery.topic, delivery.headers, request.body)
    assert isinstance(order, Order)
    assert (order.residual, order.total) == (0, TOTALS[platform])
