"""The money movements of an order, which webhooks of orders do not carry but the API tells.

Each has `amount_set` beside the plain amount, which is in the buyer's currency as in `order_transactions/create`.
"""

from decimal import Decimal

from local.storefronts.amounts import ZERO
from local.storefronts.payload import Json, derived_id
from local.storefronts.shopify import money
from local.storefronts.shopify.totals import received, refund_money

GIFT_CARD_SHARE = Decimal(20)
"""A gift card pays this much at most, the other gateway the rest."""


def transactions_of(order: Json) -> list[Json]:
    """All transactions, oldest first: an authorization or sales, and the refunds'."""
    if "transactions" in order:
        return list(order["transactions"])
    return _incoming(order) + [
        entry for refund in order["refunds"] for entry in refund_transactions(order, refund)
    ]


def refund_transactions(order: Json, refund: Json) -> list[Json]:
    """A refund's transactions with their amounts in both currencies."""
    found: list[Json] = refund.get("transactions") or []
    if len(found) != 1 or "amount_set" in found[0]:
        return [entry if "amount_set" in entry else _same_in_both(order, entry) for entry in found]
    amounts: Json = {
        "presentment_money": {"amount": found[0]["amount"], "currency_code": found[0]["currency"]}
    }
    amounts["shop_money"] = {"amount": str(refund_money(order, refund)), "currency_code": order["currency"]}
    return [found[0] | {"amount_set": amounts}]


def transaction_body(order: Json) -> Json | None:
    """What `order_transactions/create` tells: the newest transaction; None if there is none."""
    found = transactions_of(order)
    return {name: value for name, value in found[-1].items() if name != "amount_set"} if found else None


def _incoming(order: Json) -> list[Json]:
    gateways = order.get("payment_gateway_names") or ["manual"]
    if order["financial_status"] == "authorized":
        return [_movement(order, 0, "authorization", gateways[-1], money.read(order["total_price"]))]
    paid = _paid(order)
    if paid <= 0:
        return []
    by_card = min(GIFT_CARD_SHARE, paid) if len(gateways) > 1 and gateways[0] == "gift_card" else ZERO
    amounts = [(gateways[-1], paid - by_card), ("gift_card", by_card)]
    found = [(gateway, amount) for gateway, amount in amounts if amount]
    return [_movement(order, index, "sale", *entry) for index, entry in enumerate(found)]


def _paid(order: Json) -> Decimal:
    if order.get("total_outstanding") is not None and order.get("current_total_price") is not None:
        return received(order)
    paid = ("paid", "partially_refunded", "refunded")
    return money.read(order["total_price"]) if order.get("financial_status") in paid else ZERO


def _same_in_both(order: Json, entry: Json) -> Json:
    side = {"amount": entry["amount"], "currency_code": entry.get("currency") or order["currency"]}
    return entry | {"amount_set": {"shop_money": side, "presentment_money": side}}


def _movement(order: Json, index: int, kind: str, gateway: str, amount: Decimal) -> Json:
    identity = derived_id(order["id"], "transaction", index)
    presentment = order["presentment_currency"]
    amounts = money.money_set(amount, order["currency"], presentment)
    unsettled = {"amount": amounts["presentment_money"]["amount"], "currency": presentment}
    return {
        "id": identity,
        "order_id": order["id"],
        "kind": kind,
        "gateway": gateway,
        "status": "success",
        "message": None,
        "created_at": order["processed_at"],
        "test": order["test"],
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": None,
        "processed_at": order["processed_at"],
        "device_id": None,
        "error_code": None,
        "source_name": order["source_name"],
        "receipt": {},
        "amount": amounts["presentment_money"]["amount"],
        "amount_set": amounts,
        "currency": presentment,
        "payment_id": f"{order['name']}.{index + 1}",
        "total_unsettled_set": {"presentment_money": unsettled, "shop_money": unsettled},
        "manual_payment_gateway": gateway == "manual",
        "amount_rounding": None,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{identity}",
    }
