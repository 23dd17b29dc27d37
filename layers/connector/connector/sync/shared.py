"""Records that several orders share: customers and products. What each order contributes is merged, in any order.

`newest` keeps for every field the moment of the order that gave its value; a contribution wins field by field. That is
a join: whatever the sequence of deliveries, the outcome is the same. `once` records are created when missing and then
left to people.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from connector.errors import Deferred
from connector.mapping.plans import Record, Shared, Target
from connector.sync import aws
from connector.sync.aws import Item, error_code
from connector.sync.records import HISTORY_LENGTH

BATCH_GET = 100
BATCH_WRITE = 25


class SharedKey(NamedTuple):
    """Which shared record, in the records table."""

    store: str
    entity: str
    id: str

    @property
    def item_key(self) -> Item:
        """The key in DynamoDB's wire form."""
        return {"pk": {"S": f"{self.store}#{self.entity}"}, "sk": {"S": self.id}}


Stamp = tuple[str, str]
"""(as_of, digest of the value) of a field."""


@dataclass(frozen=True, slots=True)
class SharedState:
    """What was written of a shared record. `raw` is the stored text, the token of optimistic updates."""

    known: bool = False
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    raw: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    """Record name to the Salesforce id that it was last seen under."""
    history: tuple[Mapping[str, str], ...] = ()
    """When and why it was linked with other records than its own: moment and remarks, newest last."""


@dataclass(frozen=True, slots=True)
class Merged:
    """All contributions of a batch to one shared record, joined with what was written before."""

    key: SharedKey
    policy: str
    records: tuple[Record, ...]
    """With the winning value of every field that has one."""
    state: SharedState
    stamps: Mapping[str, Stamp]
    changed: frozenset[str]
    """Stamp names of the fields whose value differs from what was last written."""

    linked: frozenset[Target] = frozenset()
    """Records that were found in Salesforce, where people had made them: they are linked, not written."""

    @property
    def adopted(self) -> bool:
        """Whether all its records were found."""
        return bool(self.linked) and all(record.target in self.linked for record in self.records)

    @property
    def needs_write(self) -> bool:
        """Whether Salesforce has to hear of it."""
        return not self.state.known or bool(self.changed)

    @property
    def needs_note(self) -> bool:
        """Whether only the stamps moved (a newer order said the same)."""
        return not self.needs_write and dict(self.stamps) != dict(self.state.stamps)

    def fields_to_send(self, record: Record) -> frozenset[str]:
        """Which fields of one of its records an update has to carry."""
        return frozenset(name for name in record.fields if f"{record.name}.{name}" in self.changed)


def merge(key: SharedKey, contributions: Sequence[Shared], state: SharedState) -> Merged:
    """Join contributions into the state; their sequence does not matter."""
    newest = max(contributions, key=lambda part: part.as_of)
    if newest.policy == "once":
        first = min(contributions, key=lambda part: part.as_of)
        return Merged(key, "once", first.records, state, {}, frozenset())
    stamps, values = dict(state.stamps), dict[str, Any]()
    for part in sorted(contributions, key=lambda part: part.as_of):
        for record in part.records:
            for name, value in record.fields.items():
                stamp_name = f"{record.name}.{name}"
                if value is not None and (part.as_of, _digest(value)) > stamps.get(stamp_name, ("", "")):
                    stamps[stamp_name] = (part.as_of, _digest(value))
                    values[stamp_name] = value
    changed = {n for n in values if state.stamps.get(n, ("", ""))[1] != stamps[n][1]}
    return Merged(key, "newest", _records(contributions, values), state, stamps, frozenset(changed))


def _records(contributions: Iterable[Shared], values: Mapping[str, Any]) -> tuple[Record, ...]:
    """Every record that any contribution has, as the newest has it, with the winning values."""
    by_target: dict[Target, Record] = {}
    for part in sorted(contributions, key=lambda part: part.as_of):
        for record in part.records:
            before = by_target.get(record.target)
            fields = {**(before.fields if before else {}), **_present(record.fields)}
            won = {name: values.get(f"{record.name}.{name}", value) for name, value in fields.items()}
            by_target[record.target] = replace(record, fields=won)
    return tuple(by_target.values())


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


