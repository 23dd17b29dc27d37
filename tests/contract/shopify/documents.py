"""Every document that the Shopify adapter sends."""

from connector.storefronts.shopify import order_query


def documents() -> list[str]:
    """The source of each document."""
    fixed = [
        order_query.ORDER,
        order_query.PARTS,
        order_query.TRANSACTIONS,
        order_query.REFUNDS,
        order_query.FULFILLMENTS,
        order_query.CHANGED,
        order_query.LATEST,
    ]
    owners = [order_query.owner_of(kind) for kind in ("Refund", "Fulfillment", "OrderTransaction")]
    pages = [
        order_query.next_page(owner, connection)
        for owner, connections in order_query.CONNECTIONS.items()
        for connection in connections
    ]
    return fixed + owners + pages
