"""What a change event says of a record: its fields, compound ones nested, in the relay's notation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from local.salesforce.schema import Field, SObject
from local.salesforce.values import Row, Value, show

Payload = dict[str, object]
# Never in a change event, whatever the object.
_LEFT_OUT = frozenset({"Id", "IsDeleted", "SystemModstamp"})
# Creations of these objects tell neither when nor by whom (Change Data Capture Developer Guide, PricebookEntry).
_UNSTAMPED = frozenset({"PricebookEntry"})
_STAMPS = frozenset({"CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate"})
# Events of a person account's update leave these to the event of its contact.
_OF_CONTACT = ("Person", "PersonContactId")


def carried(sobject: SObject, row: Row) -> Iterator[Field]:
    """The fields that this record's events can carry: no formulas, no derived fields, names and addresses in parts."""
    person = _has_person_name(sobject, row)
    for field in sobject.fields.values():
        if field.name in _LEFT_OUT or field.derived or field.type == "address":
            continue
        if field.name == "Name" and person:
            continue
        yield field


def _has_person_name(sobject: SObject, row: Row) -> bool:
    """Whether `Name` is made of parts; on accounts it depends on the record."""
    if sobject.name == "Account":
        return bool(row.get("IsPersonAccount"))
    part = sobject.fields.get("LastName")
    return part is not None and part.compound == "Name"


def place(field: Field) -> tuple[str | None, str]:
    """Where a field stands: in a compound field or at the top. `MailingCity` is `City` in `MailingAddress`."""
    if field.compound is None or field.compound == field.name:
        return None, field.name
    if field.compound.endswith("Address"):
        return field.compound, field.name.removeprefix(field.compound.removesuffix("Address"))
    return field.compound, field.name


def dotted(field: Field) -> str:
    """The field's name in `changedFields`."""
    compound, name = place(field)
    return f"{compound}.{name}" if compound else name


def shown(field: Field, value: Value | None) -> object:
    """The value in the relay's notation: times end in Z."""
    if field.type == "datetime" and isinstance(value, str):
        return value.replace("+0000", "Z")
    return show(field, value)


def payload(row: Row, fields: Iterable[Field], *, with_nulls: bool = False) -> Payload:
    """Values of the fields that hold something; emptied ones as null where the org's relay does so."""
    body: Payload = {}
    for field in fields:
        value = shown(field, row.get(field.name))
        if value is None and not with_nulls:
            continue
        compound, name = place(field)
        if compound is None:
            body[name] = value
        else:
            inner = body.setdefault(compound, {})
            assert isinstance(inner, dict)
            inner[name] = value
    return body


def unstamped(sobject: SObject, row: Row) -> Row:
    """The row as the event of its creation knows it."""
    if sobject.name not in _UNSTAMPED:
        return row
    return {name: value for name, value in row.items() if name not in _STAMPS}


def whole(sobject: SObject, row: Row) -> Payload:
    """All non-empty fields: the body of CREATE and UNDELETE."""
    return payload(row, carried(sobject, row))


def changed_fields(sobject: SObject, before: Row, after: Row) -> list[Field]:
    """Fields with another value than before, in the order of the object's fields.

    A person account's update tells only the account's own fields: the contact's event tells the rest.
    """
    person = sobject.name == "Account" and bool(after.get("IsPersonAccount"))
    return [
        field
        for field in carried(sobject, after)
        if shown(field, before.get(field.name)) != shown(field, after.get(field.name))
        and not (person and _of_contact(field.name))
    ]


def _of_contact(name: str) -> bool:
    start, link = _OF_CONTACT
    return name.endswith("__pc") or (name.startswith(start) and name != link)
