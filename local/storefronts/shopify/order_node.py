"""An order of the shop as the Admin API tells it; `part_nodes` has its payments, refunds and shipments.

Values are plain, lists that are paged are `Connection`s, and what is dear to make is a function without arguments.
"""

from decimal import Decimal
from functools import partial

from local.storefronts.amounts import ZERO
from local.storefronts.payload import Json
from local.storefronts.shopify.node_values import (
    address,
    amount_text,
    bag,
    bag_of,
    gid,
    nothing,
    set_bag,
    taxes,
    utc,
)
from local.storefronts.shopify.paging import Connection
from local.storefronts.shopify.part_nodes import fulfillment_nodes, refund_nodes, transaction_nodes

_DISPLAYED = {
    None: "UNFULFILLED",
    "partial": "PARTIALLY_FULFILLED",
    "fulfilled": "FULFILLED",
    "restocked": "RESTOCKED",
    "pending": "PENDING_FULFILLMENT",
}
_APPLICATIONS = {
    "discount_code": "DiscountCodeApplication",
    "manual": "ManualDiscountApplication",
    "automatic": "AutomaticDiscountApplication",
    "script": "ScriptDiscountApplication",
}
_AMOUNTS = {
    "totalPriceSet": "total_price",
    "subtotalPriceSet": "subtotal_price",
    "totalDiscountsSet": "total_discounts",
    "totalTaxSet": "total_tax",
    "totalTipReceivedSet": "total_tip_received",
    "currentTotalPriceSet": "current_total_price",
    "currentSubtotalPriceSet": "current_subtotal_price",
    "currentTotalTaxSet": "current_total_tax",
    "currentTotalDiscountsSet": "current_total_discounts",
    "totalOutstandingSet": "total_outstanding",
}
_SETS = {
    "totalShippingPriceSet": "total_shipping_price_set",
    "currentShippingPriceSet": "current_shipping_price_set",
    "originalTotalDutiesSet": "original_total_duties_set",
    "currentTotalDutiesSet": "current_total_duties_set",
    "originalTotalAdditionalFeesSet": "original_total_additional_fees_set",
    "currentTotalAdditionalFeesSet": "current_total_additional_fees_set",
}


def order_node(order: Json) -> Json:
    """The order."""
    node = _head(order) | _people(order) | _amounts(order)
    node |= {
        "taxLines": taxes(order, order),
        "discountApplications": Connection(discount_nodes(order)),
        "discountCodes": [entry["code"] for entry in order.get("discount_codes") or []],
        "lineItems": Connection([line_node(order, line) for line in order["line_items"]]),
        "shippingLines": Connection([_shipping_node(order, line) for line in order["shipping_lines"]]),
        "transactions": partial(transaction_nodes, order, node),
        "refunds": partial(refund_nodes, order, node),
        "fulfillments": partial(fulfillment_nodes, order, node),
    }
    return node


def discount_nodes(order: Json) -> list[Json]:
    """The discounts applied to the order."""
    return [_application(order, index, entry) for index, entry in enumerate(order["discount_applications"])]


def line_node(order: Json, line: Json) -> Json:
    """A line of the order."""
    group = line.get("sales_line_item_group_id")
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line),
        "name": line["name"],
        "title": line["title"],
        "variantTitle": line.get("variant_title"),
        "sku": line.get("sku"),
        "vendor": line.get("vendor"),
        "quantity": line["quantity"],
        "currentQuantity": line.get("current_quantity", line["quantity"]),
        "unfulfilledQuantity": line["fulfillable_quantity"],
        "fulfillableQuantity": line["fulfillable_quantity"],
        "refundableQuantity": line.get("current_quantity", line["quantity"]),
        "nonFulfillableQuantity": 0 if line["requires_shipping"] else line["quantity"],
        "requiresShipping": line["requires_shipping"],
        "taxable": line["taxable"],
        "isGiftCard": line["gift_card"],
        "originalUnitPriceSet": bag(line, "price", order),
        "discountAllocations": allocations(order, line),
        "taxLines": taxes(line, order),
        "duties": [_duty(order, duty) for duty in line.get("duties") or []],
        "customAttributes": _attributes(line.get("properties")),
        "product": _named("Product", line.get("product_id"), {"title": line["title"]}),
        "variant": _named("ProductVariant", line.get("variant_id"), {"sku": line.get("sku")}),
        "lineItemGroup": _group(order, group) if group else None,
    }


