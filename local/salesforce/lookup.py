"""Finding records by key or id."""

from __future__ import annotations

from local.salesforce.errors import ApiError, entity_is_deleted, malformed_id
from local.salesforce.ids import full_id
from local.salesforce.schema import Field, SObject
from local.salesforce.values import Row, Value
from local.salesforce.world import World


class MultipleMatches(Exception):
    """A key value that several records have; HTTP 300 in single calls."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(f"{len(ids)} records")
        self.ids = ids


def matches(world: World, sobject: SObject, key: Field, value: Value) -> list[Row]:
    """The live records with this value in a key field."""
    if key.type == "id":
        row = world.store.live(sobject.name, full_id(value) or "")
        return [row] if row else []
    return world.store.having(sobject.name, key, value)


def existing(world: World, sobject: SObject, record_id: str) -> Row:
    """The live row of an id given in a URL or body; ApiError for a malformed, foreign, unknown or deleted one."""
    known = full_id(record_id)
    if known is None or world.org.everything.of_id(known) is not world.org.everything.find(sobject.name):
        raise malformed_id("Record ID", record_id, "Id")
    row = world.store.get(sobject.name, known)
    if row is None:
        raise ApiError(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row
