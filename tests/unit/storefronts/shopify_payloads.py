"""Invented Shopify payloads in the shape of its webhooks and of its GraphQL answers."""

from typing import Any

Payload = dict[str, Any]


def money_set(amount: str, currency: str = "EUR", presentment: tuple[str, str] | None = None) -> Payload:
    """One amount in shop money and in the buyer's money."""
    shown = presentment or (amount, currency)
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": shown[0], "currency_code": shown[1]},
    }


def allocation(amount: str) -> Payload:
    """A discount that hits a line."""
    return {"amount": amount, "amount_set": money_set(amount), "discount_application_index": 0}


def tax(amount: str, rate: float = 0.2, title: str = "VAT") -> Payload:
    """A tax line."""
    return {
        "price": amount,
        "rate": rate,
        "title": title,
        "price_set": money_set(amount),
        "channel_liable": False,
    }


def line(number: int = 1, price: str = "10.00", quantity: int = 1, **changes: object) -> Payload:
    """A line item."""
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{number}",
        "title": f"Teapot {number}",
        "name": f"Teapot {number} - Blue",
        "variant_title": "Blue",
        "sku": f"POT-{number}",
        "product_id": 700 + number,
        "variant_id": 800 + number,
        "quantity": quantity,
        "current_quantity": quantity,
        "price": price,
        "price_set": money_set(price),
        "total_discount": "0.00",
        "gift_card": False,
        "requires_shipping": True,
        "properties": [],
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
        **changes,
    }


def shipping_line(price: str = "5.00", **changes: object) -> Payload:
    """A shipping line."""
    return {
        "id": 90,
        "title": "Parcel",
        "price": price,
        "price_set": money_set(price),
        "is_removed": False,
        "tax_lines": [],
        "discount_allocations": [],
        **changes,
    }


def address(**changes: object) -> Payload:
    """A postal address."""
    return {
        "first_name": "Mira",
        "last_name": "Falk",
        "company": None,
        "address1": "Quay 7",
        "address2": "Floor 2",
        "city": "Lund",
        "province": None,
        "province_code": None,
        "zip": "22100",
        "country": "Sweden",
        "country_code": "SE",
        "phone": None,
        **changes,
    }


def order(total: str = "10.00", **changes: object) -> Payload:
    """An order of one teapot by a registered customer, as `orders/create` brings it."""
    return {
        "id": 5001,
        "admin_graphql_api_id": "gid://shopify/Order/5001",
        "name": "#1042",
        "order_number": 1042,
        "created_at": "2026-03-01T10:00:05+01:00",
        "processed_at": "2026-03-01T10:00:00+01:00",
        "updated_at": "2026-03-02T08:30:00+01:00",
        "cancelled_at": None,
        "closed_at": None,
        "cancel_reason": None,
        "test": False,
        "financial_status": "paid",
        "fulfillment_status": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "taxes_included": False,
        "duties_included": False,
        "total_price": total,
        "total_price_set": money_set(total),
        "current_total_price": total,
        "current_total_price_set": money_set(total),
        "subtotal_price": "10.00",
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "total_tip_received": "0.00",
        "email": "Mira.Falk@Example.com ",
        "phone": None,
        "note": None,
        "tags": "gift, early bird",
        "source_name": "web",
        "location_id": None,
        "po_number": None,
        "buyer_accepts_marketing": True,
        "customer": {
            "id": 61,
            "admin_graphql_api_id": "gid://shopify/Customer/61",
            "email": "Mira.Falk@Example.com",
            "phone": "+46700000001",
            "first_name": "Mira",
            "last_name": "Falk",
            "note": None,
        },
        "billing_address": address(),
        "shipping_address": address(city="Malmö"),
        "payment_gateway_names": ["bogus"],
        "discount_codes": [],
        "tax_lines": [],
        "line_items": [line()],
        "shipping_lines": [],
        "refunds": [],
        "fulfillments": [],
        **changes,
    }


def transaction(amount: str, kind: str = "sale", **changes: object) -> Payload:
    """A payment."""
    return {
        "id": 300,
        "admin_graphql_api_id": "gid://shopify/OrderTransaction/300",
        "kind": kind,
        "status": "success",
        "gateway": "bogus",
        "amount": amount,
        "currency": "EUR",
        "parent_id": None,
        "payment_id": "#1042.1",
        "processed_at": "2026-03-01T10:00:01+01:00",
        "created_at": "2026-03-01T10:00:01+01:00",
        **changes,
    }


def refund(**changes: object) -> Payload:
    """A refund of nothing, to be filled."""
    return {
        "id": 400,
        "admin_graphql_api_id": "gid://shopify/Refund/400",
        "created_at": "2026-03-03T10:00:00+01:00",
        "processed_at": "2026-03-03T10:00:00+01:00",
        "note": "spout chipped",
        "refund_line_items": [],
        "refund_shipping_lines": [],
        "order_adjustments": [],
        "transactions": [],
        **changes,
    }