def allocations(order: Json, line: Json) -> list[Json]:
    """The shares of the order's discounts that hit a line."""
    applications = discount_nodes(order)
    return [
        {
            "allocatedAmountSet": bag(entry, "amount", order),
            "discountApplication": applications[entry["discount_application_index"]],
        }
        for entry in line.get("discount_allocations") or []
    ]


def _head(order: Json) -> Json:
    return {
        "__typename": "Order",
        "id": gid("Order", order),
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "number": order["order_number"],
        "confirmationNumber": order.get("confirmation_number"),
        "createdAt": utc(order["created_at"]),
        "processedAt": utc(order["processed_at"]),
        "updatedAt": utc(order["updated_at"]),
        "closedAt": utc(order["closed_at"]),
        "closed": order["closed_at"] is not None,
        "cancelledAt": utc(order["cancelled_at"]),
        "cancelReason": order["cancel_reason"].upper() if order["cancel_reason"] else None,
        "test": bool(order.get("test")),
        "confirmed": order.get("confirmed", True),
        "edited": any(line.get("current_quantity") != line["quantity"] for line in order["line_items"]),
        "poNumber": order.get("po_number"),
        "note": order.get("note"),
        "tags": [tag.strip() for tag in (order.get("tags") or "").split(",") if tag.strip()],
        "email": order.get("email") or None,
        "phone": order.get("phone"),
        "sourceName": order.get("source_name"),
        "sourceIdentifier": order.get("source_identifier"),
        "customerLocale": order.get("customer_locale"),
        "customerAcceptsMarketing": bool(order.get("buyer_accepts_marketing")),
        "currencyCode": order["currency"],
        "presentmentCurrencyCode": order["presentment_currency"],
        "taxesIncluded": order["taxes_included"],
        "taxExempt": bool(order.get("tax_exempt")),
        "dutiesIncluded": bool(order.get("duties_included")),
        "estimatedTaxes": bool(order.get("estimated_taxes")),
        "displayFinancialStatus": order["financial_status"].upper() if order["financial_status"] else None,
        "displayFulfillmentStatus": _DISPLAYED[order["fulfillment_status"]],
        "returnStatus": "NO_RETURN",
        "paymentGatewayNames": order.get("payment_gateway_names") or [],
        "paymentTerms": None,
        "customAttributes": _attributes(order.get("note_attributes")),
        "retailLocation": _named("Location", order.get("location_id"), {"name": "Shop"}),
    }


def _amounts(order: Json) -> Json:
    found: Json = {name: bag(order, field, order) for name, field in _AMOUNTS.items()}
    found |= {name: set_bag(order, field) for name, field in _SETS.items()}
    return found | {
        "originalTotalPriceSet": found["totalPriceSet"],
        "totalCashRoundingAdjustment": {
            "paymentSet": set_bag(order, "total_cash_rounding_payment_adjustment_set") or nothing(order),
            "refundSet": set_bag(order, "total_cash_rounding_refund_adjustment_set") or nothing(order),
        },
        "additionalFees": _fees(order),
    }


def _people(order: Json) -> Json:
    customer, company = order.get("customer"), order.get("company")
    buyer = _customer_node(customer) if customer else None
    return {
        "customer": buyer,
        "purchasingEntity": _company_node(company) if company else buyer,
        "billingAddress": address(order.get("billing_address")),
        "shippingAddress": address(order.get("shipping_address")),
    }


