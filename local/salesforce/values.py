"""Field values: what each type accepts and how it is stored and shown.

Stored are text, booleans and Decimals; dates and times as text in the form that the API shows, so that they sort.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from local.salesforce.errors import ApiError, integrity, json_error, malformed_id, required_missing
from local.salesforce.ids import full_id
from local.salesforce.schema import NUMBER_TYPES, Field, SObject

Value: TypeAlias = "str | bool | Decimal"
Row: TypeAlias = "dict[str, Value]"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\Z"
)
_STRUCTURES = {"dict": "START_OBJECT", "list": "START_ARRAY"}
_INT_LIMIT = Decimal(2**31)


def accept(sobject: SObject, field: Field, given: object) -> Value | None:
    """The value as it will be stored; None clears the field.

    Raises ApiError for a wrong type, a text too long, a number out of range, a value that a restricted picklist
    lacks, a malformed id, e-mail address or date, and for emptying a field that must not be empty.
    """
    if given is None or given == "":
        _refuse_empty(field, given)
        return None
    if field.type == "boolean":
        return _boolean(field, given)
    if field.type in NUMBER_TYPES:
        return _number(field, given)
    if field.type in _TEXTS:
        return _TEXTS[field.type](sobject, field, _text(field, given))
    return _string(sobject, field, _text(field, given))


def _refuse_empty(field: Field, given: object) -> None:
    if field.type == "boolean":
        message = f"{field.label}: value not of required type: {'' if given is None else given}"
        raise ApiError(400, "INVALID_TYPE_ON_FIELD_IN_RECORD", message, [field.name])
    if given == "" and field.type in NUMBER_TYPES | {"date", "datetime"}:
        raise _undeserialisable(field, given)
    if not field.nillable:
        raise required_missing([field.name])


def _undeserialisable(field: Field, given: object) -> ApiError:
    if isinstance(given, bool):
        token = "VALUE_TRUE" if given else "VALUE_FALSE"
    elif isinstance(given, int):
        token = "VALUE_NUMBER_INT"
    elif isinstance(given, Decimal):
        token = "VALUE_NUMBER_FLOAT"
    else:
        token = _STRUCTURES.get(type(given).__name__, "VALUE_STRING")
    shown = given if not isinstance(given, (dict, list)) else ""
    return json_error(
        f"Cannot deserialize instance of {field.type} from {token} value {shown} ({field.name})"
    )


def _boolean(field: Field, given: object) -> bool:
    if isinstance(given, bool):
        return given
    raise _undeserialisable(field, given)


def _number(field: Field, given: object) -> Decimal:
    """Numbers come as JSON numbers. Too many digits before the point are refused; those behind it stay.

    A field's scale binds people at the screen, not the API; only quantities of lines have two decimals for everybody.
    """
    if isinstance(given, bool) or not isinstance(given, (int, Decimal)):
        raise _undeserialisable(field, given)
    number = Decimal(given)
    limit = _INT_LIMIT if field.type == "int" else Decimal(10) ** (field.precision - field.scale)
    if abs(number) >= limit:
        message = f"{field.label}: value outside of valid range on numeric field: {given}"
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", message, [field.name])
    if field.type == "int" and number != number.to_integral_value():
        raise _undeserialisable(field, given)
    if field.name == "Quantity":
        return number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    return number


def _text(field: Field, given: object) -> str:
    if not isinstance(given, str):
        raise _undeserialisable(field, given)
    if _CONTROL.search(given):
        raise json_error(f"Illegal unquoted character in {field.name}: control characters are not text")
    return given


def _string(_: SObject, field: Field, given: str) -> str | None:
    text = given.strip()
    if not text:
        _refuse_empty(field, given)
        return None
    if field.length and len(text) > field.length:
        shown = text if len(text) <= 255 else f"{text[:252]}..."
        message = f"{field.label}: data value too large: {shown} (max length={field.length})"
        raise ApiError(400, "STRING_TOO_LONG", message, [field.name])
    return text


def _picklist(sobject: SObject, field: Field, given: str) -> str | None:
    if field.restricted and given not in field.values:
        message = f"{field.label}: bad value for restricted picklist field: {given}"
        raise ApiError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])
    return _string(sobject, field, given)


def _multipicklist(sobject: SObject, field: Field, given: str) -> str | None:
    for part in given.split(";"):
        _picklist(sobject, field, part)
    return _string(sobject, field, given)


def _email(sobject: SObject, field: Field, given: str) -> str | None:
    text = _string(sobject, field, given)
    if text is not None and not _EMAIL.match(text):
        raise ApiError(
            400, "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name]
        )
    return text.lower() if text is not None else None


def _date(_: SObject, field: Field, given: str) -> str:
    if not _DATE.match(given):
        raise _undeserialisable(field, given)
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise _undeserialisable(field, given) from None
    return _in_range(field, day.year, given)


def _datetime(_: SObject, field: Field, given: str) -> str:
    moment = parse_datetime(given)
    if moment is None:
        raise _undeserialisable(field, given)
    return _in_range(field, moment.year, show_datetime(moment))


def _in_range(field: Field, year: int, text: str) -> str:
    if not 1700 <= year <= 4000:
        raise integrity(f"{field.label}: invalid date: {text}", field.name)
    return text


def _reference(_: SObject, field: Field, given: str) -> str:
    record_id = full_id(given)
    if record_id is None:
        raise malformed_id(field.label, given, field.name)
    return record_id


_TEXTS: dict[str, Callable[[SObject, Field, str], Value | None]] = {
    "picklist": _picklist,
    "multipicklist": _multipicklist,
    "email": _email,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
}


def parse_datetime(text: str) -> datetime | None:
    """An ISO date and time with its zone, in UTC; None when it is not one."""
    if not _ZONED.match(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def show_datetime(moment: datetime) -> str:
    """The form in which REST shows a time: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def show(field: Field, value: Value | None) -> object:
    """A stored value as JSON shows it: whole numbers for `int`, doubles for the other numbers."""
    if isinstance(value, Decimal):
        return int(value) if field.type == "int" else float(value)
    if value is None and field.type == "boolean":
        return False
    return value


_ADDRESS_PARTS = (
    "City",
    "Country",
    "GeocodeAccuracy",
    "Latitude",
    "Longitude",
    "PostalCode",
    "State",
    "Street",
)


def show_address(sobject: SObject, row: Row, field: Field) -> dict[str, object] | None:
    """A compound address from its parts; None when all are empty."""
    stem = field.name.removesuffix("Address")
    parts: dict[str, object] = {}
    for part in (*_ADDRESS_PARTS, "StateCode", "CountryCode"):
        each = sobject.fields.get(stem + part)
        if each is not None or part in _ADDRESS_PARTS:
            parts[part[0].lower() + part[1:]] = show(each, row.get(stem + part)) if each else None
    return parts if any(value is not None for value in parts.values()) else None


def show_row(sobject: SObject, row: Row, version: str) -> dict[str, object]:
    """A whole record as GET shows it."""
    shown: dict[str, object] = {"attributes": attributes(sobject, row, version)}
    for name, field in sobject.fields.items():
        shown[name] = (
            show_address(sobject, row, field) if field.type == "address" else show(field, row.get(name))
        )
    return shown


def attributes(sobject: SObject, row: Row, version: str) -> dict[str, object]:
    """The `attributes` member of a record: its type and URL."""
    return {"type": sobject.name, "url": f"/services/data/{version}/sobjects/{sobject.name}/{row['Id']}"}
