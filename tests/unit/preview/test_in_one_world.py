"""The dry run beside the flow itself: what it says is what the flow then does, and it writes nothing."""

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

import pytest

from connector.sync.preview.dry_run import DryRun
from connector.sync.preview.wish import Wish
from local.storefronts.opening import open_shop
from local.storefronts.server import serve
from tests.world import World

SECRETS = {
    "shop": {"client_secret": "shop-secret", "access_token": "shop-token"},
    "woo": {"webhook_secret": "woo-secret", "consumer_key": "ck", "consumer_secret": "cs"},
}
PLATFORMS = {"shop": "shopify", "woo": "woocommerce"}
TOPICS = {"shop": "orders/updated", "woo": "order.updated"}
READS = {"dynamodb.get_item", "dynamodb.batch_get_item", "secretsmanager.get_secret_value"}


class Recorded:
    """The calls that pass the world's gate."""

    def __init__(self, world):
        self.calls = Counter()
        self.methods = Counter()
        world.gate = self._pass
        handle = world.simulator.handle

        def handled(method, path, headers, body):
            if path.startswith("/services/data"):
                self.methods[method, path.split("?")[0].rpartition("/")[2]] += 1
            return handle(method, path, headers, body)

        world.simulator.handle = handled

    def _pass(self, name, call):
        self.calls[name] += 1
        return call()


class Market:
    """One world whose two shops can be read."""

    def __init__(self, world, shops, urls):
        self.world, self.shops = world, shops
        self.environment = replace(world.environment, flow="dry_run", storefront_urls=urls)

    def place(self, store, count=3, seed=5):
        """Orders at the end of their histories; gives their bodies."""
        vendor = self.shops[store].vendor
        placed = []
        for number in range(count):
            order = vendor.new_history(seed + number)[-1].order
            vendor.put(order)
            placed.append(order)
        return placed

    def tell(self, store, order):
        """The shop's webhook about an order, and the flow's work on it."""
        assert self.world.deliver(store, TOPICS[store], order)[0] == 200
        self.world.drain()

    def dry_run(self, store, last=20, **options):
        return DryRun(self.environment, now=lambda: self.world.clock).run(Wish(store, last, **options), 60)


def records(report):
    return [record for part in (*report.orders, *report.shared) for record in part.records]


@contextmanager
def market_of(world):
    shops = {name: open_shop(name, PLATFORMS[name], SECRETS[name], "http://127.0.0.1:9") for name in PLATFORMS}
    servers = {name: serve(shop) for name, shop in shops.items()}
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers.values()]
    for thread in threads:
        thread.start()
    try:
        yield Market(world, shops, {name: server.url for name, server in servers.items()})
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


@pytest.fixture
def market(monkeypatch, tmp_path):
    secrets = {f"connector/stores/{name}": secret for name, secret in SECRETS.items()}
    with market_of(World(monkeypatch, tmp_path, secrets=secrets)) as found:
        yield found


@pytest.mark.parametrize("store", PLATFORMS)
def test_before_anything_is_written_all_is_created(market, store):
    placed = market.place(store)
    report = market.dry_run(store)
    for o in report.orders: print(o)
    assert report.count_orders() == {"create": 3, "change": 0, "leave": 0, "parked": 0, "failed": 0}
    assert {order.id for order in report.orders} == {str(order["id"]) for order in placed}
    assert set(report.count_records()) - {"create"}


@pytest.mark.parametrize("store", PLATFORMS)
def test_what_would_be_created_is_what_the_flow_then_writes(market, store):
    placed = market.place(store)
    said = Counter(record.object for record in records(market.dry_run(store)))
    for order in placed:
        market.tell(store, order)
    assert said == {name: len([r for r in market.world.rows(name) if r.get("Storefront_Key__c")]) for name in said}


@pytest.mark.parametrize("store", PLATFORMS)
@pytest.mark.parametrize("notes", ["kept", "lost"])
def test_after_the_flow_ran_all_is_left(market, store, notes):
    for order in market.place(store):
        market.tell(store, order)
    if notes == "lost":
        market.world.tables.items["records"].clear()
    report = market.dry_run(store)
    for r in records(report):
            if r.action != "leave": print(r)
    assert report.count_orders() == {"create": 0, "change": 0, "leave": 3, "parked": 0, "failed": 0}
    assert {record.action for record in records(report)} == {"leave"}
