"""Shopify's webhook requests: headers, signature, topics, shapes. Standard library only (receive path)."""

from collections.abc import Mapping

from connector.storefronts.shape import FLAG, ID, MONEY, NUMBER, TEXT, Required, Shape

KEPT_HEADERS = (
    "x-shopify-topic",
    "x-shopify-webhook-id",
    "x-shopify-event-id",
    "x-shopify-triggered-at",
    "x-shopify-shop-domain",
    "x-shopify-api-version",
)

_MONEY_SET: Shape = {
    "shop_money": {"amount": MONEY},
    "presentment_money": {"amount": MONEY, "currency_code": TEXT},
}
_TAXES: Shape = [{"title": TEXT, "rate": MONEY, "price": MONEY, "price_set": _MONEY_SET}]
_ALLOCATIONS: Shape = [{"amount": MONEY, "amount_set": _MONEY_SET}]
_ADDRESS: dict[str, Shape] = dict.fromkeys(
    (
        "first_name",
        "last_name",
        "company",
        "address1",
        "address2",
        "city",
        "province",
        "province_code",
        "zip",
        "country",
        "country_code",
        "phone",
    ),
    TEXT,
)
_CUSTOMER: Shape = {
    "id": ID,
    "admin_graphql_api_id": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "first_name": TEXT,
    "last_name": TEXT,
    "note": TEXT,
    "tags": TEXT,
}
_LINE: Shape = {
    "id": Required(ID),
    "admin_graphql_api_id": TEXT,
    "title": TEXT,
    "name": TEXT,
    "variant_title": TEXT,
    "sku": TEXT,
    "product_id": ID,
    "variant_id": ID,
    "quantity": Required(NUMBER),
    "current_quantity": NUMBER,
    "price": Required(MONEY),
    "price_set": _MONEY_SET,
    "total_discount": MONEY,
    "total_discount_set": _MONEY_SET,
    "gift_card": FLAG,
    "requires_shipping": FLAG,
    "sales_line_item_group_id": ID,
    "properties": [{}],
    "tax_lines": _TAXES,
    "discount_allocations": _ALLOCATIONS,
    "duties": [{"shop_money": {"amount": MONEY}, "tax_lines": _TAXES}],
}
_SHIPPING_LINE: Shape = {
    "id": ID,
    "title": TEXT,
    "price": Required(MONEY),
    "price_set": _MONEY_SET,
    "is_removed": FLAG,
    "tax_lines": _TAXES,
    "discount_allocations": _ALLOCATIONS,
}
_TRANSACTION: Shape = {
    "id": Required(ID),
    "admin_graphql_api_id": TEXT,
    "kind": TEXT,
    "status": TEXT,
    "gateway": TEXT,
    "amount": MONEY,
    "currency": TEXT,
    "amount_set": {"shop_money": {"amount": MONEY, "currency_code": TEXT}},
    "parent_id": ID,
    "payment_id": TEXT,
    "processed_at": TEXT,
    "created_at": TEXT,
}
_REFUND: Shape = {
    "id": Required(ID),
    "admin_graphql_api_id": TEXT,
    "created_at": TEXT,
    "processed_at": TEXT,
    "note": TEXT,
    "refund_line_items": [
        {
            "line_item_id": ID,
            "quantity": NUMBER,
            "restock_type": TEXT,
            "subtotal": MONEY,
            "subtotal_set": _MONEY_SET,
            "total_tax": MONEY,
            "total_tax_set": _MONEY_SET,
            "line_item": {"id": ID, "admin_graphql_api_id": TEXT},
        }
    ],
    "refund_shipping_lines": [{"subtotal_amount_set": _MONEY_SET, "tax_amount_set": _MONEY_SET}],
    "order_adjustments": [
        {
            "kind": TEXT,
            "amount": MONEY,
            "amount_set": _MONEY_SET,
            "tax_amount": MONEY,
            "tax_amount_set": _MONEY_SET,
        }
    ],
    "total_duties_set": _MONEY_SET,
    "transactions": [_TRANSACTION],
}
_FULFILLMENT: Shape = {
    "id": Required(ID),
    "admin_graphql_api_id": TEXT,
    "status": TEXT,
    "created_at": TEXT,
    "tracking_company": TEXT,
    "tracking_number": TEXT,
    "tracking_numbers": [TEXT],
    "tracking_url": TEXT,
    "tracking_urls": [TEXT],
    "line_items": [{"id": Required(ID), "admin_graphql_api_id": TEXT, "quantity": NUMBER}],
}
_ORDER: Shape = {
    "id": Required(ID),
    "admin_graphql_api_id": TEXT,
    "name": TEXT,
    "order_number": NUMBER,
    "created_at": TEXT,
    "processed_at": TEXT,
    "updated_at": TEXT,
    "cancelled_at": TEXT,
    "closed_at": TEXT,
    "cancel_reason": TEXT,
    "test": FLAG,
    "financial_status": TEXT,
    "fulfillment_status": TEXT,
    "currency": TEXT,
    "presentment_currency": TEXT,
    "taxes_included": FLAG,
    "duties_included": FLAG,
    "total_price": MONEY,
    "total_price_set": _MONEY_SET,
    "current_total_price": MONEY,
    "current_total_price_set": _MONEY_SET,
    "subtotal_price": MONEY,
    "subtotal_price_set": _MONEY_SET,
    "total_tax": MONEY,
    "total_tax_set": _MONEY_SET,
    "total_discounts": MONEY,
    "total_discounts_set": _MONEY_SET,
    "total_tip_received": MONEY,
    "original_total_duties_set": _MONEY_SET,
    "current_total_duties_set": _MONEY_SET,
    "original_total_additional_fees_set": _MONEY_SET,
    "current_total_additional_fees_set": _MONEY_SET,
    "total_cash_rounding_payment_adjustment_set": _MONEY_SET,
    "email": TEXT,
    "contact_email": TEXT,
    "phone": TEXT,
    "note": TEXT,
    "tags": TEXT,
    "source_name": TEXT,
    "location_id": ID,
    "po_number": TEXT,
    "buyer_accepts_marketing": FLAG,
    "company": {"id": ID, "location_id": ID},
    "customer": _CUSTOMER,
    "billing_address": _ADDRESS,
    "shipping_address": _ADDRESS,
    "payment_gateway_names": [TEXT],
    "discount_codes": [{"code": TEXT}],
    "tax_lines": _TAXES,
    "line_items": [_LINE],
    "shipping_lines": [_SHIPPING_LINE],
    "transactions": [_TRANSACTION],
    "refunds": [_REFUND],
    "fulfillments": [_FULFILLMENT],
}
"""Nothing but the id is required: a body over the size limit is replaced by `{"id": ...}`."""

