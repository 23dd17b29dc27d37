"""Invented histories of orders, and the state of Salesforce in a form that two runs can be compared by."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from local.storefronts.shopify import orders as shopify
from local.storefronts.woocommerce import orders as woocommerce

OBJECTS = (
    "Account",
    "Contact",
    "Lead",
    "Order",
    "OrderItem",
    "Opportunity",
    "OpportunityLineItem",
    "Product2",
    "PricebookEntry",
    "Pricebook2",
)
_SYSTEM = {
    "Id",
    "CreatedDate",
    "LastModifiedDate",
    "SystemModstamp",
    "OrderNumber",
    "OrderItemNumber",
    "attributes",
    "LastViewedDate",
    "LastReferencedDate",
    "CaseNumber",
    "IsDeleted",
    "CreatedById",
    "LastModifiedById",
    "OwnerId",
}


def _trim(touch):
    """A change that takes away: the note, the phone, and in WooCommerce, where removed lines vanish, a line."""

    def trim(rng, order, at):
        order = touch(rng, order, at)
        if "line_items" in order and "total_price" not in order and len(order["line_items"]) > 1:
            lines = list(order["line_items"])
            gone = lines.pop(rng.randrange(len(lines)))
            net, tax = Decimal(gone["total"]), Decimal(gone["total_tax"])
            order |= {
                "line_items": lines,
                "total": str(Decimal(order["total"]) - net - tax),
                "total_tax": str(Decimal(order["total_tax"]) - tax),
            }
        for name in ("note", "customer_note"):
            if name in order:
                order[name] = None if name == "note" else ""
        return order

    return trim


def _annotate(touch):
    """A change that adds a note."""

    def annotate(rng, order, at):
        order = touch(rng, order, at)
        name = "note" if "total_price" in order else "customer_note"
        return order | {name: f"leave it at number {rng.randint(1, 99)}"}

    return annotate


_SHOPIFY = (
    shopify.pay,
    shopify.edit,
    shopify.refund,
    shopify.fulfil,
    shopify.cancel,
    shopify.touch,
    _trim(shopify.touch),
    _annotate(shopify.touch),
)
_WOOCOMMERCE = (
    woocommerce.pay,
    woocommerce.edit,
    woocommerce.refund,
    woocommerce.fulfil,
    woocommerce.cancel,
    woocommerce.touch,
    _trim(woocommerce.touch),
    _annotate(woocommerce.touch),
)


def deliveries(seed, orders=2, most=4):
    """(store, topic, order) of several orders' lives, oldest first."""
    rng = Random(seed)
    steps = []
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for number in range(orders):
        store = rng.choice(("shop", "woo"))
        module, changes, topics = (
            (shopify, _SHOPIFY, ("orders/create", "orders/updated"))
            if store == "shop"
            else (woocommerce, _WOOCOMMERCE, ("order.created", "order.updated"))
        )
        at = start + timedelta(minutes=7 * number)
        order = module.make_order(rng, 5000 + number, at)
        steps.append((at, store, topics[0], order))
        for _ in range(rng.randint(0, most)):
            at += timedelta(minutes=rng.randint(1, 40), seconds=rng.randint(1, 50))
            order = rng.choice(changes)(rng, order, at)
            steps.append((at, store, topics[1], order))
        if rng.random() < 0.15:
            deleted = "orders/delete" if store == "shop" else "order.deleted"
            steps.append((at + timedelta(minutes=3), store, deleted, {"id": order["id"]}))
    return [(store, topic, order) for _, store, topic, order in sorted(steps, key=lambda step: step[0])]


def state(world):
    """Every row of the connector in Salesforce by object and key, references as the key that they lead to."""
    rows = {name: world.rows(name) for name in OBJECTS}
    keys = {
        row["Id"]: f"{name}/{row.get('Storefront_Key__c')}" for name, found in rows.items() for row in found
    }
    return {
        f"{name}/{row['Storefront_Key__c']}": {
            field: keys.get(value, value)
            for field, value in sorted(row.items())
            if field not in _SYSTEM and value is not None
        }
        for name, found in rows.items()
        for row in found
        if row.get("Storefront_Key__c")
    }
