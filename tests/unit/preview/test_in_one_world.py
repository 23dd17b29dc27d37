"""The dry run beside the flow itself: what it says is what the flow then does, and it writes nothing."""

import copy
import json
from collections import Counter

import pytest

from connector.errors import Parked
from connector.sync.flow import Flow
from local.salesforce.switches import Switches
from tests.unit.preview.market import (
    PLATFORMS,
    SECRETS,
    Recorded,
    dearer,
    market_of,
    records,
    touched,
    without_line,
)
from tests.world import World

BOTH = pytest.mark.parametrize("store", PLATFORMS)
READS = {"dynamodb.get_item", "dynamodb.batch_get_item", "secretsmanager.get_secret_value"}


def one_order(report):
    (order,) = report.orders
    return order


def changed(part):
    return {record.key: record for record in part.records if record.action == "change"}


@BOTH
def test_before_anything_is_written_all_is_created(market, store):
    placed = market.place(store)
    report = market.dry_run(store)
    assert report.count_orders() == {"create": 3, "change": 0, "leave": 0, "parked": 0, "failed": 0}
    assert {order.id for order in report.orders} == {str(order["id"]) for order in placed}
    assert {record.action for record in records(report)} == {"create"}


@BOTH
def test_what_would_be_created_is_what_the_flow_then_creates(market, store):
    placed = market.place(store)
    said = {(record.object, record.key) for record in records(market.dry_run(store))}
    market.tell(store, placed)
    names = {name for name, _ in said}
    rows = {(name, row.get("Storefront_Key__c")) for name in names for row in market.world.rows(name)}
    assert said == {(name, key) for name, key in rows if key}


@BOTH
@pytest.mark.parametrize("notes", ["kept", "lost"])
def test_after_the_flow_ran_all_is_left(market, store, notes):
    market.tell(store, market.place(store))
    if notes == "lost":
        market.world.tables.items["records"].clear()
    report = market.dry_run(store)
    assert report.count_orders() == {"create": 0, "change": 0, "leave": 3, "parked": 0, "failed": 0}
    assert {record.action for record in records(report)} == {"leave"}


@pytest.mark.parametrize("notes", ["kept", "lost"])
def test_a_price_edit_is_one_change_with_old_and_new(market, notes):
    placed = market.place("woo")
    market.tell("woo", placed)
    later, line = dearer(placed[0])
    market.put("woo", later)
    if notes == "lost":
        market.world.tables.items["records"].clear()
    report = market.dry_run("woo")
    assert report.count_orders() == {"create": 0, "change": 1, "leave": 2, "parked": 0, "failed": 0}
    order = next(order for order in report.orders if order.outcome == "change")
    (item,) = [record for key, record in changed(order).items() if f":{line['id']}" in key]
    price = next(field for field in item.fields if field.name == "UnitPrice")
    assert price.new - price.old == pytest.approx(5)
    total = next(f for f in changed(order)[f"woo:{later['id']}"].fields if f.name == "Storefront_Total__c")
    assert (total.old, total.new) == (float(placed[0]["total"]), float(later["total"]))


def test_what_would_change_is_what_the_flow_then_changes(market):
    placed = market.place("woo")
    market.tell("woo", placed)
    later, _ = dearer(placed[0])
    market.put("woo", later)
    said = [record for record in records(market.dry_run("woo")) if record.action == "change"]
    before = {row["Id"]: row for record in said for row in market.world.rows(record.object)}
    market.tell("woo", [later])
    after = {row["Id"]: row for record in said for row in market.world.rows(record.object)}
    for record in said:
        for field in record.fields:
            assert before[record.salesforce_id][field.name] == field.old
            assert after[record.salesforce_id][field.name] == field.new
    moved = {
        key for key, row in after.items() if any(before[key].get(f) != row[f] for f in row if "__c" in f)
    }
    assert moved <= {record.salesforce_id for record in said}


@pytest.mark.parametrize("notes", ["kept", "lost"])
def test_a_row_that_vanished_would_be_deleted(market, notes):
    (placed,) = market.place("woo", count=1)
    market.tell("woo", [placed])
    later, gone = without_line(placed)
    market.put("woo", later)
    if notes == "lost":
        market.world.tables.items["records"].clear()
    deletes = [record for record in one_order(market.dry_run("woo")).records if record.action == "delete"]
    assert {(record.object, record.key.split(":")[2].split("-")[0]) for record in deletes} == {
        ("OrderItem", str(gone))
    }
    assert all(record.salesforce_id for record in deletes)


