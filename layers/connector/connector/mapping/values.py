"""Model values as Salesforce takes them: text that fits, numbers of the field's scale, ISO dates."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from connector.mapping.plans import Value

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of surrogate pairs and what is no character: nothing that Salesforce could store."""


class Fit(NamedTuple):
    """What a field can hold: characters of text and decimals of a number; None where it is not known."""

    length: int | None = None
    scale: int | None = None


UNKNOWN = Fit()


def render(value: object, fit: Fit = UNKNOWN) -> Value:
    """The value for a field that holds `fit`: text is cut, numbers are rounded half up, an empty text is no value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, fit.length)
    if isinstance(value, Decimal):
        return _number(value, fit.scale)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return _text("; ".join(str(part) for part in value), fit.length)
    return _text(str(value), fit.length)


def _text(text: str, length: int | None) -> str | None:
    clean = _CONTROL.sub("", text)
    if length is not None and 2 * len(clean) > length:
        # Salesforce may count characters beyond the basic plane twice, as UTF-16 does: cutting by that fits either way.
        clean = clean.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")
    return clean or None


def _number(value: Decimal, scale: int | None) -> int | float:
    """A JSON number. Up to 15 significant digits a float's shortest text is the decimal itself."""
    places = 6 if scale is None else scale
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return int(value) if value == value.to_integral_value() else float(value)
