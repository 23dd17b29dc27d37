"""What may stop a write before it begins: the object's or the user's limits, and ordered faults."""

from __future__ import annotations

import json
from collections.abc import Mapping

from local.salesforce.errors import ApiError
from local.salesforce.schema import SObject
from local.salesforce.world import Call, World


def refuse_forbidden(sobject: SObject, operation: str, done: str) -> None:
    """Refuse an operation that the object does not know or the user was not granted."""
    if operation not in sobject.allows:
        message = f"entity type cannot be {done}: {sobject.label}"
        raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", message, [])
    if not getattr(sobject.access, operation):
        message = "insufficient access rights on object id"
        raise ApiError(403, "INSUFFICIENT_ACCESS_OR_READONLY", message, [])


def strike(world: World, call: Call, sobject: SObject, place: str, body: Mapping[str, object]) -> None:
    """Raise the fault that was ordered for this record; `place` is its id or key. People are spared."""
    if world.faults.wait_for_records and not world.actor.administrator:
        described = f"{sobject.name}/{place} {json.dumps(body, default=str, ensure_ascii=False)}"
        world.faults.strike_record(call.path, described)