def test_a_change_by_a_person_in_salesforce_is_told_but_left(market):
    placed = market.place("woo", count=1)
    market.tell("woo", placed)
    store = market.world.simulator.world.store
    (row,) = market.world.rows("Order")
    store.put("Order", {**store.get("Order", row["Id"]), "Storefront_Status__c": "lost"})
    order = one_order(market.dry_run("woo"))
    assert order.outcome == "leave"
    assert {record.action for record in order.records} == {"leave"}
    assert "1 of its records differ in Salesforce and are left so until it changes" in order.remarks


def test_a_buyer_is_changed_only_by_orders_as_new_as_what_was_written(market):
    older, newer = market.place("woo", count=2)
    newer["billing"] = {**older["billing"], "phone": "+44 1225 000999"}
    newer["customer_id"] = older["customer_id"] = 77
    older["date_created_gmt"], newer["date_created_gmt"] = "2026-11-01T10:00:00", "2026-11-02T10:00:00"
    market.tell("woo", [market.put("woo", older), market.put("woo", newer)])
    market.shops["woo"].vendor.remove(str(newer["id"]))
    market.put("woo", touched(older, customer_note="ring twice"))
    report = market.dry_run("woo")
    assert one_order(report).outcome == "change"
    customer = next(shared for shared in report.shared if shared.entity == "customer")
    assert {record.action for record in customer.records} == {"leave"}
    market.world.tables.items["records"].clear()
    customer = next(shared for shared in market.dry_run("woo").shared if shared.entity == "customer")
    assert "change" in {record.action for record in customer.records}


def test_only_what_the_connector_filled_is_emptied_unless_nobody_knows(market):
    (placed,) = market.place("woo", count=1)
    placed["customer_note"] = "ring twice"
    market.tell("woo", [market.put("woo", placed)])
    store = market.world.simulator.world.store
    (row,) = market.world.rows("Order")
    store.put("Order", {**store.get("Order", row["Id"]), "PoNumber": "by a person"})
    market.put("woo", touched(placed, customer_note=""))
    emptied = {
        field.name for field in one_order(market.dry_run("woo")).records[0].fields if field.what == "emptied"
    }
    assert {"Description", "Storefront_Note__c"} <= emptied
    assert "PoNumber" not in emptied
    market.world.tables.items["records"].clear()
    emptied = {
        field.name for field in one_order(market.dry_run("woo")).records[0].fields if field.what == "emptied"
    }
    assert {"Description", "Storefront_Note__c", "PoNumber"} <= emptied


def test_a_buyer_whom_somebody_deleted_is_missed_only_by_orders_that_are_written(market):
    (placed,) = market.place("woo", count=1)
    market.tell("woo", [placed])
    (contact,) = market.world.rows("Contact")
    market.world.delete("Contact", contact["Storefront_Key__c"])
    assert {record.action for record in records(market.dry_run("woo"))} == {"leave"}
    market.put("woo", touched(placed, customer_note="ring twice"))
    created = [record for record in records(market.dry_run("woo")) if record.action == "create"]
    assert [(record.object, record.key) for record in created] == [("Contact", contact["Storefront_Key__c"])]


def test_an_order_that_was_written_before_is_not_parked_now(market, monkeypatch):
    market.tell("woo", market.place("woo", count=1))

    def check(flow, work):
        raise Parked("totals_differ", "later strictness", "Nothing.")

    monkeypatch.setattr(Flow, "check", check)
    assert one_order(market.dry_run("woo")).outcome == "leave"
    market.world.tables.items["records"].clear()
    assert one_order(market.dry_run("woo")).outcome == "parked"


def test_an_order_that_the_shop_said_is_deleted_stays_so(market):
    (placed,) = market.place("woo", count=1)
    market.tell("woo", [placed])
    market.shops["woo"].vendor.remove(str(placed["id"]))
    assert market.world.deliver("woo", "order.deleted", {"id": placed["id"]})[0] == 200
    market.world.drain()
    assert [row["Storefront_Status__c"] for row in market.world.rows("Order")] == ["deleted"]
    later, _ = dearer(placed)
    market.put("woo", later)
    fields = {field.name for field in one_order(market.dry_run("woo")).records[0].fields}
    assert "Storefront_Total__c" in fields
    assert "Storefront_Status__c" not in fields


