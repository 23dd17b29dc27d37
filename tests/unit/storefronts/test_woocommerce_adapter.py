"""WooCommerce behind the port: webhook bodies, reading one order, reading what changed, and what errors mean."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from connector.errors import Deferred, NotWritten, Parked
from connector.model import Order
from connector.storefronts.base import Reference, Unsupported
from connector.storefronts.woocommerce.adapter import WooCommerceStorefront
from connector.storefronts.woocommerce.api import Api
from tests.unit.storefronts.woocommerce_bodies import Body, encode, line, order

URL = "https://shop.example.test"
ORDERS = f"{URL}/wp-json/wc/v3/orders"
ORDER = f"{ORDERS}/4711"
SECRET: dict[str, object] = {"consumer_key": "ck_invented", "consumer_secret": "cs_invented"}
SINCE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
HTML = "<html><body>Service unavailable, ada@example.test</body></html>"


def store(url: str = URL, secret: dict[str, object] = SECRET) -> WooCommerceStorefront:
    return WooCommerceStorefront("acme", url, secret, "America/Halifax")


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


class Shop:
    """A listing with WooCommerce's own habits: exclusive whole seconds, "any" first and without trash and drafts."""

    def __init__(
        self, orders: list[Body], between: Callable[["Shop", int], None] = lambda shop, call: None
    ) -> None:
        self.orders = orders
        self.calls: list[dict[str, str]] = []
        self._between = between

    def __call__(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
        self._between(self, len(self.calls))
        self.calls.append(query)
        assert (query["dates_are_gmt"], query["orderby"], query["order"]) == ("true", "modified", "asc")
        assert int(query["per_page"]) <= 100
        found = [body for body in self.orders if self._listed(body, query)]
        found.sort(key=lambda body: (body["date_modified_gmt"], body["id"]))
        size, page = int(query["per_page"]), int(query["page"])
        rows = found[size * (page - 1) : size * page]
        return 200, {"X-WP-TotalPages": str(-(-len(found) // size))}, json.dumps(rows)

    @staticmethod
    def _listed(body: Body, query: dict[str, str]) -> bool:
        statuses = query["status"].split(",")
        fits = (
            body["status"] not in ("trash", "checkout-draft")
            if "any" in statuses
            else body["status"] in statuses
        )
        return fits and body["date_modified_gmt"] > query["modified_after"]


def modified(id: int, second: int, **changes: Any) -> Body:
    return order(id=id, date_modified_gmt=f"{SINCE + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}", **changes)


def ids(found: Iterator[Order]) -> list[int]:
    return [int(one.id) for one in found]


def test_a_webhook_becomes_an_order():
    found = store().parse("order.updated", {}, encode(order()))
    assert isinstance(found, Order)
    assert (found.store, found.id, found.residual) == ("acme", "4711", 0)


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_every_topic_with_a_body_is_read(topic: str):
    assert isinstance(store().parse(topic, {}, encode(order(status="completed"))), Order)


def test_a_deletion_names_the_order_only():
    assert store().parse("order.deleted", {}, b'{"id":17}') == Reference("order", "17", deleted=True)


@pytest.mark.parametrize("data", [{"status": 404}, 401, None])
def test_a_signed_error_body_is_parked_and_explained(data: object):
    body = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": data}
    with pytest.raises(Parked) as parking:
        store().parse("order.created", {}, encode(body))
    assert (parking.value.reason, parking.value.urgency) == ("not_readable_in_shop", "person")
    assert "removed before" in parking.value.message
    assert "may not read" in parking.value.message


def test_an_order_that_a_plugin_gave_a_code_is_still_an_order():
    assert isinstance(store().parse("order.created", {}, encode(order(code="X"))), Order)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_order_is_parked(body: bytes):
    with pytest.raises(Parked) as parking:
        store().parse("order.created", {}, body)
    assert parking.value.reason == "unreadable"


def test_another_topic_is_parked():
    with pytest.raises(Parked, match="topic"):
        store().parse("product.updated", {}, encode(order()))


def test_one_order_is_fetched_with_the_keys(web: responses.RequestsMock):
    web.get(ORDER, json=order(status="trash"))
    found = store().fetch("order", "4711")
    assert found is not None
    assert found.status == "trashed"
    assert web.calls[0].request.headers["Authorization"].startswith("Basic ")


def test_an_order_that_the_shop_does_not_know_is_none(web: responses.RequestsMock):
    body = {
        "code": "woocommerce_rest_shop_order_invalid_id",
        "message": "Invalid ID.",
        "data": {"status": 404},
    }
    web.get(ORDER, status=404, json=body)
    assert store().fetch("order", "4711") is None


def test_php_warnings_before_the_json_are_passed_over(web: responses.RequestsMock):
    warning = "<br />\n<b>Warning</b>: Undefined array key [0] in {closure} on line <b>3</b><br />\n"
    web.get(ORDER, body=warning + json.dumps(order()))
    found = store().fetch("order", "4711")
    assert found is not None
    assert found.total == found.lines[0].gross + found.charges[0].gross


def test_a_cut_off_answer_is_not_mistaken_for_an_order(web: responses.RequestsMock):
    web.get(ORDER, body=json.dumps(order(line_items=[line()]))[:-40] + '{"id": 1}')
    with pytest.raises(Deferred, match="storefront_unreachable"):
        store().fetch("order", "4711")


JSON = "application/json"
REFUSALS: list[tuple[int, str, type[NotWritten], str]] = [
    (
        401,
        '{"code":"woocommerce_rest_authentication_error","data":{"status":401}}',
        Parked,
        "storefront_credentials",
    ),
    (401, '{"code":"woocommerce_rest_cannot_view","data":{"status":401}}', Parked, "storefront_credentials"),
    (401, HTML, Parked, "storefront_credentials"),
    (403, '{"code":"woocommerce_rest_cannot_view","data":{"status":403}}', Parked, "storefront_credentials"),
    (403, HTML, Deferred, "storefront_unreachable"),
    (406, HTML, Deferred, "storefront_unreachable"),
    (
        404,
        '{"code":"rest_no_route","message":"No route","data":{"status":404}}',
        Parked,
        "storefront_api_missing",
    ),
    (404, HTML, Parked, "storefront_api_missing"),
    (301, "", Parked, "storefront_moved"),
    (400, '{"code":"rest_invalid_param","message":"x","data":{"status":400}}', Parked, "storefront_refused"),
    (429, HTML, Deferred, "storefront_throttled"),
    (500, '{"code":"woocommerce_rest_cannot_view_thing","data":500}', Parked, "storefront_refused"),
    (500, '{"code":"internal_server_error","data":{"status":500}}', Deferred, "storefront_unreachable"),
    (500, "", Deferred, "storefront_unreachable"),
    (502, HTML, Deferred, "storefront_unreachable"),
    (503, HTML, Deferred, "storefront_unreachable"),
    (504, "", Deferred, "storefront_unreachable"),
    (200, HTML, Deferred, "storefront_unreachable"),
    (200, "", Deferred, "storefront_unreachable"),
    (200, '{"code":"cached","message":"x"}', Deferred, "storefront_unreachable"),
]


@pytest.mark.parametrize(("status", "body", "kind", "reason"), REFUSALS)
def test_every_refusal_has_its_reaction(
    web: responses.RequestsMock, status: int, body: str, kind: type[Deferred | Parked], reason: str
):
    web.get(ORDER, status=status, body=body, headers={"Location": "https://other.example.test/"})
    with pytest.raises(kind) as refusal:
        store().fetch("order", "4711")
    assert refusal.value.reason == reason
    assert "acme" in str(refusal.value)
    assert not re.search("ada|invented|other.example", str(refusal.value))
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectTimeout("https://ck_invented:cs_invented@shop"),
        requests.ReadTimeout("cs_invented"),
        requests.ConnectionError("cs_invented"),
        requests.exceptions.ChunkedEncodingError("cs_invented"),
    ],
)
def test_a_call_that_fails_on_the_way_is_deferred_without_its_address(
    web: responses.RequestsMock, error: Exception
):
    web.get(ORDER, body=error)
    with pytest.raises(Deferred) as deferral:
        store().fetch("order", "4711")
    assert deferral.value.reason == "storefront_unreachable"
    assert type(error).__name__ in deferral.value.detail
    assert "invented" not in str(deferral.value)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "30", 30), (503, "Sun, 01 Mar 2026 09:00:30 GMT", 30), (429, "999999", 3600)],
)
def test_the_shop_is_left_alone_for_as_long_as_it_asks(
    web: responses.RequestsMock, status: int, header: str, seconds: int
):
    clock = SINCE.timestamp()
    api = Api("acme", URL, "ck", "cs", now=lambda: clock)
    web.get(ORDER, status=status, headers={"Retry-After": header}, body=HTML)
    with pytest.raises(Deferred):
        api.get("orders/4711", {})
    clock += seconds - 1
    with pytest.raises(Deferred, match="storefront_throttled"):
        api.get("orders/4711", {})
    assert len(web.calls) == 1
    clock += 1
    web.replace(responses.GET, ORDER, json=order())
    assert api.get("orders/4711", {}) is not None


