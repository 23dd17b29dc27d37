"""Drives a simulator in-process, as a client with a session would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from local.salesforce import Response, Simulator
from local.salesforce.switches import Switches

BASE = "/services/data/v66.0"
CREDENTIALS = [{"client_id": "app-one", "client_secret": "hush"}]


@dataclass
class Clock:
    """A clock that moves only when told to."""

    moment: datetime = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Reply:
    """Status, headers and parsed body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def error(self) -> tuple[int, str]:
        """HTTP status and error code."""
        return self.status, self.body[0]["errorCode"]

    @property
    def id(self) -> str:
        assert self.status in {200, 201}, self.body
        return self.body["id"]


def parsed(response: Response) -> Reply:
    return Reply(response.status, response.headers, json.loads(response.body) if response.body else None)


class Client:
    """One session against one simulator."""

    def __init__(
        self,
        package: Path,
        *,
        permission_set: str = "",
        switches: Switches | None = None,
        clock: Clock | None = None,
    ):
        self.clock = clock or Clock()
        self.simulator = Simulator(
            CREDENTIALS, package=package, permission_set=permission_set, switches=switches, clock=self.clock
        )
        self.token = ""
        self.log_in()

    def log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "app-one", "client_secret": "hush"}
        self.token = self.raw("POST", "/services/oauth2/token", urlencode(form).encode()).body["access_token"]

    def raw(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """A request with a body of bytes; header names with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Host": "org.example", "Authorization": f"Bearer {self.token}", **named}
        return parsed(self.simulator.handle(method, path, sent, body))

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """A request below the versioned base."""
        return self.raw(
            method, f"{BASE}/{path}", b"" if body is None else json.dumps(body).encode(), **headers
        )

    def create(self, sobject: str, **fields: object) -> str:
        return self.call("POST", f"sobjects/{sobject}", fields).id

    def try_create(self, sobject: str, **fields: object) -> Reply:
        return self.call("POST", f"sobjects/{sobject}", fields)

    def change(self, sobject: str, record_id: str, **fields: object) -> Reply:
        return self.call("PATCH", f"sobjects/{sobject}/{record_id}", fields)

    def upsert(self, sobject: str, key: str, **fields: object) -> Reply:
        return self.call("PATCH", f"sobjects/{sobject}/Storefront_Key__c/{quote(key, safe='')}", fields)

    def read(self, sobject: str, record_id: str) -> dict[str, object]:
        reply = self.call("GET", f"sobjects/{sobject}/{record_id}")
        assert reply.status == 200, reply.body
        return reply.body

    def query(self, soql: str, **headers: str) -> Reply:
        return self.call("GET", f"query?{urlencode({'q': soql})}", **headers)

    def rows(self, soql: str) -> list[dict[str, object]]:
        reply = self.query(soql)
        assert reply.status == 200, reply.body
        return reply.body["records"]

    def control(self, method: str, path: str, body: object = None) -> Reply:
        """A request to an endpoint that no real org has."""
        return self.raw(method, path, b"" if body is None else json.dumps(body).encode())

    def person(self, order: str, **members: object) -> dict[str, object]:
        """What an administrator does at the screen: `_edit`, `_merge`, `_convert`, `_delete`, `_undelete`."""
        reply = self.control("POST", f"/{order}", members)
        assert reply.status == 200, reply.body
        return reply.body

    def events(self, since: int = 0) -> list[dict[str, object]]:
        """The EventBridge envelopes that left the org."""
        return self.control("GET", f"/_events?since={since}").body["events"]

    def payloads(self, kind: str = "") -> list[dict[str, object]]:
        """The events' `detail.payload`, of one change type or all."""
        found = [each["detail"]["payload"] for each in self.events()]
        return [each for each in found if not kind or each["ChangeEventHeader"]["changeType"] == kind]

    def graph(self, *graphs: dict[str, object]) -> Reply:
        return self.call("POST", "composite/graph", {"graphs": list(graphs)})

    def standard_book(self) -> str:
        return self.rows("SELECT Id FROM Pricebook2 WHERE IsStandard = true")[0]["Id"]

    def priced_product(self, price: float = 10, **fields: object) -> tuple[str, str]:
        """A product with an active standard price: ids of product and entry."""
        product = self.create("Product2", Name="Tea towel", IsActive=True, **fields)
        entry = self.create(
            "PricebookEntry",
            Product2Id=product,
            Pricebook2Id=self.standard_book(),
            UnitPrice=price,
            IsActive=True,
        )
        return product, entry

    def order(self, **fields: object) -> str:
        """A draft order on a new account in the standard price book."""
        account = self.create("Account", Name="Weber und Soehne")
        given = {
            "EffectiveDate": "2026-11-20",
            "Status": "Draft",
            "Pricebook2Id": self.standard_book(),
            **fields,
        }
        return self.create("Order", AccountId=account, **given)


def node(method: str, path: str, reference: str, body: object = None) -> dict[str, object]:
    """One sub-request of a composite or graph."""
    entry = {"method": method, "url": f"{BASE}/sobjects/{path}", "referenceId": reference}
    return entry if body is None else {**entry, "body": body}


def graph(graph_id: str, *nodes: dict[str, object]) -> dict[str, object]:
    return {"graphId": graph_id, "compositeRequest": list(nodes)}
