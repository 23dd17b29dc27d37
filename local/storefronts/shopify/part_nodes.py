"""Payments, refunds and shipments of an order as the Admin API tells them."""

from decimal import Decimal

from local.storefronts.payload import Json
from local.storefronts.shopify import money
from local.storefronts.shopify.node_values import amount_text, bag, bag_of, gid, nothing, number_of, utc
from local.storefronts.shopify.paging import Connection
from local.storefronts.shopify.payments import refund_transactions, transactions_of


def transaction_nodes(order: Json, owner: Json) -> list[Json]:
    """All money movements of the order."""
    return [_transaction(owner, entry) for entry in transactions_of(order)]


def refund_nodes(order: Json, owner: Json) -> list[Json]:
    """The refunds of the order; shipping is told by lines of its own, not by adjustments."""
    return [_refund(order, owner, refund) for refund in order.get("refunds") or []]


def fulfillment_nodes(order: Json, owner: Json) -> list[Json]:
    """The shipments of the order, failed ones too."""
    return [_fulfillment(owner, entry) for entry in order.get("fulfillments") or []]


def _transaction(owner: Json, entry: Json) -> Json:
    parent = entry.get("parent_id")
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", entry),
        "kind": entry["kind"].upper(),
        "status": entry["status"].upper(),
        "gateway": entry["gateway"],
        "formattedGateway": str(entry["gateway"]).replace("_", " ").title(),
        "test": bool(entry.get("test")),
        "processedAt": utc(entry.get("processed_at")),
        "createdAt": utc(entry["created_at"]),
        "errorCode": None,
        "manualPaymentGateway": bool(entry.get("manual_payment_gateway")),
        "paymentId": entry.get("payment_id"),
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{parent}"} if parent else None,
        "amountSet": bag_of(entry["amount_set"]),
        "amountRoundingSet": None,
        "authorizationExpiresAt": None,
        "order": owner,
    }


def _refund(order: Json, owner: Json, refund: Json) -> Json:
    adjustments = refund.get("order_adjustments") or []
    movements = refund_transactions(order, refund)
    return {
        "__typename": "Refund",
        "id": gid("Refund", refund),
        "legacyResourceId": number_of(gid("Refund", refund)),
        "createdAt": utc(refund["created_at"]),
        "processedAt": utc(refund["processed_at"]),
        "updatedAt": utc(refund["processed_at"]),
        "note": refund.get("note"),
        "order": owner,
        "totalRefundedSet": _refunded(order, movements),
        "refundLineItems": Connection(
            [_refund_line(order, owner, refund, entry) for entry in refund.get("refund_line_items") or []]
        ),
        "refundShippingLines": Connection(
            [_shipping(order, owner, entry) for entry in adjustments if entry["kind"] == "shipping_refund"]
        ),
        "orderAdjustments": Connection(
            [_adjustment(order, entry) for entry in adjustments if entry["kind"] != "shipping_refund"]
        ),
        "duties": [],
        "transactions": Connection([_transaction(owner, entry) for entry in movements]),
    }


def _refunded(order: Json, movements: list[Json]) -> Json:
    found = nothing(order)
    for side, source in (("shopMoney", "shop_money"), ("presentmentMoney", "presentment_money")):
        paid = [
            Decimal(entry["amount_set"][source]["amount"])
            for entry in movements
            if entry["status"] == "success"
        ]
        found[side]["amount"] = amount_text(sum(paid, Decimal(0)))
    return found


def _refund_line(order: Json, owner: Json, refund: Json, entry: Json) -> Json:
    lines = [line for line in owner["lineItems"].nodes if number_of(line["id"]) == str(entry["line_item_id"])]
    return {
        "id": f"gid://shopify/RefundLineItem/{entry['id']}",
        "quantity": entry["quantity"],
        "restockType": entry["restock_type"].upper(),
        "restocked": bool(refund.get("restock")),
        "location": None,
        "lineItem": lines[0] if lines else {"id": f"gid://shopify/LineItem/{entry['line_item_id']}"},
        "priceSet": bag(entry["line_item"], "price", order),
        "subtotalSet": bag(entry, "subtotal", order),
        "totalTaxSet": bag(entry, "total_tax", order),
    }


def _shipping(order: Json, owner: Json, entry: Json) -> Json:
    net, tax = -money.read(entry["amount"]), -money.read(entry["tax_amount"])
    subtotal = net + tax if order["taxes_included"] else net
    return {
        "id": f"gid://shopify/RefundShippingLine/{entry['id']}",
        "shippingLine": owner["shippingLines"].nodes[0],
        "subtotalAmountSet": _bag(order, subtotal),
        "taxAmountSet": _bag(order, tax),
    }


def _adjustment(order: Json, entry: Json) -> Json:
    return {
        "id": f"gid://shopify/OrderAdjustment/{entry['id']}",
        "reason": "REFUND_DISCREPANCY",
        "amountSet": bag(entry, "amount", order),
        "taxAmountSet": bag(entry, "tax_amount", order),
    }


def _fulfillment(owner: Json, entry: Json) -> Json:
    numbers, urls = entry.get("tracking_numbers") or [], entry.get("tracking_urls") or []
    parcels = [
        {
            "company": entry.get("tracking_company"),
            "number": number,
            "url": urls[index] if index < len(urls) else None,
        }
        for index, number in enumerate(numbers)
    ]
    known = {number_of(line["id"]): line for line in owner["lineItems"].nodes}
    shipped = [
        {
            "id": f"gid://shopify/FulfillmentLineItem/{line['id']}",
            "quantity": line["quantity"],
            "lineItem": known.get(number_of(gid("LineItem", line)), {"id": gid("LineItem", line)}),
        }
        for line in entry.get("line_items") or []
    ]
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", entry),
        "legacyResourceId": str(entry["id"]),
        "name": entry["name"],
        "status": entry["status"].upper(),
        "displayStatus": None,
        "createdAt": utc(entry["created_at"]),
        "updatedAt": utc(entry["updated_at"]),
        "deliveredAt": None,
        "totalQuantity": sum(line["quantity"] for line in shipped),
        "requiresShipping": True,
        "order": owner,
        "location": None,
        "trackingInfo": parcels,
        "fulfillmentLineItems": Connection(shipped),
    }


def _bag(order: Json, amount: Decimal) -> Json:
    found = money.money_set(amount, order["currency"], order["presentment_currency"])
    return bag_of(found)
