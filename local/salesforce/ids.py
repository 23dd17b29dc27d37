"""Record ids: 15 case-sensitive characters and the 18-character form with its checksum."""

from __future__ import annotations

import hashlib
import re

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Z]{3})?\Z")
_POD = "SF0"


def checksum(short: str) -> str:
    """The three characters that make a 15-character id safe where case is lost."""
    letters = []
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(short[start : start + 5]) if "A" <= char <= "Z")
        letters.append(_CHECK[bits])
    return "".join(letters)


def make_id(prefix: str, number: int) -> str:
    """The 18-character id of the record `number` of the object with this key prefix."""
    digits = []
    for _ in range(9):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    short = prefix + _POD + "".join(reversed(digits))
    return short + checksum(short)


def full_id(value: object) -> str | None:
    """The 18-character form of an id in either form; None when it is no id or its checksum is wrong."""
    if not isinstance(value, str) or not _SHAPE.match(value):
        return None
    if len(value) == 18:
        return value if value[15:] == checksum(value[:15]) else None
    return value + checksum(value)


def key_of(seed: str) -> str:
    """An identifier in the form of a UUID, the same for the same seed."""
    digits = hashlib.sha256(seed.encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
