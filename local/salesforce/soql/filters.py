"""WHERE and HAVING as predicates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from local.salesforce.errors import ApiError
from local.salesforce.ids import full_id
from local.salesforce.schema import NUMBER_TYPES, Field
from local.salesforce.soql.dates import bounds
from local.salesforce.soql.errors import not_filterable, wrong_literal, wrong_operator
from local.salesforce.soql.fields import Column, Scope, column, operand
from local.salesforce.soql.tree import (
    Comparison,
    Condition,
    DateLiteral,
    Junction,
    Literal,
    Moment,
    Not,
    Path,
    Query,
)
from local.salesforce.values import Row, Value

Predicate = Callable[[Row], bool]
Subquery = Callable[[Query], set[str]]
_NOT_LIKE = NUMBER_TYPES | {"boolean", "date", "datetime", "id", "reference", "multipicklist"}


def predicate(scope: Scope, condition: Condition, run: Subquery) -> Predicate:
    """The condition as a test of a row; `run` gives the values of a semi-join."""
    if isinstance(condition, Not):
        inner = predicate(scope, condition.condition, run)
        return lambda row: not inner(row)
    if isinstance(condition, Junction):
        tests = [predicate(scope, each, run) for each in condition.conditions]
        if condition.operator == "AND":
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)
    return _comparison(scope, condition, run)


def _comparison(scope: Scope, condition: Comparison, run: Subquery) -> Predicate:
    found = operand(scope, condition.operand)
    if not found.field.filterable:
        raise not_filterable(found.field.name, "filtered")
    test = value_test(scope, found.field, condition, run)
    return lambda row: test(found.read(row))


def value_test(
    scope: Scope, field: Field, condition: Comparison, run: Subquery
) -> Callable[[Value | None], bool]:
    """The comparison as a test of one value of the field."""
    operator, value = condition.operator, condition.value
    if isinstance(value, Query):
        ids = run(value)
        return _member_test(ids, negated=operator == "NOT IN")
    if isinstance(value, tuple):
        return _list_test(scope, field, operator, value)
    if operator == "LIKE":
        return _like_test(field, value)
    return _literal_test(scope, field, operator, value)


def _literal_test(
    scope: Scope, field: Field, operator: str, value: Literal
) -> Callable[[Value | None], bool]:
    if isinstance(value, DateLiteral):
        return _range_test(scope, field, operator, value)
    return _plain_test(field, operator, value)


def _member_test(values: set[str], *, negated: bool) -> Callable[[Value | None], bool]:
    return lambda value: (value is not None and str(value) in values) != negated


def _list_test(
    scope: Scope, field: Field, operator: str, values: Iterable[Literal]
) -> Callable[[Value | None], bool]:
    if operator in {"INCLUDES", "EXCLUDES"}:
        if field.type != "multipicklist":
            raise wrong_operator(field.type)
        wanted = [set(str(each).split(";")) for each in values]
        negated = operator == "EXCLUDES"
        return lambda value: any(one <= set(str(value or "").split(";")) for one in wanted) != negated
    literals = list(values)
    if any(isinstance(each, DateLiteral) for each in literals):
        tests = [_literal_test(scope, field, "=", each) for each in literals]
        return lambda value: any(test(value) for test in tests) != (operator == "NOT IN")
    keys = {_comparable(field, each) for each in literals}
    negated = operator == "NOT IN"
    return lambda value: (_folded(field, value) in keys) != negated


def _range_test(
    scope: Scope, field: Field, operator: str, literal: DateLiteral
) -> Callable[[Value | None], bool]:
    if field.type not in {"date", "datetime"}:
        raise wrong_literal(field.name, field.type, quoted=field.type not in NUMBER_TYPES)
    start, end = bounds(literal, scope.world.clock().date(), as_date=field.type == "date")
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda text: start <= text < end,
        "!=": lambda text: not start <= text < end,
        "<": lambda text: text < start,
        "<=": lambda text: text < end,
        ">": lambda text: text >= end,
        ">=": lambda text: text >= start,
    }
    test = tests[operator]
    return lambda value: operator == "!=" if value is None else test(str(value))


def _like_test(field: Field, value: Literal) -> Callable[[Value | None], bool]:
    if field.type in _NOT_LIKE:
        raise wrong_operator(field.type)
    if not isinstance(value, str):
        raise wrong_literal(field.name, "string", quoted=True)
    pattern = re.compile(_like_pattern(value), re.IGNORECASE | re.DOTALL)
    return lambda found: found is not None and bool(pattern.fullmatch(str(found)))


def _like_pattern(text: str) -> str:
    parts = re.findall(r"\\[%_]|.", text, re.DOTALL)
    known = {"%": ".*", "_": "."}
    return "".join(known.get(part) or re.escape(part[-1] if len(part) == 2 else part) for part in parts)


def _plain_test(field: Field, operator: str, literal: Literal) -> Callable[[Value | None], bool]:
    wanted = _comparable(field, literal)
    if operator == "=":
        return lambda value: _folded(field, value) == wanted
    if operator == "!=":
        return lambda value: _folded(field, value) != wanted
    if wanted is None or isinstance(wanted, bool):
        raise wrong_operator(field.type)
    return lambda value: _ordered(_folded(field, value), wanted, operator)


def _ordered(value: Value | None, wanted: str | Decimal, operator: str) -> bool:
    if isinstance(value, Decimal) and isinstance(wanted, Decimal):
        return _holds((value > wanted) - (value < wanted), operator)
    if isinstance(value, str) and isinstance(wanted, str):
        return _holds((value > wanted) - (value < wanted), operator)
    return False


def _holds(sign: int, operator: str) -> bool:
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[operator]


def _folded(field: Field, value: Value | None) -> Value | None:
    return field.key(value) if isinstance(value, str) else value


def _comparable(field: Field, literal: Literal) -> Value | None:
    """The literal as the field's values compare; ApiError when its type is another one."""
    if literal is None:
        return False if field.type == "boolean" else None
    if field.type in {"id", "reference"} and isinstance(literal, str):
        return _id_literal(field, literal)
    if field.type == "boolean" and isinstance(literal, bool):
        return literal
    if field.type in NUMBER_TYPES and isinstance(literal, Decimal):
        return literal
    if (
        field.type in {"date", "datetime"}
        and isinstance(literal, Moment)
        and literal.is_date == (field.type == "date")
    ):
        return literal.text
    if isinstance(literal, str) and field.type not in NUMBER_TYPES | {"boolean", "date", "datetime"}:
        return field.key(literal)
    bare = field.type in NUMBER_TYPES | {"boolean", "date", "datetime"}
    wanted = {"datetime": "dateTime"}.get(field.type, field.type) if bare else "string"
    raise wrong_literal(field.name, wanted, quoted=not bare)


