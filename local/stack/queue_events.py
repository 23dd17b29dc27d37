"""SQS batches as Lambda's event source mapping passes them, and what it makes of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from local.stack.aws import Message
from local.stack.deployment import QueueMapping
from local.stack.names import REGION
from local.stack.runtime_api import Outcome

BATCH_LIMIT = 6 * 1024 * 1024  # Lambda's limit for an invocation's payload


def to_record(message: Message, queue_arn: str) -> dict[str, object]:
    """One record of the event."""
    record: dict[str, object] = {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": dict(message.attributes),
        "messageAttributes": {
            name: to_attribute(attribute) for name, attribute in message.user_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    if message.user_attributes_md5:
        record["md5OfMessageAttributes"] = message.user_attributes_md5
    return record


def to_attribute(attribute: Mapping[str, object]) -> dict[str, object]:
    value = {
        key[0].lower() + key[1:]: attribute[key] for key in ("StringValue", "DataType") if key in attribute
    }
    return {**value, "stringListValues": [], "binaryListValues": []}


def record_size(message: Message, queue_arn: str) -> int:
    return len(json.dumps(to_record(message, queue_arn), ensure_ascii=False).encode()) + 2


def to_event(messages: Iterable[Message], queue_arn: str) -> bytes:
    records = [to_record(message, queue_arn) for message in messages]
    return json.dumps({"Records": records}, ensure_ascii=False).encode()


def failed_ids(mapping: QueueMapping, outcome: Outcome, ids: frozenset[str]) -> frozenset[str]:
    """Ids of the messages that stay in the queue (Lambda's developer guide, 'Handling errors for SQS').

    An error, an answer that is not understood or that names a message which is not in the batch fails all.
    """
    if outcome.error is not None:
        return ids
    if not mapping.reports_item_failures:
        return frozenset()
    try:
        answer: object = json.loads(outcome.payload) if outcome.payload.strip() else None
    except ValueError:
        return ids
    if answer is None:
        return frozenset()
    if not isinstance(answer, dict):
        return ids
    failures = answer.get("batchItemFailures")
    if not failures:
        return frozenset() if failures is None or failures == [] else ids
    if not isinstance(failures, list):
        return ids
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    known = frozenset(name for name in named if isinstance(name, str) and name in ids)
    return known if len(known) == len(set(map(str, named))) and None not in named else ids
