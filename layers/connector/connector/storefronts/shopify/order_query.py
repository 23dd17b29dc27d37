"""Reading whole orders from the Admin GraphQL API, past every page. Documents for version 2026-10.

A query may cost 1,000 points at most, and nested lists multiply, so pages are small and what most orders lack
(payments, refunds, shipments) is read by id in a second step. The sizes keep each document below 750 points.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from connector.errors import Parked
from connector.storefronts.shopify.fields import elements, flag, moment, part, records, required_id, text

Node = dict[str, object]
Ask = Callable[[str, Mapping[str, object]], Node]
"""Sends a document with its variables and returns the answer's `data`."""

MAX_SLICE = 20_000
"""Orders read with one search; Shopify pages through 25,000 at most."""

_MAX_PARTS = 250
_MAX_PAGE = 250
_FEW_PARTS = 20
_SHOP = "{ shopMoney { amount currencyCode } }"
_BOTH = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
_TAXES = f"taxLines {{ title rate priceSet {_SHOP} }}"
_ALLOCATIONS = f"discountAllocations {{ allocatedAmountSet {_SHOP} }}"
_ADDRESS = (
    "{ firstName lastName company address1 address2 city "
    "province provinceCode zip country countryCodeV2 phone }"
)
_LINE = f"""
  id title variantTitle sku quantity currentQuantity requiresShipping isGiftCard
  originalUnitPriceSet {_SHOP}
  {_ALLOCATIONS} {_TAXES}
  duties {{ id price {_SHOP} {_TAXES} }}
  customAttributes {{ key value }}
  product {{ id }} variant {{ id }} lineItemGroup {{ id }}
"""
_SHIPPING_LINE = f"id title isRemoved originalPriceSet {_SHOP} {_ALLOCATIONS} {_TAXES}"
_TRANSACTION = (
    f"id kind status gateway paymentId processedAt createdAt parentTransaction {{ id }} amountSet {_BOTH}"
)
_REFUND_LINE = f"quantity restockType lineItem {{ id }} subtotalSet {_SHOP} totalTaxSet {_SHOP}"
_REFUND_SHIPPING = f"id subtotalAmountSet {_SHOP} taxAmountSet {_SHOP}"
_SHIPPED_LINE = "quantity lineItem { id }"

CONNECTIONS: Mapping[str, Mapping[str, str]] = {
    "Order": {"lineItems": _LINE, "shippingLines": _SHIPPING_LINE},
    "Refund": {
        "refundLineItems": _REFUND_LINE,
        "refundShippingLines": _REFUND_SHIPPING,
        "transactions": _TRANSACTION,
    },
    "Fulfillment": {"fulfillmentLineItems": _SHIPPED_LINE},
}
"""What is read page by page: type, connection, selection of one node."""


def _page(owner: str, connection: str, arguments: str) -> str:
    if connection == "shippingLines":
        arguments += ", includeRemovals: true"
    nodes = CONNECTIONS[owner][connection]
    return f"{connection}({arguments}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {nodes} }} }}"


