"""What one org offers: which fields exist and what they hold, its price book, its switches.

Read once a day from the org itself (describe) and kept as compact JSON; see `connector.salesforce.reading`. Where an
org cannot be described, empty facts stand in: no optional feature, unknown lengths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

VERSION = 2
"""Of the kept form; what an older release kept is read again from the org."""


class FieldFact(NamedTuple):
    """One field of the live describe."""

    type: str
    length: int | None
    scale: int | None
    createable: bool
    updateable: bool
    nillable: bool = True
    defaulted: bool = False
    """Whether Salesforce fills it where a new record does not give it."""
    key: bool = False
    """Whether it is an external id."""
    values: tuple[str, ...] | None = None
    """What a restricted picklist takes; None where anything goes."""

    @property
    def required(self) -> bool:
        """Whether a new record has to give it."""
        return not self.nillable and self.createable and not self.defaulted


class Rights(NamedTuple):
    """What the connector's user may do with the records of an object."""

    createable: bool = True
    updateable: bool = True


@dataclass(frozen=True, slots=True)
class OrgFacts:
    """The facts; `objects` is empty when the org was not described, and then every field counts as there."""

    standard_price_book: str | None = None
    person_record_type: str | None = None
    objects: Mapping[str, Mapping[str, FieldFact]] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)
    strangers: bool = True
    """Whether the org has contacts that the connector did not make, or may have."""

    def has(self, object_name: str, field_name: str) -> bool:
        """Whether the connector's user can see the field."""
        fields = self.objects.get(object_name)
        return fields is None or field_name in fields

    @property
    def multi_currency(self) -> bool:
        """Whether records carry a currency (CurrencyIsoCode exists only then)."""
        return "CurrencyIsoCode" in self.objects.get("Order", {})

    @property
    def person_accounts(self) -> bool:
        """Whether the org has person accounts."""
        return "IsPersonAccount" in self.objects.get("Account", {})

    @property
    def address_picklists(self) -> bool:
        """Whether states and countries are picklists, so that ISO codes are to be sent."""
        return "BillingCountryCode" in self.objects.get("Account", {})

    def to_json(self) -> dict[str, object]:
        """For keeping. Types and picklists stand once in a list; a field is short numbers."""
        facts = [fact for fields in self.objects.values() for fact in fields.values()]
        types, lists = _distinct(fact.type for fact in facts), _distinct(fact.values for fact in facts)
        return {
            "v": VERSION,
            "price_book": self.standard_price_book,
            "person": self.person_record_type,
            "strangers": self.strangers,
            "types": list(types),
            "lists": list(lists),
            "objects": {
                name: {each: _packed(fact, types, lists) for each, fact in fields.items()}
                for name, fields in self.objects.items()
            },
            "rights": self.rights,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "OrgFacts | None":
        """The inverse of `to_json`; None for the form of another release."""
        if kept.get("v") != VERSION:
            return None
        lists = [None if values is None else tuple(values) for values in kept["lists"]]
        return cls(
            standard_price_book=kept["price_book"],
            person_record_type=kept["person"],
            objects={
                name: {each: _unpacked(parts, kept["types"], lists) for each, parts in fields.items()}
                for name, fields in kept["objects"].items()
            },
            rights={name: Rights(*rights) for name, rights in kept["rights"].items()},
            strangers=kept.get("strangers", True),
        )


_FLAGS = ("createable", "updateable", "nillable", "defaulted", "key")


def _distinct(values: Iterable[object]) -> dict[Any, int]:
    return {value: index for index, value in enumerate(dict.fromkeys(values))}


def _packed(fact: FieldFact, types: Mapping[str, int], lists: Mapping[object, int]) -> list[int | None]:
    flags = sum(1 << bit for bit, name in enumerate(_FLAGS) if getattr(fact, name))
    return [types[fact.type], flags, lists[fact.values], fact.length, fact.scale]


def _unpacked(parts: list[int], types: list[str], lists: list[tuple[str, ...] | None]) -> FieldFact:
    kind, flags, values, length, scale = parts
    rights = {name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS)}
    return FieldFact(types[kind], length, scale, **rights, values=lists[values])
