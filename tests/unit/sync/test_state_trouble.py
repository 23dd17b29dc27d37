"""Trouble of the state store or of one record, in the whole path of one process: what Salesforce holds in the end."""

import copy
import random
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from local.storefronts.woocommerce import orders as shop
from tests.world import ROOT, Crash, World

THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem")


@pytest.fixture
def world(monkeypatch, tmp_path):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "orders_to_salesforce")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "StorefrontConnector")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "1")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")

    def open_world(**options):
        return World(monkeypatch, tmp_path, **options)

    return open_world


def line(id, product=None, total="10.00"):
    return {
        "id": id,
        "name": f"Product {id}",
        "product_id": product or 500 + id,
        "variation_id": 0,
        "sku": f"S{product or id}",
        "quantity": 1,
        "subtotal": total,
        "total": total,
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
    }


def order(lines, minute=0, id=4001, **more):
    """A WooCommerce order of these lines, as changed in that minute."""
    made = copy.deepcopy(shop.make_order(random.Random(7), id, datetime(2026, 11, 20, 10, 0, tzinfo=UTC)))
    moment = f"2026-11-20T11:{minute:02}:00"
    return made | {
        "id": id,
        "line_items": lines,
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "total": f"{sum(float(part['total']) for part in lines):.2f}",
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "discount_total": "0.00",
        "date_modified": moment,
        "date_modified_gmt": moment,
        **more,
    }


def send(world, content, topic="order.updated"):
    assert world.deliver("woo", topic, content)[0] == 200


def total(world, id=4001):
    (row,) = (row for row in world.rows("Order") if row["Storefront_Key__c"] == f"woo:{id}")
    return float(row["TotalAmount"])


def item_keys(world):
    return sorted(row["Storefront_Key__c"] for row in world.rows("OrderItem"))


def fail_calls(world, name, times):
    """Throttle the first so many calls of this name; returns how many were throttled."""
    failed = []

    def gate(call_name, call):
        if call_name == name and len(failed) < times:
            failed.append(call_name)
            raise THROTTLED
        return call()

    world.gate = gate
    return failed


class TestStateStoreFailsAfterTheWrite:
    """Salesforce has the first version, nobody noted it, and a newer one with fewer lines overtakes its repetition."""

    def overtaken(self, world):
        """The first version is tried with whatever gate is set, the newer one comes before its repetition."""
        send(world, order([line(1), line(2), line(3)]))
        world.batch()
        world.gate = lambda name, call: call()
        assert len(item_keys(world)) == 3, "the first version is in Salesforce"
        late = list(world.queue.waiting)
        assert late, "the first version is to be repeated"
        send(world, order([line(1)], minute=5))
        (newer,) = set(world.queue.waiting) - set(late)
        world.clock += 5
        world.batch([newer])
        world.drain()

    def test_throttled_note_of_the_products(self, world):
        world = world()
        fail_calls(world, "dynamodb.batch_write_item", 1)
        self.overtaken(world)
        assert (item_keys(world), total(world)) == (["woo:4001:1"], 10.0)

    @pytest.mark.parametrize("position", [1, 2], ids=["the customer's", "the order's"])
    @pytest.mark.parametrize(
        "code", ["ProvisionedThroughputExceededException", "ConditionalCheckFailedException"]
    )
    def test_refused_note(self, world, position, code):
        world, after = world(), []

        def gate(name, call):
            if name.endswith("composite/graph") or (after and name == "dynamodb.update_item"):
                after.append(name)
            if len(after) == position + 1 and name == "dynamodb.update_item":
                raise ClientError({"Error": {"Code": code}}, "UpdateItem")
            return call()

        world.gate = gate
        self.overtaken(world)
        assert (item_keys(world), total(world)) == (["woo:4001:1"], 10.0)


class TestOneRecordsTrouble:
    def test_deferral_of_an_own_rule_touches_nobody_else(self, world):
        world = world()
        (world.settings / "rules.py").write_text(
            "from connector.errors import Deferred\n"
            "def after_parse(order):\n"
            "    if order.id == '4002':\n"
            "        raise Deferred('waiting_for_erp', 'not yet')\n"
            "    return order\n"
        )
        send(world, order([line(1)]))
        send(world, order([line(1)], id=4002))
        world.batch()
        assert [row["Storefront_Key__c"] for row in world.rows("Order")] == ["woo:4001"]
        assert len(world.queue.waiting) == 1

    def test_half_of_an_emoji_keeps_no_order_out(self, world):
        world = world()
        for number, field in ((4001, "first_name"), (4002, "email"), (4003, "company")):
            content = order([line(1)], id=number)
            content["billing"][field] = "A\ud83d@example.com"
            send(world, content)
        content = order(
            [line(1) | {"name": "Cap \ud83d" + "x" * 300, "sku": "C\ud83d", "product_id": 0}], id=4004
        )
        send(world, content)
        assert world.batch() == set()
        assert sorted(row["Storefront_Key__c"] for row in world.rows("Order")) == [
            f"woo:400{n}" for n in (1, 2, 3, 4)
        ]


