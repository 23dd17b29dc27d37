"""The records table: ID map, versions, leases. One item per record of a store.

claim and complete are one conditional write each. Between them the record is leased, so that two containers never
write it at once; the lease ends with the invocation that holds it, so a crash delays a record and loses nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from connector.errors import Deferred
from connector.sync import aws
from connector.sync.aws import Item, error_code

BATCH_GET = 100
HISTORY_LENGTH = 20


class RecordKey(NamedTuple):
    """Which record: the table's two keys are `store#entity` and the id."""

    store: str
    entity: str
    id: str

    @property
    def item_key(self) -> Item:
        """The key in DynamoDB's wire form."""
        return {"pk": {"S": f"{self.store}#{self.entity}"}, "sk": {"S": self.id}}


class Version(NamedTuple):
    """When the source changed the record, and how far it had come then; compared in this order."""

    moment: str
    progress: str
    digest: str


@dataclass(frozen=True, slots=True)
class RecordState:
    """What is known of a record from its earlier writes."""

    version: Version | None = None
    salesforce_id: str | None = None
    owned: Mapping[str, list[str]] = field(default_factory=dict)
    """Object name to the Storefront_Key__c of each record of it that this record owns in Salesforce."""
    filled: Mapping[str, list[str]] = field(default_factory=dict)
    """Record name to the fields that were last written with a value; only these are ever emptied."""
    uncertain: bool = False
    """An earlier writer crashed or got no answer: Salesforce may hold more than this state says."""
    gone: bool = False
    """The storefront deleted the record for good."""
    parked: str | None = None
    history: tuple[Mapping[str, str], ...] = ()