@pytest.mark.parametrize("header", ["soon", "", "-5", "Sun, 99 Mar 2026"])
def test_a_wait_that_cannot_be_read_blocks_nothing(web: responses.RequestsMock, header: str):
    api = Api("acme", URL, "ck", "cs", now=lambda: 0.0)
    web.get(ORDER, status=429, headers={"Retry-After": header})
    web.get(ORDER, json=order())
    with pytest.raises(Deferred):
        api.get("orders/4711", {})
    assert api.get("orders/4711", {}) is not None


def test_the_session_cannot_be_brought_to_another_host():
    api = Api("acme", URL, "ck", "cs")
    for elsewhere in (
        "https://other.example.test/",
        "http://shop.example.test/",
        f"{URL}.evil.test/wp-json/wc/v3/",
    ):
        with pytest.raises(requests.exceptions.InvalidSchema):
            api._session.get(elsewhere)


@pytest.mark.parametrize("url", ["http://shop.example.test", "ftp://shop.example.test", "shop.example.test"])
def test_keys_never_travel_in_the_clear(url: str):
    with pytest.raises(Parked) as parking:
        store(url=url).fetch("order", "4711")
    assert parking.value.reason == "storefront_url_insecure"


def test_the_laptops_own_simulator_needs_no_https(web: responses.RequestsMock):
    web.get("http://127.0.0.1:18080/wp-json/wc/v3/orders/4711", json=order())
    assert store(url="http://127.0.0.1:18080/").fetch("order", "4711") is not None


