"""The org's event feed: what is committed becomes events on the channels that select it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.salesforce.events.changes import ChangeEvent, RecordChange, event_of, merged, net_changes
from local.salesforce.events.channels import Channel, event_name
from local.salesforce.events.envelopes import EventLog, envelope
from local.salesforce.events.payloads import Payload, shown
from local.salesforce.ids import key_of
from local.salesforce.schema import SObject
from local.salesforce.store import Written
from local.salesforce.world import World

OVERFLOW = "GAP_OVERFLOW"
GAPS = ("GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", OVERFLOW)
# What an overflow names instead of records: the empty record id.
NO_RECORD = "000000000000000AAA"
_EVENT_SYSTEM = ("CreatedDate", "CreatedById")


@dataclass
class Feed:
    """Turns commits into events. `gaps` counts per object how many coming events shall be gap events."""

    world: World
    log: EventLog
    gaps: dict[str, int] = field(default_factory=dict)

    def publish(self, written: list[Written]) -> None:
        """Publish what was committed together, transaction by transaction."""
        if not self.world.org.channels:
            return
        transactions: dict[int, list[Written]] = {}
        for each in written:
            transactions.setdefault(each.transaction, []).append(each)
        for number, group in transactions.items():
            changes = net_changes(group, self.world.org.everything.objects)
            for channel in self.world.org.channels:
                self._publish_on(channel, number, changes)

    def _publish_on(self, channel: Channel, number: int, changes: list[RecordChange]) -> None:
        events = []
        for change in changes:
            enriched = channel.selected.get(event_name(change.sobject))
            if enriched is None:
                continue
            if change.sobject.is_event:
                self._put(channel, change.sobject, self._platform_event(change))
                continue
            event = event_of(change, enriched, self.world.switches.cleared_in_events)
            if event is not None:
                events.append(self._perhaps_gap(event))
        for sequence, event in enumerate(merged(events), 1):
            header = self._header(event, number, sequence)
            self._put(channel, event.sobject, {"ChangeEventHeader": header, **event.body})

    def _perhaps_gap(self, event: ChangeEvent) -> ChangeEvent:
        """A header without a body in place of the event, when one was ordered for its object."""
        due = self.gaps.get(event.sobject.name, 0)
        if not due:
            return event
        self.gaps[event.sobject.name] = due - 1
        return ChangeEvent(event.sobject, f"GAP_{event.kind}", event.ids)

    def publish_gap(self, sobject: SObject, kind: str, ids: list[str]) -> int:
        """Publish a gap event that no write stands behind; returns on how many channels."""
        event = ChangeEvent(sobject, kind, [NO_RECORD] if kind == OVERFLOW else ids)
        number = self.world.store.next_number("transaction")
        channels = [each for each in self.world.org.channels if event_name(sobject) in each.selected]
        for channel in channels:
            self._put(channel, sobject, {"ChangeEventHeader": self._header(event, number, 1)})
        return len(channels)

    def _header(self, event: ChangeEvent, number: int, sequence: int) -> Payload:
        """The header with the members that relayed events were seen to have."""
        moment = self.world.clock()
        nulled: Mapping[str, object] = {}
        if self.world.switches.cleared_in_events == "listed":
            nulled = {"nulledFields": event.nulled, "diffFields": []}
        milliseconds = int(moment.timestamp()) * 1000
        return {
            "commitNumber": milliseconds * 1_000_000 + number,
            "commitUser": self.world.actor.user,
            "sequenceNumber": sequence,
            "entityName": event.sobject.name,
            "changeType": event.kind,
            "changedFields": event.changed,
            **nulled,
            "changeOrigin": self.world.actor.origin,
            "transactionKey": key_of(f"transaction {number}"),
            "commitTimestamp": milliseconds,
            "recordIds": event.ids,
        }

    def _platform_event(self, change: RecordChange) -> Payload:
        fields = [
            each for each in change.sobject.fields.values() if each.custom or each.name in _EVENT_SYSTEM
        ]
        values = {each.name: shown(each, change.after.get(each.name)) for each in fields}
        return {name: value for name, value in values.items() if value is not None}

    def _put(self, channel: Channel, sobject: SObject, body: Payload) -> None:
        replay = self.world.store.next_number("replay")
        moment = self.world.clock()
        identifier = key_of(f"event {replay}")
        shell = envelope(channel, event_name(sobject), body, replay, moment, identifier)
        self.log.add(replay, moment, shell)
