"""The package's event channels: which entities' events leave the org, and with which extra fields."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.salesforce.ids import make_id
from local.salesforce.metadata import read_root, text, texts
from local.salesforce.schema import Schema, SObject

_log = logging.getLogger("local.salesforce")
# Standard objects that have change events (Change Data Capture Developer Guide); own objects all have them.
_CAPTURED = frozenset(
    {
        "Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Order", "OrderItem", "Product2",
        "PricebookEntry", "Asset", "Case", "Campaign", "CampaignMember", "User",
    }
)  # fmt: skip
_DEFAULT = "ChangeEvents"
_ENRICHED = 10


@dataclass(frozen=True)
class Channel:
    """One channel with its relay's id: the events it selects, each with the fields that enrich it."""

    name: str
    relay: str
    selected: Mapping[str, tuple[str, ...]]


def event_name(sobject: SObject) -> str:
    """The API name of an object's event: `OrderChangeEvent`, `X__ChangeEvent`, or a platform event's own name."""
    if sobject.is_event:
        return sobject.name
    return f"{sobject.name[:-1] if sobject.custom else sobject.name}ChangeEvent"


class _Refused(Exception):
    """What an org would not deploy."""


def read_channels(root: Path, schema: Schema) -> tuple[Channel, ...]:
    """The channels of the source tree. A member that an org would refuse is not deployed, which the log tells.

    An org relays nothing that no channel member selects: without members there are no channels.
    """
    kinds = {
        path.name.split(".")[0]: text(read_root(path), "channelType")
        for path in sorted(root.glob("**/platformEventChannels/*.platformEventChannel-meta.xml"))
    }
    kinds.setdefault(_DEFAULT, "data")
    events = dict(_events(schema))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted(root.glob("**/platformEventChannelMembers/*.platformEventChannelMember-meta.xml")):
        try:
            channel, event, fields = _member(path, kinds, events)
        except _Refused as reason:
            _log.warning("%s is not deployed: %s", path.name, reason)
        else:
            found.setdefault(channel, {})[event] = fields
    return tuple(
        Channel(name, make_id("0YL", number), selected)
        for number, (name, selected) in enumerate(sorted(found.items()), 1)
    )


def _events(schema: Schema) -> Iterator[tuple[str, SObject]]:
    for each in schema.objects.values():
        if each.is_event or each.custom or each.name in _CAPTURED:
            yield event_name(each), each


def _member(
    path: Path, kinds: Mapping[str, str], events: Mapping[str, SObject]
) -> tuple[str, str, tuple[str, ...]]:
    root = read_root(path)
    channel, event = text(root, "eventChannel"), text(root, "selectedEntity")
    enriched = tuple(name for node in root for name in texts(node, "name"))
    sobject = events.get(event)
    if text(root, "filterExpression"):
        raise ValueError(f"{path.name}: the simulator does not know filter expressions")
    if channel not in kinds:
        raise _Refused(f"there is no channel {channel}")
    if sobject is None:
        raise _Refused(f"no object of this org has the event {event}")
    if kinds[channel] != ("event" if sobject.is_event else "data"):
        raise _Refused(f"channel {channel} can't mix change events and platform events")
    missing = [name for name in enriched if name not in sobject.fields]
    if missing:
        raise _Refused(f"{sobject.name} has no {', '.join(missing)}")
    if len(enriched) > _ENRICHED:
        raise _Refused(f"at most {_ENRICHED} fields enrich an event")
    return channel, event, enriched
