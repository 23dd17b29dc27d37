"""What one org offers: which fields exist and what they hold, its price book, its switches.

Read once a day from the org itself (describe) and kept as compact JSON; see `connector.salesforce.reading`. Where an
org cannot be described, `PLAIN` stands in: no optional feature, unknown lengths.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class FieldFact(NamedTuple):
    """One field of the live describe."""

    type: str
    length: int | None
    scale: int | None
    createable: bool
    updateable: bool


@dataclass(frozen=True, slots=True)
class OrgFacts:
    """The facts; `objects` is empty when the org was not described, and then every field counts as there."""

    standard_price_book: str | None = None
    person_record_type: str | None = None
    objects: Mapping[str, Mapping[str, FieldFact]] = field(default_factory=dict)

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
        """For keeping."""
        objects = {name: {f: list(fact) for f, fact in fields.items()} for name, fields in self.objects.items()}
        return {"price_book": self.standard_price_book, "person": self.person_record_type, "objects": objects}

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> "OrgFacts":
        """The inverse of `to_json`."""
        objects = kept["objects"]
        assert isinstance(objects, dict)
        return cls(
            standard_price_book=_text(kept["price_book"]),
            person_record_type=_text(kept["person"]),
            objects={name: {f: FieldFact(*fact) for f, fact in fields.items()} for name, fields in objects.items()},
        )


PLAIN = OrgFacts()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
