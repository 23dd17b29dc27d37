"""What stands at the head of a new order: names, dates, states, ways of payment."""

from datetime import datetime, timedelta, timezone

from local.storefronts.amounts import ZERO, unit
from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify import money
from local.storefronts.shopify.traits import Traits

SHOP_ZONE = timezone(timedelta(hours=-5))
"""Shopify writes dates with the shop's own offset."""


def shop_time(at: datetime) -> str:
    """A moment as Shopify writes it: whole seconds with the shop's offset."""
    return at.astimezone(SHOP_ZONE).isoformat(timespec="seconds")


def head(order_id: int, placed_at: datetime, traits: Traits, shop: str) -> Json:
    """The fields of an order that are neither buyer, lines nor totals."""
    number = 1001 + order_id % 900_000
    at = shop_time(placed_at)
    token = f"{derived_id(order_id, 'token', 0):x}"
    fields: Json = {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": None,
        "checkout_token": None,
        "client_details": None,
        "closed_at": None,
        "confirmation_number": f"{derived_id(order_id, 'confirmation', 0):X}"[-9:],
        "confirmed": True,
        "created_at": at,
        "currency": traits.currency,
        "current_total_additional_fees_set": None,
        "current_total_duties_set": None,
        "customer_locale": "en",
        "device_id": None,
        "discount_applications": [],
        "discount_codes": [],
        "duties_included": traits.duties_included and traits.duties,
        "estimated_taxes": False,
        "financial_status": traits.opening,
        "fulfillment_status": None,
        "fulfillments": [],
        "landing_site": None,
        "landing_site_ref": None,
        "line_item_groups": [],
        "line_items": [],
        "location_id": 70_000_001 if traits.point_of_sale else None,
        "merchant_business_entity_id": "MTIzNDU2Nzg5",
        "merchant_of_record_app_id": None,
        "name": f"#{number}",
        "note": None,
        "note_attributes": [],
        "number": number - 1000,
        "order_number": number,
        "order_status_url": f"https://{shop}/70000000/orders/{token}/authenticate?key={token[::-1]}",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": _gateways(traits),
        "payment_terms": None,
        "phone": None,
        "po_number": f"PO-{order_id % 10_000}" if traits.company else None,
        "presentment_currency": traits.presentment,
        "processed_at": at,
        "reference": None,
        "referring_site": None,
        "refunds": [],
        "returns": [],
        "shipping_lines": [],
        "source_identifier": None,
        "source_name": "pos" if traits.point_of_sale else "web",
        "source_url": None,
        "tags": "wholesale, net30" if traits.company else "",
        "tax_exempt": traits.tax_exempt,
        "tax_lines": [],
        "taxes_included": traits.taxes_included,
        "test": traits.test,
        "token": token,
        "total_tip_received": str(ZERO * unit(traits.currency)),
        "total_weight": 0,
        "updated_at": at,
        "user_id": None,
    }
    for field in ("total_cash_rounding_payment_adjustment_set", "total_cash_rounding_refund_adjustment_set"):
        money.write_set(fields, field, ZERO, fields)
    return fields


def _gateways(traits: Traits) -> list[str]:
    if traits.point_of_sale:
        return ["cash"]
    usual = "manual" if traits.opening == "pending" else "shopify_payments"
    return ["gift_card", usual] if traits.gift_card_used else [usual]
