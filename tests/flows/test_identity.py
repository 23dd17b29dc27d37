"""Buyers whom people entered in Salesforce themselves: found, linked, never overwritten, never doubled."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from connector.errors import Misconfigured
from local.salesforce.switches import DuplicateRule, Switches
from local.storefronts.shopify.orders import Traits, make_order, pay
from tests.world import STORES, World

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
EMAIL = "Ada.Example@example.com"


@pytest.fixture
def world(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path)
    world.deliver("shop", "orders/create", order(99, email="first@example.com"))
    world.drain()
    return world


def order(number, email=EMAIL, customer=None, **traits):
    made = make_order(Random(number), 8000 + number, AT + timedelta(minutes=number), Traits(**traits))
    made["email"] = made["contact_email"] = email
    buyer = customer or 8000 + number
    if made["customer"]:
        made["customer"] |= {
            "id": buyer,
            "admin_graphql_api_id": f"gid://shopify/Customer/{buyer}",
            "email": email,
        }
    return made


def call(world, method, path, body=None):
    """A call of a person with an administrator's rights."""
    token = world.flow.orgs.session("main")._token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = world.simulator.handle(
        method, f"/services/data/v66.0/{path}", headers, json.dumps(body or {}).encode()
    )
    assert answer.status < 300, answer.body
    return json.loads(answer.body) if answer.body else None


def enter(world, object_name, **fields):
    return call(world, "POST", f"sobjects/{object_name}", fields)["id"]


def row(world, object_name, record_id):
    return next(one for one in world.rows(object_name) if one["Id"] == record_id)


def order_row(world, number):
    return next(one for one in world.rows("Order") if one["Storefront_Key__c"] == f"shop:{8000 + number}")


def test_a_contact_that_people_entered_is_linked_and_left_as_it_is(world):
    account = enter(world, "Account", Name="Example Ltd")
    contact = enter(world, "Contact", LastName="Lovelace", Email=EMAIL.lower(), Phone="1", AccountId=account)
    before = {name: len(world.rows(name)) for name in ("Account", "Contact")}
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    assert {name: len(world.rows(name)) for name in ("Account", "Contact")} == before
    assert order_row(world, 1)["AccountId"] == account
    assert order_row(world, 1)["BillToContactId"] == contact
    found = row(world, "Contact", contact)
    assert (found["LastName"], found["Phone"]) == ("Lovelace", "1"), "what people own is not touched"
    assert found["Storefront_Key__c"] == "shop:8001"
    assert f"linked with Contact {contact}" in history(world, "order", "8001")
    assert f"linked with Contact {contact}" in history(world, "customer", "8001")


def history(world, entity, number):
    """The newest remarks on a record of the ID map."""
    item = world.tables.items["records"][(f"shop#{entity}", number)]
    return json.loads(item["history"]["S"])[-1]["remarks"]


def test_two_contacts_park_the_order_with_both_and_the_choice_is_remembered(world):
    account = enter(world, "Account", Name="Example Ltd")
    one = enter(world, "Contact", LastName="One", Email=EMAIL, AccountId=account)
    two = enter(world, "Contact", LastName="Two", Email=EMAIL.upper(), AccountId=account)
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    (entry,) = world.parked()
    assert entry["class"] == "ambiguous_customer"
    assert one in entry["message"]
    assert two in entry["message"]
    assert EMAIL.lower() not in json.dumps(entry["message"]).lower(), "no personal data on the desk"
    retried = json.loads(entry["change"]) | {"choice": {"customer": two}}
    world.queue.send_message(QueueUrl="queue", MessageBody=json.dumps(retried))
    world.drain()
    assert not world.parked()
    assert order_row(world, 1)["BillToContactId"] == two
    assert f"linked with Contact {two}, which was there, as a person chose" in history(
        world, "customer", "8001"
    )
    world.start_container()
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    assert not world.parked(), "the choice is remembered"
    assert order_row(world, 2)["BillToContactId"] == two


def test_after_a_merge_in_salesforce_the_next_order_lands_on_the_survivor(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    loser = order_row(world, 1)
    account = enter(world, "Account", Name="Survivor Ltd")
    contact = enter(world, "Contact", LastName="Survivor", Email="other@example.com", AccountId=account)
    merge(world, "Contact", contact, loser["BillToContactId"])
    merge(world, "Account", account, loser["AccountId"])
    counts = {name: len(world.rows(name)) for name in ("Account", "Contact")}
    world.start_container()
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)["AccountId"] == account
    assert order_row(world, 2)["BillToContactId"] == contact
    assert {name: len(world.rows(name)) for name in ("Account", "Contact")} == counts, "nobody is doubled"
    for entity, number in (("order", "8002"), ("customer", "8001")):
        assert f"was merged into {contact}" in history(world, entity, number)
        assert f"was merged into {account}" in history(world, entity, number)


