"""The newest orders of a shop, newest first, past every page; one that cannot be read does not hide the others."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from connector.errors import Deferred, Parked
from connector.model import Order
from connector.storefronts.base import Unreadable, Unsupported
from connector.storefronts.shopify.adapter import ShopifyStorefront
from connector.storefronts.shopify.order_query import LATEST, ORDER
from connector.storefronts.woocommerce.adapter import WooCommerceStorefront
from tests.unit.storefronts import woocommerce_bodies
from tests.unit.storefronts.shopify_payloads import Payload, connection, graphql_order

ORDERS = "https://shop.example.test/wp-json/wc/v3/orders"


def gid(number: int) -> str:
    return f"gid://shopify/Order/{number}"


class Shopify:
    """A shop with orders 1 to `count`, the highest modified last; `odd` ones have another answer."""

    def __init__(self, count: int, odd: Mapping[int, object] | None = None) -> None:
        self.numbers = list(range(count, 0, -1))
        self.odd = odd or {}
        self.asked: list[Mapping[str, object]] = []

    def ask(self, document: str, variables: Mapping[str, object]) -> Payload:
        if document == ORDER:
            number = int(str(variables["id"]).rpartition("/")[2])
            answer = self.odd.get(number, graphql_order(id=gid(number)))
            if isinstance(answer, Exception):
                raise answer
            return {"order": answer}
        assert document == LATEST
        self.asked.append(variables)
        start, size = int(str(variables["after"] or 0)), int(str(variables["first"]))
        assert 1 <= size <= 250
        nodes = [{"id": gid(number)} for number in self.numbers[start : start + size]]
        more = str(start + size) if self.numbers[start + size :] else None
        return {"orders": connection(*nodes, more=more)}

    def store(self) -> ShopifyStorefront:
        store = ShopifyStorefront("acme", "https://acme.example", {})
        store.__dict__["_ask"] = self.ask
        return store


class WooCommerce:
    """A listing by day of creation, newest first; `grow` new orders come in before each further page."""

    def __init__(self, count: int, grow: int = 0) -> None:
        self.bodies = [woocommerce_bodies.order(id=number) for number in range(count, 0, -1)]
        self.grow = grow
        self.calls: list[dict[str, str]] = []

    def __call__(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        assert (query["status"], query["orderby"], query["order"]) == ("any", "date", "desc")
        if self.calls:
            first = self.bodies[0]["id"]
            new = [woocommerce_bodies.order(id=first + n) for n in range(self.grow, 0, -1)]
            self.bodies = new + self.bodies
        self.calls.append(query)
        size, page = int(query["per_page"]), int(query["page"])
        assert 1 <= size <= 100
        rows = self.bodies[size * (page - 1) : size * page]
        return 200, {"X-WP-TotalPages": str(-(-len(self.bodies) // size))}, json.dumps(rows)


def latest(shop: WooCommerce, count: int) -> list[Order | Unreadable]:
    secret: dict[str, object] = {"consumer_key": "ck_invented", "consumer_secret": "cs_invented"}
    store = WooCommerceStorefront("acme", "https://shop.example.test", secret)
    with responses.RequestsMock() as web:
        web.add_callback(responses.GET, ORDERS, shop)
        return list(store.latest("order", count))


class TestShopify:
    @pytest.mark.parametrize(("there", "wanted", "pages"), [(3, 5, 1), (5, 3, 1), (260, 255, 2), (0, 2, 1)])
    def test_newest_first_and_no_more_than_wanted(self, there: int, wanted: int, pages: int) -> None:
        shop = Shopify(there)
        found = [order.id for order in shop.store().latest("order", wanted)]
        assert found == [str(number) for number in range(there, 0, -1)][:wanted]
        assert len(shop.asked) == pages

    def test_order_that_came_up_again_is_told_once(self) -> None:
        shop = Shopify(3)
        shop.numbers = [3, 2, 3, 1]
        assert [order.id for order in shop.store().latest("order", 9)] == ["3", "2", "1"]

    def test_unreadable_order_stands_among_the_others_with_its_reason(self) -> None:
        problem = Parked("unreadable", "total_price: expected money", "Report this.")
        first, odd, last = Shopify(3, {2: problem}).store().latest("order", 3)
        assert (first.id, odd, last.id) == ("3", Unreadable("2", problem), "1")

    def test_order_that_vanished_meanwhile_is_skipped(self) -> None:
        assert [order.id for order in Shopify(3, {2: None}).store().latest("order", 3)] == ["3", "1"]

    def test_shop_that_asks_for_a_pause_is_not_taken_for_an_unreadable_order(self) -> None:
        found = Shopify(2, {1: Deferred("storefront_throttled", "points")}).store().latest("order", 2)
        assert next(found).id == "2"
        with pytest.raises(Deferred):
            next(found)

    def test_other_entities_are_unsupported(self) -> None:
        with pytest.raises(Unsupported):
            next(Shopify(1).store().latest("customer", 1))


class TestWooCommerce:
    @pytest.mark.parametrize(("there", "wanted", "pages"), [(3, 5, 1), (5, 3, 1), (250, 230, 3), (0, 2, 1)])
    def test_newest_first_and_no_more_than_wanted(self, there: int, wanted: int, pages: int) -> None:
        shop = WooCommerce(there)
        assert [int(order.id) for order in latest(shop, wanted)] == list(range(there, 0, -1))[:wanted]
        assert len(shop.calls) == pages

    def test_orders_that_come_in_meanwhile_double_none(self) -> None:
        found = [int(order.id) for order in latest(WooCommerce(250, grow=7), 200)]
        assert found == list(range(250, 50, -1))

    def test_unreadable_order_stands_among_the_others_with_its_reason(self) -> None:
        shop = WooCommerce(3)
        shop.bodies[1] = {**shop.bodies[1], "total": "much"}
        first, odd, last = latest(shop, 3)
        assert isinstance(odd, Unreadable)
        assert (first.id, odd.id, odd.problem.reason, last.id) == ("3", "2", "unreadable", "1")

    def test_other_entities_are_unsupported(self) -> None:
        with pytest.raises(Unsupported):
            next(WooCommerceStorefront("acme", "https://shop.example.test", {}).latest("customer", 1))