class SharedRecords:
    """Shared records in the records table, for one invocation."""

    def __init__(
        self, table: str, owner: str, lease_until: float, now: Callable[[], float], client: Any = None
    ) -> None:
        self._table, self._owner, self._lease_until, self._now = table, owner, lease_until, now
        self._client = client or aws.client("dynamodb")

    def read(self, keys: Sequence[SharedKey]) -> dict[SharedKey, SharedState]:
        """The states of all keys (an unknown key has an empty one), 100 to a call."""
        states = {key: SharedState() for key in keys}
        by_item = {(f"{key.store}#{key.entity}", key.id): key for key in keys}
        for start in range(0, len(keys), BATCH_GET):
            wanted = {
                self._table: {
                    "Keys": [key.item_key for key in keys[start : start + BATCH_GET]],
                    "ConsistentRead": True,
                }
            }
            while wanted:
                answer = self._client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(self._table, []):
                    states[by_item[(item["pk"]["S"], item["sk"]["S"])]] = _state(item)
                wanted = answer.get("UnprocessedKeys") or {}
        return states

    def claim(self, merged: Merged) -> None:
        """Lease a record that is about to change; raises Deferred("busy") if anybody changed or holds it."""
        self._update(
            merged,
            "SET lease = :me, lease_until = :until",
            "(attribute_not_exists(lease_until) OR lease_until < :now) AND " + _unchanged(merged),
            {
                ":until": {"N": f"{self._lease_until:.3f}"},
                ":now": {"N": f"{self._now():.3f}"},
                ":me": {"S": self._owner},
            },
        )

    def relink(self, merged: Merged, ids: Mapping[str, str], remarks: Sequence[str]) -> None:
        """Note under which ids the records are found now (after a merge in Salesforce), and why."""
        try:
            self._update(
                merged,
                "SET ids = :ids, history = :history",
                "attribute_not_exists(lease_until) OR lease_until < :now",
                {
                    ":ids": {"S": json.dumps(ids)},
                    ":history": self._history(merged, remarks),
                    ":now": {"N": f"{self._now():.3f}"},
                },
                unchanged=False,
            )
        except Deferred:
            return  # another is writing it, and finds out by itself

    def complete(
        self, merged: Merged, ids: Mapping[str, str] | None = None, remarks: Sequence[str] = ()
    ) -> None:
        """Note the stamps and ids of a written record, and what is remarkable of its links; the lease ends."""
        values: Item = {
            ":ids": {"S": json.dumps({**merged.state.ids, **(ids or {})})},
            ":stamps": {"S": _stamps_text(merged.stamps)},
            ":yes": {"BOOL": True},
            ":me": {"S": self._owner},
        }
        sets = "stamps = :stamps, ids = :ids, known = :yes"
        if remarks:
            sets += ", history = :history"
            values[":history"] = self._history(merged, remarks)
        self._update(merged, f"SET {sets} REMOVE lease, lease_until", "lease = :me", values, unchanged=False)

    def _history(self, merged: Merged, remarks: Sequence[str]) -> dict[str, str]:
        at = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds")
        entries = [*merged.state.history, {"at": at, "remarks": "; ".join(remarks)}]
        return {"S": json.dumps(entries[-HISTORY_LENGTH:])}

    def note(self, merged: Merged) -> None:
        """Move the stamps of a record whose values did not change; raises Deferred("busy") on a race."""
        self._update(
            merged,
            "SET stamps = :stamps",
            "(attribute_not_exists(lease_until) OR lease_until < :now) AND " + _unchanged(merged),
            {":stamps": {"S": _stamps_text(merged.stamps)}, ":now": {"N": f"{self._now():.3f}"}},
        )

    def release(self, merged: Merged) -> None:
        """Give the lease back without a write."""
        try:
            self._update(
                merged,
                "REMOVE lease, lease_until",
                "lease = :me",
                {":me": {"S": self._owner}},
                unchanged=False,
            )
        except Deferred:
            return  # another holds it by now: nothing to give back

    def mark_known(self, keys: Sequence[SharedKey]) -> None:
        """Note records of the policy `once` that now exist, 25 to a call."""
        for start in range(0, len(keys), BATCH_WRITE):
            puts = [
                {"PutRequest": {"Item": {**key.item_key, "known": {"BOOL": True}}}}
                for key in keys[start : start + BATCH_WRITE]
            ]
            wanted: dict[str, Any] = {self._table: puts}
            while wanted:
                wanted = self._client.batch_write_item(RequestItems=wanted).get("UnprocessedItems") or {}

    def _update(
        self, merged: Merged, update: str, condition: str, values: Item, unchanged: bool = True
    ) -> None:
        if unchanged and merged.state.raw is not None:
            values = {**values, ":raw": {"S": merged.state.raw}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=merged.key.item_key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            raise Deferred("busy", f"another invocation is writing this {merged.key.entity}") from None


def _unchanged(merged: Merged) -> str:
    return "attribute_not_exists(stamps)" if merged.state.raw is None else "stamps = :raw"


def _state(item: Item) -> SharedState:
    raw = item["stamps"]["S"] if "stamps" in item else None
    stamps = {name: (as_of, digest) for name, (as_of, digest) in json.loads(raw).items()} if raw else {}
    ids = json.loads(item["ids"]["S"]) if "ids" in item else {}
    history = json.loads(item["history"]["S"]) if "history" in item else ()
    return SharedState("known" in item, stamps, raw, ids, tuple(history))


def _stamps_text(stamps: Mapping[str, Stamp]) -> str:
    return json.dumps(stamps, sort_keys=True)
