"""Whatever people merge, delete, restore and edit in Salesforce meanwhile: each order ends there once, to the cent."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.salesforce.switches import Switches
from local.storefronts.shopify.orders import Traits, make_order
from tests.world import World

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BUYERS = 3
CHAOS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


class Office:
    """People at the screen of an org. What the org refuses them they let be."""

    def __init__(self, world, rng):
        self._world, self._rng = world, rng

    def _do(self, action, **members):
        self._world.simulator.handle("POST", f"/_{action}", {}, json.dumps(members).encode())

    def _any(self, *objects):
        """The object and the id of some record, or None."""
        name = self._rng.choice(objects)
        rows = self._world.rows(name)
        return (name, self._rng.choice(rows)["Id"]) if rows else None

    def merge(self):
        one, other = self._any("Contact", "Account"), self._any("Contact", "Account")
        if one and other:
            self._do("merge", object=one[0], winner=one[1], loser=other[1])

    def delete(self):
        found = self._any("Order", "Contact", "Account", "Product2", "Pricebook2", "PricebookEntry")
        if found:
            self._do("delete", object=found[0], id=found[1])

    def delete_a_buyer(self):
        """With all orders, which else keep a buyer from going."""
        found = self._any("Contact", "Account")
        if found:
            for order in self._world.rows("Order"):
                if found[1] in (order["AccountId"], order.get("BillToContactId")):
                    self._do("delete", object="Order", id=order["Id"])
            self._do("delete", object=found[0], id=found[1])

    def restore(self):
        name = self._rng.choice(("Order", "Contact", "Account"))
        rows = json.loads(self._world.simulator.handle("GET", f"/_records/{name}?deleted=true", {}).body)
        gone = [row["Id"] for row in rows if row["IsDeleted"]]
        if gone:
            self._do("undelete", object=name, id=self._rng.choice(gone))

    def edit(self):
        found = self._any("Contact", "Account")
        if found:
            self._do("edit", object=found[0], id=found[1], fields={"Phone": str(self._rng.random())})

    def empty_the_bin(self):
        self._do("empty_bin")

    def act(self):
        """Any of these, what harms most more often."""
        acts = (self.merge, self.delete, self.delete_a_buyer, self.restore, self.edit, self.empty_the_bin)
        self._rng.choices(acts, (3, 2, 3, 2, 1, 1))[0]()


class Buyers:
    """Which record each buyer had last, and thus should have next."""

    def __init__(self, world, persons):
        self._world = world
        self._object, self._link = ("Account", "AccountId") if persons else ("Contact", "BillToContactId")
        self._last = {}

    def expected(self, buyer):
        """The buyer's record or, as long as the recycle bin tells, that into which people merged it."""
        answer = self._world.simulator.handle("GET", f"/_records/{self._object}?deleted=true", {})
        rows = {row["Id"]: row for row in json.loads(answer.body)}
        found = self._last.get(buyer)
        while found in rows and rows[found]["IsDeleted"]:
            found = rows[found].get("MasterRecordId")
        return found if found in rows else None

    def settle(self, waiting):
        """Write what waits, as number -> order: nothing waits for a person, and each order finds its buyer."""
        wanted = {number: self.expected(buyer_of(order)) for number, order in waiting.items()}
        self._world.drain()
        assert not self._world.parked()
        rows = {row["Storefront_Key__c"]: row for row in self._world.rows("Order")}
        for number, order in waiting.items():
            found = rows[f"shop:{order['id']}"][self._link]
            assert wanted[number] in (None, found), "the order of a known buyer is on their record"
            self._last[buyer_of(order)] = found
        waiting.clear()


def buyer_of(order):
    return order["customer"]["id"]


def place(number, buyer):
    made = make_order(
        Random(number), 8000 + number, AT + timedelta(minutes=number), Traits(buyer="registered")
    )
    email = f"buyer{buyer}@example.com"
    customer = {"id": buyer, "admin_graphql_api_id": f"gid://shopify/Customer/{buyer}", "email": email}
    return made | {"email": email, "contact_email": email, "customer": made["customer"] | customer}


def touched(order, minute):
    return order | {
        "updated_at": (AT + timedelta(days=1, minutes=minute)).isoformat(),
        "note": f"note {minute}",
    }


@CHAOS
@given(seed=st.integers(0, 10**6), persons=st.booleans())
def test_people_never_keep_an_order_out_or_double_it(tmp_path_factory, seed, persons):
    rng = Random(seed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        switches = Switches(person_accounts=persons)
        world = World(monkeypatch, tmp_path_factory.mktemp("people"), switches=switches)
        office, buyers, orders, waiting = Office(world, rng), Buyers(world, persons), {}, {}
        for step in range(rng.randint(12, 40)):
            if rng.random() < 0.6:
                office.act()
                continue
            number = rng.choice([*orders, len(orders) + 1])
            known = orders.get(number)
            orders[number] = touched(known, step) if known else place(number, rng.randint(1, BUYERS))
            waiting[number] = orders[number]
            world.deliver("shop", "orders/updated", orders[number])
            if rng.random() < 0.7:
                buyers.settle(waiting)
            if rng.random() < 0.2:
                world.start_container()
        # An order that people deleted comes back with its next change.
        for number, order in orders.items():
            waiting[number] = touched(order, 1000 + number)
            world.deliver("shop", "orders/updated", waiting[number])
        buyers.settle(waiting)
        found = {row["Storefront_Key__c"]: row["TotalAmount"] for row in world.rows("Order")}
        assert found == {f"shop:{order['id']}": float(order["total_price"]) for order in orders.values()}
        assert len(world.rows("Order")) == len(orders), "none is doubled"
        accounts = {row["Id"] for row in world.rows("Account")}
        assert all(row["AccountId"] in accounts for row in world.rows("Order"))
