"""Queue messages: what SQS hands to a flow, and putting one back with a delay."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import Deferred, NotWritten, Parked
from connector.sync import aws
from connector.sync.changes import Change

MAX_DELAY = 900
"""SQS delays a message by at most 15 minutes."""

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Curve:
    """How long a deferred change waits: `first` seconds, doubling up to `longest`, and parked after `patience`."""

    first: float
    longest: float
    patience: float


CURVES: Mapping[str, Curve] = {
    "busy": Curve(2, 30, HOUR),
    "salesforce_locked": Curve(1, 8, HOUR / 4),
    "missing_parent": Curve(5, 300, 6 * HOUR),
    "salesforce_halted": Curve(1, 30, HOUR),
    "salesforce_unavailable": Curve(5, 300, 3 * DAY),
    "salesforce_unknown": Curve(5, 60, HOUR / 4),
    "org_changed": Curve(1, 30, HOUR),
    "salesforce_limit": Curve(900, 900, 3 * DAY),
    "storefront_unreachable": Curve(10, 600, DAY),
    "storefront_throttled": Curve(5, 120, DAY),
    "state_busy": Curve(2, 60, 3 * DAY),
    "paused": Curve(300, 900, 30 * DAY),
}
"""Delay curves by the reason of `Deferred`, in seconds."""

_ANY = Curve(10, 300, 6 * HOUR)
"""For the reasons of a merchant's own rules."""

_GIVE_UP = "The cause lasts longer than the connector waits. Mend it, then retry."


@dataclass(frozen=True, slots=True)
class Message:
    """One SQS message: the change, and how often and since when it was deferred."""

    id: str
    change: Change
    attempt: int
    deferrals: int
    deferred_since: float
    """Since when it waits for the present reason, in seconds since the epoch; 0 if it never was deferred."""
    deferred_for: str = ""
    """The reason of the last deferral."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Message":
        """From a record of Lambda's SQS event. Raises ValueError or TypeError for a body that is no change."""
        attributes = record.get("messageAttributes") or {}
        return cls(
            id=record["messageId"],
            change=Change.from_json(record["body"]),
            attempt=int(record["attributes"]["ApproximateReceiveCount"]),
            deferrals=int(_attribute(attributes, "deferrals")),
            deferred_since=float(_attribute(attributes, "deferred_since")),
            deferred_for=_attribute(attributes, "deferred_for", ""),
        )


class Postponer:
    """Sends changes back to their flow's own queue."""

    def __init__(
        self, queue_url: str, time_scale: float = 1.0, sqs: Any = None, now: Callable[[], float] = time.time
    ) -> None:
        self._queue_url, self._scale, self._now = queue_url, time_scale, now
        self._sqs = sqs or aws.client("sqs")

    def verdict(self, message: Message, problem: Deferred) -> NotWritten:
        """The problem itself, or `Parked` when the change has waited as long as its reason allows."""
        curve = CURVES.get(problem.reason, _ANY)
        since = self._since(message, problem)
        if self._now() - since <= curve.patience:
            return problem
        return Parked(f"{problem.reason}_too_long", problem.detail, _GIVE_UP)

    def postpone(self, message: Message, problem: Deferred) -> None:
        """Put the change back with a delay. If this fails the caller reports the message as failed, so nothing is lost.

        A crash between this and the answer to SQS leaves two copies, which is harmless: versions decide.
        """
        self._sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=message.change.to_json(),
            DelaySeconds=self._delay(message, problem),
            MessageAttributes={
                "deferrals": {"DataType": "Number", "StringValue": str(message.deferrals + 1)},
                "deferred_since": {"DataType": "Number", "StringValue": str(self._since(message, problem))},
                "deferred_for": {"DataType": "String", "StringValue": problem.reason},
            },
        )

    def _since(self, message: Message, problem: Deferred) -> float:
        """Patience is counted for each reason on its own: an outage must not use up the patience for a lock."""
        waited = message.deferred_since if message.deferred_for == problem.reason else 0.0
        return waited or self._now()

    def _delay(self, message: Message, problem: Deferred) -> int:
        curve = CURVES.get(problem.reason, _ANY)
        # Spread by the message's own id, so that a burst does not come back as one.
        jitter = 1 + (hash(message.id) % 1000) / 2000
        wait: float = min(curve.first * 2 ** min(message.deferrals, 20), curve.longest) * jitter * self._scale
        return min(max(round(wait), 1), MAX_DELAY)


def _attribute(attributes: Mapping[str, Any], name: str, default: str = "0") -> str:
    return str(attributes.get(name, {}).get("stringValue", default))