def test_a_product_that_is_there_is_left_to_people(market):
    placed = market.place("woo", count=1)
    market.tell("woo", placed)
    market.world.tables.items["records"].clear()
    renamed = [{**line, "name": f"{line['name']} (new)"} for line in placed[0]["line_items"]]
    market.put("woo", touched(placed[0], line_items=renamed))
    report = market.dry_run("woo")
    products = [record for part in report.shared if part.entity == "product" for record in part.records]
    assert {record.action for record in products} == {"leave"}
    assert one_order(report).outcome == "change"


def test_held_back_orders_say_why_and_bring_no_buyer(market):
    (order,) = market.place("shop", count=1)
    market.put("shop", {**order, "test": True})
    report = market.dry_run("shop")
    assert one_order(report).outcome == "parked"
    assert one_order(report).problem.reason == "test_order"
    assert report.shared == ()


def test_a_state_that_the_orgs_list_lacks_parks_no_order_neither_here_nor_in_the_flow(monkeypatch, tmp_path):
    secrets = {f"connector/stores/{name}": secret for name, secret in SECRETS.items()}
    world = World(monkeypatch, tmp_path, secrets=secrets, switches=Switches(state_country_picklists=True))
    with market_of(world) as market:
        good, bad = market.place("woo", count=2)
        for order, state, country in ((good, "NY", "US"), (bad, "QQ", "US")):
            order["billing"] = {**order["billing"], "state": state, "country": country}
            order["shipping"] = order["billing"]
            market.put("woo", order)
        report = market.dry_run("woo")
        market.tell("woo", [good, bad])
    assert [order.outcome for order in report.orders] == ["create", "create"]
    assert world.parked() == []
    assert len(world.rows("Order")) == 2


def test_an_order_that_cannot_be_read_does_not_hide_the_others(market):
    good, bad = market.place("woo", count=2)
    market.put("woo", {**bad, "total": "much"})
    report = market.dry_run("woo")
    assert {order.id: order.outcome for order in report.orders} == {
        str(good["id"]): "create",
        str(bad["id"]): "parked",
    }
    assert next(order for order in report.orders if order.outcome == "parked").problem.reason == "unreadable"


def test_a_rule_that_fails_is_told_for_its_order(market):
    market.place("woo", count=1)
    (market.world.settings / "rules.py").write_text(
        "def after_parse(order):\n    raise KeyError(order.email)\n"
    )
    order = one_order(market.dry_run("woo"))
    assert (order.outcome, order.remarks) == ("failed", ("unexpected KeyError",))


def test_rules_have_their_say(market):
    market.place("woo", count=1)
    rule = "def after_parse(order):\n    return order.model_copy(update={'po_number': 'PO 12'})\n"
    (market.world.settings / "rules.py").write_text(rule)
    order = one_order(market.dry_run("woo"))
    assert next(field for field in order.records[0].fields if field.name == "PoNumber").new == "PO 12"


def customer_of(report):
    return next(shared for shared in report.shared if shared.entity == "customer")


def test_people_who_are_there_already_are_linked_and_companies_are_candidates(market):
    (placed,) = market.place("woo", count=1)
    placed["billing"] = {
        **placed["billing"],
        "company": "Mill  Lane Ltd",
        "email": "Hanako.Yamamoto@example.com ",
    }
    market.put("woo", placed)
    account = market.create("Account", Name="mill lane ltd")
    contact = market.create("Contact", LastName="Yamamoto", Email="hanako.yamamoto@example.com")
    market.create("Contact", LastName="Yamamoto", Email="hanako@example.com")
    market.create("Account", Name="Mill Lane")
    customer = customer_of(market.dry_run("woo"))
    assert {(one.object, one.action) for one in customer.records} == {
        ("Account", "create"),
        ("Contact", "link"),
    }
    (linked,) = (one for one in customer.records if one.action == "link")
    assert (linked.salesforce_id, [field.name for field in linked.fields]) == (contact, ["Storefront_Key__c"])
    found = {(one.object, one.salesforce_id, one.same) for one in customer.candidates}
    assert found == {("Account", account, "name")}


