"""Which requests are authentic deliveries: order of the checks, keys, topics."""

import base64
import json

import pytest

from connector.storefronts.delivery import MAX_BODY, Refused, accept
from tests.unit.storefronts.webhooks import KEYS, ORDERS, headers

PLATFORM = {"shop": "shopify", "woo": "woocommerce"}
FIELD = {"shop": "client_secret", "woo": "webhook_secret"}
SIGNATURE = {"shop": "x-shopify-hmac-sha256", "woo": "x-wc-webhook-signature"}
TOPIC = {"shop": "x-shopify-topic", "woo": "x-wc-webhook-topic"}

BOTH = pytest.mark.parametrize("store", ["shop", "woo"])


def body_of(store):
    return json.dumps(ORDERS[store]).encode()


def accepted(store, body, sent, key=None):
    return accept(PLATFORM[store], {FIELD[store]: key or KEYS[store]}, sent, body)


def refused(*arguments, **options):
    with pytest.raises(Refused) as caught:
        accepted(*arguments, **options)
    return caught.value.status


@BOTH
def test_genuine_delivery_is_accepted(store):
    body = body_of(store)
    delivery = accepted(store, body, headers(store, body))
    assert (delivery.entity, delivery.headers[TOPIC[store]]) == ("order", delivery.topic)
    assert SIGNATURE[store] not in delivery.headers


@BOTH
@pytest.mark.parametrize(
    "forge",
    [
        lambda genuine: "",
        lambda genuine: genuine[:-1],
        lambda genuine: genuine[:20],
        lambda genuine: genuine + "=",
        lambda genuine: genuine + " ",
        lambda genuine: genuine.swapcase(),
        lambda genuine: "A" * 44,
        lambda genuine: base64.b64decode(genuine).hex(),
        lambda genuine: genuine.encode().hex(),
        lambda genuine: "ключ",
        lambda genuine: "\udcff" * 44,
    ],
)
def test_signature_that_is_not_exactly_the_bodys_is_refused(store, forge):
    body = body_of(store)
    sent = headers(store, body)
    sent[SIGNATURE[store]] = forge(sent[SIGNATURE[store]])
    assert refused(store, body, sent) == 401


@BOTH
def test_missing_signature_is_refused(store):
    sent = headers(store, body_of(store))
    del sent[SIGNATURE[store]]
    assert refused(store, body_of(store), sent) == 401


@BOTH
def test_changed_body_is_refused(store):
    sent = headers(store, body_of(store))
    assert refused(store, body_of(store) + b" ", sent) == 401


@BOTH
def test_signature_with_another_stores_key_is_refused(store):
    body = body_of(store)
    other = "woo" if store == "shop" else "shop"
    assert refused(store, body, headers(store, body, key=KEYS[other])) == 401


@BOTH
def test_both_keys_are_good_during_a_rotation_and_no_third(store):
    body, keys = body_of(store), ["new-key", "old-key"]
    for key in keys:
        assert accepted(store, body, headers(store, body, key=key), key=keys)
    assert refused(store, body, headers(store, body, key="older-key"), key=keys) == 401


@BOTH
@pytest.mark.parametrize("secret", [{}, {"other": "x"}, "empty", "null", "blank list", "number"])
def test_store_without_a_usable_key_refuses_everything(store, secret):
    values = {"empty": "", "null": None, "blank list": ["", None], "number": 7}
    content = {FIELD[store]: values[secret]} if isinstance(secret, str) else secret
    body = body_of(store)
    sent = headers(store, body)
    sent[SIGNATURE[store]] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    with pytest.raises(Refused) as caught:
        accept(PLATFORM[store], content, sent, body)
    assert caught.value.status == 401


@BOTH
def test_unknown_topic_is_refused_only_after_the_signature(store):
    body = body_of(store)
    assert refused(store, body, headers(store, body, topic="shop/redact")) == 404
    assert refused(store, body, headers(store, body, topic="shop/redact", key="forged")) == 401


@BOTH
def test_body_is_looked_into_only_after_signature_and_topic(store):
    assert refused(store, b"not json", headers(store, b"not json", key="forged")) == 401
    assert refused(store, b"not json", headers(store, b"not json", topic="x")) == 404
    assert refused(store, b"not json", headers(store, b"not json")) == 400


@BOTH
def test_too_large_body_is_refused_before_anything_else(store):
    body = b"x" * (MAX_BODY + 1)
    assert refused(store, body, headers(store, body, key="forged")) == 413


@BOTH
def test_empty_body_is_refused(store):
    assert refused(store, b"", headers(store, b"")) == 400


def test_unsigned_greeting_is_answered_and_not_delivered():
    sent = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert accepted("woo", b"webhook_id=12", sent) is None
    assert refused("shop", b"webhook_id=12", sent) == 401
    assert refused("woo", b"webhook_id=12&order=1", sent) == 401
