"""From the writes of one transaction to its change events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.salesforce.events.payloads import Payload, changed_fields, dotted, payload, unstamped, whole
from local.salesforce.schema import Field, SObject
from local.salesforce.store import Written
from local.salesforce.values import Row


@dataclass
class RecordChange:
    """What one transaction did to one record in the end."""

    sobject: SObject
    id: str
    before: Row | None
    after: Row

    @property
    def kind(self) -> str:
        """CREATE, UPDATE, DELETE, UNDELETE, or nothing for what came and went unseen."""
        gone = bool(self.after.get("IsDeleted"))
        if self.before is None:
            return "" if gone else "CREATE"
        if self.before.get("IsDeleted"):
            return "" if gone else "UNDELETE"
        return "DELETE" if gone else "UPDATE"


@dataclass
class ChangeEvent:
    """One event: the header's own part and the body; several records with the same change share it."""

    sobject: SObject
    kind: str
    ids: list[str]
    changed: list[str] = field(default_factory=list)
    nulled: list[str] = field(default_factory=list)
    body: Payload = field(default_factory=dict)

    def says_the_same(self, other: ChangeEvent) -> bool:
        """Whether another record of the object changed in exactly this way."""
        return (
            self.sobject.name == other.sobject.name
            and (self.kind, self.changed, self.nulled) == (other.kind, other.changed, other.nulled)
            and self.body == other.body
        )


def net_changes(written: Iterable[Written], objects: Mapping[str, SObject]) -> list[RecordChange]:
    """One entry per record: several writes to a record within a transaction are one change of the first's kind."""
    found: dict[tuple[str, str], RecordChange] = {}
    for each in written:
        if each.after is None:
            continue
        known = found.get((each.object, each.id))
        if known is None:
            sobject = objects[each.object]
            found[each.object, each.id] = RecordChange(sobject, each.id, each.before, each.after)
        else:
            known.after = each.after
    return list(found.values())


def event_of(change: RecordChange, enriched: tuple[str, ...], cleared: str) -> ChangeEvent | None:
    """The event of a change; enriched fields go along with updates and deletions, changed or not."""
    sobject, kind = change.sobject, change.kind
    if not kind:
        return None
    event = ChangeEvent(sobject, kind, [change.id])
    if kind in {"CREATE", "UNDELETE"}:
        event.body = whole(sobject, unstamped(sobject, change.after) if kind == "CREATE" else change.after)
        return event
    extra = payload(change.after, (sobject.fields[name] for name in enriched))
    if kind == "DELETE":
        event.body = extra
        return event
    fields = _fields_of_update(change)
    event.changed = [dotted(each) for each in fields]
    if cleared == "listed":
        event.nulled = [dotted(each) for each in fields if change.after.get(each.name) is None]
    event.body = {**extra, **payload(change.after, fields, with_nulls=cleared == "null")}
    return event


def _fields_of_update(change: RecordChange) -> list[Field]:
    """The changed fields, LastModifiedDate first and always; only a lead's conversion goes without it."""
    before = change.before or {}
    fields = changed_fields(change.sobject, before, change.after)
    others = [each for each in fields if each.name != "LastModifiedDate"]
    if change.after.get("IsConverted") and not before.get("IsConverted"):
        return others
    return [change.sobject.fields["LastModifiedDate"], *others]


def merged(events: Iterable[ChangeEvent]) -> list[ChangeEvent]:
    """Events that say the same of records of one object become one event with all their ids."""
    found: list[ChangeEvent] = []
    for event in events:
        same = next((each for each in found if each.says_the_same(event)), None)
        if same is None:
            found.append(event)
        else:
            same.ids += event.ids
    return found