class TestRules:
    def test_rule_before_the_write_changes_the_records(self, world):
        world = world()
        (world.settings / "rules.py").write_text(
            "from dataclasses import replace\n"
            "def before_write(order, records):\n"
            "    return tuple(replace(r, fields={**r.fields, 'Description': 'seen'}) if r.name == 'order' else r\n"
            "                 for r in records)\n"
        )
        send(world, order([line(1)]))
        world.drain()
        assert world.rows("Order")[0]["Description"] == "seen"

    def test_rule_after_the_write_is_told_the_ids_by_record(self, world, tmp_path):
        world = world()
        (world.settings / "rules.py").write_text(
            "import json, pathlib\n"
            "def after_write(order, ids):\n"
            f"    pathlib.Path({str(tmp_path / 'told')!r}).write_text(json.dumps(ids))\n"
        )
        send(world, order([line(1)]))
        world.drain()
        assert '"order": "801' in (tmp_path / "told").read_text()


class TestSizes:
    @pytest.mark.parametrize("count", [100, 130, 300])
    def test_order_of_many_new_products_arrives_whole(self, count, world):
        world = world()
        send(world, order([line(n) for n in range(1, count + 1)]))
        world.drain(rounds=10)
        assert [entry["class"] for entry in world.parked()] == []
        assert total(world) == 10.0 * count

    def test_order_that_no_call_can_hold_is_written_or_parked_and_never_just_waits(self, world):
        world = world()
        send(world, order([line(n) for n in range(1, 601)]))
        world.drain(rounds=10)
        assert world.parked() or total(world) == 6000.0

    def test_order_that_no_call_can_hold_keeps_no_other_out(self, world):
        world = world()
        send(world, order([line(n) for n in range(1, 601)]))
        send(world, order([line(1)], id=4002))
        world.batch()
        assert "woo:4002" in [row["Storefront_Key__c"] for row in world.rows("Order")]


class TestShrinking:
    @pytest.mark.parametrize("count", [1, 2, 3, 5])
    def test_opportunities_that_are_switched_off_stay_and_leave_their_orders_writable(self, count, world):
        first = world(store_options=", opportunities: true")
        send(first, order([line(n) for n in range(1, count + 1)]))
        first.drain()
        assert len(first.rows("OpportunityLineItem")) == count
        second = world()
        for name in ("simulator", "tables", "queue", "bucket", "vault"):
            setattr(second, name, getattr(first, name))
        second._patch(pytest.MonkeyPatch())
        second.start_container()
        send(second, order([line(n) for n in range(1, count + 1)], minute=9, customer_note="new"))
        second.drain(rounds=10)
        assert second.parked() == []
        assert second.rows("Order")[0]["Storefront_Note__c"] == "new"
        assert len(second.rows("OpportunityLineItem")) == count


class TestRowsNobodyRemembers:
    def test_rows_of_a_version_whose_note_was_lost_go_with_the_next_version(self, world):
        world = world()
        send(world, order([line(1)], 1))

        def gate(name, call):
            if name.endswith("composite/graph"):
                call()
                raise Crash(name)
            return call()

        world.gate = gate
        with pytest.raises(Crash):
            world.batch()
        world.gate = lambda name, call: call()
        assert [row["Storefront_Line_Id__c"] for row in world.rows("OrderItem")] == ["1"]
        world.queue.waiting.clear()
        world.clock += 120
        send(world, order([line(2)], 2))
        world.drain()
        assert [row["Storefront_Line_Id__c"] for row in world.rows("OrderItem")] == ["2"]
        assert not world.parked()


class TestMappingTrouble:
    def test_expression_that_cannot_take_a_value_parks_the_order_without_quoting_it(
        self, monkeypatch, tmp_path
    ):
        mapping = tmp_path / "order.yaml"
        default = (ROOT / "layers/settings/mappings/order.yaml").read_text()
        name = "      Name: order.number\n"
        assert name in default
        mapping.write_text(default.replace(name, "      Name: contains(order.total, 'secret-part')\n"))
        world = World(monkeypatch, tmp_path, mapping=mapping)
        send(world, order([line(1)]))
        assert world.batch() == set()
        (entry,) = world.parked()
        assert entry["class"] == "mapping_expression"
        assert "contains" in entry["message"]
        assert "10.00" not in entry["message"]