def _id_literal(field: Field, literal: str) -> str:
    known = full_id(literal)
    if known is None and literal:
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal} ({field.name})")
    return known or ""


def candidates(scope: Scope, condition: Condition | None) -> list[Row] | None:
    """The rows that an index gives for the condition, in the order of creation; None when no index helps."""
    parts: tuple[Condition, ...] = ()
    if isinstance(condition, Junction) and condition.operator == "AND":
        parts = condition.conditions
    elif condition is not None:
        parts = (condition,)
    for part in parts:
        found = _indexed(scope, part)
        if found is not None:
            return sorted(found, key=lambda row: str(row["Id"]))
    return None


def _indexed(scope: Scope, part: Condition) -> list[Row] | None:
    if (
        not isinstance(part, Comparison)
        or part.operator not in {"=", "IN"}
        or not isinstance(part.operand, Path)
    ):
        return None
    found: Column = column(scope, part.operand)
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    if found.parents or not all(isinstance(each, str) for each in values):
        return None
    store, name = scope.world.store, scope.sobject.name
    texts = {str(each) for each in values}
    if found.field.type == "id":
        live = (store.live(name, full_id(each) or "") for each in texts)
        return [row for row in live if row]
    if not (found.field.is_key or found.field.type == "reference"):
        return None
    keyed = {full_id(each) or each for each in texts} if found.field.type == "reference" else texts
    rows = {str(row["Id"]): row for each in keyed for row in store.having(name, found.field, each)}
    return list(rows.values())