def person(world, action, **members):
    """What an administrator does at the screen."""
    answer = world.simulator.handle("POST", f"/_{action}", {}, json.dumps(members).encode())
    assert answer.status < 300, answer.body
    return json.loads(answer.body)


def merge(world, object_name, winner, loser):
    person(world, "merge", object=object_name, winner=winner, loser=loser)


def counts(world):
    return {name: len(world.rows(name)) for name in ("Account", "Contact")}


def graph_calls(world):
    paths = json.loads(world.simulator.handle("GET", "/_calls", {}).body)["paths"]
    return sum(count for path, count in paths.items() if path.endswith("composite/graph"))


def test_a_merge_of_long_ago_is_followed_too(world):
    """Two weeks after a merge the record that names the survivor has left the recycle bin."""
    world.deliver("shop", "orders/create", order(1))
    world.deliver("shop", "orders/create", order(2, email="ada@elsewhere.example.com"))
    world.drain()
    loser, winner = order_row(world, 1), order_row(world, 2)
    merge(world, "Account", winner["AccountId"], loser["AccountId"])
    merge(world, "Contact", winner["BillToContactId"], loser["BillToContactId"])
    person(world, "edit", object="Contact", id=winner["BillToContactId"], fields={"Email": EMAIL})
    person(world, "empty_bin")
    before = counts(world)
    world.start_container()
    world.deliver("shop", "orders/create", order(3, customer=8001))
    world.drain()
    assert not world.parked()
    assert order_row(world, 3)["AccountId"] == winner["AccountId"]
    assert order_row(world, 3)["BillToContactId"] == winner["BillToContactId"]
    assert counts(world) == before, "nobody is doubled"
    for entity, number in (("order", "8003"), ("customer", "8001")):
        assert f"{winner['BillToContactId']} is taken in its place" in history(world, entity, number)


def test_an_account_that_was_merged_long_ago_is_known_by_its_contact(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    buyer = order_row(world, 1)
    account = enter(world, "Account", Name="Survivor Ltd")
    merge(world, "Account", account, buyer["AccountId"])
    person(world, "empty_bin")
    before = counts(world)
    world.start_container()
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)["AccountId"] == account
    assert order_row(world, 2)["BillToContactId"] == buyer["BillToContactId"]
    assert counts(world) == before, "nobody is doubled"


def test_a_contact_that_names_a_deleted_account_leads_nowhere(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    buyer = order_row(world, 1)
    contact = row(world, "Contact", buyer["BillToContactId"])
    remove(world, buyer)
    store = world.simulator.world.store
    store.put("Contact", {**store.get("Contact", contact["Id"]), "IsDeleted": False})
    world.start_container()
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)["BillToContactId"] == contact["Id"]
    assert order_row(world, 2)["AccountId"] in {one["Id"] for one in world.rows("Account")}


def test_a_lost_buyer_is_not_taken_for_another_shops_customer_of_the_same_number(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path, store_options=", match: [customer-id, company]")
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    buyer = order_row(world, 1)
    name = row(world, "Account", buyer["AccountId"])["Name"]
    other = enter(world, "Account", Name=name, Storefront_Key__c="woo:8001")
    keyed = {"Storefront_Customer_Id__c": "8001", "Storefront_Key__c": "woo:8001", "AccountId": other}
    namesake = enter(world, "Contact", LastName="Namesake", **keyed)
    remove(world, buyer)
    person(world, "empty_bin")
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)["BillToContactId"] != namesake
    assert order_row(world, 2)["AccountId"] != other


def test_several_that_may_be_a_lost_buyer_are_a_persons_choice(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    buyer = order_row(world, 1)
    one, two = (enter(world, "Contact", LastName=name, Email=EMAIL) for name in ("One", "Two"))
    remove(world, buyer)
    person(world, "empty_bin")
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    (entry,) = world.parked()
    assert entry["class"] == "ambiguous_customer"
    assert one in entry["message"]
    retried = json.loads(entry["change"]) | {"choice": {"customer": two}}
    world.queue.send_message(QueueUrl="queue", MessageBody=json.dumps(retried))
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)["BillToContactId"] == two
    world.start_container()
    world.deliver("shop", "orders/create", order(3, customer=8001))
    world.drain()
    assert order_row(world, 3)["BillToContactId"] == two, "the choice is remembered"


def remove(world, found):
    """Somebody deletes an order with its buyer."""
    for name, record in (("Order", "Id"), ("Contact", "BillToContactId"), ("Account", "AccountId")):
        person(world, "delete", object=name, id=found[record])


