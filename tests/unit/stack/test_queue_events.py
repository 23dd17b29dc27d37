"""Lambda's rules for what of a batch stays in the queue."""

import json

import pytest

from local.stack.aws import Message
from local.stack.deployment import QueueMapping
from local.stack.queue_events import failed_ids, to_event
from local.stack.runtime_api import Outcome

REPORTING = QueueMapping("F", "q", "arn:aws:sqs:us-east-1:0:q", 60, 10, 1, True, 2)
SILENT = QueueMapping("F", "q", "arn:aws:sqs:us-east-1:0:q", 60, 10, 1, False, 2)
IDS = frozenset({"a", "b"})


def answered(value: object) -> Outcome:
    return Outcome(payload=json.dumps(value).encode())


@pytest.mark.parametrize(
    "value", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}, {"other": 1}]
)
def test_no_failures_reported_means_all_are_done(value: object) -> None:
    assert failed_ids(REPORTING, answered(value), IDS) == frozenset()


def test_reported_items_alone_fail() -> None:
    value = {"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "b"}]}
    assert failed_ids(REPORTING, answered(value), IDS) == {"b"}


@pytest.mark.parametrize(
    "failures",
    [
        [{"itemIdentifier": "unknown"}],
        [{"itemIdentifier": "a"}, {"itemIdentifier": "unknown"}],
        [{"itemIdentifier": ""}],
        [{"itemIdentifier": None}],
        [{"itemIdentifier": 7}],
        [{"messageId": "a"}],
        [{"itemIdentifier": "a"}, {}],
        ["a"],
        "a",
        "",
        {"itemIdentifier": "a"},
        0,
    ],
)
def test_answer_that_is_not_understood_fails_the_whole_batch(failures: object) -> None:
    assert failed_ids(REPORTING, answered({"batchItemFailures": failures}), IDS) == IDS


@pytest.mark.parametrize("payload", [b"[]", b'"done"', b"not json"])
def test_answer_that_is_no_object_fails_the_whole_batch(payload: bytes) -> None:
    assert failed_ids(REPORTING, Outcome(payload=payload), IDS) == IDS


@pytest.mark.parametrize("mapping", [REPORTING, SILENT])
def test_error_fails_the_whole_batch(mapping: QueueMapping) -> None:
    assert failed_ids(mapping, Outcome(error="ValueError: x"), IDS) == IDS


def test_reports_are_ignored_where_the_template_does_not_ask_for_them() -> None:
    value = {"batchItemFailures": [{"itemIdentifier": "a"}]}
    assert failed_ids(SILENT, answered(value), IDS) == frozenset()


def test_record_has_the_fields_of_the_event_source() -> None:
    attributes = {"topic": {"StringValue": "orders/create", "DataType": "String"}}
    message = Message("id", "handle", "bödy", "md5", {"ApproximateReceiveCount": "1"}, attributes, "md5a")
    (record,) = json.loads(to_event([message], REPORTING.queue_arn))["Records"]
    assert record == {
        "messageId": "id",
        "receiptHandle": "handle",
        "body": "bödy",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            "topic": {
                "stringValue": "orders/create",
                "dataType": "String",
                "stringListValues": [],
                "binaryListValues": [],
            }
        },
        "md5OfBody": "md5",
        "md5OfMessageAttributes": "md5a",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:0:q",
        "awsRegion": "us-east-1",
    }
