"""The change envelope: what travels through the queues. Standard library only.

On the wire it is one JSON object; docs/change-envelope.md describes the fields. Unknown fields are ignored and new
ones get a default, so that old messages survive an update.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal

WIRE_VERSION = 1

Origin = Literal["webhook", "poll", "backfill", "file", "retry", "salesforce"]


@dataclass(frozen=True)
class Change:
    """One change of one record of one store. Id and version are in the payload; `id` is set where only it is known."""

    store: str
    entity: str
    topic: str
    origin: Origin
    received_at: str
    """ISO 8601, UTC. For people and metrics; never decides which version is newer."""
    headers: dict[str, str] = field(default_factory=dict)
    id: str | None = None
    payload: str | None = None
    """The raw body; None when it lies in the payload bucket or has to be fetched."""
    payload_key: str | None = None
    trace_id: str | None = None
    choice: dict[str, str] | None = None
    """Which Salesforce record a person chose among several candidates: shared entity to id ({"customer": "003..."})."""
    parked_at: str | None = None
    """Where on the error desk this change lies, when it is sent again from there."""

    def to_json(self) -> str:
        """The wire form."""
        # ASCII only: SQS refuses some characters that JSON may hold.
        return json.dumps({"v": WIRE_VERSION, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> "Change":
        """The inverse of `to_json`; raises ValueError or TypeError for anything else."""
        content = json.loads(text)
        known = {part.name: content[part.name] for part in fields(cls) if part.name in content}
        return cls(**known)

    def with_payload(self, payload: str) -> "Change":
        """The same change with its payload inside."""
        return replace(self, payload=payload, payload_key=None)
