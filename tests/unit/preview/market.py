"""A world whose two shops can be read, and what a dry run of them calls."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from connector.sync.preview.dry_run import DryRun
from connector.sync.preview.wish import Wish
from local.storefronts.opening import open_shop
from local.storefronts.server import serve

SECRETS = {
    "shop": {"client_secret": "shop-secret", "access_token": "shop-token"},
    "woo": {"webhook_secret": "woo-secret", "consumer_key": "ck", "consumer_secret": "cs"},
}
PLATFORMS = {"shop": "shopify", "woo": "woocommerce"}
TOPICS = {"shop": "orders/updated", "woo": "order.updated"}


class Market:
    """The orders flow and the dry run in one world, on the same shops."""

    def __init__(self, world, shops, urls):
        self.world, self.shops = world, shops
        world.environment = replace(world.environment, storefront_urls=urls)
        world.start_container()
        self.environment = replace(world.environment, flow="dry_run", queues={})

    def place(self, store, count=3, seed=5):
        """Orders at the end of their lives; gives their bodies."""
        histories = [self.shops[store].vendor.new_history(seed + number) for number in range(count)]
        return [self.put(store, history[-1].order) for history in histories]

    def put(self, store, order):
        """An order, or a new version of one, into the shop."""
        self.shops[store].vendor.put(order)
        return order

    def tell(self, store, orders):
        """The shop's webhooks about orders, and the flow's work on them."""
        for order in orders:
            assert self.world.deliver(store, TOPICS[store], order)[0] == 200
        self.world.drain()

    def dry_run(self, store, last=20):
        """A dry run in a container of its own."""
        return DryRun(self.environment, now=lambda: self.world.clock).run(Wish(store, last), 60)

    def create(self, name, **fields):
        """A record that somebody enters by hand; gives its id."""
        call = self.world.simulator.handle
        secret = self.world.vault.secrets["connector/salesforce/main"]
        form = "&".join(
            f"{name}={value}" for name, value in {"grant_type": "client_credentials", **secret}.items()
        )
        host = {"Host": "acme.my.salesforce.com"}
        url_encoded = {"Content-Type": "application/x-www-form-urlencoded"}
        token = json.loads(
            call("POST", "/services/oauth2/token", {**host, **url_encoded}, form.encode()).body
        )
        headers = {
            **host,
            "Authorization": f"Bearer {token['access_token']}",
            "Content-Type": "application/json",
        }
        made = call("POST", f"/services/data/v66.0/sobjects/{name}", headers, json.dumps(fields).encode())
        assert made.status == 201, made.body
        return json.loads(made.body)["id"]


class Recorded:
    """Every call that leaves the code under test, from now on."""

    def __init__(self, world):
        self.gates = Counter()
        self.requests = []
        world.gate = self._pass
        handle = world.simulator.handle

        def handled(method, path, headers, body):
            self.requests.append((method, path, body))
            return handle(method, path, headers, body)

        world.simulator.handle = handled

    def _pass(self, name, call):
        self.gates[name] += 1
        return call()


@contextmanager
def market_of(world):
    """The market, its shops served over HTTP."""
    shops = {
        name: open_shop(name, PLATFORMS[name], SECRETS[name], "http://127.0.0.1:9") for name in PLATFORMS
    }
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


def records(report):
    """All records that a report names."""
    return [record for part in (*report.orders, *report.shared) for record in part.records]


def touched(order, minutes=1, **changes):
    """A later version of a WooCommerce order."""
    at = datetime.fromisoformat(order["date_modified_gmt"]) + timedelta(minutes=minutes)
    stamps = dict.fromkeys(("date_modified_gmt", "date_modified"), f"{at:%Y-%m-%dT%H:%M:%S}")
    return {**order, **stamps, **changes}


def dearer(order, amount="5.00"):
    """A WooCommerce order whose line of one piece costs more, without tax on it."""
    lines = [dict(line) for line in order["line_items"]]
    line = next(line for line in lines if line["quantity"] == 1)
    for name in ("total", "subtotal"):
        line[name] = str(Decimal(line[name]) + Decimal(amount))
    total = str(Decimal(order["total"]) + Decimal(amount))
    return touched(order, line_items=lines, total=total), line


def without_line(order):
    """A WooCommerce order that lost its last line, and the id of that line."""
    *lines, gone = order["line_items"]
    total = Decimal(order["total"]) - Decimal(gone["total"])
    return touched(order, line_items=lines, total=str(total)), gone["id"]
