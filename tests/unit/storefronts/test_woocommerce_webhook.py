"""WooCommerce on the receive path: what is a ping, whose signature counts, what shape a body may have."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from connector.storefronts.shape import Malformed, check, read_json
from connector.storefronts.woocommerce import webhook
from tests.unit.storefronts.woocommerce_bodies import Body, fee, line, order, shipping

FORM = {"content-type": "application/x-www-form-urlencoded", "user-agent": "WooCommerce/11.0.1 Hookshot"}


def signed(key: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def accepts(secret: dict[str, object], signature: str, body: bytes) -> bool:
    keys = webhook.signing_keys(secret)
    return any(base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode() == signature for key in keys)


def test_a_form_with_the_webhook_number_alone_is_a_ping():
    assert webhook.is_ping(FORM, b"webhook_id=12")
    assert webhook.is_ping(
        FORM | {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}, b"webhook_id=1"
    )


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (FORM, b"webhook_id="),
        (FORM, b"webhook_id=" + b"1" * 21),
        (FORM, b"webhook_id=-1"),
        (FORM, "webhook_id=٣".encode()),
        (FORM, b"webhook_id=12&x=1"),
        (FORM, b"webhook_id=12\n"),
        (FORM, b"xwebhook_id=12"),
        (FORM, b'{"id":1}'),
        (FORM, b""),
        (FORM | {"x-wc-webhook-topic": "order.created"}, b"webhook_id=12"),
        (FORM | {"x-wc-webhook-signature": "AAAA"}, b"webhook_id=12"),
        ({"content-type": "application/json"}, b"webhook_id=12"),
        ({}, b"webhook_id=12"),
    ],
)
def test_anything_beside_the_exact_greeting_is_no_ping(headers: dict[str, str], body: bytes):
    assert not webhook.is_ping(headers, body)


@pytest.mark.parametrize(
    "stored",
    [
        "a<b> & \"c\" 'd'",
        "a&lt;b&gt; &amp; &quot;c&quot; &#039;d&#039;",
        "a&#60;b&#062; &#x26; &#x22;c&#34; &#x27;d&#39;",
    ],
)
def test_a_secret_signs_with_its_plain_characters_however_it_was_copied(stored: str):
    body = b'{"id":1}'
    assert accepts({"webhook_secret": stored}, signed("a<b> & \"c\" 'd'", body), body)


def test_entities_that_wordpress_does_not_decode_stay_in_the_key():
    assert webhook.signing_keys({"webhook_secret": "&euro;&#x3e;&apos;"}) == [b"&euro;&#x3e;&apos;"]


def test_entities_are_decoded_once_only():
    assert webhook.signing_keys({"webhook_secret": "x&amp;lt;"}) == [b"x&lt;", b"x&amp;lt;"]


def test_a_secret_is_tried_as_it_stands_too():
    assert accepts({"webhook_secret": "q&amp;a"}, signed("q&amp;a", b"{}"), b"{}")


def test_secrets_beyond_ascii_sign_as_utf8():
    assert webhook.signing_keys({"webhook_secret": "clé-ü"}) == ["clé-ü".encode()]


def test_two_secrets_are_valid_during_a_rotation():
    assert webhook.signing_keys({"webhook_secret": ["new", "old"]}) == [b"new", b"old"]


@pytest.mark.parametrize("value", [None, "", [], [""], 7, {"a": "b"}, [None, 3]])
def test_no_usable_secret_means_no_key_and_never_an_empty_one(value: object):
    assert webhook.signing_keys({"webhook_secret": value}) == []
    assert webhook.signing_keys({}) == []


def test_signature_and_topic_come_from_their_headers():
    headers = {"x-wc-webhook-signature": "c2ln", "x-wc-webhook-topic": "order.updated"}
    assert (webhook.signature(headers), webhook.topic(headers)) == ("c2ln", "order.updated")
    assert (webhook.signature({}), webhook.topic({})) == ("", "")


def test_every_topic_has_an_entity_and_a_shape():
    assert set(webhook.SHAPES) == set(webhook.ENTITIES)


LEGAL: list[Body] = [
    order(),
    order(total=29.75, total_tax=5, discount_total=None),
    order(shipping=None),
    order(line_items=[line(sku=None, product_id=0, variation_id=0, quantity=0.5, total="-0.00")]),
    order(line_items=[line(quantity="2", taxes=[{"id": 9, "total": "", "subtotal": ""}])]),
    order(line_items=[line(taxes=[{"id": 9, "total": "1.0E-5"}], price={"odd": 1})]),
    order(fee_lines=[fee(total="-3.00")], shipping_lines=[shipping(method_title=None)]),
    order(meta_data=[{"id": 1, "key": "gift", "value": {"wrap": True, "lines": [1, None]}}]),
    order(coupon_lines=[{"id": 1, "code": "ten", "discount": "", "nominal_amount": 10.5}]),
    order(refunds=[{"id": 1, "reason": None, "total": "-3.00"}, {"id": 2, "refund": "", "total": "-1.00"}]),
    {"id": 1, "total": "0.00"},
    {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}},
    {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": 401},
]


@pytest.mark.parametrize("body", LEGAL)
def test_every_legal_variation_passes_the_shape(body: Body):
    check(read_json(json.dumps(body).encode()), webhook.SHAPES["order.updated"])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"id": True}, "body.id"),
        ({"id": [1]}, "body.id"),
        ({"total": {"amount": "1"}}, "body.total"),
        ({"total": "12,50"}, "body.total"),
        ({"total": "1e30"}, "body.total"),
        ({"line_items": {"0": {}}}, "body.line_items"),
        ({"line_items": [7]}, "body.line_items[0]"),
        ({"line_items": [line(id=None)]}, "body.line_items[0].id"),
        ({"line_items": [line(total=[])]}, "body.line_items[0].total"),
        ({"line_items": [line(), line(quantity="many")]}, "body.line_items[1].quantity"),
        ({"line_items": [line(meta_data="x")]}, "body.line_items[0].meta_data"),
        ({"fee_lines": [fee(total=True)]}, "body.fee_lines[0].total"),
        ({"shipping_lines": "none"}, "body.shipping_lines"),
        ({"billing": "Ada"}, "body.billing"),
        ({"billing": {"email": 5}}, "body.billing.email"),
        ({"date_modified_gmt": 1772355609}, "body.date_modified_gmt"),
        ({"prices_include_tax": "no"}, "body.prices_include_tax"),
        ({"refunds": [{"id": 1, "total": "-"}]}, "body.refunds[0].total"),
        ({"status": 3}, "body.status"),
    ],
)
def test_a_field_of_a_wrong_kind_is_refused_and_named(changes: dict[str, Any], place: str):
    with pytest.raises(Malformed) as refusal:
        check(order(**changes), webhook.SHAPES["order.created"])
    assert str(refusal.value).startswith(f"{place}: expected") or str(refusal.value) == f"{place} is missing"


def test_a_deletion_needs_its_id():
    check({"id": 17}, webhook.SHAPES["order.deleted"])
    with pytest.raises(Malformed):
        check({}, webhook.SHAPES["order.deleted"])
