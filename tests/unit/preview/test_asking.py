"""Payload in, report out: the function, the command line, the table."""

import importlib.util
import json
import logging
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from connector.errors import Parked
from connector.sync.preview.report import (
    Candidate,
    FieldPreview,
    OrderPreview,
    RecordPreview,
    Report,
    SharedPreview,
)
from connector.sync.preview.wish import MOST_ORDERS, Wish
from local import dry_run as command
from local.dry_run_table import show
from tests.unit.preview.market import dearer

ROOT = Path(__file__).parents[3]
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


@pytest.fixture
def handler(market):
    """The function's own handler, in the market's world."""
    from connector.settings.environment import Environment

    path = ROOT / "functions/dry_run/app.py"
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dry_run_app", loader=None))
    original = Environment.read
    Environment.read = classmethod(lambda cls: market.environment)
    try:
        exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    finally:
        Environment.read = original
    return module.handler.__wrapped__


def test_the_sample_event_is_a_wish():
    event = json.loads((ROOT / "events/dry_run.json").read_text())
    assert Wish.of(event) == Wish("acme-eu", 20, show_values=False)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"last": 3},
        {"store": ""},
        {"store": 7},
        {"store": "a", "last": 0},
        {"store": "a", "last": MOST_ORDERS + 1},
        {"store": "a", "last": "3"},
        {"store": "a", "last": True},
        {"store": "a", "show_values": "no"},
        {"store": "a", "lst": 3},
    ],
)
def test_a_payload_that_means_nothing_is_refused(event):
    with pytest.raises(ValueError, match=r"store|last|show_values"):
        Wish.of(event)


def test_the_function_answers_with_the_report(market, handler, caplog):
    (placed,) = market.place("woo", count=1)
    market.tell("woo", [placed])
    later, line = dearer(placed)
    market.put("woo", later)
    caplog.set_level(logging.INFO)
    report = handler({"store": "woo", "last": 5}, CONTEXT)
    assert json.loads(json.dumps(report)) == report
    assert report["summary"]["orders"]["change"] == 1
    prices = [
        (field["old"], field["new"])
        for record in report["orders"][0]["records"]
        for field in record["fields"]
        if field["field"] == "UnitPrice"
    ]
    assert prices == [(pytest.approx(float(line["total"]) - 5), float(line["total"]))]


def test_the_function_tells_no_personal_data_unless_asked(market, handler, capsys):
    (placed,) = market.place("woo", count=1)
    billing = placed["billing"]
    secrets = [billing["email"], billing["phone"], billing["address_1"]]
    answer = json.dumps(handler({"store": "woo"}, CONTEXT), ensure_ascii=False)
    assert not [secret for secret in secrets if secret in answer]
    asked = json.dumps(handler({"store": "woo", "show_values": True}, CONTEXT), ensure_ascii=False)
    assert all(secret in asked for secret in secrets)
    log = capsys.readouterr()
    assert not [secret for secret in secrets if secret in log.out + log.err]


@pytest.mark.parametrize(
    ("event", "reason"),
    [({"store": "nope"}, "unknown_store"), ({"shop": "woo"}, "payload"), ({"store": "woo"}, "unsupported")],
)
def test_what_keeps_it_from_being_made_comes_back_with_a_next_step(market, handler, event, reason):
    market.world.vault.secrets["connector/stores/woo"] = {"webhook_secret": "woo-secret"}
    problem = handler(event, CONTEXT)["problem"]
    assert problem["reason"] == reason
    assert problem["next_step"]


def test_an_org_that_is_down_is_told_as_such(market, handler):
    market.place("woo", count=1)
    market.world.simulator.handle = lambda *_: SimpleNamespace(
        status=503, body=b"<html>", headers={"Content-Type": "text/html"}, after=None
    )
    assert handler({"store": "woo"}, CONTEXT)["problem"]["reason"] == "salesforce_unavailable"


def report():
    fields = (
        FieldPreview("Email", "a@example.com", "b@example.com", personal=True),
        FieldPreview("Phone", "1", None, personal=True),
        FieldPreview("Status__c", "open", "closed", personal=False),
    )
    changed = RecordPreview("change", "order", "Order", "s:1", "801A", fields)
    left = RecordPreview("leave", "item", "OrderItem", "s:1:1", "802A")
    deleted = RecordPreview("delete", "", "OrderItem", "s:1:2", "802B")
    created = RecordPreview("create", "account", "Account", "s:c", None, fields[2:])
    parked = OrderPreview("2", "#2", "parked", problem=Parked("test_order", "it is a test", "Nothing to do."))
    shared = SharedPreview(
        "customer",
        "c",
        "newest",
        ("1",),
        (created,),
        tuple(Candidate("Contact", f"003{n}", "email") for n in range(7)),
    )
    return Report(
        "s", (OrderPreview("1", "#1", "change", (changed, left, left, deleted)), parked), (shared,), ("so",)
    )


def test_the_table_tells_everything_but_personal_values():
    text = show(report(), show_values=False)
    for part in (
        "Email: changed",
        "Phone: emptied",
        "Status__c: open -> closed",
        "2 OrderItem unchanged",
        "- OrderItem s:1:2 (802B)",
        "would be parked: it is a test",
        "Nothing to do.",
        "+ Account s:c",
        "Contact 0030 has the same email",
        "and 2 more",
        "Note: so",
        "Orders: 0 to create, 1 to change, 0 unchanged, 1 to park, 0 failed",
        "Records: 1 to create, 1 to change, 0 to link, 2 unchanged, 1 to delete",
        "Would-be duplicates: 1 buyer",
    ):
        assert part in text
    assert "example.com" not in text
    assert "Email: a@example.com -> b@example.com" in show(report(), show_values=True)


def test_a_newcomer_sees_sample_orders_and_a_buyer_who_is_there_already(capsys):
    assert command.main(["--last", "2"]) == 0
    shown = capsys.readouterr()
    assert "Orders: 2 to create, 0 to change, 0 unchanged, 0 to park, 0 failed" in shown.out
    assert re.search(r"@ Contact acme-eu:\S+ is 003\w{15} already, and gets our key", shown.out)
    assert "read order 2 of at most 2 of acme-eu" in shown.err


def test_the_command_can_answer_with_json(capsys):
    assert command.main(["--store", "acme-wood", "--last", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["orders"]["create"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--store", "nope"], "no store nope is configured"),
        (["--last", "0"], "last must be a number from 1 to 100"),
        (["--settings", "/nowhere"], "/nowhere"),
        (["--salesforce", "http://127.0.0.1:9"], "there is no secret connector/salesforce/main"),
    ],
)
def test_the_command_says_why_it_cannot_tell(capsys, arguments, told):
    assert command.main(arguments) == 1
    assert told in capsys.readouterr().err
