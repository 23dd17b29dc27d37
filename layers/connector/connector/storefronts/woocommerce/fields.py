"""Reading WooCommerce's JSON field by field: a reader names the field it cannot read, never its value."""

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from connector.errors import Parked

Raw = Mapping[str, object]

_ZERO = Decimal(0)
_LARGEST = Decimal(10) ** 15
_FINEST = Decimal("1E-12")
_INLINE_TAG = re.compile(r"</?(?:a|b|bdi|code|del|em|i|img|ins|mark|s|small|span|strong|sub|sup|u)\b[^<>]*>")
_BLOCK_TAG = re.compile(r"</?(?:br|div|li|p|ul)\b[^<>]*>")
_NUMBER = "a number"
_KINDS = {bool: "a flag", int: _NUMBER, Decimal: _NUMBER, str: "a text", list: "a list", dict: "an object"}


def read_json(text: str | bytes) -> object:
    """The JSON with fractions as `Decimal`; raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def unreadable(place: str, expected: str, value: object) -> Parked:
    """The parking of a record whose field `place` is not what WooCommerce's schema says."""
    found = _KINDS.get(type(value), "nothing")
    return Parked(
        "unreadable",
        f"{place}: expected {expected}, found {found}",
        "Look for a plugin that changes WooCommerce's REST answers, then retry; else report this message.",
        field=place,
    )


def record(value: object, place: str) -> dict[str, object]:
    """An object; raises `Parked`."""
    if type(value) is dict:
        return value
    raise unreadable(place, "an object", value)


def part(raw: Raw, name: str) -> dict[str, object]:
    """An object inside the order; empty if absent. PHP writes an empty object as an empty list."""
    value = raw.get(name)
    return {} if value is None or value == [] else record(value, name)


def records(raw: Raw, name: str, place: str = "") -> list[dict[str, object]]:
    """A list of objects; empty if absent."""
    value = raw.get(name)
    if value is None:
        return []
    if type(value) is not list:
        raise unreadable(place + name, "a list", value)
    for index, element in enumerate(value):
        if type(element) is not dict:
            raise unreadable(f"{place}{name}[{index}]", "an object", element)
    return value


def identity(raw: Raw, name: str, place: str = "") -> str | None:
    """An id as text; None for absent, empty and WooCommerce's 0."""
    value = raw.get(name)
    if type(value) is int or type(value) is str:
        return str(value) if value and value != "0" else None
    if value is None:
        return None
    raise unreadable(place + name, "an id", value)


def required_id(raw: Raw, name: str, place: str = "") -> str:
    """An id as text that must be there."""
    value = identity(raw, name, place)
    if value is None:
        raise unreadable(place + name, "an id", raw.get(name) or None)
    return value


def text(raw: Raw, name: str, place: str = "") -> str | None:
    """A trimmed plain text, HTML entities decoded; None for absent and empty."""
    value = raw.get(name)
    if type(value) is str:
        return (html.unescape(value) if "&" in value else value).strip() or None
    if value is None:
        return None
    if type(value) is int or type(value) is Decimal:
        return str(value)
    raise unreadable(place + name, "a text", value)


def plain(marked_up: str) -> str:
    """A name or label without HTML tags and entities. Only real tags go: a bare `<` in a name stays."""
    if "<" in marked_up:
        marked_up = _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", marked_up))
    return (html.unescape(marked_up) if "&" in marked_up else marked_up).strip()


def label(raw: Raw, name: str, place: str = "") -> str | None:
    """The plain text of a field that may hold HTML; None for absent and empty."""
    value = raw.get(name)
    if value is None or type(value) is str:
        return plain(value or "") or None
    return text(raw, name, place)


def number(raw: Raw, name: str, place: str = "") -> Decimal:
    """An amount or a quantity, sent as text or as number; 0 for absent and empty."""
    value = raw.get(name)
    if type(value) is str:
        found = _decimal(value, place + name)
    elif type(value) is int:
        found = Decimal(value)
    elif type(value) is Decimal:
        found = value
    elif value is None:
        return _ZERO
    else:
        raise unreadable(place + name, "a number", value)
    if not (found.is_finite() and -_LARGEST < found < _LARGEST):
        raise unreadable(place + name, "a number below 10^15", value)
    return found if found.as_tuple().exponent >= -12 else found.quantize(_FINEST)  # type: ignore[operator]


def required_number(raw: Raw, name: str, place: str = "") -> Decimal:
    """An amount or a quantity that must be there: a missing total is not a total of 0."""
    value = raw.get(name)
    if value is None or value == "":
        raise unreadable(place + name, "a number", None)
    return number(raw, name, place)


def _decimal(value: str, place: str) -> Decimal:
    if not value.strip():
        return _ZERO
    try:
        return Decimal(value)
    except InvalidOperation:
        raise unreadable(place, "a number", value) from None


def flag(raw: Raw, name: str) -> bool:
    """A flag; False if absent."""
    value = raw.get(name)
    if value is None or type(value) is bool:
        return bool(value)
    raise unreadable(name, "a flag", value)


def moment(raw: Raw, name: str, zone: tzinfo) -> datetime | None:
    """The date `name` in UTC: its `_gmt` twin, else the shop's local date in `zone`; None if absent.

    WooCommerce writes both without an offset, and empty dates as null, as empty text or as year 0.
    """
    return _dated(raw, f"{name}_gmt", UTC) or _dated(raw, name, zone)


def _dated(raw: Raw, name: str, zone: tzinfo) -> datetime | None:
    value = raw.get(name)
    if not value or (type(value) is str and value.startswith("0000")):
        return None
    if type(value) is not str:
        raise unreadable(name, "a date", value)
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unreadable(name, "a date", value) from None
