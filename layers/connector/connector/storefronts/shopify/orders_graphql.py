"""From an order of the Admin GraphQL API to the shape of Shopify's webhooks: one reader reads both."""

from collections.abc import Mapping

from connector.storefronts.shopify.fields import Raw, elements, part, records, text, texts

Node = dict[str, object]

_SCALARS = {
    "name": "name",
    "number": "order_number",
    "createdAt": "created_at",
    "processedAt": "processed_at",
    "updatedAt": "updated_at",
    "cancelledAt": "cancelled_at",
    "closedAt": "closed_at",
    "cancelReason": "cancel_reason",
    "test": "test",
    "displayFinancialStatus": "financial_status",
    "currencyCode": "currency",
    "presentmentCurrencyCode": "presentment_currency",
    "taxesIncluded": "taxes_included",
    "dutiesIncluded": "duties_included",
    "customerAcceptsMarketing": "buyer_accepts_marketing",
    "email": "email",
    "phone": "phone",
    "note": "note",
    "sourceName": "source_name",
    "poNumber": "po_number",
    "paymentGatewayNames": "payment_gateway_names",
}
_AMOUNTS = {
    "totalPriceSet": "total_price",
    "currentTotalPriceSet": "current_total_price",
    "subtotalPriceSet": "subtotal_price",
    "totalTaxSet": "total_tax",
    "totalDiscountsSet": "total_discounts",
    "totalTipReceivedSet": "total_tip_received",
    "originalTotalDutiesSet": "original_total_duties",
    "currentTotalDutiesSet": "current_total_duties",
    "originalTotalAdditionalFeesSet": "original_total_additional_fees",
    "currentTotalAdditionalFeesSet": "current_total_additional_fees",
}
_ADDRESS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "province": "province",
    "provinceCode": "province_code",
    "zip": "zip",
    "country": "country",
    "countryCodeV2": "country_code",
    "phone": "phone",
}
_LINE = {
    "title": "title",
    "variantTitle": "variant_title",
    "sku": "sku",
    "quantity": "quantity",
    "currentQuantity": "current_quantity",
    "requiresShipping": "requires_shipping",
    "isGiftCard": "gift_card",
}
_TRANSACTION = {
    "kind": "kind",
    "status": "status",
    "gateway": "gateway",
    "paymentId": "payment_id",
    "processedAt": "processed_at",
    "createdAt": "created_at",
}


def to_webhook_shape(order: Node) -> Node:
    """The order as `orders/updated` would bring it, as far as the connector reads that. Raises `Parked`."""
    shape = _identified(order) | _renamed(order, _SCALARS)
    for name, ours in _AMOUNTS.items():
        shape |= _amount(order, name, ours)
    rounding = part(order, "totalCashRoundingAdjustment") or {}
    shape |= {
        "total_cash_rounding_payment_adjustment_set": _bag(part(rounding, "paymentSet")),
        "tags": ", ".join(texts(order, "tags")),
        "discount_codes": [{"code": code} for code in texts(order, "discountCodes")],
        "note_attributes": _attributes(order),
        "customer": _customer(order),
        "company": _company(order),
        "location_id": _id(part(order, "retailLocation")),
        "billing_address": _address(order, "billingAddress"),
        "shipping_address": _address(order, "shippingAddress"),
        "tax_lines": _taxes(order),
        "line_items": [_line(line) for _, line in records(order, "lineItems")],
        "shipping_lines": [_shipping(line) for _, line in records(order, "shippingLines")],
        "transactions": [_transaction(one) for _, one in records(order, "transactions")],
        "refunds": [_refund(refund) for _, refund in records(order, "refunds")],
        "fulfillments": [_fulfillment(one) for _, one in records(order, "fulfillments")],
    }
    return shape | {"fulfillment_status": _fulfillment_status(order)}


def _renamed(node: Raw, names: Mapping[str, str]) -> Node:
    return {ours: node.get(name) for name, ours in names.items()}


def _id(node: Raw | None) -> int | None:
    """The number in a global id; ids of records that have none of their own kind stay away."""
    tail = (text(node, "id") or "").rpartition("/")[2] if node else ""
    return int(tail) if tail.isdecimal() else None


def _identified(node: Raw) -> Node:
    return {"id": _id(node), "admin_graphql_api_id": node.get("id")}


def _bag(bag: Raw | None) -> Node | None:
    if bag is None:
        return None
    shape: Node = {}
    for name, ours in (("shopMoney", "shop_money"), ("presentmentMoney", "presentment_money")):
        one = part(bag, name)
        if one:
            shape[ours] = {"amount": one.get("amount"), "currency_code": one.get("currencyCode")}
    return shape


def _amount(node: Raw, name: str, ours: str) -> Node:
    """A `MoneyBag` as the plain amount in shop currency and the `_set` beside it."""
    bag = part(node, name)
    shop = part(bag, "shopMoney") if bag else None
    return {ours: shop.get("amount") if shop else None, f"{ours}_set": _bag(bag)}


