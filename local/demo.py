"""`./dev demo`: real-shaped, signed orders arrive in Salesforce on the laptop stack, and what does not is explained.

Starts the stack with two simulated shops, lets them place orders and live through payments, edits and refunds, sends
a few deliveries that must be refused or held back, waits, and prints what Salesforce then holds. Exit code 0 only if
every order arrived to the cent and every other delivery ended as it should.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import requests

from local.stack.running import RunningStack, running_stack

PATIENCE_S = 120.0
POLL_S = 0.5


@dataclass(frozen=True)
class Expected:
    """An order that a shop placed: where it must arrive, and with which total."""

    key: str
    number: str
    total: Decimal
    currency: str
    versions: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo."""
    parser = argparse.ArgumentParser(
        prog="./dev demo", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--orders", type=int, default=6, help="orders per shop (default 6)")
    parser.add_argument("--seed", type=int, default=7, help="which invented orders (default 7)")
    options = parser.parse_args(arguments)
    say(
        "starting the laptop stack (emulated AWS, the functions of template.yaml, Salesforce and shop simulators)"
    )
    with running_stack() as stack:
        return Demo(stack).run(options.orders, options.seed)


class Demo:
    """One run against a running stack."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._problems: list[str] = []

    def run(self, orders: int, seed: int) -> int:
        """Place, misuse, wait, show."""
        expected = list(self._place_orders(orders, seed))
        self._misuse()
        test_order = self._place_test_order()
        self._wait(expected, test_order)
        self._show(expected)
        self._show_parked(test_order)
        self._show_cost(len(expected))
        for problem in self._problems:
            say(f"PROBLEM: {problem}")
        arrived = len(expected) - len(self._problems)
        say(
            f"{arrived} of {len(expected)} orders arrived to the cent"
            if not self._problems
            else "not everything arrived"
        )
        return 1 if self._problems else 0

    def _place_orders(self, orders: int, seed: int) -> Iterator[Expected]:
        for number, (store, url) in enumerate(sorted(self._stack.storefronts.items())):
            say(f"{store}: placing {orders} orders and living through their changes")
            answer = requests.post(
                f"{url}/_sample", json={"count": orders, "seed": seed + number}, timeout=120
            )
            answer.raise_for_status()
            for order in answer.json()["orders"]:
                refused = [d for d in order["deliveries"] if d.get("status") != 200]
                if refused:
                    self._problems.append(f"{store} {order['number']}: a signed webhook was refused")
                total = Decimal(str(order["total"]))
                yield Expected(
                    f"{store}:{order['id']}", order["number"], total, order["currency"], order["versions"]
                )

    def _misuse(self) -> None:
        """Deliveries that must be refused with 4xx and leave nothing behind."""
        store = min(self._stack.storefronts)
        address = f"{self._stack.api}/webhooks/{store}"
        topic = {"x-shopify-topic": "orders/create", "content-type": "application/json"}
        forged = {**topic, "x-shopify-hmac-sha256": "AAAA"}
        tries = {
            "without a signature": requests.post(address, data=b"{}", headers=topic, timeout=30),
            "with a forged signature": requests.post(address, data=b"{}", headers=forged, timeout=30),
            "to a store that does not exist": requests.post(
                f"{address}-x", data=b"{}", headers=forged, timeout=30
            ),
        }
        for what, answer in tries.items():
            say(f"a webhook {what}: refused with {answer.status_code} ({answer.json()['message']})")
            if not 400 <= answer.status_code < 500:
                self._problems.append(f"a webhook {what} was answered {answer.status_code}")

    def _place_test_order(self) -> str:
        """A test order of the shop, which is held back by default; returns its id."""
        store, url = min(self._stack.storefronts.items())
        orders = requests.get(f"{url}/_orders", timeout=30).json()["orders"]
        test = {
            **orders[0],
            "id": 987654321,
            "admin_graphql_api_id": "gid://shopify/Order/987654321",
            "test": True,
        }
        requests.post(
            f"{url}/_orders", json={"order": test, "deliver": ["orders/create"]}, timeout=30
        ).raise_for_status()
        say(f"{store}: the shop's own test order is sent too; it must not become a sale")
        return str(test["id"])

    def _wait(self, expected: Sequence[Expected], test_order: str) -> None:
        """Until every order stands in Salesforce with its last total and nothing waits any more."""
        end, shown = time.monotonic() + PATIENCE_S, -1
        while time.monotonic() < end:
            totals = self._totals()
            arrived = sum(totals.get(order.key) == order.total for order in expected)
            if arrived != shown:
                say(f"arrived: {arrived} of {len(expected)}")
                shown = arrived
            parked = {entry["id"] for entry in self._parked()}
            if arrived == len(expected) and test_order in parked and self._stack_is_idle():
                return
            time.sleep(POLL_S)
        for order in expected:
            if (found := self._totals().get(order.key)) != order.total:
                self._problems.append(
                    f"{order.key} ({order.number}): {order.total} in the shop, {found} in Salesforce"
                )
        if test_order not in {entry["id"] for entry in self._parked()}:
            self._problems.append("the test order was not parked")

    def _stack_is_idle(self) -> bool:
        names = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        )
        sqs = self._stack.aws_calls.sqs
        for url in sqs.list_queues().get("QueueUrls", []):
            counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
            if any(int(counts[name]) for name in names):
                return False
        return True

    def _totals(self) -> dict[str, Decimal]:
        rows = self._records("Order")
        return {str(row["Storefront_Key__c"]): Decimal(str(row["TotalAmount"])) for row in rows}

    def _records(self, name: str) -> list[dict[str, object]]:
        rows = requests.get(f"{self._stack.salesforce}/_records/{name}", timeout=30).json()
        found: list[dict[str, object]] = rows["records"] if isinstance(rows, dict) else rows
        return found

    def _parked(self) -> list[dict[str, str]]:
        dynamodb = self._stack.aws_calls.dynamodb
        table = next(name for name in dynamodb.list_tables()["TableNames"] if name.endswith("-parked"))
        items = dynamodb.scan(TableName=table)["Items"]
        return [{name: str(next(iter(value.values()))) for name, value in item.items()} for item in items]

    def _show(self, expected: Sequence[Expected]) -> None:
        accounts, contacts = self._by_id("Account"), self._by_id("Contact")
        lines: dict[object, list[Mapping[str, object]]] = {}
        for item in self._records("OrderItem"):
            lines.setdefault(item["OrderId"], []).append(item)
        orders = {row["Storefront_Key__c"]: row for row in self._records("Order")}
        print("\nWhat stands in Salesforce now\n")
        for wanted in expected:
            order = orders.get(wanted.key)
            if order is not None:
                account = accounts.get(order.get("AccountId"), {})
                contact = contacts.get(order.get("BillToContactId"), {})
                self._show_order(wanted, order, account, contact, lines.get(order["Id"], []))

    def _show_order(
        self,
        wanted: Expected,
        order: Mapping[str, object],
        account: Mapping[str, object],
        contact: Mapping[str, object],
        lines: Sequence[Mapping[str, object]],
    ) -> None:
        person = (
            " ".join(str(contact[name]) for name in ("FirstName", "LastName") if contact.get(name)) or "-"
        )
        states = f"{order['Storefront_Status__c']}, {order['Storefront_Payment_Status__c']}"
        print(f"Order {wanted.number}  {wanted.key}  {states}, {wanted.versions} versions seen")
        print(f"  account {account.get('Name', '-')}   contact {person}")
        for line in lines:
            amount = Decimal(str(line["Quantity"])) * Decimal(str(line["UnitPrice"]))
            what = str(line["Description"])[:44]
            print(
                f"  {line['Quantity']!s:>8} x {float(str(line['UnitPrice'])):>9.2f} = {amount:>10.2f}  {what}"
            )
        total = Decimal(str(order["TotalAmount"]))
        verdict = "equals the shop's" if total == wanted.total else f"BUT the shop says {wanted.total}"
        print(f"  {'total':>20} = {total:>10.2f}  {wanted.currency}, {verdict}\n")

    def _by_id(self, name: str) -> dict[object, dict[str, object]]:
        return {row["Id"]: row for row in self._records(name)}

    def _show_parked(self, test_order: str) -> None:
        print("What was held back, and what to do about it\n")
        for entry in self._parked():
            print(f"  {entry['store']} order {entry['id']}: {entry['message']}")
            print(f"    {entry['next_step']}")
            if entry["id"] != test_order:
                self._problems.append(f"{entry['store']} order {entry['id']} was parked: {entry['message']}")
        print()

    def _show_cost(self, orders: int) -> None:
        paths = requests.get(f"{self._stack.salesforce}/_calls", timeout=30).json()["paths"]
        graphs = sum(count for path, count in paths.items() if path.endswith("composite/graph"))
        data = sum(count for path, count in paths.items() if "/services/data/" in path)
        print(
            f"Salesforce calls: {data} in all for {orders} orders and their changes, {graphs} of them writes\n"
        )


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
