"""The error desk: records that wait for a person, with their reason and next step."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connector.errors import Parked
from connector.sync import aws
from connector.sync.changes import Change
from connector.sync.records import RecordKey, Records

KEEP_RESOLVED_SECONDS = 30 * 24 * 3600
INLINE_BYTES = 100_000
"""Larger payloads stay in, or go to, the payload bucket: an item holds 400 KB."""


class ErrorDesk:
    """The parked table and the payloads of what is parked."""

    def __init__(
        self,
        table: str,
        bucket: str,
        flow: str,
        now: Callable[[], float] = time.time,
        client: Any = None,
        s3: Any = None,
    ) -> None:
        self._table, self._bucket, self._flow, self._now = table, bucket, flow, now
        self._client = client or aws.client("dynamodb")
        self._s3 = s3

    def park(
        self, records: Records, key: RecordKey, change: Change, problem: Parked, links: dict[str, str]
    ) -> str:
        """Put a record on the desk, or renew its entry if it lies there already; returns the place."""
        at = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds")
        place = records.note_parked(key, f"{at}#{key.id}")
        names = {
            "store": key.store,
            "entity": key.entity,
            "id": key.id,
            "class": problem.reason,
            "field": problem.field,
            "message": problem.message,
            "next_step": problem.next_step,
            "urgency": problem.urgency,
            "parked_at": at,
            "change": self._kept(change, place),
            **links,
        }
        sets = [f"#{index} = :{index}" for index in range(len(names))]
        self._client.update_item(
            TableName=self._table,
            Key=self._desk_key(key.store, place),
            UpdateExpression=f"SET {', '.join(sets)} REMOVE resolved_at, expires_at ADD attempts :one",
            ExpressionAttributeNames={f"#{index}": name for index, name in enumerate(names)},
            ExpressionAttributeValues={
                **{f":{index}": {"S": value} for index, value in enumerate(names.values())},
                ":one": {"N": "1"},
            },
        )
        return place

    def resolve(self, store: str, place: str) -> None:
        """The record was written after all: its entry is done and goes away after a month."""
        self._client.update_item(
            TableName=self._table,
            Key=self._desk_key(store, place),
            UpdateExpression="SET resolved_at = :at, expires_at = :until",
            ExpressionAttributeValues={
                ":at": {"S": datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")},
                ":until": {"N": str(int(self._now()) + KEEP_RESOLVED_SECONDS)},
            },
        )

    def _desk_key(self, store: str, place: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"{store}#{self._flow}"}, "sk": {"S": place}}

    def _kept(self, change: Change, place: str) -> str:
        """The change for a retry; a large payload is moved to the bucket."""
        change = replace(change, parked_at=place)
        text = change.to_json()
        if change.payload is None or len(text) <= INLINE_BYTES:
            return text
        key = f"parked/{change.store}/{place.replace('#', '/')}.json"
        s3 = self._s3 or aws.client("s3")
        s3.put_object(Bucket=self._bucket, Key=key, Body=change.payload.encode("utf-8"))
        return replace(change, payload=None, payload_key=key).to_json()