def _attributes(node: Raw) -> list[Node]:
    return [
        {"name": attribute.get("key"), "value": attribute.get("value")}
        for _, attribute in records(node, "customAttributes")
    ]


def _address(order: Raw, name: str) -> Node | None:
    address = part(order, name)
    return _renamed(address, _ADDRESS) if address else None


def _customer(order: Raw) -> Node | None:
    customer = part(order, "customer")
    if customer is None:
        return None
    email = part(customer, "defaultEmailAddress") or {}
    phone = part(customer, "defaultPhoneNumber") or {}
    return _identified(customer) | {
        "email": email.get("emailAddress"),
        "phone": phone.get("phoneNumber"),
        "first_name": customer.get("firstName"),
        "last_name": customer.get("lastName"),
        "note": customer.get("note"),
    }


def _company(order: Raw) -> Node | None:
    buyer = part(order, "purchasingEntity") or {}
    company = part(buyer, "company")
    return {"id": _id(company), "location_id": _id(part(buyer, "location"))} if company else None


def _taxes(node: Raw) -> list[Node]:
    return [
        {"title": tax.get("title"), "rate": tax.get("rate")} | _amount(tax, "priceSet", "price")
        for _, tax in records(node, "taxLines")
    ]


def _allocations(node: Raw) -> list[Node]:
    return [
        _amount(allocation, "allocatedAmountSet", "amount")
        for _, allocation in records(node, "discountAllocations")
    ]


def _line(line: Raw) -> Node:
    return {
        **_identified(line),
        **_renamed(line, _LINE),
        **_amount(line, "originalUnitPriceSet", "price"),
        "product_id": _id(part(line, "product")),
        "variant_id": _id(part(line, "variant")),
        "sales_line_item_group_id": _id(part(line, "lineItemGroup")),
        "properties": _attributes(line),
        "tax_lines": _taxes(line),
        "discount_allocations": _allocations(line),
        "duties": [_duty(duty) for _, duty in records(line, "duties")],
    }


def _duty(duty: Raw) -> Node:
    return {**_identified(duty), **(_bag(part(duty, "price")) or {}), "tax_lines": _taxes(duty)}


def _shipping(line: Raw) -> Node:
    return {
        **_identified(line),
        **_amount(line, "originalPriceSet", "price"),
        "title": line.get("title"),
        "is_removed": line.get("isRemoved"),
        "tax_lines": _taxes(line),
        "discount_allocations": _allocations(line),
    }


def _transaction(one: Raw) -> Node:
    """A transaction; webhooks give its plain amount in the buyer's currency."""
    bag = part(one, "amountSet") or {}
    paid = part(bag, "presentmentMoney") or part(bag, "shopMoney") or {}
    return {
        **_identified(one),
        **_renamed(one, _TRANSACTION),
        "parent_id": _id(part(one, "parentTransaction")),
        "amount": paid.get("amount"),
        "currency": paid.get("currencyCode"),
        "amount_set": _bag(bag),
    }


def _refund(refund: Raw) -> Node:
    return {
        **_identified(refund),
        "created_at": refund.get("createdAt"),
        "processed_at": refund.get("processedAt"),
        "note": refund.get("note"),
        "refund_line_items": [_refund_line(line) for _, line in records(refund, "refundLineItems")],
        "refund_shipping_lines": [
            _identified(line)
            | _amount(line, "subtotalAmountSet", "subtotal_amount")
            | _amount(line, "taxAmountSet", "tax_amount")
            for _, line in records(refund, "refundShippingLines")
        ],
        "transactions": [_transaction(one) for _, one in records(refund, "transactions")],
    }


def _refund_line(line: Raw) -> Node:
    item = part(line, "lineItem") or {}
    return {
        "line_item_id": _id(item),
        "line_item": _identified(item),
        "quantity": line.get("quantity"),
        "restock_type": (text(line, "restockType") or "").lower() or None,
        **_amount(line, "subtotalSet", "subtotal"),
        **_amount(line, "totalTaxSet", "total_tax"),
    }


def _fulfillment(one: Raw) -> Node:
    parcels = [parcel for _, parcel in records(one, "trackingInfo")]
    return {
        **_identified(one),
        "status": one.get("status"),
        "created_at": one.get("createdAt"),
        "tracking_company": next((parcel.get("company") for parcel in parcels), None),
        "tracking_numbers": [parcel.get("number") for parcel in parcels],
        "tracking_urls": [parcel.get("url") for parcel in parcels],
        "line_items": [
            _identified(part(line, "lineItem") or {}) | {"quantity": line.get("quantity")}
            for _, line in records(one, "fulfillmentLineItems")
        ],
    }


def _fulfillment_status(order: Raw) -> str | None:
    """Webhooks know fulfilled, partial, restocked and nothing; the other words here tell of planned work."""
    display = text(order, "displayFulfillmentStatus")
    if display in ("FULFILLED", "RESTOCKED"):
        return display.lower()
    shipped = any(
        one.get("status") == "SUCCESS" for one in elements(order, "fulfillments") if isinstance(one, dict)
    )
    return "partial" if display == "PARTIALLY_FULFILLED" or shipped else None