Refusal = Literal["stale", "current"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a successful write leaves behind."""

    version: Version
    salesforce_id: str | None
    owned: Mapping[str, list[str]]
    filled: Mapping[str, list[str]]
    history: tuple[Mapping[str, str], ...]


class Records:
    """Conditional writes on the records table, for one invocation."""

    def __init__(
        self, table: str, owner: str, lease_until: float, now: Callable[[], float], client: Any = None
    ) -> None:
        self._table, self._owner, self._lease_until, self._now = table, owner, lease_until, now
        self._client = client or aws.client("dynamodb")

    def claim(self, key: RecordKey, version: Version) -> RecordState | Refusal:
        """Lease the record for a write of `version`.

        `stale`: something newer was applied. `current`: exactly this was. Raises Deferred("busy") while another
        holds the lease. An equal moment with other content is leased; the caller sees it by the state's version
        and re-reads the source.
        """
        answer = self._try_update(
            key,
            "SET lease = :me, lease_until = :until",
            "(attribute_not_exists(moment) OR moment < :moment OR (moment = :moment AND digest <> :digest)) AND "
            "(attribute_not_exists(lease_until) OR lease_until < :now)",
            {
                ":me": {"S": self._owner},
                ":until": {"N": f"{self._lease_until:.3f}"},
                ":now": {"N": f"{self._now():.3f}"},
                ":moment": {"S": version.moment},
                ":digest": {"S": version.digest},
            },
        )
        if not isinstance(answer, _Refused):
            return _state(answer)
        applied = _state(answer.item).version
        if applied is not None and applied.moment > version.moment:
            return "stale"
        if applied is not None and applied.moment == version.moment and applied.digest == version.digest:
            return "current"
        raise Deferred("busy", "another invocation is writing this record")

    def claim_any(self, key: RecordKey) -> RecordState:
        """Lease the record whatever its version (to mark it deleted). Raises Deferred("busy")."""
        answer = self._try_update(
            key,
            "SET lease = :me, lease_until = :until",
            "attribute_not_exists(lease_until) OR lease_until < :now",
            {
                ":me": {"S": self._owner},
                ":until": {"N": f"{self._lease_until:.3f}"},
                ":now": {"N": f"{self._now():.3f}"},
            },
        )
        if isinstance(answer, _Refused):
            raise Deferred("busy", "another invocation is writing this record")
        return _state(answer)

    def complete(self, key: RecordKey, applied: Applied) -> None:
        """Note what was written and give the lease back. Raises Deferred("busy") if the lease was lost meanwhile."""
        sets = [
            "moment = :moment",
            "progress = :progress",
            "digest = :digest",
            "owned = :owned",
            "filled = :filled",
        ]
        sets += ["history = :history"]
        values: Item = {
            ":me": {"S": self._owner},
            ":moment": {"S": applied.version.moment},
            ":progress": {"S": applied.version.progress},
            ":digest": {"S": applied.version.digest},
            ":owned": {"S": json.dumps(applied.owned)},
            ":filled": {"S": json.dumps(applied.filled)},
            ":history": {"S": json.dumps(applied.history[-HISTORY_LENGTH:])},
        }
        if applied.salesforce_id:
            sets.append("salesforce_id = :salesforce_id")
            values[":salesforce_id"] = {"S": applied.salesforce_id}
        expression = f"SET {', '.join(sets)} REMOVE lease, lease_until, uncertain, parked"
        if isinstance(self._try_update(key, expression, "lease = :me", values), _Refused):
            raise Deferred("busy", "the lease ran out before the write was noted")

    def release(self, key: RecordKey, uncertain: bool) -> None:
        """Give the lease back without a write; `uncertain` if Salesforce may have committed something."""
        sets = "SET uncertain = :yes " if uncertain else ""
        values: Item = {":me": {"S": self._owner}}
        if uncertain:
            values[":yes"] = {"BOOL": True}
        # A lease that was lost meanwhile is another's business: nothing to give back.
        self._try_update(key, f"{sets}REMOVE lease, lease_until", "lease = :me", values)

    def complete_gone(self, key: RecordKey, history: tuple[Mapping[str, str], ...]) -> None:
        """Note that the storefront deleted the record for good, and give the lease back; its version stays."""
        answer = self._try_update(
            key,
            "SET gone = :yes, history = :history REMOVE lease, lease_until, uncertain, parked",
            "lease = :me",
            {
                ":me": {"S": self._owner},
                ":yes": {"BOOL": True},
                ":history": {"S": json.dumps(history[-HISTORY_LENGTH:])},
            },
        )
        if isinstance(answer, _Refused):
            raise Deferred("busy", "the lease ran out before the write was noted")

    def note_parked(self, key: RecordKey, desk_key: str) -> str:
        """Remember where the record is parked; returns the place that counts (an earlier one is kept)."""
        answer = self._client.update_item(
            TableName=self._table,
            Key=key.item_key,
            UpdateExpression="SET parked = if_not_exists(parked, :desk)",
            ExpressionAttributeValues={":desk": {"S": desk_key}},
            ReturnValues="ALL_NEW",
        )
        place: str = answer["Attributes"]["parked"]["S"]
        return place

    def _try_update(self, key: RecordKey, update: str, condition: str, values: Item) -> "Item | _Refused":
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key.item_key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            refused: dict[str, Any] = dict(error.response)
            return _Refused(refused.get("Item") or {})
        item: Item = answer.get("Attributes") or {}
        return item


def read_states(table: str, keys: Sequence[RecordKey], client: Any = None) -> dict[RecordKey, RecordState]:
    """What is known of each record, without a lease; an unknown one has an empty state. 100 to a call."""
    client = client or aws.client("dynamodb")
    states = {key: RecordState() for key in keys}
    by_item = {(f"{key.store}#{key.entity}", key.id): key for key in keys}
    for start in range(0, len(keys), BATCH_GET):
        items = [key.item_key for key in keys[start : start + BATCH_GET]]
        wanted: dict[str, Any] = {table: {"Keys": items, "ConsistentRead": True}}
        while wanted:
            answer = client.batch_get_item(RequestItems=wanted)
            for item in answer["Responses"].get(table, []):
                states[by_item[item["pk"]["S"], item["sk"]["S"]]] = _state(item)
            wanted = answer.get("UnprocessedKeys") or {}
    return states


@dataclass(frozen=True, slots=True)
class _Refused:
    item: Item


def _state(item: Item) -> RecordState:
    return RecordState(
        version=_version(item),
        salesforce_id=item["salesforce_id"]["S"] if "salesforce_id" in item else None,
        owned=_json(item, "owned") or {},
        filled=_json(item, "filled") or {},
        uncertain="lease" in item or "uncertain" in item,
        gone="gone" in item,
        parked=item["parked"]["S"] if "parked" in item else None,
        history=tuple(_json(item, "history") or ()),
    )


def _version(item: Item) -> Version | None:
    if "moment" not in item:
        return None
    return Version(item["moment"]["S"], item["progress"]["S"], item["digest"]["S"])


def _json(item: Item, name: str) -> Any:
    return json.loads(item[name]["S"]) if name in item else None
