"""Every order sample of a folder goes in through the webhook and ends as an order of the same total, or is parked.

The vendors' samples may not be shipped with this project. Name a folder that holds them:

    CONNECTOR_SAMPLES=DIR ./dev test tests/contract/test_vendor_samples.py

DIR holds `shopify/*/order*.json` (webhook bodies; REST answers are unwrapped), `woocommerce/**/order*.json` and
captured deliveries with their headers and signatures, whose webhook secrets stand below.
"""

import base64
import json
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from local.salesforce.switches import DuplicateRule, Switches
from tests.world import World

FOLDER = Path(os.environ.get("CONNECTOR_SAMPLES", "no samples here"))
CAPTURED_SECRETS = {"captured-11.0.1": 'demo-secret <1> & "two"', "captured": "s3cr3t-ü"}

ORGS = pytest.mark.parametrize(
    "switches",
    [
        pytest.param(None, id="plain org"),
        pytest.param(Switches(person_accounts=True), id="person accounts"),
        pytest.param(
            Switches(multi_currency=True, currencies=("EUR", "USD", "CAD", "PLN", "GBP")),
            id="several currencies",
        ),
        pytest.param(Switches(state_country_picklists=True), id="states and countries as picklists"),
        pytest.param(
            Switches(
                duplicate_rules=(
                    DuplicateRule("Account", ("Name",)),
                    DuplicateRule("Contact", ("Email",)),
                    DuplicateRule("Lead", ("Email",)),
                )
            ),
            id="duplicate rules that alert, as a new org has them",
        ),
        pytest.param(
            Switches(
                person_accounts=True,
                multi_currency=True,
                currencies=("EUR", "USD", "CAD", "PLN", "GBP"),
                state_country_picklists=True,
            ),
            id="all of these",
        ),
    ],
)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="CONNECTOR_SAMPLES names no folder of vendor samples"
)


def shopify_samples():
    for path in sorted(FOLDER.glob("shopify/*/order*.json")):
        content = json.loads(path.read_text("utf-8"))
        name = path.stem
        topic = name.replace("__", "/") if "__" in name else "orders/updated"
        yield path, topic, content["order"] if isinstance(content.get("order"), dict) else content


def woocommerce_orders():
    paths = [
        *FOLDER.glob("woocommerce/docs-order*.json"),
        *FOLDER.glob("woocommerce/captured-*/order-*.json"),
    ]
    for path in sorted(paths):
        content = json.loads(path.read_text("utf-8"))
        groups = (
            content.values() if "create" in content else [content if isinstance(content, list) else [content]]
        )
        yield from (order for group in groups for order in group if "line_items" in order)


def captured_deliveries():
    """(folder, headers, raw body) as they were received, signatures included."""
    for path in sorted(FOLDER.glob("woocommerce/captured-11.0.1/deliveries/*.json")):
        found = json.loads(path.read_text("utf-8"))
        yield "captured-11.0.1", dict(found["headers"]), found["body"].encode()
    for path in sorted(FOLDER.glob("woocommerce/captured/*.json")):
        found = json.loads(path.read_text("utf-8"))
        yield "captured", found["headers"], base64.b64decode(found["body_base64"])


def newest_totals(orders, moment, total):
    """Per id the totals that its newest version may have."""
    versions = defaultdict(list)
    for key, order in orders:
        versions[key].append((order[moment], Decimal(order[total]).quantize(Decimal("0.01"))))
    return {key: {amount for at, amount in found if at == max(found)[0]} for key, found in versions.items()}


def assert_arrived_or_parked(world, expected):
    world.drain()
    rows = {row["Storefront_Key__c"]: Decimal(str(row["TotalAmount"])) for row in world.rows("Order")}
    parked = {f"{entry['store']}:{entry['id']}": entry for entry in world.parked()}
    for key, totals in expected.items():
        if key in rows:
            assert rows[key] in totals, key
        else:
            assert parked[key]["message"], key
            assert parked[key]["next_step"], key
    assert len(rows) == len(world.rows("Order"))
    return rows, parked


@ORGS
def test_shopify_samples(monkeypatch, tmp_path, switches):
    world, expected = World(monkeypatch, tmp_path, switches=switches), []
    for path, topic, content in shopify_samples():
        status, answer = world.deliver("shop", topic, content)
        assert status == 200, f"{path.name}: {answer}"
        if "total_price" in content:
            expected.append((f"shop:{content['admin_graphql_api_id'].rsplit('/', 1)[-1]}", content))
    assert len(expected) >= 10
    rows, parked = assert_arrived_or_parked(world, newest_totals(expected, "updated_at", "total_price"))
    assert {entry["class"] for entry in parked.values()} <= {"test_order", "cannot_fetch"}
    assert len(rows) >= 9


@ORGS
def test_woocommerce_samples(monkeypatch, tmp_path, switches):
    world, expected = World(monkeypatch, tmp_path, switches=switches), []
    for order in woocommerce_orders():
        assert world.deliver("woo", "order.updated", order)[0] == 200
        expected.append((f"woo:{order['id']}", order))
    assert len(expected) >= 10
    assert_arrived_or_parked(world, newest_totals(expected, "date_modified_gmt", "total"))


@pytest.mark.parametrize("folder", CAPTURED_SECRETS)
def test_captured_deliveries_with_their_own_signatures(folder, monkeypatch, tmp_path):
    secrets = {"connector/stores/woo": {"webhook_secret": CAPTURED_SECRETS[folder]}}
    world, expected = World(monkeypatch, tmp_path, secrets=secrets), []
    accepted = 0
    for where, headers, body in captured_deliveries():
        if where != folder:
            continue
        status, answer = world.post("woo", {name.lower(): value for name, value in headers.items()}, body)
        topic = {name.lower(): value for name, value in headers.items()}.get("x-wc-webhook-topic", "ping")
        assert status == (200 if topic.startswith("order.") or topic == "ping" else 404), (topic, answer)
        accepted += status == 200
        if topic.startswith("order.") and b'"line_items"' in body:
            order = json.loads(body)
            expected.append((f"woo:{order['id']}", order))
    assert accepted >= 8
    rows, parked = assert_arrived_or_parked(world, newest_totals(expected, "date_modified_gmt", "total"))
    assert rows
    assert {entry["class"] for entry in parked.values()} <= {"not_readable_in_shop", "unfinished_checkout"}
