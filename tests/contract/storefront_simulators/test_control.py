"""The control endpoints of both simulated platforms, and the process around them."""

import json
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.storefronts.delivery import accept
from connector.storefronts.shopify.adapter import ShopifyStorefront
from connector.storefronts.woocommerce.adapter import WooCommerceStorefront
from local.storefronts.server import serve
from local.storefronts.shop import Shop
from tests.contract.storefront_simulators.conftest import SECRETS, Inbox
from tests.contract.storefront_simulators.driving import order_of

PLATFORMS = ("shopify", "woocommerce")
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sample_arrives_authentic_and_in_the_shape_that_the_connector_takes(
    platform: str, open_store: Callable[[str], Shop], inbox: Inbox
) -> None:
    status, answer = order_of(open_store(platform), "POST", "/_sample", count=12, seed=3)
    assert status == 200
    assert len(answer["orders"]) == 12
    assert {delivery["status"] for order in answer["orders"] for delivery in order["deliveries"]} == {200}
    for received in inbox.received:
        assert accept(platform, SECRETS[platform], received.headers, received.body) is not None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_same_seed_invents_the_same_orders(platform: str, open_store: Callable[[str], Shop]) -> None:
    shop = open_store(platform)
    shapes = []
    for _ in range(2):
        _, answer = order_of(shop, "POST", "/_sample", count=5, seed=3)
        shapes.append([(order["id"], order["total"], order["versions"]) for order in answer["orders"]])
        order_of(shop, "POST", "/_reset")
    assert shapes[0] == shapes[1]
    assert order_of(shop, "GET", "/_orders")[1] == {"orders": []}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_order_that_is_fetched_is_the_one_that_the_webhook_told(
    platform: str, open_store: Callable[[str], Shop]
) -> None:
    """Payments aside: Shopify's webhooks of orders do not carry them."""
    shop = open_store(platform)
    order_of(shop, "POST", "/_sample", count=6, seed=11)
    server = serve(shop)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    kind = ShopifyStorefront if platform == "shopify" else WooCommerceStorefront
    store = kind("acme", server.url, SECRETS[platform])
    topic = "orders/updated" if platform == "shopify" else "order.updated"
    aside = {"attributes", "payments", "paid_total", "gift_card_total"}
    for raw in shop.vendor.orders():
        told, fetched = store.parse(topic, {}, json.dumps(raw).encode()), store.fetch("order", str(raw["id"]))
        assert fetched is not None
        assert fetched.model_dump(exclude=aside) == told.model_dump(exclude=aside)
        assert fetched.residual == 0
    server.shutdown()
    server.server_close()


def test_what_makes_no_sense_is_refused_with_a_reason(open_store: Callable[[str], Shop]) -> None:
    shop = open_store("shopify")
    assert order_of(shop, "POST", "/_orders", order={"id": "x"})[0] == 400
    assert order_of(shop, "POST", "/_orders", order=[])[0] == 400
    assert order_of(shop, "POST", "/_faults", fault="php_warning")[0] == 400
    assert order_of(shop, "POST", "/_faults", fault="slow", node="x")[0] == 400
    assert order_of(shop, "GET", "/_orders/5")[0] == 404
    assert order_of(shop, "DELETE", "/_orders/5")[0] == 404
    assert order_of(shop, "POST", "/_deliver", number=5)[0] == 404
    assert order_of(shop, "GET", "/_nonsense")[0] == 404


def test_calls_are_counted_by_path_without_its_numbers(open_store: Callable[[str], Shop]) -> None:
    shop = open_store("woocommerce")
    server = serve(shop)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    for number in (1, 2):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(
                f"{server.url}/wp-json/wc/v3/orders/{number}?consumer_key=ck_1&consumer_secret=cs_1"
            )
    with urllib.request.urlopen(f"{server.url}/_calls") as answer:
        assert json.load(answer) == {"total": 2, "paths": {"GET /wp-json/wc/v3/orders/{id}": 2}}
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_process_says_when_it_is_ready_and_ends_on_sigterm(platform: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(SECRETS[platform]))
    command = [sys.executable, "-m", "local.storefronts", "--store", "acme", "--platform", platform]
    command += ["--secret", str(secret), "--api", "http://127.0.0.1:9"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert (ready["store"], ready["platform"]) == ("acme", platform)
        with urllib.request.urlopen(f"{ready['url']}/_topics") as answer:
            assert json.load(answer)["topics"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
