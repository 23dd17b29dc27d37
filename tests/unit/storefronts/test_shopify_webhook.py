"""Shopify's webhook requests on the receive path, and what the adapter makes of each topic."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys

import pytest

from connector.errors import Parked
from connector.model import Order
from connector.storefronts.base import Reference
from connector.storefronts.delivery import Refused, accept
from connector.storefronts.shape import MONEY, NUMBER, Malformed, check
from connector.storefronts.shopify import webhook
from connector.storefronts.shopify.adapter import ShopifyStorefront
from tests.unit.storefronts.shopify_payloads import (
    Payload,
    fulfillment,
    line,
    order,
    refund,
    refund_line,
    shipping_line,
    tax,
    transaction,
)

SECRET = {"client_secret": "current-key"}


def headers(body: bytes, topic: str = "orders/create", key: str = "current-key") -> dict[str, str]:
    signed = base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()
    return {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed, "x-shopify-webhook-id": "w-1"}


def full_order() -> Payload:
    """An order that has something in every list."""
    return order(
        line_items=[line(tax_lines=[tax("1.00")], properties=[{"name": "Gift", "value": "yes"}])],
        shipping_lines=[shipping_line(tax_lines=[tax("1.00")])],
        transactions=[transaction("10.00")],
        refunds=[refund(refund_line_items=[refund_line(1.0)], transactions=[transaction("1.00", "refund")])],
        fulfillments=[fulfillment()],
        company={"id": 9, "location_id": 10},
        discount_codes=[{"code": "SPRING"}],
        tax_lines=[tax("2.00")],
    )


class TestSignature:
    def test_signed_order_is_accepted_with_its_headers_of_interest(self) -> None:
        body = json.dumps(full_order()).encode()
        delivery = accept("shopify", SECRET, headers(body) | {"cookie": "x"}, body)
        assert delivery is not None
        assert (delivery.entity, delivery.topic) == ("order", "orders/create")
        assert delivery.headers == {"x-shopify-topic": "orders/create", "x-shopify-webhook-id": "w-1"}

    @pytest.mark.parametrize("key", ["current-key", "former-key"])
    def test_both_keys_are_valid_during_a_rotation(self, key: str) -> None:
        body = b'{"id": 1}'
        rotating = {"client_secret": ["current-key", "former-key"]}
        assert accept("shopify", rotating, headers(body, key=key), body) is not None

    @pytest.mark.parametrize("secret", [{}, {"client_secret": ""}, {"client_secret": [None, 5]}])
    def test_secret_without_a_key_authenticates_nobody(self, secret: dict[str, object]) -> None:
        body = b'{"id": 1}'
        with pytest.raises(Refused) as refused:
            accept("shopify", secret, headers(body, key=""), body)
        assert refused.value.status == 401

    def test_nothing_unsigned_is_a_ping(self) -> None:
        with pytest.raises(Refused) as refused:
            accept("shopify", SECRET, {"x-shopify-topic": "orders/create"}, b"{}")
        assert refused.value.status == 401

    def test_receive_path_loads_neither_the_model_nor_requests(self) -> None:
        script = (
            "import sys, connector.storefronts.delivery; "
            "sys.exit(bool({'pydantic', 'requests', 'connector.model'} & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONPATH": ":".join(sys.path)}, check=False
        )
        assert done.returncode == 0


class TestShapes:
    @pytest.mark.parametrize(
        "topic", [topic for topic, shape in webhook.SHAPES.items() if "updated_at" in shape]
    )
    def test_whole_order_fits(self, topic: str) -> None:
        check(full_order(), webhook.SHAPES[topic])

    @pytest.mark.parametrize("name", sorted(full_order()))
    def test_any_field_but_the_id_may_be_null_or_missing(self, name: str) -> None:
        payload = full_order()
        payload[name] = None
        if name == "id":
            with pytest.raises(Malformed):
                check(payload, webhook.SHAPES["orders/create"])
        else:
            check(payload, webhook.SHAPES["orders/create"])
            del payload[name]
            check(payload, webhook.SHAPES["orders/create"])

    @pytest.mark.parametrize(
        "name",
        sorted(name for name, shape in webhook.SHAPES["orders/create"].items() if shape in (MONEY, NUMBER)),
    )
    def test_amounts_may_be_numbers(self, name: str) -> None:
        check({"id": 1, name: 12.5}, webhook.SHAPES["orders/create"])

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": True},
            {"id": 1.5},
            {"line_items": {"0": {}}},
            {"line_items": [line(price={"amount": "1"})]},
            {"line_items": [line(properties="none")]},
            {"line_items": [line(discount_allocations=[{"amount": []}])]},
            {"total_price": "12,50"},
            {"total_price": "1e5"},
            {"customer": "Mira"},
            {"refunds": [refund(transactions={})]},
            {"fulfillments": [fulfillment(line_items=[{"id": None}])]},
            {"test": "false"},
            {"tags": ["a"]},
        ],
    )
    def test_wrong_kinds_are_refused(self, changes: Payload) -> None:
        with pytest.raises(Malformed):
            check(order(**changes), webhook.SHAPES["orders/create"])


class TestTopics:
    store = ShopifyStorefront("acme", "https://acme.example/", SECRET)

    def parse(self, topic: str, payload: Payload) -> Order | Reference:
        return self.store.parse(topic, {}, json.dumps(payload).encode())

    @pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/cancelled", "orders/paid"])
    def test_topic_with_an_order(self, topic: str) -> None:
        found = self.parse(topic, order())
        assert isinstance(found, Order)
        assert (found.store, found.url) == ("acme", "https://acme.example/admin/orders/5001")

    def test_body_cut_to_its_id_is_to_be_fetched(self) -> None:
        assert self.parse("orders/updated", {"id": 5001}) == Reference("order", "5001")

    def test_body_of_chosen_fields_is_to_be_fetched(self) -> None:
        assert self.parse("orders/updated", {"id": 5001, "note": "x"}) == Reference("order", "5001")

    def test_deleted_order(self) -> None:
        assert self.parse("orders/delete", {"id": 5001}) == Reference("order", "5001", deleted=True)

    def test_edit_holds_only_what_changed(self) -> None:
        edit = {"order_edit": {"id": 3, "order_id": 5001}}
        assert self.parse("orders/edited", edit) == Reference("order", "5001")

    @pytest.mark.parametrize(
        "topic", ["refunds/create", "fulfillments/create", "fulfillments/update", "order_transactions/create"]
    )
    def test_part_of_an_order_names_it(self, topic: str) -> None:
        assert self.parse(topic, {"id": 3, "order_id": 5001}) == Reference("order", "5001")

    @pytest.mark.parametrize("topic", ["orders/delete", "orders/edited", "orders/create"])
    def test_body_that_names_nothing_is_parked(self, topic: str) -> None:
        with pytest.raises(Parked):
            self.parse(topic, {})

    def test_every_topic_has_its_shape_and_entity(self) -> None:
        assert set(webhook.ENTITIES) == set(webhook.SHAPES)
        assert set(webhook.ENTITIES.values()) == {"order"}