def refund_line(subtotal: float, total_tax: float = 0, **changes: object) -> Payload:
    """A refunded line; Shopify sends these amounts as JSON numbers."""
    return {
        "id": 410,
        "line_item_id": 1,
        "quantity": 1,
        "restock_type": "return",
        "subtotal": subtotal,
        "total_tax": total_tax,
        "line_item": {"id": 1, "admin_graphql_api_id": "gid://shopify/LineItem/1"},
        **changes,
    }


def fulfillment(status: str = "success", **changes: object) -> Payload:
    """A shipment."""
    return {
        "id": 500,
        "admin_graphql_api_id": "gid://shopify/Fulfillment/500",
        "status": status,
        "created_at": "2026-03-02T08:00:00+01:00",
        "tracking_company": "Nordpost",
        "tracking_number": "NP1",
        "tracking_numbers": ["NP1", "NP2"],
        "tracking_url": "https://track.example/NP1",
        "tracking_urls": ["https://track.example/NP1", "https://track.example/NP2"],
        "line_items": [line()],
        **changes,
    }


def bag(amount: str) -> Payload:
    """One amount as GraphQL gives it."""
    one = {"amount": amount, "currencyCode": "EUR"}
    return {"shopMoney": one, "presentmentMoney": one}


def connection(*nodes: object, more: str | None = None) -> Payload:
    """A page of a connection."""
    return {"pageInfo": {"hasNextPage": more is not None, "endCursor": more}, "nodes": list(nodes)}


def graphql_line(number: int = 1, price: str = "10.00", quantity: int = 1, **changes: object) -> Payload:
    """The GraphQL twin of `line`."""
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": f"Teapot {number}",
        "variantTitle": "Blue",
        "sku": f"POT-{number}",
        "quantity": quantity,
        "currentQuantity": quantity,
        "requiresShipping": True,
        "isGiftCard": False,
        "originalUnitPriceSet": bag(price),
        "discountAllocations": [],
        "taxLines": [],
        "duties": [],
        "customAttributes": [],
        "product": {"id": f"gid://shopify/Product/{700 + number}"},
        "variant": {"id": f"gid://shopify/ProductVariant/{800 + number}"},
        "lineItemGroup": None,
        **changes,
    }


def graphql_address(**changes: object) -> Payload:
    """The GraphQL twin of `address`."""
    return {
        "firstName": "Mira",
        "lastName": "Falk",
        "company": None,
        "address1": "Quay 7",
        "address2": "Floor 2",
        "city": "Lund",
        "province": None,
        "provinceCode": None,
        "zip": "22100",
        "country": "Sweden",
        "countryCodeV2": "SE",
        "phone": None,
        **changes,
    }


def graphql_order(total: str = "10.00", **changes: object) -> Payload:
    """The GraphQL twin of `order`, as the first query answers it."""
    return {
        "id": "gid://shopify/Order/5001",
        "name": "#1042",
        "number": 1042,
        "createdAt": "2026-03-01T09:00:05Z",
        "processedAt": "2026-03-01T09:00:00Z",
        "updatedAt": "2026-03-02T07:30:00Z",
        "cancelledAt": None,
        "closedAt": None,
        "cancelReason": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "EUR",
        "taxesIncluded": False,
        "dutiesIncluded": False,
        "customerAcceptsMarketing": True,
        "email": "mira.falk@example.com",
        "phone": None,
        "note": None,
        "tags": ["gift", "early bird"],
        "sourceName": "web",
        "poNumber": None,
        "discountCodes": [],
        "paymentGatewayNames": ["bogus"],
        "totalPriceSet": bag(total),
        "currentTotalPriceSet": bag(total),
        "subtotalPriceSet": bag("10.00"),
        "totalTaxSet": bag("0.00"),
        "totalDiscountsSet": bag("0.00"),
        "totalTipReceivedSet": bag("0.00"),
        "originalTotalDutiesSet": None,
        "currentTotalDutiesSet": None,
        "originalTotalAdditionalFeesSet": None,
        "currentTotalAdditionalFeesSet": None,
        "totalCashRoundingAdjustment": {"paymentSet": bag("0.00")},
        "taxLines": [],
        "customAttributes": [],
        "customer": {
            "id": "gid://shopify/Customer/61",
            "firstName": "Mira",
            "lastName": "Falk",
            "note": None,
            "defaultEmailAddress": {"emailAddress": "mira.falk@example.com"},
            "defaultPhoneNumber": {"phoneNumber": "+46700000001"},
        },
        "purchasingEntity": {},
        "retailLocation": None,
        "billingAddress": graphql_address(),
        "shippingAddress": graphql_address(city="Malmö"),
        "lineItems": connection(graphql_line()),
        "shippingLines": connection(),
        "transactions": [],
        "refunds": [],
        "fulfillments": [],
        **changes,
    }
