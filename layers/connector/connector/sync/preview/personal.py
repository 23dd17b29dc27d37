"""Which fields of a mapping hold personal data: told by what their expressions read, so custom fields count too."""

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

from connector.model.buyer import Buyer
from connector.settings.mappings import MappingSpec, RecordSpec

_PERSONAL = frozenset(
    {"attributes", "billing", "customer", "email", "note", "phone", "properties", "shipping", "tags"}
)
"""Parts of the model that are about a person, or hold free text, under whatever name they are read."""

_ANONYMOUS = frozenset({"id", "key", "kind", "reachable", "is_lead", "account_key", "account_customer_id"})
"""Parts of a buyer that tell nothing without the shop at hand."""

_ABOUT_BUYERS = frozenset(Buyer.model_fields) - _ANONYMOUS


class PersonalFields:
    """Asked for each field of a record, by the mapping's name of the record."""

    def __init__(self, spec: MappingSpec) -> None:
        records = dict(spec.records)
        for shared in spec.shared.values():
            records |= shared.records
        self._plain = {name: frozenset(_plain_fields(record)) for name, record in records.items()}

    def __call__(self, record: str, field: str) -> bool:
        """Whether the field is personal. A field that the mapping does not name, a rule's own, counts as personal."""
        return field not in self._plain.get(record, frozenset())


def _plain_fields(record: RecordSpec) -> Iterator[str]:
    for field in {**record.fields, **record.defaults}:
        texts = [part[field] for part in (record.fields, record.defaults) if field in part]
        if not any(is_personal(text) for text in texts):
            yield field
    yield from record.links


def is_personal(expression: str) -> bool:
    """Whether an expression reads something personal."""
    names = set(_names(jmespath.compile(expression).parsed))
    if names & _PERSONAL or "@" in names:
        return True
    return "buyer" in names and bool(names & _ABOUT_BUYERS or not names & _ANONYMOUS)


def _names(node: Mapping[str, Any]) -> Iterator[str]:
    """Every name in a syntax tree; `@`, the whole scope, is one too."""
    if node["type"] == "field":
        yield str(node["value"])
    elif node["type"] == "current":
        yield "@"
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from _names(child)