def test_a_customer_whom_people_deleted_is_made_again(world):
    first = order(1, opening="pending")
    world.deliver("shop", "orders/create", first)
    world.drain()
    remove(world, order_row(world, 1))
    world.deliver("shop", "orders/updated", pay(Random(1), first, AT + timedelta(hours=3)))
    world.drain()
    assert not world.parked()
    assert order_row(world, 1)["Storefront_Payment_Status__c"] == "paid"
    assert len([one for one in world.rows("Contact") if one["Email"] == EMAIL.lower()]) == 1


def test_a_customer_who_was_made_again_is_known_from_then_on(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    remove(world, order_row(world, 1))
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    before = graph_calls(world)
    world.start_container()
    world.deliver("shop", "orders/create", order(3, customer=8001))
    world.drain()
    assert not world.parked()
    assert graph_calls(world) == before + 1, "no repair is needed any more"


def test_known_buyers_cost_no_question(world):
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    paths = json.loads(world.simulator.handle("GET", "/_calls", {}).body)["paths"]
    queries = sum(count for path, count in paths.items() if path.endswith("/query"))
    world.deliver("shop", "orders/create", order(2, customer=8001))
    world.drain()
    paths = json.loads(world.simulator.handle("GET", "/_calls", {}).body)["paths"]
    assert sum(count for path, count in paths.items() if path.endswith("/query")) == queries


def test_an_account_is_found_by_its_company(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path, store_options=", match: [company, email]")
    world.deliver("shop", "orders/create", order(99, email="first@example.com"))
    world.drain()
    account = enter(world, "Account", Name="Example BAKERY Ltd", Phone="7")
    made = order(1)
    made["billing_address"] |= {"company": "example bakery LTD "}
    world.deliver("shop", "orders/create", made)
    world.drain()
    assert order_row(world, 1)["AccountId"] == account
    assert row(world, "Account", account)["Phone"] == "7"
    contact = row(world, "Contact", order_row(world, 1)["BillToContactId"])
    assert contact["AccountId"] == account, "the new contact belongs to the account that was found"


def test_a_contact_is_found_by_the_shops_customer_id(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path, store_options=", match: [customer-id]")
    world.deliver("shop", "orders/create", order(99, email="first@example.com"))
    world.drain()
    contact = enter(world, "Contact", LastName="Imported", Storefront_Customer_Id__c="8001")
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    assert order_row(world, 1)["BillToContactId"] == contact


def test_a_tax_id_without_its_field_is_refused_at_load(monkeypatch, tmp_path):
    with pytest.raises(Misconfigured, match="tax_id_field"):
        World(monkeypatch, tmp_path, store_options=", match: [tax-id]")


def test_a_converted_lead_stays_as_it_is_and_keeps_no_order_out(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path, store_options=", guests: lead")
    first = order(1, buyer="guest", opening="pending")
    world.deliver("shop", "orders/create", first)
    world.drain()
    (lead,) = world.rows("Lead")
    answer = world.simulator.handle("POST", "/_convert", {}, json.dumps({"lead": lead["Id"]}).encode())
    assert answer.status < 300, answer.body
    second = order(2, buyer="guest")
    second["billing_address"] |= {"last_name": "Married"}
    world.deliver("shop", "orders/create", second)
    world.drain()
    assert not world.parked()
    assert order_row(world, 2)


def test_matching_can_be_switched_off(monkeypatch, tmp_path):
    world = World(monkeypatch, tmp_path, store_options=", match: []")
    world.deliver("shop", "orders/create", order(99, email="first@example.com"))
    world.drain()
    enter(world, "Contact", LastName="Lovelace", Email=EMAIL)
    world.deliver("shop", "orders/create", order(1))
    world.drain()
    assert len([one for one in world.rows("Contact") if one["Email"] == EMAIL.lower()]) == 2


def switched_rules(action):
    return Switches(duplicate_rules=(DuplicateRule("Account", ("Name",), action),))


def stores_with(duplicates):
    return (STORES % ("", "")).replace(
        "secret: connector/salesforce/main", f"secret: connector/salesforce/main, duplicates: {duplicates}"
    )


@pytest.mark.parametrize(
    ("action", "duplicates", "linked"),
    [("block", "allow", True), ("alert", "match", True), ("alert", "allow", False), ("block", "park", None)],
)
def test_a_duplicate_rule_is_answered_as_the_org_is_set(monkeypatch, tmp_path, action, duplicates, linked):
    world = World(monkeypatch, tmp_path, switches=switched_rules(action), stores=stores_with(duplicates))
    world.deliver("shop", "orders/create", order(99, email="first@example.com"))
    world.drain()
    made = order(1)
    made["billing_address"] |= {"company": "Example Bakery Ltd"}
    account = enter(world, "Account", Name="Example Bakery Ltd")
    world.deliver("shop", "orders/create", made)
    world.drain()
    if linked is None:
        (entry,) = world.parked()
        assert entry["class"] == "duplicates_detected"
    else:
        assert not world.parked()
        assert (order_row(world, 1)["AccountId"] == account) is linked
