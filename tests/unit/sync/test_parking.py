"""The error desk: entries keep their place, are renewed, resolved, and can be retried."""

import json
from dataclasses import replace

import pytest

from connector.errors import Parked
from connector.sync.changes import Change
from connector.sync.parking import KEEP_RESOLVED_SECONDS, ErrorDesk
from connector.sync.records import RecordKey, Records
from tests.fakes.aws import Bucket, Tables

KEY = RecordKey("shop", "order", "1001")
CHANGE = Change(
    "shop", "order", "orders/create", "webhook", "2026-11-20T10:00:00+00:00", {}, payload='{"id": 1001}'
)
PROBLEM = Parked("validation_rule", "needs a PO number", "Add one, then retry.", "Order.PoNumber")


class Office:
    def __init__(self):
        self.clock = 1_795_000_000.0
        self.tables, self.bucket = Tables({"records": ("pk", "sk"), "parked": ("pk", "sk")}), Bucket()
        self.records = Records("records", "me", self.clock + 60, lambda: self.clock, self.tables)
        self.desk = ErrorDesk(
            "parked", "bucket", "orders_to_salesforce", lambda: self.clock, self.tables, self.bucket
        )

    def park(self, problem=PROBLEM, change=CHANGE, key=KEY, **links):
        self.desk.park(self.records, key, change, problem, links)

    def entries(self):
        return [
            {name: next(iter(v.values())) for name, v in e.items()}
            for e in self.tables.items["parked"].values()
        ]


@pytest.fixture
def office():
    return Office()


def test_entry_tells_what_is_wrong_and_what_to_do(office):
    office.park(number="#1001", storefront_url="https://x/1001")
    (entry,) = office.entries()
    assert entry["pk"] == "shop#orders_to_salesforce"
    assert (entry["class"], entry["field"], entry["urgency"]) == (
        "validation_rule",
        "Order.PoNumber",
        "person",
    )
    assert (entry["message"], entry["next_step"]) == ("needs a PO number", "Add one, then retry.")
    assert (entry["number"], entry["storefront_url"], entry["attempts"]) == ("#1001", "https://x/1001", "1")
    assert Change.from_json(entry["change"]) == replace(CHANGE, parked_at=entry["sk"])


def test_renewed_entry_keeps_its_place_and_tells_the_newest_reason(office):
    office.park()
    place = office.entries()[0]["sk"]
    office.clock += 3600
    office.park(Parked("string_too_long", "too long", "Cut it."))
    (entry,) = office.entries()
    assert (entry["sk"], entry["class"], entry["attempts"], entry["field"]) == (
        place,
        "string_too_long",
        "2",
        "",
    )
    assert entry["parked_at"] > place.split("#")[0]


def test_records_do_not_share_entries(office):
    office.park()
    office.park(key=KEY._replace(id="1002"))
    assert len(office.entries()) == 2


def test_resolved_entry_goes_away_after_its_month(office):
    office.park()
    office.desk.resolve("shop", office.entries()[0]["sk"])
    (entry,) = office.entries()
    assert int(entry["expires_at"]) == int(office.clock) + KEEP_RESOLVED_SECONDS
    assert entry["resolved_at"].startswith("2026-")


def test_entry_that_comes_back_is_open_again(office):
    office.park()
    office.desk.resolve("shop", office.entries()[0]["sk"])
    office.park()
    (entry,) = office.entries()
    assert {"resolved_at", "expires_at"} & set(entry) == set()


@pytest.mark.parametrize("filler", ["x" * 150_000, "é" * 99_000, "😀" * 99_000, '"' * 99_000, "字" * 99_000])
def test_large_payload_never_bursts_the_item(filler, office):
    payload = json.dumps({"id": 1001, "note": filler}, ensure_ascii=False)
    office.park(change=CHANGE.with_payload(payload))
    (entry,) = office.entries()
    assert sum(len(name) + len(str(value).encode()) for name, value in entry.items()) < 400_000
    change = Change.from_json(entry["change"])
    kept = change.payload or office.bucket.objects[change.payload_key].decode()
    assert kept == payload


def test_payload_that_lies_in_the_bucket_stays_there(office):
    stored = Change("shop", "order", "t", "webhook", "x", payload_key="webhooks/shop/1.json")
    office.park(change=stored)
    assert json.loads(office.entries()[0]["change"])["payload_key"] == "webhooks/shop/1.json"
    assert office.bucket.objects == {}


def test_renewed_entry_with_a_large_payload_has_the_newest(office):
    for note in ("a", "b"):
        office.park(change=CHANGE.with_payload(note * 200_000))
    change = Change.from_json(office.entries()[0]["change"])
    assert office.bucket.objects[change.payload_key] == b"b" * 200_000
