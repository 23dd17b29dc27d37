"""Platform events: published from outside, relayed like change events."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.driver import Client, graph, node
from tests.contract.salesforce_simulator.small_package import (
    write_field,
    write_package,
    write_permission_set,
    write_platform_event,
)


def test_publishing_is_a_create_that_says_only_that_it_is_queued(heard):
    """Accepted is not delivered: the errors of a success hold OPERATION_ENQUEUED.
    [documented: Platform Events Developer Guide, Publish Event Messages with Salesforce APIs]
    """
    reply = heard.try_create("Refund_Wanted__e", Order_Key__c="shop:1", Amount__c=9.5)
    assert (reply.status, reply.body["success"]) == (201, True)
    assert reply.body["id"].startswith("e0")
    assert [each["statusCode"] for each in reply.body["errors"]] == ["OPERATION_ENQUEUED"]


def test_the_relay_hands_the_events_own_fields_over_without_a_header(heard):
    """detail-type is X__e and detail.payload holds the fields; a channel takes no change events beside
    them. [documented: Platform Events Developer Guide]
    """
    heard.create("Refund_Wanted__e", Order_Key__c="shop:1", Amount__c=9.5)
    heard.create("Contact", LastName="Byron")
    command, change = heard.events()
    assert command["detail-type"] == "Refund_Wanted__e"
    payload = command["detail"]["payload"]
    assert {name: payload[name] for name in payload if name.endswith("__c")} == {
        "Order_Key__c": "shop:1",
        "Amount__c": 9.5,
    }
    assert payload["CreatedDate"] == "2026-11-20T09:30:00.000Z"
    assert "ChangeEventHeader" not in payload
    assert command["source"] != change["source"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "REQUIRED_FIELD_MISSING"),
        ({"Order_Key__c": "x", "Amount__c": "much"}, "JSON_PARSER_ERROR"),
        ({"Order_Key__c": "x" * 21}, "STRING_TOO_LONG"),
        ({"Order_Key__c": "x", "Nothing__c": 1}, "INVALID_FIELD"),
    ],
)
def test_an_events_fields_are_checked_like_a_records(heard, fields, code):
    """An event's required fields, precisions and lengths are enforced. The codes are assumed.
    [documented: Platform Events Developer Guide, Considerations]
    """
    assert heard.try_create("Refund_Wanted__e", **fields).error == (400, code)
    assert heard.events() == []


def test_events_can_be_neither_read_nor_changed_nor_queried(heard):
    """Events are published like records, but nothing reads, changes or queries them. The codes are
    assumed. [documented: Platform Events Developer Guide, Considerations]
    """
    event = heard.create("Refund_Wanted__e", Order_Key__c="x")
    for method in ("GET", "PATCH", "DELETE"):
        assert (
            heard.call(method, f"sobjects/Refund_Wanted__e/{event}", {} if method == "PATCH" else None).status
            == 404
        )
    assert heard.query("SELECT Order_Key__c FROM Refund_Wanted__e").error == (
        400,
        "INVALID_TYPE_FOR_OPERATION",
    )
    described = heard.call("GET", "sobjects/Refund_Wanted__e/describe").body
    flags = [
        described[name] for name in ("createable", "updateable", "deletable", "queryable", "retrieveable")
    ]
    assert flags == [True, False, False, False, False]


def test_an_event_is_published_with_its_transaction_or_not_at_all(heard):
    """With PublishAfterCommit a rolled back transaction publishes nothing.
    [documented: Platform Events Developer Guide]
    """
    publish = node("POST", "Refund_Wanted__e", "e", {"Order_Key__c": "x"})
    heard.graph(graph("bad", publish, node("POST", "Contact", "c", {})))
    assert heard.events() == []
    reply = heard.graph(graph("good", publish))
    assert reply.body["graphs"][0]["isSuccessful"] is True
    assert [each["detail-type"] for each in heard.events()] == ["Refund_Wanted__e"]
    records = [{"attributes": {"type": "Refund_Wanted__e"}, "Order_Key__c": "y"}]
    answers = heard.call("POST", "composite/sobjects", {"records": records}).body
    assert answers[0]["errors"][0]["statusCode"] == "OPERATION_ENQUEUED"
    assert len(heard.events()) == 2


def test_without_a_channel_member_an_event_is_accepted_but_goes_nowhere(tmp_path):
    """Publishing does not ask whether anybody listens. [assumed]"""
    write_platform_event(write_package(tmp_path), "Unheard__e")
    org = Client(tmp_path)
    assert org.try_create("Unheard__e").status == 201
    assert org.events() == []


def test_publishing_needs_the_objects_create_permission(tmp_path):
    """Field permissions do not apply to events. That one without create permission is hidden is assumed.
    [documented: Platform Events Developer Guide, Considerations]
    """
    write_platform_event(write_package(tmp_path), "Unheard__e")
    write_platform_event(tmp_path, "Granted__e")
    write_field(tmp_path, "Granted__e", "Note__c", "<type>Text</type><length>20</length>")
    write_permission_set(tmp_path, "Connector", {"Granted__e": "cr"}, {})
    org = Client(tmp_path, permission_set="Connector")
    assert org.try_create("Unheard__e").error == (404, "NOT_FOUND")
    assert org.try_create("Granted__e", Note__c="x").status == 201


def test_events_that_outlive_a_rollback_are_refused_rather_than_simulated_wrongly(tmp_path):
    """PublishImmediately is not simulated. [ours]"""
    write_platform_event(write_package(tmp_path), "Hasty__e", "PublishImmediately")
    with pytest.raises(ValueError, match="after the commit"):
        Client(tmp_path)
