"""Deferring: how long a change waits, how it travels, and when waiting ends."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import Deferred, Parked
from connector.sync.changes import Change
from connector.sync.messages import CURVES, MAX_DELAY, Message, Postponer

CHANGE = Change(
    "shop", "order", "orders/create", "webhook", "2026-11-20T10:00:00+00:00", {"h": "v"}, payload='{"a": "é"}'
)
SOURCES = Path(__file__).parents[3] / "layers/connector/connector"


class Sent:
    """Remembers what was sent, and gives it back as Lambda's event would."""

    def __init__(self):
        self.requests = []

    def send_message(self, **request):
        self.requests.append(request)

    def as_record(self):
        request = self.requests[-1]
        return {
            "messageId": "m2",
            "body": request["MessageBody"],
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {
                name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                for name, value in request["MessageAttributes"].items()
            },
        }


def message(deferrals=0, since=0.0, id="m1", reason=""):
    return Message(id, CHANGE, 1, deferrals, since, reason)


def delay(reason, deferrals=0, scale=1.0, id="m1"):
    sent = Sent()
    Postponer("queue", scale, sent, lambda: 1000.0).postpone(message(deferrals, id=id), Deferred(reason, ""))
    return sent.requests[0]["DelaySeconds"]


class TestDelays:
    @given(st.sampled_from(sorted(CURVES)), st.integers(0, 10**6), st.floats(0, 10), st.text())
    def test_every_delay_is_one_that_sqs_takes(self, reason, deferrals, scale, id):
        assert 1 <= delay(reason, deferrals, scale, id) <= MAX_DELAY

    @pytest.mark.parametrize("reason", sorted(CURVES))
    def test_delay_grows_to_its_longest_and_never_doubles_that(self, reason):
        curve = CURVES[reason]
        assert curve.first - 1 <= delay(reason, 0) <= curve.first * 1.5 + 1
        assert (
            min(curve.longest, MAX_DELAY) - 1 <= delay(reason, 30) <= min(curve.longest * 1.5 + 1, MAX_DELAY)
        )

    def test_a_burst_comes_back_spread(self):
        assert len({delay("salesforce_unavailable", 5, id=f"m{n}") for n in range(100)}) > 10

    def test_every_reason_in_the_code_has_its_curve(self):
        raised = {
            reason
            for path in SOURCES.rglob("*.py")
            for reason in re.findall(r"(?:Deferred|Uncertain)\(\s*\"(\w+)\"", path.read_text())
        }
        assert len(raised) > 5
        assert raised <= set(CURVES)

    def test_reason_of_a_merchants_own_rule_is_treated_like_any_other(self):
        assert 1 <= delay("waiting_for_erp") <= MAX_DELAY
        assert isinstance(
            Postponer("q", 1, Sent(), lambda: 0.0).verdict(message(), Deferred("waiting_for_erp", "")),
            Deferred,
        )


class TestTravel:
    def test_deferred_message_is_the_same_change_one_deferral_later(self):
        sent = Sent()
        Postponer("queue", 1.0, sent, lambda: 1234.5).postpone(message(), Deferred("busy", ""))
        again = Message.of(sent.as_record())
        assert (again.change, again.deferrals, again.deferred_since) == (CHANGE, 1, 1234.5)

    def test_begin_of_the_wait_is_kept(self):
        sent = Sent()
        Postponer("queue", 1.0, sent, lambda: 2000.0).postpone(
            message(3, 1234.5, reason="busy"), Deferred("busy", "")
        )
        again = Message.of(sent.as_record())
        assert (again.deferrals, again.deferred_since) == (4, 1234.5)

    @pytest.mark.parametrize("body", ["", "[]", "null", "7", "{}", '{"store": 1}', "not json"])
    def test_body_that_is_no_change_is_refused(self, body):
        record = {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
        with pytest.raises((ValueError, TypeError)):
            Message.of(record)

    def test_fields_of_a_later_version_are_ignored_and_missing_ones_have_defaults(self):
        content = json.loads(CHANGE.to_json()) | {"invented_later": 1}
        del content["trace_id"]
        del content["payload_key"]
        assert Change.from_json(json.dumps(content)) == CHANGE


class TestPatience:
    @pytest.mark.parametrize("reason", sorted(CURVES))
    def test_waiting_ends_at_the_error_desk(self, reason):
        patience = CURVES[reason].patience
        postponer = Postponer("queue", 1.0, Sent(), lambda: 10_000_000.0)
        problem = Deferred(reason, "detail")
        assert postponer.verdict(message(1, 10_000_000.0 - patience, reason=reason), problem) is problem
        ended = postponer.verdict(message(1, 10_000_000.0 - patience - 1, reason=reason), problem)
        assert isinstance(ended, Parked)
        assert (ended.reason, ended.message) == (f"{reason}_too_long", "detail")

    def test_first_trouble_is_always_waited_for(self):
        problem = Deferred("salesforce_locked", "")
        assert Postponer("queue", 1.0, Sent(), lambda: 10_000_000.0).verdict(message(), problem) is problem

    @pytest.mark.parametrize(
        ("before", "after", "hours"),
        [("salesforce_unavailable", "salesforce_locked", 2), ("paused", "storefront_throttled", 240)],
    )
    def test_a_long_wait_for_one_reason_does_not_use_up_the_patience_for_another(self, before, after, hours):
        sent, clock = Sent(), [1000.0]
        postponer = Postponer("queue", 1.0, sent, lambda: clock[0])
        postponer.postpone(message(), Deferred(before, ""))
        clock[0] += hours * 3600
        problem = Deferred(after, "")
        assert postponer.verdict(Message.of(sent.as_record()), problem) is problem