@pytest.mark.parametrize("id", ["4711/refunds", "../products/1", "", "٣", "1?x=1"])
def test_only_a_number_is_put_into_the_address(id: str):
    with pytest.raises(Parked, match="unreadable"):
        store().fetch("order", id)


@pytest.mark.parametrize("secret", [{}, {"consumer_key": "ck"}, {"consumer_key": "", "consumer_secret": "x"}])
def test_without_keys_reading_is_unsupported(secret: dict[str, object]):
    with pytest.raises(Unsupported, match="acme"):
        store(secret=secret).fetch("order", "4711")


def test_other_entities_are_unsupported_at_once():
    with pytest.raises(Unsupported):
        store().fetch("product", "1")
    with pytest.raises(Unsupported):
        store().changed("product", SINCE)


def test_what_changed_comes_oldest_first_with_the_trash_and_without_drafts(web: responses.RequestsMock):
    shop = Shop(
        [
            modified(1, -1),
            modified(2, 0),
            modified(3, 9, status="trash"),
            modified(4, 5, status="cancelled"),
            modified(5, 20),
            modified(6, 6, status="checkout-draft"),
        ]
    )
    web.add_callback(responses.GET, ORDERS, shop)
    found = list(store().changed("order", SINCE))
    assert [int(one.id) for one in found] == [2, 4, 3, 5]
    assert found[2].status == "trashed"


