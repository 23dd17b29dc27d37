"""What objects and fields the org has, as the connected user sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "phone", "url", "email", "combobox"}
)
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})


@dataclass(frozen=True)
class Field:
    """One field: names, type, limits and flags as a describe gives them."""

    name: str
    type: str
    label: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    permissionable: bool = True
    required: bool = False
    default: str | bool | None = None
    defaulted: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    children: str | None = None
    on_delete: str = "clear"
    values: tuple[str, ...] = ()
    restricted: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    id_lookup: bool = False
    compound: str | None = None
    derived: bool = False
    auto_number: str | None = None
    custom: bool = False
    only_with: str | None = None

    @property
    def is_key(self) -> bool:
        """Whether a record can be addressed by this field's value."""
        return self.external_id or self.id_lookup or self.unique

    @property
    def filterable(self) -> bool:
        """Long text can be read but not searched, sorted or grouped."""
        return not (self.type == "textarea" and self.length > 255) and self.type != "address"

    @property
    def groupable(self) -> bool:
        """Amounts and moments have too many values to be grouped by; their years and months may be."""
        return self.filterable and self.type not in {"double", "currency", "percent", "datetime"}

    @property
    def aggregatable(self) -> bool:
        """Whether aggregate functions take it."""
        return self.filterable and self.type != "boolean"

    def key(self, value: str) -> str:
        """The value as an index compares it."""
        return value if self.case_sensitive or self.type not in TEXT_TYPES else value.casefold()


@dataclass(frozen=True)
class Access:
    """What the connected user may do with the records of an object."""

    create: bool = True
    read: bool = True
    update: bool = True
    delete: bool = True


@dataclass(frozen=True)
class SObject:
    """One object: its fields and what may be done with its records."""

    name: str
    prefix: str
    label: str
    plural: str
    fields: Mapping[str, Field]
    name_field: str | None = "Name"
    governed_by: str | None = None
    custom: bool = False
    mergeable: bool = False
    is_event: bool = False
    allows: frozenset[str] = frozenset({"create", "update", "delete"})
    access: Access = field(default_factory=Access)

    @cached_property
    def by_lower_name(self) -> dict[str, Field]:
        """Fields by lower-cased name: the API does not mind the case of field names."""
        return {name.lower(): each for name, each in self.fields.items()}

    @cached_property
    def parents(self) -> dict[str, Field]:
        """Reference fields by lower-cased relationship name."""
        return {each.relationship.lower(): each for each in self.fields.values() if each.relationship}

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """Fields that a create must give."""
        return tuple(each for each in self.fields.values() if each.required)

    @cached_property
    def keys(self) -> tuple[Field, ...]:
        """Fields by whose values records are indexed."""
        return tuple(each for each in self.fields.values() if each.is_key or each.type == "reference")

    @cached_property
    def defaults(self) -> tuple[Field, ...]:
        """Fields that are filled when a create leaves them out."""
        return tuple(
            each for each in self.fields.values() if each.default is not None or each.type == "boolean"
        )

    def find(self, name: str) -> Field | None:
        """The field of this name in any case, or None."""
        return self.fields.get(name) or self.by_lower_name.get(name.lower())


@dataclass(frozen=True)
class ChildLink:
    """A reference seen from its parent."""

    child: str
    field: Field


class Schema:
    """All objects that the user sees."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self.objects = {each.name: each for each in objects}
        self._lower = {name.lower(): each for name, each in self.objects.items()}
        self._prefixes = {each.prefix: each for each in self.objects.values()}
        self._children: dict[str, list[ChildLink]] = {}
        for each in self.objects.values():
            for link in (x for x in each.fields.values() if x.type == "reference"):
                for parent in link.reference_to:
                    self._children.setdefault(parent, []).append(ChildLink(each.name, link))

    def find(self, name: str) -> SObject | None:
        """The object of this name in any case, or None when it is absent or hidden."""
        return self.objects.get(name) or self._lower.get(name.lower())

    def of_id(self, record_id: str) -> SObject | None:
        """The object whose key prefix an id carries."""
        return self._prefixes.get(record_id[:3])

    def children(self, object_name: str) -> list[ChildLink]:
        """The references that point to this object."""
        return self._children.get(object_name, [])

    def child(self, object_name: str, relationship: str) -> ChildLink | None:
        """The child link of a relationship name such as `OrderItems`."""
        wanted = relationship.lower()
        for link in self.children(object_name):
            if link.field.children and link.field.children.lower() == wanted:
                return link
        return None


def spaced(name: str) -> str:
    """A label made from an API name: `PricebookEntryId` becomes `Pricebook Entry ID`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"\bId\b", "ID", words)


def system_fields() -> list[Field]:
    """The fields that every object has and nobody writes."""
    return [
        _fixed("Id", "id", "Record ID"),
        _fixed("IsDeleted", "boolean", "Deleted"),
        _fixed("CreatedDate", "datetime", "Created Date"),
        _fixed("CreatedById", "reference", "Created By ID"),
        _fixed("LastModifiedDate", "datetime", "Last Modified Date"),
        _fixed("LastModifiedById", "reference", "Last Modified By ID"),
        _fixed("SystemModstamp", "datetime", "System Modstamp"),
    ]


def _fixed(name: str, kind: str, label: str) -> Field:
    user = kind == "reference"
    return Field(
        name, kind, label,
        length=18 if kind in {"id", "reference"} else 0,
        nillable=False, createable=False, updateable=False, permissionable=False, id_lookup=kind == "id",
        reference_to=("User",) if user else (), relationship=name.removesuffix("Id") if user else None,
    )  # fmt: skip
