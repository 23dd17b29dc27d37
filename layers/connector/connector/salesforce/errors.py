"""What Salesforce's refusals mean for a change: one table from error code to reaction.

Source of the rules: docs/salesforce-errors.md. Codes are matched, texts are not, but for two cases where one code has
two meanings. Classes: transient, limit, ordering (a parent is missing yet), data (the record must change),
configuration (the org or its permissions must change), unknown
(repeated for a quarter of an hour, then parked), shape (we sent what this record does not take; repeated
differently at once), bystander (another node failed).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connector.errors import Deferred, NotWritten, Parked

Class = Literal[
    "transient", "locked", "limit", "ordering", "data", "configuration", "shape", "bystander", "unknown"
]

_FOREIGN_KEY = "Foreign key external ID"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error of Salesforce: of a call, or of one node of a graph."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    status: int = 400
    object: str = ""
    """The object of the node that failed; empty for a whole call."""


_CLASSES: Mapping[str, Class] = {
    "UNABLE_TO_LOCK_ROW": "locked",
    "SERVER_UNAVAILABLE": "transient",
    "SERVICE_UNAVAILABLE": "transient",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE": "transient",
    "UNKNOWN_EXCEPTION": "unknown",
    "ORG_LOCKED": "transient",
    "QUERY_TIMEOUT": "transient",
    "REQUEST_RUNNING_TOO_LONG": "transient",
    "REQUEST_TIMEOUT_OR_CONFLICT": "transient",
    "TOO_MANY_APEX_REQUESTS": "unknown",
    "LIMIT_EXCEEDED": "unknown",
    "INVALID_CROSS_REFERENCE_KEY": "ordering",
    "STANDARD_PRICE_NOT_DEFINED": "ordering",
    "ENTITY_IS_DELETED": "ordering",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "shape",
    "REQUIRED_FIELD_MISSING": "data",
    "DUPLICATE_VALUE": "data",
    "STORAGE_LIMIT_EXCEEDED": "configuration",
    "INSUFFICIENT_ACCESS": "configuration",
    "INSUFFICIENT_ACCESS_OR_READONLY": "configuration",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "configuration",
    "INVALID_FIELD": "configuration",
    "INVALID_TYPE": "configuration",
    "NOT_FOUND": "configuration",
    "INACTIVE_OWNER_OR_USER": "configuration",
    "INVALID_CURRENCY_ISO": "configuration",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "configuration",
    "API_CURRENTLY_DISABLED": "configuration",
    "API_DISABLED_FOR_ORG": "configuration",
    "TXN_SECURITY_APEX_ERROR": "configuration",
    "INVALID_SESSION_ID": "transient",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "bystander",
    "PROCESSING_HALTED": "bystander",
    "BATCH_PROCESSING_HALTED": "bystander",
}

_DATA = {
    "DUPLICATES_DETECTED",
    "DUPLICATE_EXTERNAL_ID",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "FIELD_FILTER_VALIDATION_EXCEPTION",
    "FIELD_INTEGRITY_EXCEPTION",
    "STRING_TOO_LONG",
    "INVALID_EMAIL_ADDRESS",
    "FAILED_ACTIVATION",
    "INVALID_STATUS",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "JSON_PARSER_ERROR",
    "MALFORMED_ID",
    "MISSING_ARGUMENT",
    "MALFORMED_QUERY",
}


def classify(refusal: Refusal) -> Class:
    """The class of a refusal; an unknown code is `unknown` and treated as transient a bounded number of times."""
    if refusal.code == "INVALID_FIELD" and refusal.message.startswith(_FOREIGN_KEY):
        return "ordering"
    if refusal.code == "REQUEST_LIMIT_EXCEEDED":
        return "transient" if refusal.message.startswith("ConcurrentRequests") else "limit"
    if refusal.code in ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"):
        return "locked" if "UNABLE_TO_LOCK_ROW" in refusal.message else "data"
    if refusal.code.startswith("EXCEEDED_MAX_"):
        return "transient"
    if refusal.code in _DATA:
        return "data"
    return _CLASSES.get(refusal.code, "unknown")


def cause(refusals: Sequence[Refusal]) -> Refusal | None:
    """The first refusal that is not a bystander; None if all are (the graph was halted because others failed)."""
    return next((refusal for refusal in refusals if classify(refusal) != "bystander"), None)


_DEFERRALS: Mapping[Class, str] = {
    "transient": "salesforce_unavailable",
    "unknown": "salesforce_unknown",
    "locked": "salesforce_locked",
    "limit": "salesforce_limit",
    "ordering": "missing_parent",
    "bystander": "salesforce_halted",
}


def to_outcome(refusal: Refusal) -> NotWritten:
    """The refusal as one of ours. Its text is shown only where it is the admin's own (validation rules)."""
    kind = classify(refusal)
    reason = _DEFERRALS.get(kind)
    if reason is not None:
        return Deferred(reason, f"{refusal.code} on {refusal.object or 'the call'}")
    field = f"{refusal.object}.{refusal.fields[0]}" if refusal.fields else refusal.object
    return Parked(
        refusal.code.lower(), _explain(refusal), _NEXT_STEPS.get(refusal.code, _DEFAULT_STEP[kind]), field
    )