_PART_OF_ORDER: Shape = {"id": Required(ID), "order_id": ID}

SHAPES: Mapping[str, Shape] = {
    "orders/create": _ORDER,
    "orders/updated": _ORDER,
    "orders/cancelled": _ORDER,
    "orders/paid": _ORDER,
    "orders/fulfilled": _ORDER,
    "orders/partially_fulfilled": _ORDER,
    "orders/edited": {"order_edit": Required({"order_id": Required(ID)})},
    "orders/delete": {"id": Required(ID)},
    "refunds/create": _PART_OF_ORDER,
    "fulfillments/create": _PART_OF_ORDER,
    "fulfillments/update": _PART_OF_ORDER,
    "order_transactions/create": _PART_OF_ORDER,
}

ENTITIES: Mapping[str, str] = dict.fromkeys(SHAPES, "order")


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """False: Shopify signs everything it sends."""
    return False


def signature(headers: Mapping[str, str]) -> str:
    """The Base64 HMAC-SHA256 of the body; empty if there is none."""
    return headers.get("x-shopify-hmac-sha256", "")


def signing_keys(secret: Mapping[str, object]) -> list[bytes]:
    """The app's client secrets, newest first; after a rotation both sign for about an hour."""
    given = secret.get("client_secret")
    keys = given if isinstance(given, list) else [given]
    return [key.encode() for key in keys if key and isinstance(key, str)]


def topic(headers: Mapping[str, str]) -> str:
    """The topic as REST names it, such as `orders/create`; empty if there is none."""
    return headers.get("x-shopify-topic", "")
