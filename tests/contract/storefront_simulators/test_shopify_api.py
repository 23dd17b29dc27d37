"""The simulated Admin API is no kinder than Shopify's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from local.storefronts.exchange import Dropped, Request
from local.storefronts.shop import Shop
from local.storefronts.shopify import orders
from local.storefronts.shopify.graphql_api import load_schema
from local.storefronts.shopify.vendor import FIRST_ORDER_ID
from tests.contract.storefront_simulators.driving import ask, order_of, post_graphql

PLACED = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(open_store: Callable[[str], Shop]) -> Shop:
    return open_store("shopify")


def put(shop: Shop, count: int = 1, **traits: Any) -> list[dict[str, Any]]:
    """Orders an hour apart."""
    made = []
    for index in range(count):
        at = PLACED + timedelta(hours=index)
        kind = orders.Traits(**traits)
        made.append(orders.make_order(Random(index), FIRST_ORDER_ID + 2 * index, at, kind))
        shop.vendor.put(made[-1])
    return made


def gid(order: dict[str, Any]) -> str:
    return f"gid://shopify/Order/{order['id']}"


def test_an_order_is_told_in_both_currencies_and_in_utc(shop: Shop) -> None:
    order = put(shop, presentment="USD")[0]
    document = """query ($id: ID!) { order(id: $id) { legacyResourceId updatedAt displayFinancialStatus
        totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { currencyCode } } } }"""
    found = ask(shop, document, id=gid(order))["data"]["order"]
    assert found["legacyResourceId"] == str(order["id"])
    assert found["updatedAt"] == "2026-11-01T12:00:00Z"
    assert found["displayFinancialStatus"] == "PAID"
    assert found["totalPriceSet"]["presentmentMoney"]["currencyCode"] == "USD"
    assert float(found["totalPriceSet"]["shopMoney"]["amount"]) == float(order["total_price"])


def test_an_unknown_order_is_null(shop: Shop) -> None:
    assert ask(shop, '{ order(id: "gid://shopify/Order/1") { id } }')["data"] == {"order": None}


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_401(shop: Shop, token: str) -> None:
    assert post_graphql(shop, "{ order(id: 1) { id } }", token).status == 401


def test_a_field_that_the_schema_does_not_have_is_refused_with_status_200(shop: Shop) -> None:
    answer = ask(shop, '{ order(id: "gid://shopify/Order/1") { total_price } }')
    assert "data" not in answer
    assert "total_price" in answer["errors"][0]["message"]


def test_schema_holds_no_prose() -> None:
    schema = load_schema()
    described = [
        name for name, kind in schema.type_map.items() if kind.description and not name.startswith("__")
    ]
    assert set(described) <= {"String", "Int", "Float", "Boolean", "ID"}


def test_a_connection_needs_first_or_last_and_at_most_250(shop: Shop) -> None:
    put(shop)
    assert "first or last" in ask(shop, "{ orders { nodes { id } } }")["errors"][0]["message"]
    assert "250" in ask(shop, "{ orders(first: 251) { nodes { id } } }")["errors"][0]["message"]


def test_orders_changed_since_come_page_by_page_in_order(shop: Shop) -> None:
    made = put(shop, 7)
    document = """query ($q: String, $after: String) { orders(first: 2, after: $after, query: $q, sortKey: UPDATED_AT) {
        pageInfo { hasNextPage endCursor } nodes { id } } }"""
    found, cursor = [], None
    while True:
        page = ask(shop, document, q="updated_at:>='2026-11-01T14:00:00Z'", after=cursor)["data"]["orders"]
        found += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == [gid(order) for order in made[2:]]


def test_a_cursor_survives_that_its_order_moves_on(shop: Shop) -> None:
    made = put(shop, 4)
    document = """query ($after: String) { orders(first: 2, after: $after, sortKey: UPDATED_AT) {
        pageInfo { endCursor } nodes { id } } }"""
    first = ask(shop, document)["data"]["orders"]
    shop.vendor.put(orders.touch(Random(1), made[1], PLACED + timedelta(days=1)))
    second = ask(shop, document, after=first["pageInfo"]["endCursor"])["data"]["orders"]
    assert [node["id"] for node in second["nodes"]] == [gid(made[2]), gid(made[3])]


def test_a_search_that_is_not_simulated_says_so(shop: Shop) -> None:
    answer = ask(shop, '{ orders(first: 1, query: "sku:X") { nodes { id } } }')
    assert "not simulated" in answer["errors"][0]["message"]


def test_a_query_above_1000_points_is_refused(shop: Shop) -> None:
    document = "{ orders(first: 250) { nodes { totalPriceSet { shopMoney { amount } presentmentMoney { amount } } } } }"
    error = ask(shop, document)["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] == 2 + 250 * 4


def test_an_empty_bucket_throttles_with_status_200_and_no_data(shop: Shop) -> None:
    document = "{ orders(first: 160) { nodes { totalPriceSet { shopMoney { amount } } customer { id } } } }"
    shop.faults.order({"fault": "throttled"})
    answer = ask(shop, document)
    assert (answer["errors"][0]["extensions"]["code"], answer.get("data")) == ("THROTTLED", None)
    again = ask(shop, document)
    assert again["errors"][0]["extensions"]["code"] == "THROTTLED", "the bucket is still nearly empty"
    cost = again["extensions"]["cost"]
    assert cost["requestedQueryCost"] > cost["throttleStatus"]["currentlyAvailable"]


def test_what_was_asked_for_and_not_used_is_given_back(shop: Shop) -> None:
    put(shop)
    cost = ask(shop, "{ orders(first: 100) { nodes { id customer { id } } } }")["extensions"]["cost"]
    assert cost["requestedQueryCost"] > cost["actualQueryCost"]
    assert cost["throttleStatus"]["currentlyAvailable"] >= 2000 - cost["actualQueryCost"] - 1


def test_client_credentials_give_a_token_that_can_expire(shop: Shop) -> None:
    form = b"grant_type=client_credentials&client_id=app-1&client_secret=key-old"
    granted = json.loads(shop.answer(Request("POST", "/admin/oauth/access_token", body=form)).body)
    assert granted["expires_in"] == 86399
    document = '{ order(id: "gid://shopify/Order/1") { id } }'
    assert ask(shop, document, granted["access_token"])["data"] == {"order": None}
    shop.faults.order({"fault": "expired_token"})
    assert post_graphql(shop, document, granted["access_token"]).status == 401


def test_wrong_client_credentials_get_no_token(shop: Shop) -> None:
    form = b"grant_type=client_credentials&client_id=app-1&client_secret=wrong"
    assert shop.answer(Request("POST", "/admin/oauth/access_token", body=form)).status == 400


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("rate_limited", 429),
        ("error_html", 500),
        ("unavailable_html", 503),
        ("unauthorized", 401),
        ("frozen", 402),
        ("locked", 423),
    ],
)
def test_ordered_faults_hit_as_often_as_ordered(shop: Shop, fault: str, status: int) -> None:
    order_of(shop, "POST", "/_faults", fault=fault, times=2, path="graphql")
    document = '{ order(id: "gid://shopify/Order/1") { id } }'
    assert [post_graphql(shop, document).status for _ in range(3)] == [status, status, 200]


@pytest.mark.parametrize(
    ("fault", "code"), [("internal_error", "INTERNAL_SERVER_ERROR"), ("access_denied", "ACCESS_DENIED")]
)
def test_errors_with_status_200(shop: Shop, fault: str, code: str) -> None:
    order_of(shop, "POST", "/_faults", fault=fault)
    assert (
        ask(shop, '{ order(id: "gid://shopify/Order/1") { id } }')["errors"][0]["extensions"]["code"] == code
    )


def test_a_time_out_closes_the_connection_without_an_answer(shop: Shop) -> None:
    order_of(shop, "POST", "/_faults", fault="timeout", seconds=0)
    with pytest.raises(Dropped):
        post_graphql(shop, "{ order(id: 1) { id } }")


def test_parts_of_an_order_are_found_by_their_own_ids(shop: Shop) -> None:
    order = put(shop)[0]
    shipped = orders.fulfil(Random(4), order, PLACED + timedelta(hours=1))
    shop.vendor.put(orders.cancel(Random(1), order, PLACED + timedelta(hours=2)))
    refunded = shop.vendor.orders()[0]
    document = """query ($id: ID!) { node(id: $id) {
        ... on Refund { order { id } } ... on Fulfillment { order { id } } } }"""
    refund = f"gid://shopify/Refund/{refunded['refunds'][0]['id']}"
    assert ask(shop, document, id=refund)["data"]["node"]["order"]["id"] == gid(order)
    fulfilment = f"gid://shopify/Fulfillment/{shipped['fulfillments'][0]['id']}"
    assert ask(shop, document, id=fulfilment)["data"]["node"] is None
    shop.vendor.put(shipped)
    assert ask(shop, document, id=fulfilment)["data"]["node"]["order"]["id"] == gid(order)


def test_webhook_subscriptions_are_listed_made_and_removed(shop: Shop) -> None:
    listing = "{ webhookSubscriptions(first: 50, topics: [ORDERS_PAID]) { nodes { id topic uri } } }"
    known = ask(shop, listing)["data"]["webhookSubscriptions"]["nodes"]
    assert [node["topic"] for node in known] == ["ORDERS_PAID"]
    make = """mutation ($uri: String) {
        webhookSubscriptionCreate(topic: ORDERS_PAID, webhookSubscription: {uri: $uri}) {
        webhookSubscription { id } userErrors { message } } }"""
    taken = ask(shop, make, uri=known[0]["uri"])["data"]["webhookSubscriptionCreate"]
    assert taken["webhookSubscription"] is None
    assert "already been taken" in taken["userErrors"][0]["message"]
    made = ask(shop, make, uri="https://other.example.com/hook")["data"]["webhookSubscriptionCreate"]
    assert made["userErrors"] == []
    drop = "mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }"
    ask(shop, drop, id=known[0]["id"])
    assert [node["uri"] for node in ask(shop, listing)["data"]["webhookSubscriptions"]["nodes"]] == [
        "https://other.example.com/hook"
    ]
