"""Validation rules that an administrator wrote: ordered through the settings."""

from __future__ import annotations

import re

from local.salesforce.errors import ApiError
from local.salesforce.world import Change


def refuse_invalid(change: Change) -> None:
    """Refuse a record that a validation rule matches; the message is the administrator's."""
    for rule in change.world.switches.validation_rules:
        if rule.object != change.sobject.name:
            continue
        value = change.row.get(rule.field)
        if re.search(rule.pattern, "" if value is None else str(value)):
            raise ApiError(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, [rule.field])
