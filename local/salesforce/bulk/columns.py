"""Columns of an ingest sheet and the values of their cells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from local.salesforce.bulk.sheets import Unreadable
from local.salesforce.describe import SOAP_TYPES
from local.salesforce.errors import ApiError
from local.salesforce.schema import NUMBER_TYPES, Field, SObject
from local.salesforce.values import accept
from local.salesforce.world import World

NULL = "#N/A"
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_READ_STRICTLY = NUMBER_TYPES | {"boolean", "date", "datetime"}


@dataclass(frozen=True)
class Column:
    """A column: a field of the object, or a parent named by a key of its own (`target` is then the parent)."""

    field: Field
    target: SObject | None = None
    key: Field | None = None
    typed: bool = False

    @property
    def name(self) -> str:
        """The member of a body that this column fills."""
        return (self.field.relationship or "") if self.target else self.field.name


def read_column(world: World, sobject: SObject, header: str) -> Column:
    """`Name`, `Order__r.Storefront_Key__c`, or `Owner:User.Username`; Unreadable for a field that is not there."""
    relation, dot, key_name = header.partition(".")
    if not dot:
        field = sobject.find(header)
        if field is None:
            raise _unknown(header)
        return Column(field)
    relation, colon, type_name = relation.partition(":")
    link = sobject.parents.get(relation.lower())
    target = world.org.schema.find(type_name or (link.reference_to[0] if link else ""))
    key = target.find(key_name) if target else None
    if link is None or target is None or key is None or not key.is_key:
        raise _unknown(header)
    if target.name not in link.reference_to or (len(link.reference_to) > 1 and not colon):
        raise _unknown(header)
    return Column(link, target, key, bool(colon))


def _unknown(header: str) -> Unreadable:
    return Unreadable(f"InvalidBatch : Field name not found : {header}")


def read_cell(sobject: SObject, column: Column, text: str, number: int) -> object:
    """The cell as a member of a JSON body; ApiError when it is none of the field's type.

    `#N/A` empties the field; empty cells never get here.
    """
    if text == NULL:
        return None
    if column.target is None or column.key is None:
        return _value(sobject, column.field, text, number)
    parent: dict[str, object] = {"attributes": {"type": column.target.name}} if column.typed else {}
    return {**parent, column.key.name: _value(column.target, column.key, text, number)}


def _value(sobject: SObject, field: Field, text: str, number: int) -> object:
    try:
        value = _typed(field, text)
        if field.type in _READ_STRICTLY:
            accept(sobject, field, value)
    except (ValueError, InvalidOperation):
        raise _not_of_type(field, text, number) from None
    except ApiError as error:
        if error.code == "JSON_PARSER_ERROR":
            raise _not_of_type(field, text, number) from None
        raise
    return value


def _typed(field: Field, text: str) -> object:
    if field.type == "boolean":
        value = _BOOLEANS.get(text.strip().lower())
        if value is None:
            raise ValueError(text)
        return value
    if field.type in NUMBER_TYPES:
        amount = Decimal(text.strip())
        if not amount.is_finite():
            raise ValueError(text)
        return amount
    return text


def _not_of_type(field: Field, text: str, number: int) -> ApiError:
    kind = SOAP_TYPES.get(field.type, "xsd:string")
    message = f"Failed to deserialize field at col {number}. Due to, '{text}' is not a valid value for the type {kind}"
    return ApiError(400, "INVALID_FIELD", message, [field.name])