ORDER = f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id name number createdAt processedAt updatedAt cancelledAt closedAt cancelReason test
    displayFinancialStatus displayFulfillmentStatus
    currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded customerAcceptsMarketing
    email phone note tags sourceName poNumber discountCodes paymentGatewayNames
    totalPriceSet {_BOTH} currentTotalPriceSet {_SHOP} subtotalPriceSet {_SHOP}
    totalTaxSet {_SHOP} totalDiscountsSet {_SHOP} totalTipReceivedSet {_SHOP}
    originalTotalDutiesSet {_SHOP} currentTotalDutiesSet {_SHOP}
    originalTotalAdditionalFeesSet {_SHOP} currentTotalAdditionalFeesSet {_SHOP}
    totalCashRoundingAdjustment {{ paymentSet {_SHOP} }}
    {_TAXES}
    customAttributes {{ key value }}
    customer {{
      id firstName lastName note defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{ phoneNumber }}
    }}
    purchasingEntity {{ ... on PurchasingCompany {{ company {{ id }} location {{ id }} }} }}
    retailLocation {{ id }}
    billingAddress {_ADDRESS} shippingAddress {_ADDRESS}
    {_page("Order", "lineItems", "first: 20")}
    {_page("Order", "shippingLines", "first: 5")}
    transactions(first: {_FEW_PARTS}) {{ id }}
    refunds(first: {_FEW_PARTS}) {{ id }}
    fulfillments(first: {_FEW_PARTS}) {{ id }}
  }}
}}
"""

PARTS = f"""
query OrderParts($id: ID!) {{
  order(id: $id) {{
    transactions(first: {_MAX_PARTS}) {{ id }}
    refunds(first: {_MAX_PARTS}) {{ id }}
    fulfillments(first: {_MAX_PARTS}) {{ id }}
  }}
}}
"""

TRANSACTIONS = f"""
query Transactions($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on OrderTransaction {{ {_TRANSACTION} }} }}
}}
"""

REFUNDS = f"""
query Refunds($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Refund {{
      id createdAt processedAt note
      {_page("Refund", "refundLineItems", "first: 10")}
      {_page("Refund", "refundShippingLines", "first: 3")}
      {_page("Refund", "transactions", "first: 10")}
    }}
  }}
}}
"""

FULFILLMENTS = f"""
query Fulfillments($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Fulfillment {{
      id status createdAt
      trackingInfo(first: 20) {{ company number url }}
      {_page("Fulfillment", "fulfillmentLineItems", "first: 30")}
    }}
  }}
}}
"""

CHANGED = """
query ChangedOrders($query: String!, $after: String) {
  orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }
}
"""

LATEST = """
query LatestOrders($first: Int!, $after: String) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, reverse: true) {
    pageInfo { hasNextPage endCursor }
    nodes { id }
  }
}
"""

_PARTS: Mapping[str, tuple[str, str, int]] = {
    "transactions": (TRANSACTIONS, "OrderTransaction", 100),
    "refunds": (REFUNDS, "Refund", 4),
    "fulfillments": (FULFILLMENTS, "Fulfillment", 5),
}
"""List of the order: document, type, ids in one query."""


def next_page(owner: str, connection: str) -> str:
    """The document for the pages after the first of a connection."""
    page = _page(owner, connection, "first: 20, after: $after")
    return f"query Next($id: ID!, $after: String!) {{ node(id: $id) {{ ... on {owner} {{ {page} }} }} }}"


def owner_of(kind: str) -> str:
    """The document for the order that a `Refund`, `Fulfillment` or `OrderTransaction` belongs to."""
    return f"query Owner($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ order {{ id }} }} }} }}"


def query_order(ask: Ask, order_id: str) -> Node | None:
    """The order with every line, payment, refund and shipment; None if the shop does not know it."""
    gid = f"gid://shopify/Order/{order_id}"
    order = part(ask(ORDER, {"id": gid}), "order")
    if order is None:
        return None
    whole = _complete(ask, "Order", order)
    ids = {name: _ids(order, name) for name in _PARTS}
    if any(len(found) >= _FEW_PARTS for found in ids.values()):
        more = part(ask(PARTS, {"id": gid}), "order") or {}
        ids = {name: _ids(more, name) for name in _PARTS}
    return whole | {name: _query_parts(ask, name, found) for name, found in ids.items()}


def query_changed(ask: Ask, since: datetime) -> Iterator[str]:
    """The ids of the orders modified at or after `since`, oldest first; some may come twice."""
    cursor: str | None = None
    read = 0
    while True:
        search = f"updated_at:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
        page = part(ask(CHANGED, {"query": search, "after": cursor}), "orders") or {}
        last = since
        for place, node in records(page, "nodes", "orders."):
            yield required_gid(node, place)
            last = moment(node, "updatedAt", place) or last
            read += 1
        cursor = _next_cursor(page)
        if cursor is None:
            return
        if read >= MAX_SLICE and last.replace(microsecond=0) > since:
            since, cursor, read = last.replace(microsecond=0), None, 0


def query_latest(ask: Ask, count: int) -> Iterator[str]:
    """The ids of the orders modified last, newest first, each once, at most `count`."""
    cursor: str | None = None
    found: set[str] = set()
    while True:
        asked = {"first": min(count, _MAX_PAGE), "after": cursor}
        page = part(ask(LATEST, asked), "orders") or {}
        for place, node in records(page, "nodes", "orders."):
            order_id = required_gid(node, place)
            if order_id not in found:
                found.add(order_id)
                yield order_id
            if len(found) == count:
                return
        cursor = _next_cursor(page)
        if cursor is None:
            return


def query_owner(ask: Ask, kind: str, part_id: str) -> str | None:
    """The id of the order that a refund, fulfilment or transaction belongs to; None if it is unknown."""
    node = part(ask(owner_of(kind), {"id": f"gid://shopify/{kind}/{part_id}"}), "node") or {}
    order = part(node, "order", "node.")
    return required_gid(order, "node.order.") if order else None


def required_gid(node: Mapping[str, object], place: str) -> str:
    """The number in a node's global id."""
    return required_id({"admin_graphql_api_id": node.get("id")}, place)


def _query_parts(ask: Ask, name: str, ids: Sequence[str]) -> list[Node]:
    document, owner, size = _PARTS[name]
    found: list[Node] = []
    for start in range(0, len(ids), size):
        answer = ask(document, {"ids": ids[start : start + size]})
        found += [_complete(ask, owner, node) for node in elements(answer, "nodes") if isinstance(node, dict)]
    return found


def _ids(order: Node, name: str) -> list[str]:
    found = [text(node, "id", place) or "" for place, node in records(order, name, "order.")]
    if len(found) >= _MAX_PARTS:
        raise Parked(
            "too_large",
            f"the order has {_MAX_PARTS} or more {name}, and Shopify gives out no more of them",
            "Enter this order in Salesforce by hand, then dismiss this message.",
            field=name,
        )
    return found


def _complete(ask: Ask, owner: str, node: Node) -> Node:
    """The node with the lists of its connections in place of their first pages."""
    return node | {name: _all_nodes(ask, owner, node, name) for name in CONNECTIONS.get(owner, {})}


def _all_nodes(ask: Ask, owner: str, node: Node, name: str) -> list[Node]:
    page = part(node, name) or {}
    found = [one for _, one in records(page, "nodes", f"{name}.")]
    while cursor := _next_cursor(page):
        answer = ask(next_page(owner, name), {"id": node.get("id"), "after": cursor})
        page = part(part(answer, "node") or {}, name) or {}
        found += [one for _, one in records(page, "nodes", f"{name}.")]
    return found


def _next_cursor(page: Node) -> str | None:
    info = part(page, "pageInfo") or {}
    return text(info, "endCursor", "pageInfo.") if flag(info, "hasNextPage", "pageInfo.") else None
