"""Reading Shopify's JSON field by field: each reader names the field it could not read, never its value."""

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from connector.errors import Parked

Raw = Mapping[str, object]

ZERO = Decimal(0)
_LARGEST = Decimal(10) ** 15
_KINDS = {
    bool: "a flag",
    int: "a number",
    Decimal: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def unreadable(place: str, expected: str, value: object) -> Parked:
    """The parking of a record whose field `place` is not what Shopify's schema says."""
    found = _KINDS.get(type(value), "nothing")
    return Parked(
        "unreadable",
        f"{place}: expected {expected}, found {found}",
        "Open the order in Shopify; if it looks right there, retry, and report this message if it returns.",
        field=place,
    )


def part(raw: Raw, name: str, place: str = "") -> dict[str, object] | None:
    """An object; None if absent."""
    value = raw.get(name)
    if value is None or type(value) is dict:
        return value
    raise unreadable(place + name, "an object", value)


def elements(raw: Raw, name: str, place: str = "") -> list[object]:
    """A list; empty if absent."""
    value = raw.get(name)
    if value is None:
        return []
    if type(value) is list:
        return value
    raise unreadable(place + name, "a list", value)


def records(raw: Raw, name: str, place: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """The objects of a list, each with its place (`line_items[2].`)."""
    for index, value in enumerate(elements(raw, name, place)):
        if type(value) is not dict:
            raise unreadable(f"{place}{name}[{index}]", "an object", value)
        yield f"{place}{name}[{index}].", value


def texts(raw: Raw, name: str, place: str = "") -> tuple[str, ...]:
    """The texts of a list without the empty ones."""
    values = elements(raw, name, place)
    for index, value in enumerate(values):
        if value is not None and type(value) is not str:
            raise unreadable(f"{place}{name}[{index}]", "a text", value)
    return tuple(value for value in values if isinstance(value, str) and value)


def text(raw: Raw, name: str, place: str = "") -> str | None:
    """A trimmed plain text, HTML entities decoded; None for absent and empty."""
    value = raw.get(name)
    if type(value) is str:
        return (html.unescape(value) if "&" in value else value).strip() or None
    if value is None:
        return None
    raise unreadable(place + name, "a text", value)


def word(raw: Raw, name: str, place: str = "") -> str | None:
    """A status or another word of Shopify's own vocabulary, in lower case."""
    value = text(raw, name, place)
    return value.lower() if value else None


def flag(raw: Raw, name: str, place: str = "", absent: bool = False) -> bool:
    """A flag; `absent` if there is none."""
    value = raw.get(name)
    if type(value) is bool:
        return value
    if value is None:
        return absent
    raise unreadable(place + name, "a flag", value)


def identity(raw: Raw, name: str, place: str = "") -> str | None:
    """An id as text; None if absent."""
    value = raw.get(name)
    if type(value) is int or type(value) is str:
        return str(value) or None
    if value is None:
        return None
    raise unreadable(place + name, "an id", value)


def record_id(raw: Raw, place: str = "") -> str | None:
    """The id of a record: the number in its global id, since `id` may have been rounded on its way."""
    tail = (text(raw, "admin_graphql_api_id", place) or "").rpartition("/")[2]
    return tail if tail.isdecimal() else identity(raw, "id", place)


def required_id(raw: Raw, place: str = "") -> str:
    """The id of a record that must have one."""
    found = record_id(raw, place)
    if found is None:
        raise unreadable(place + "id", "an id", None)
    return found


def number(raw: Raw, name: str, place: str = "") -> Decimal | None:
    """An amount or a quantity, sent as text or as number; None if absent."""
    value = raw.get(name)
    if value is None:
        return None
    if type(value) is str:
        found = _decimal(value, place + name)
    elif type(value) is int:
        found = Decimal(value)
    elif type(value) is Decimal:
        found = value
    else:
        raise unreadable(place + name, "a number", value)
    if not (found.is_finite() and -_LARGEST < found < _LARGEST):
        raise unreadable(place + name, "a number below 10^15", value)
    return found


def money(raw: Raw, name: str, place: str = "") -> Decimal | None:
    """An amount in shop currency: the `_set` is certain of its currency, the plain field stands in for it."""
    found = set_money(raw, name + "_set", place)
    return number(raw, name, place) if found is None else found


def set_money(raw: Raw, name: str, place: str = "", currency: str = "shop_money") -> Decimal | None:
    """The amount of a `..._set` in one of its two currencies; None if absent."""
    both = part(raw, name, place)
    one = part(both, currency, f"{place}{name}.") if both else None
    return number(one, "amount", f"{place}{name}.{currency}.") if one else None


def moment(raw: Raw, name: str, place: str = "") -> datetime | None:
    """A time in UTC; None if absent. Shopify always writes the offset."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise unreadable(place + name, "a time", value)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise unreadable(place + name, "a time", value) from None
    if found.tzinfo is None:
        raise unreadable(place + name, "a time with its offset", value)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise unreadable(place + name, "a time", value) from None


def _decimal(value: str, place: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise unreadable(place, "a number", value) from None
