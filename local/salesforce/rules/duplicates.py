"""Duplicate rules that were switched on."""

from __future__ import annotations

from local.salesforce.errors import ApiError
from local.salesforce.switches import DuplicateRule
from local.salesforce.world import Change


def refuse_duplicates(change: Change) -> None:
    """Refuse a record that a rule takes for a duplicate; `alert` rules yield to allowSave, `block` rules never do."""
    for rule in change.world.switches.duplicate_rules:
        if rule.object != change.sobject.name or not any(change.changed(name) for name in rule.fields):
            continue
        if rule.action == "alert" and change.call.allow_duplicates:
            continue
        if _has_duplicate(change, rule):
            raise ApiError(400, "DUPLICATES_DETECTED", "Use one of these records?", [])


def _has_duplicate(change: Change, rule: DuplicateRule) -> bool:
    wanted = [_folded(change.row.get(name)) for name in rule.fields]
    if not all(wanted):
        return False
    return any(
        row["Id"] != change.row.get("Id") and [_folded(row.get(name)) for name in rule.fields] == wanted
        for row in change.world.store.rows(rule.object)
    )


def _folded(value: object) -> str:
    return "" if value is None else str(value).casefold()
