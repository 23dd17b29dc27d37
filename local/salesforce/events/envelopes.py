"""EventBridge envelopes and the log that keeps them for 72 hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.salesforce.events.channels import Channel
from local.salesforce.events.payloads import Payload
from local.salesforce.world import ORGANIZATION_ID

KEPT = timedelta(hours=72)
Envelope = dict[str, object]


def envelope(
    channel: Channel, name: str, body: Payload, replay: int, moment: datetime, identifier: str
) -> Envelope:
    """An event as EventBridge gives it to its targets; the record's data is `detail.payload`.

    Only `payload` is sure to be there in `detail`: nobody should lean on its neighbours.
    """
    return {
        "version": "0",
        "id": identifier,
        "detail-type": name,
        "source": f"aws.partner/salesforce.com/{ORGANIZATION_ID}/{channel.relay}",
        "account": "123456789012",
        "time": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "payload": body,
            "schemaId": f"schema-of-{name}",
            "id": identifier,
            "event": {"replayId": replay},
        },
    }


@dataclass(frozen=True)
class Logged:
    """One event of the log."""

    replay: int
    moment: datetime
    envelope: Envelope


@dataclass
class EventLog:
    """Events in the order of their replay ids; those older than 72 hours are gone."""

    events: list[Logged] = field(default_factory=list)

    def add(self, replay: int, moment: datetime, body: Envelope) -> None:
        """Append an event and drop what is too old."""
        self.events.append(Logged(replay, moment, body))
        if self.events[0].moment < moment - KEPT:
            self.events = [each for each in self.events if each.moment >= moment - KEPT]

    def since(self, replay: int) -> list[Logged]:
        """The events after this replay id."""
        return self.events[self._behind(replay) :]

    def after(self, replay: int) -> Logged | None:
        """The next event after this replay id."""
        at = self._behind(replay)
        return self.events[at] if at < len(self.events) else None

    def _behind(self, replay: int) -> int:
        return bisect_right(self.events, replay, key=lambda each: each.replay)

    def clear(self) -> None:
        """Forget all events; replay ids go on."""
        self.events.clear()

    def export(self) -> list[object]:
        """The events as JSON, for keeping them in a file."""
        return [
            {
                "replay": each.replay,
                "moment": each.moment.isoformat(),
                "envelope": each.envelope,
            }
            for each in self.events
        ]

    def load(self, kept: Iterable[Mapping[str, object]]) -> None:
        """Take events from a file."""
        for each in kept:
            body = each["envelope"]
            assert isinstance(body, dict)
            moment = datetime.fromisoformat(str(each["moment"]))
            self.events.append(Logged(int(str(each["replay"])), moment, body))