def _explain(refusal: Refusal) -> str:
    what = refusal.object or "a call"
    if refusal.code in _ADMIN_TEXTS:
        return f"Salesforce refused {what}: {refusal.message}"
    named = ", ".join(refusal.fields) or _named_things(refusal.message)
    return f"Salesforce refused {what}: {refusal.code}" + (f" ({named})" if named else "")


def _named_things(message: str) -> str:
    """The column that is missing, or else the API names, in a message of Salesforce.

    Never the values, which may be personal; a message about a query repeats the whole query.
    """
    column = _NO_COLUMN.search(message)
    if column:
        return f"{column[2]}.{column[1].rpartition('.')[2]}"
    plain = _LITERAL.sub("", message) if "SELECT " in message else message
    return ", ".join(dict.fromkeys(_API_NAME.findall(plain)))


_NO_COLUMN = re.compile(r"No such column '([\w.]+)' on (?:entity|sobject of type) '?(\w+)")
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
_API_NAME = re.compile(r"\b[A-Z]\w*(?:__[cr]|Id)\b")


_ADMIN_TEXTS = {"FIELD_CUSTOM_VALIDATION_EXCEPTION"}
"""Codes whose message an administrator of the org wrote."""

_DEFAULT_STEP: Mapping[Class, str] = {
    "data": "Correct the record in the storefront or the mapping, then retry it.",
    "configuration": (
        "Give the integration user access or change the mapping (./dev preflight names all such fields), then retry."
    ),
    "shape": "Change the mapping: this field cannot be written on this object. Then retry.",
}

_NEXT_STEPS: Mapping[str, str] = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "Meet or change the validation rule in Salesforce Setup, then retry.",
    "DUPLICATES_DETECTED": (
        "Merge or correct the customer in Salesforce, or let the duplicate rule alert instead of block "
        "(with `duplicates: allow`); then retry."
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "Map the value in the mapping file (`values`) or add it to the picklist, then retry."
    ),
    "INVALID_CURRENCY_ISO": "Activate the currency in Salesforce Setup (Manage Currencies), then retry.",
    "STORAGE_LIMIT_EXCEEDED": "Free or buy data storage in Salesforce, then retry.",
    "REQUIRED_FIELD_MISSING": "Map the field, or make it optional in Salesforce, then retry.",
    "INACTIVE_OWNER_OR_USER": "Choose an active owner for new records in Salesforce, then retry.",
    "DUPLICATE_VALUE": (
        "Another record holds this unique value: change it there or take the field out of the mapping, then retry."
    ),
    "FIELD_INTEGRITY_EXCEPTION": (
        "See in Salesforce that price book, product and price entry are active and of the order's currency, and that "
        "the state belongs to the country; then retry."
    ),
    "INVALID_FIELD": (
        "Deploy the package in salesforce/ and assign its permission set, or take the field out of the mapping, "
        "then retry."
    ),
    "NOT_FOUND": "Deploy the package in salesforce/ and assign its permission set, then retry.",
}
