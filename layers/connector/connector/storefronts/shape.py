"""A cheap look at untrusted JSON: are the fields that an adapter will read of the right kind?

Standard library only, since it runs on the receive path. It does not validate a vendor's contract: unknown fields pass,
and an absent field or null passes wherever the shape does not say `Required`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

MAX_DEPTH = 60
"""Deeper nesting than any storefront sends (the deepest sample has 9 levels)."""

_MONEY = re.compile(r"-?\d{1,15}(\.\d{1,12})?\Z")
_LARGEST = 10**15


class Malformed(ValueError):
    """The body is not what it claims to be; the message names the place and the kind found, never the value."""


@dataclass(frozen=True)
class Required:
    """A field that must be there and not null."""

    shape: "Shape"


@dataclass(frozen=True)
class OneOf:
    """A value of any of several shapes."""

    shapes: tuple["Shape", ...]


ID = "id"
"""A positive integer below 2**63 or a short text."""
MONEY = "money"
"""A plain decimal number, as text or as a number, below 10**15."""
NUMBER = "number"
TEXT = "text"
FLAG = "flag"

Shape = str | Required | OneOf | Mapping[str, "Shape"] | list["Shape"]


def read_json(body: bytes) -> object:
    """Parse `body` strictly: UTF-8, no NaN or Infinity, no number beyond a double, no nesting beyond MAX_DEPTH."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8") from None
    try:
        content = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None
    except Malformed:
        raise
    except ValueError:
        raise Malformed("the body holds a number of more digits than any storefront sends") from None
    _limit_depth(text)
    return content


def check(value: object, shape: Shape, place: str = "body") -> None:
    """Raise `Malformed` if `value` is not of `shape`."""
    if type(shape) is Required:
        if value is None:
            raise Malformed(f"{place} is missing")
        shape = shape.shape
    if value is None:
        return
    if isinstance(shape, OneOf):
        _check_any(value, shape, place)
    elif isinstance(shape, str):
        if not _SCALARS[shape](value):
            raise Malformed(f"{place}: expected {shape}, found {_kind(value)}")
    elif isinstance(shape, list):
        _check_list(value, shape[0], place)
    else:
        _check_object(value, cast("Mapping[str, Shape]", shape), place)


def _check_any(value: object, choice: OneOf, place: str) -> None:
    problems = []
    for shape in choice.shapes:
        try:
            check(value, shape, place)
        except Malformed as problem:
            problems.append(problem)
        else:
            return
    raise problems[0]


def _check_list(value: object, shape: Shape, place: str) -> None:
    if type(value) is not list:
        raise Malformed(f"{place}: expected a list, found {_kind(value)}")
    for index, element in enumerate(value):
        check(element, shape, f"{place}[{index}]")


def _check_object(value: object, shape: Mapping[str, Shape], place: str) -> None:
    if type(value) is not dict:
        raise Malformed(f"{place}: expected an object, found {_kind(value)}")
    for name, inner in shape.items():
        check(value.get(name), inner, f"{place}.{name}")


def _is_id(value: object) -> bool:
    return (type(value) is int and 0 <= value < 2**63) or (type(value) is str and 0 < len(value) <= 255)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and -_LARGEST < value < _LARGEST  # type: ignore[operator]


def _is_money(value: object) -> bool:
    return (type(value) is str and _MONEY.match(value) is not None) or _is_number(value)


_SCALARS: Mapping[str, Callable[[object], bool]] = {
    ID: _is_id,
    MONEY: _is_money,
    NUMBER: _is_number,
    TEXT: lambda value: type(value) is str,
    FLAG: lambda value: type(value) is bool,
}


def _kind(value: object) -> str:
    kinds = {
        bool: "a flag",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), "null")


def _refuse_constant(name: str) -> object:
    raise Malformed(f"the body holds {name}, which is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise Malformed("the body holds a number too large for any amount")
    return number


def _limit_depth(text: str) -> None:
    # Only on text that parsed: every string is closed, so the pattern runs in linear time.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text):
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(f"the body is nested deeper than {MAX_DEPTH} levels")
        elif bracket in "]}":
            depth -= 1