def test_a_start_within_a_second_or_in_another_zone_loses_nothing(web: responses.RequestsMock):
    shop = Shop([modified(1, 0), modified(2, 1)])
    web.add_callback(responses.GET, ORDERS, shop)
    since = (SINCE + timedelta(milliseconds=900)).astimezone(tz=datetime.now().astimezone().tzinfo)
    assert ids(store().changed("order", since)) == [1, 2]
    assert shop.calls[0]["modified_after"] == "2026-03-01T08:59:59"


@pytest.mark.parametrize("count", [99, 100, 101, 350])
def test_every_page_is_read_once(web: responses.RequestsMock, count: int):
    web.add_callback(
        responses.GET, ORDERS, Shop([modified(number, number // 7) for number in range(1, count + 1)])
    )
    assert ids(store().changed("order", SINCE)) == list(range(1, count + 1))


def test_more_orders_of_one_second_than_a_page_holds_are_all_read(web: responses.RequestsMock):
    bodies = [modified(number, 3) for number in range(1, 251)] + [modified(300, 4)]
    web.add_callback(responses.GET, ORDERS, Shop(bodies))
    assert ids(store().changed("order", SINCE)) == [*range(1, 251), 300]


def test_orders_that_change_while_they_are_listed_push_none_out(web: responses.RequestsMock):
    def edit(shop: Shop, call: int) -> None:
        if call == 1:
            for body in shop.orders[:30]:
                body["date_modified_gmt"] = "2026-03-02T00:00:00"

    bodies = [modified(number, number) for number in range(1, 181)]
    web.add_callback(responses.GET, ORDERS, Shop(bodies, edit))
    assert set(ids(store().changed("order", SINCE))) == set(range(1, 181))


def test_a_short_page_is_not_the_last_one_if_the_shop_says_so(web: responses.RequestsMock):
    pages = {"1": [modified(1, 1)], "2": [modified(2, 1)]}

    def listing(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(str(request.url)).query)
        rows = [] if query["status"] == ["trash"] else pages[query["page"][0]]
        return 200, {"X-WP-TotalPages": "0" if query["status"] == ["trash"] else "2"}, json.dumps(rows)

    web.add_callback(responses.GET, ORDERS, listing)
    assert ids(store().changed("order", SINCE + timedelta(seconds=1))) == [1, 2]


def test_an_unreadable_order_does_not_hold_up_the_others_and_is_not_forgotten(web: responses.RequestsMock):
    web.add_callback(
        responses.GET, ORDERS, Shop([modified(1, 1), modified(2, 2, currency=""), modified(3, 3)])
    )
    found: list[str] = []
    with pytest.raises(Parked) as parking:
        found.extend(one.id for one in store().changed("order", SINCE))
    assert found == ["1", "3"]
    assert parking.value.message.startswith("order 2: currency")


def test_of_many_unreadable_orders_the_first_is_named_and_the_others_are_counted(web: responses.RequestsMock):
    web.add_callback(
        responses.GET, ORDERS, Shop([modified(number, number, total="") for number in (1, 2, 3)])
    )
    with pytest.raises(Parked, match=r"order 1: total: .*; 2 more"):
        list(store().changed("order", SINCE))


@pytest.mark.parametrize("answer", [{"code": "x"}, ["x"], [{"id": 1}], [[]]])
def test_a_listing_of_something_else_is_deferred(web: responses.RequestsMock, answer: object):
    web.get(ORDERS, json=answer)
    with pytest.raises(Deferred, match="storefront_unreachable"):
        list(store().changed("order", SINCE))
