"""Whatever field of the package an org lacks: the preflight names it, the orders arrive, the history says so."""

import json
import os
import random
import shutil
from datetime import UTC, datetime

import pytest

from connector.sync.preflight.deployed import DeployedPreflight
from local.salesforce.simulator import PACKAGE
from local.storefronts.woocommerce import orders as woocommerce
from tests.flows.test_faults import order
from tests.template.salesforce_package.test_mappings import WRITTEN
from tests.world import World

# Leads and opportunities are written on request only.
ON_REQUEST = ("Lead", "Opportunity", "OpportunityLineItem")
OWN = [
    (sobject, name)
    for sobject, name in WRITTEN
    if name.startswith("Storefront_") and sobject not in ON_REQUEST
]
# These two orders bring nothing for them.
NEVER_FILLED = {"Storefront_Gift_Card__c", "Storefront_Paid__c"}
KEYS = sorted({(sobject, "Storefront_Key__c") for sobject, _ in OWN})


def lacking(tmp_path, sobject, name):
    """The package without one field."""
    package = tmp_path / "package"
    shutil.copytree(PACKAGE, package, copy_function=os.link)
    (field,) = package.glob(f"force-app/main/**/{sobject}/fields/{name}.field-meta.xml")
    field.unlink()
    return package


def errors_of_preflight(world):
    report = DeployedPreflight(world.environment, now=lambda: world.clock).run(60)
    return {f"{each.object}.{each.field}" for each in report.findings if each.severity == "error"}


def two_orders(world):
    placed = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    shopify, woo = order(1), woocommerce.make_order(random.Random(7), 4001, placed)
    assert world.deliver("shop", "orders/create", shopify)[0] == 200
    assert world.deliver("woo", "order.created", woo)[0] == 200
    world.drain()
    return {"shop:7001": float(shopify["total_price"]), "woo:4001": float(woo["total"])}


@pytest.mark.parametrize(("sobject", "name"), OWN)
def test_orders_arrive_whole_but_for_the_field(monkeypatch, tmp_path, sobject, name):
    world = World(monkeypatch, tmp_path, package=lacking(tmp_path, sobject, name))
    totals = two_orders(world)
    assert not world.parked()
    assert {row["Storefront_Key__c"]: row["TotalAmount"] for row in world.rows("Order")} == totals
    assert errors_of_preflight(world) == {f"{sobject}.{name}"}
    told = [remark for remark in histories(world) if remark]
    assert all(remark == f"left out, not in Salesforce: {sobject}.{name}" for remark in told)
    assert told or name in NEVER_FILLED


@pytest.mark.parametrize(("sobject", "name"), KEYS)
def test_without_a_key_orders_are_parked_and_say_which_is_missing(monkeypatch, tmp_path, sobject, name):
    world = World(monkeypatch, tmp_path, package=lacking(tmp_path, sobject, name))
    two_orders(world)
    assert not world.rows("Order")
    entries = world.parked()
    assert len(entries) == 2
    for entry in entries:
        assert name in entry["message"]
        assert "Deploy the package" in entry["next_step"]
    assert f"{sobject}.{name}" in errors_of_preflight(world)


def histories(world):
    """The remarks of all orders."""
    items = world.tables.items["records"].items()
    return [
        entry.get("remarks", "")
        for (kind, _), item in items
        if kind.endswith("#order") and "history" in item
        for entry in json.loads(item["history"]["S"])
    ]