def _customer_node(customer: Json) -> Json:
    email, phone = customer.get("email"), customer.get("phone")
    return {
        "__typename": "Customer",
        "id": gid("Customer", customer),
        "legacyResourceId": str(customer["id"]),
        "firstName": customer.get("first_name"),
        "lastName": customer.get("last_name"),
        "displayName": f"{customer.get('first_name') or ''} {customer.get('last_name') or ''}".strip(),
        "note": customer.get("note"),
        "tags": [],
        "taxExempt": bool(customer.get("tax_exempt")),
        "verifiedEmail": bool(customer.get("verified_email")),
        "defaultEmailAddress": {"emailAddress": email} if email else None,
        "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
        "defaultAddress": address(customer.get("default_address")),
    }


def _company_node(company: Json) -> Json:
    return {
        "__typename": "PurchasingCompany",
        "company": {"id": f"gid://shopify/Company/{company['id']}", "name": "Company", "externalId": None},
        "contact": None,
        "location": {
            "id": f"gid://shopify/CompanyLocation/{company['location_id']}",
            "name": "Headquarters",
            "externalId": None,
        },
    }


def _named(kind: str, number: int | None, rest: Json) -> Json | None:
    if number is None:
        return None
    return {
        "__typename": kind,
        "id": f"gid://shopify/{kind}/{number}",
        "legacyResourceId": str(number),
        **rest,
    }


def _group(order: Json, number: int) -> Json:
    known = [group for group in order.get("line_item_groups") or [] if group["id"] == number]
    group = known[0] if known else {"title": "", "quantity": 1}
    return {
        "id": f"gid://shopify/LineItemGroup/{number}",
        "title": group["title"],
        "quantity": group["quantity"],
        "customAttributes": [],
    }


def _attributes(entries: list[Json] | None) -> list[Json]:
    return [{"key": entry["name"], "value": entry["value"]} for entry in entries or []]


def _duty(order: Json, duty: Json) -> Json:
    return {
        "id": gid("Duty", duty),
        "price": bag_of(duty),
        "harmonizedSystemCode": duty.get("harmonized_system_code"),
        "countryCodeOfOrigin": duty.get("country_code_of_origin"),
        "taxLines": taxes(duty, order),
    }


def _fees(order: Json) -> list[Json]:
    fee = set_bag(order, "original_total_additional_fees_set")
    if fee is None:
        return []
    number = f"gid://shopify/AdditionalFee/{order['id']}"
    return [{"id": number, "name": "Bottle deposit", "price": fee, "taxLines": []}]


def _shipping_node(order: Json, line: Json) -> Json:
    return {
        "id": f"gid://shopify/ShippingLine/{line['id']}",
        "title": line["title"],
        "code": line.get("code"),
        "source": line.get("source"),
        "carrierIdentifier": line.get("carrier_identifier"),
        "phone": line.get("phone"),
        "isRemoved": bool(line.get("is_removed")),
        "originalPriceSet": bag(line, "price", order),
        "discountedPriceSet": bag(line, "discounted_price", order),
        "currentDiscountedPriceSet": set_bag(line, "current_discounted_price_set"),
        "discountAllocations": allocations(order, line),
        "taxLines": taxes(line, order),
    }


def _application(order: Json, index: int, entry: Json) -> Json:
    percentage = entry["value_type"] == "percentage"
    worth = Decimal(entry["value"]) if entry.get("value") else ZERO
    value: Json = {"__typename": "PricingPercentageValue", "percentage": float(worth)}
    if not percentage:
        value = {"__typename": "MoneyV2", "amount": amount_text(worth), "currencyCode": order["currency"]}
    return {
        "__typename": _APPLICATIONS[entry["type"]],
        "index": index,
        "allocationMethod": entry["allocation_method"].upper(),
        "targetSelection": entry["target_selection"].upper(),
        "targetType": entry["target_type"].upper(),
        "value": value,
        "code": entry.get("code"),
        "title": entry.get("title"),
        "description": entry.get("description"),
    }
