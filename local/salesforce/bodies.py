"""Reading the body of a write into a row: fields, values, and parents named by id or by their own key."""

from __future__ import annotations

from collections.abc import Mapping

from local.salesforce.errors import (
    ApiError,
    entity_is_deleted,
    integrity,
    json_error,
    not_writable,
    unknown_column,
)
from local.salesforce.lookup import matches
from local.salesforce.schema import Field, SObject
from local.salesforce.values import accept
from local.salesforce.world import Change

Body = Mapping[str, object]


def take_body(change: Change, body: Body) -> None:
    """Read the body's members into the row: known, writable, of the right type, with parents that exist."""
    refused = []
    for name, given in body.items():
        if name == "attributes":
            continue
        field = change.sobject.find(name)
        if field is None:
            field, given = _parent_by_key(change, name, given)
        if not (field.createable if change.creating else field.updateable):
            refused.append(field.name)
            continue
        value = accept(change.sobject, field, given)
        change.given.add(field.name)
        if value is None:
            change.row.pop(field.name, None)
        else:
            change.row[field.name] = value
    if refused:
        raise not_writable(refused)
    _check_references(change)


def _parent_by_key(change: Change, name: str, given: object) -> tuple[Field, object]:
    """A parent named by its own key: `{"Account": {"Storefront_Key__c": "main:42"}}`."""
    field = change.sobject.parents.get(name.lower())
    if field is None:
        raise unknown_column(name, change.sobject.name)
    if given is None:
        return field, None
    if not isinstance(given, dict):
        raise json_error(f"Cannot deserialize instance of {name} from VALUE_STRING value {given}")
    target = _target(change, field, given)
    keys = [(each, value) for each, value in given.items() if each != "attributes"]
    if len(keys) != 1:
        raise _invalid(f"{name}: exactly one key field of the parent must be given")
    return field, _parent_id(change, target, *keys[0])


def _parent_id(change: Change, target: SObject, key_name: str, given: object) -> object:
    key = target.find(key_name)
    if key is None or not (key.is_key or key.type == "id"):
        raise _invalid(f"{key_name} is not an external ID or indexed field of {target.name}")
    value = accept(target, key, given)
    found = matches(change.world, target, key, value) if value is not None else []
    if not found:
        raise _invalid(
            f"Foreign key external ID: {given} not found for field {key.name} in entity {target.name}"
        )
    if len(found) > 1:
        raise _invalid(f"More than one record found for external id field: {key.name}")
    return found[0]["Id"]


def _invalid(message: str) -> ApiError:
    return ApiError(400, "INVALID_FIELD", message, [])


def _target(change: Change, field: Field, given: Body) -> SObject:
    name = field.reference_to[0]
    attributes = given.get("attributes")
    if isinstance(attributes, dict) and "type" in attributes:
        name = str(attributes["type"])
    elif len(field.reference_to) > 1:
        raise _invalid(f"{field.relationship}: attributes.type is needed to tell the objects apart")
    target = change.world.org.schema.find(name)
    if target is None or target.name not in field.reference_to:
        raise unknown_column(field.relationship or field.name, change.sobject.name)
    return target


def _check_references(change: Change) -> None:
    for name in change.given:
        field = change.sobject.fields[name]
        value = change.row.get(name)
        if field.type != "reference" or not isinstance(value, str) or not change.changed(name):
            continue
        target = change.world.org.everything.of_id(value)
        if target is None or target.name not in field.reference_to:
            raise integrity(f"{field.label}: id value of incorrect type: {value}", name)
        row = change.world.store.get(target.name, value)
        if row is None:
            raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [name])
        if row.get("IsDeleted"):
            raise entity_is_deleted(400)
