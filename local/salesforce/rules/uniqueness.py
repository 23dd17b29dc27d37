"""Unique fields."""

from __future__ import annotations

from local.salesforce.errors import ApiError
from local.salesforce.world import Change


def refuse_taken_keys(change: Change) -> None:
    """A value of a unique field belongs to one record; the answer names that record's id."""
    for field in change.world.org.everything.objects[change.sobject.name].keys:
        value = change.row.get(field.name)
        if not field.unique or value is None or not change.changed(field.name):
            continue
        for other in change.world.store.having(change.sobject.name, field, value):
            if other["Id"] != change.row.get("Id"):
                known = str(other["Id"])[:15]
                message = f"duplicate value found: {field.name} duplicates value on record with id: {known}"
                raise ApiError(400, "DUPLICATE_VALUE", message, [])
