"""WooCommerce webhooks on the receive path: signature, ping, topics, shapes. Standard library only."""

import re
from collections.abc import Mapping

from connector.storefronts.shape import FLAG, ID, MONEY, TEXT, Required, Shape

KEPT_HEADERS = ("x-wc-webhook-source", "x-wc-webhook-topic", "x-wc-webhook-id", "x-wc-webhook-delivery-id")
"""The delivery id is for the log only: all deliveries of one webhook in one second share it."""

ENTITIES: Mapping[str, str] = {
    "order.created": "order",
    "order.updated": "order",
    "order.deleted": "order",
    "order.restored": "order",
}

_ADDRESS: Shape = {
    "first_name": TEXT,
    "last_name": TEXT,
    "company": TEXT,
    "address_1": TEXT,
    "address_2": TEXT,
    "city": TEXT,
    "state": TEXT,
    "postcode": TEXT,
    "country": TEXT,
    "email": TEXT,
    "phone": TEXT,
}

# A rate's share of the tax (`total` inside `taxes`) may be an empty text or in scientific notation; a meta
# value may be of any kind: both are read with care instead.
_TAX_SHARES: Shape = [{"id": ID}]
_META: Shape = [{"key": TEXT}]

_CHARGE: Shape = {
    "id": Required(ID),
    "name": TEXT,
    "method_title": TEXT,
    "method_id": TEXT,
    "total": Required(MONEY),
    "total_tax": MONEY,
    "taxes": _TAX_SHARES,
}

_LINE: Shape = {
    "id": Required(ID),
    "name": TEXT,
    "parent_name": TEXT,
    "sku": TEXT,
    "product_id": ID,
    "variation_id": ID,
    "quantity": Required(MONEY),
    "subtotal": MONEY,
    "total": Required(MONEY),
    "total_tax": MONEY,
    "taxes": _TAX_SHARES,
    "meta_data": _META,
}

_TAX_LINE: Shape = {
    "rate_id": ID,
    "rate_code": TEXT,
    "label": TEXT,
    "tax_total": MONEY,
    "shipping_tax_total": MONEY,
    "rate_percent": MONEY,
}

# `id` is not required: a signed delivery may carry the shop's own error (`code`, `message`, `data.status`),
# if the order was gone or not readable when WooCommerce came to send it. The adapter explains that one.
_ORDER: Shape = {
    "id": ID,
    "number": ID,
    "status": TEXT,
    "currency": TEXT,
    "prices_include_tax": FLAG,
    "date_created": TEXT,
    "date_created_gmt": TEXT,
    "date_modified": TEXT,
    "date_modified_gmt": TEXT,
    "date_paid_gmt": TEXT,
    "total": MONEY,
    "total_tax": MONEY,
    "discount_total": MONEY,
    "customer_id": ID,
    "customer_note": TEXT,
    "created_via": TEXT,
    "payment_method": TEXT,
    "payment_method_title": TEXT,
    "transaction_id": TEXT,
    "billing": _ADDRESS,
    "shipping": _ADDRESS,
    "line_items": [_LINE],
    "shipping_lines": [_CHARGE],
    "fee_lines": [_CHARGE],
    "tax_lines": [_TAX_LINE],
    "coupon_lines": [{"code": TEXT}],
    "refunds": [{"id": Required(ID), "reason": TEXT, "total": MONEY}],
    "meta_data": _META,
}

SHAPES: Mapping[str, Shape] = {
    "order.created": _ORDER,
    "order.updated": _ORDER,
    "order.restored": _ORDER,
    "order.deleted": {"id": Required(ID)},
}

_ENTITY = r"&(lt|gt|amp|quot|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27));"
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this is the unsigned greeting sent when a webhook is saved: a form with its number."""
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return (
        content_type == "application/x-www-form-urlencoded"
        and body.startswith(b"webhook_id=")
        and body[11:].isdigit()
        and len(body) <= 31
        and not any(name.startswith("x-wc-") for name in headers)
    )


def signature(headers: Mapping[str, str]) -> str:
    """The signature header's text; empty if there is none."""
    return headers.get("x-wc-webhook-signature", "")


def signing_keys(secret: Mapping[str, object]) -> list[bytes]:
    """The keys that may have signed: `webhook_secret`, a text, or a list of texts during a rotation.

    WooCommerce signs with the secret after HTML-entity decoding; a merchant may have copied either form.
    """
    value = secret.get("webhook_secret")
    values = value if isinstance(value, list) else [value]
    texts = [text for text in values if isinstance(text, str) and text]
    return [key.encode("utf-8") for text in texts for key in dict.fromkeys((_decoded(text), text))]


def topic(headers: Mapping[str, str]) -> str:
    """The platform's own name of what happened: `order.updated`."""
    return headers.get("x-wc-webhook-topic", "")


def _decoded(text: str) -> str:
    """What WordPress' `wp_specialchars_decode(ENT_QUOTES)` makes of it: these few entities, once."""
    return re.sub(_ENTITY, _character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    entity = match.group(1)
    if entity in _NAMED:
        return _NAMED[entity]
    digits = entity[1:]
    return chr(int(digits[1:], 16) if digits[0] in "xX" else int(digits))