@BOTH
def test_who_would_be_linked_is_then_linked(market, store):
    (placed,) = market.place(store, count=1)
    email = placed["billing"]["email"] if store == "woo" else placed["email"]
    account = market.create("Account", Name="Mill Lane Ltd")
    contact = market.create("Contact", LastName="Yamamoto", Email=email, AccountId=account)
    report = market.dry_run(store)
    assert {(one.action, one.salesforce_id) for one in customer_of(report).records} == {
        ("link", account),
        ("link", contact),
    }
    market.tell(store, [placed])
    (order,) = market.world.rows("Order")
    assert (order["AccountId"], order["BillToContactId"]) == (account, contact)
    assert len(market.world.rows("Contact")) == 1
    assert {record.action for record in records(market.dry_run(store))} == {"leave"}


def test_a_buyer_whom_several_may_be_parks_the_order_as_in_the_flow(market):
    (placed,) = market.place("woo", count=1)
    both = {
        market.create("Contact", LastName=name, Email=placed["billing"]["email"]) for name in ("One", "Two")
    }
    report = market.dry_run("woo")
    order = one_order(report)
    assert (order.outcome, order.problem.reason) == ("parked", "ambiguous_customer")
    assert {one.salesforce_id for one in customer_of(report).candidates} == both
    market.tell("woo", [placed])
    (entry,) = market.world.parked()
    assert entry["message"] == order.problem.message


def test_an_order_that_would_be_left_is_not_parked_for_its_lost_buyer(market):
    placed = market.place("woo", count=1)
    market.tell("woo", placed)
    (order,) = market.world.rows("Order")
    other = market.create("Contact", LastName="Survivor", AccountId=order["AccountId"])
    merge = {"object": "Contact", "winner": other, "loser": order["BillToContactId"]}
    assert market.world.simulator.handle("POST", "/_merge", {}, json.dumps(merge).encode()).status == 200
    assert market.world.simulator.handle("POST", "/_empty_bin", {}, b"").status == 200
    for name in ("One", "Two"):
        market.create("Contact", LastName=name, Email=placed[0]["billing"]["email"])
    assert one_order(market.dry_run("woo")).outcome == "leave"
    market.put("woo", touched(placed[0], customer_note="else"))
    assert one_order(market.dry_run("woo")).outcome == "parked"


def test_a_buyer_whom_people_merged_is_not_made_again(market):
    placed = market.place("woo", count=1)
    market.tell("woo", placed)
    (order,) = market.world.rows("Order")
    other = market.create("Contact", LastName="Survivor", AccountId=order["AccountId"])
    merge = {"object": "Contact", "winner": other, "loser": order["BillToContactId"]}
    assert market.world.simulator.handle("POST", "/_merge", {}, json.dumps(merge).encode()).status == 200
    later = touched(placed[0])
    market.put("woo", later)
    contact = next(one for one in customer_of(market.dry_run("woo")).records if one.object == "Contact")
    assert (contact.action == "create", contact.salesforce_id) == (False, other)


def test_a_buyer_who_is_known_has_no_candidates(market):
    placed = market.place("woo", count=1)
    market.tell("woo", placed)
    market.create("Contact", LastName="Yamamoto", Email=placed[0]["billing"]["email"])
    assert all(not shared.candidates for shared in market.dry_run("woo").shared)


@BOTH
@pytest.mark.parametrize("state", ["empty", "written", "changed"])
def test_nothing_is_written_anywhere(market, store, state):
    placed = market.place(store, count=2)
    if state != "empty":
        market.tell(store, placed)
    if state == "changed":
        market.world.tables.items["records"].clear()
        market.world.tables.items["cursors"].clear()
    tables = copy.deepcopy(market.world.tables.items)
    revision = market.world.simulator.world.store.revision
    recorded = Recorded(market.world)
    market.dry_run(store)
    aws = {name for name in recorded.gates if not name.startswith("salesforce/")}
    assert aws <= READS
    assert "dynamodb.batch_get_item" in aws
    assert market.world.tables.items == tables
    assert market.world.simulator.world.store.revision == revision
    methods = Counter(method for method, path, _ in recorded.requests if "/services/oauth2/" not in path)
    for method, path, body in recorded.requests:
        if method == "POST" and path.endswith("/composite"):
            parts = json.loads(body)["compositeRequest"]
            assert {part["method"] for part in parts} == {"GET"}
            methods["POST"] -= 1
    assert methods["GET"]
    assert +methods == Counter(GET=methods["GET"])
