"""What is to be written for one change, before anybody knows what Salesforce already has.

A plan is pure data: it depends on the record, the mapping and the org's facts, never on state.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Value = str | int | float | bool | None
Policy = Literal["newest", "once"]

NO_FIELDS: frozenset[str] = frozenset()


class Target(NamedTuple):
    """One Salesforce record by its object and its Storefront_Key__c."""

    object: str
    key: str


@dataclass(frozen=True, slots=True)
class Record:
    """One Salesforce record as it should be. A field that is None has no value in the storefront."""

    name: str
    target: Target
    fields: Mapping[str, Value]
    links: Mapping[str, Target]
    defaults: Mapping[str, Value]
    create_only: frozenset[str] = NO_FIELDS


@dataclass(frozen=True, slots=True)
class Shared:
    """Records under one identity that several orders contribute to. `entity` and `id` name it in the ID map.

    `as_of` orders contributions of the policy `newest`: the later text wins, field by field.
    """

    entity: str
    id: str
    policy: Policy
    as_of: str
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one order wants written: what it shares with others, and what is its own."""

    shared: tuple[Shared, ...]
    records: tuple[Record, ...]
    digest: str
    """Of the own records' content: equal digests mean that nothing would change."""
    objects: frozenset[str] = NO_FIELDS
    """The objects that the mapping writes for this store; what a version no longer has of them is deleted."""


def digest(records: tuple[Record, ...]) -> str:
    """A stable digest of what the records hold."""
    content = [
        [*record.target, record.fields, {f: list(t) for f, t in record.links.items()}] for record in records
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
