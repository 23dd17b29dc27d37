"""GROUP BY, HAVING and the aggregate functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from local.salesforce.schema import NUMBER_TYPES, Field
from local.salesforce.soql.errors import malformed, not_filterable
from local.salesforce.soql.fields import Column, Scope, column, operand
from local.salesforce.soql.filters import value_test
from local.salesforce.soql.tree import (
    Comparison,
    Condition,
    Function,
    Junction,
    Not,
    Operand,
    Path,
    Query,
)
from local.salesforce.values import Row, Value, show

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
_COUNT = Field("count", "int")
_SUM = Field("sum", "double")


@dataclass(frozen=True)
class _Measure:
    """One value of a group: its field (for showing) and how to compute it from the group's rows."""

    field: Field
    of: Callable[[list[Row]], Value | None]


def is_aggregate(what: object) -> bool:
    """Whether an entry of the SELECT list is an aggregate function."""
    return isinstance(what, Function) and what.name in AGGREGATES


def grouped(scope: Scope, query: Query, rows: list[Row]) -> list[dict[str, object]]:
    """One record per group, of type AggregateResult."""
    keys = [_group_key(scope, each) for each in query.group_by]
    groups: dict[tuple[Value | None, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(key.read(row) for key in keys), []).append(row)
    shown = _named(scope, query)
    if query.having is not None:
        # What is wrong with it shows even where there is no group.
        _having(scope, query, query.having, [])
    kept = [
        members
        for members in groups.values()
        if query.having is None or _having(scope, query, query.having, members)
    ]
    for order in reversed(query.order_by):
        _check_grouped(scope, query, order.what)
        measure = _measure(scope, order.what)
        kept.sort(key=lambda members: _sort_key(measure.of(members)), reverse=order.descending)
    return [
        {
            "attributes": {"type": "AggregateResult"},
            **{name: show(each.field, each.of(members)) for name, each in shown},
        }
        for members in kept
    ]


def _group_key(scope: Scope, what: Operand) -> Column:
    found = operand(scope, what)
    if not (found.field.groupable if isinstance(what, Path) else found.field.filterable):
        raise not_filterable(found.field.name, "grouped")
    return found


def _sort_key(value: Value | None) -> tuple[int, object]:
    return (0, "") if value is None else (1, value)


def _named(scope: Scope, query: Query) -> list[tuple[str, _Measure]]:
    """The name and measure of each entry: alias, field name, or `expr0`, `expr1` ..."""
    named: list[tuple[str, _Measure]] = []
    number = 0
    for each in query.selected:
        _check_grouped(scope, query, each.what)
        assert isinstance(each.what, (Path, Function)), "children and FIELDS() are never grouped"
        name = each.alias
        if name is None and isinstance(each.what, Path):
            name = column(scope, each.what).field.name
        if name is None:
            name, number = f"expr{number}", number + 1
        named.append((name, _measure(scope, each.what)))
    return named


def _check_grouped(scope: Scope, query: Query, what: Operand | Query | str) -> None:
    if is_aggregate(what) or what in query.group_by:
        return
    if isinstance(what, Path):
        wanted = str(what).lower()
        if any(isinstance(each, Path) and str(each).lower() == wanted for each in query.group_by):
            return
    name = what.source if isinstance(what, Query) else what
    raise malformed(f"Field must be grouped or aggregated: {name} on {scope.sobject.name}")


def _measure(scope: Scope, what: Operand) -> _Measure:
    if isinstance(what, Path) or what.name not in AGGREGATES:
        found = operand(scope, what)
        return _Measure(found.field, lambda rows: found.read(rows[0]) if rows else None)
    if what.argument is None:
        raise malformed("COUNT() stands alone; grouped queries count with COUNT(Id)")
    return _aggregate(what.name, column(scope, what.argument))


def _aggregate(name: str, found: Column) -> _Measure:
    def values(rows: list[Row]) -> list[Value]:
        return [value for row in rows if (value := found.read(row)) is not None]

    numbers_only = name in {"SUM", "AVG"}
    if not found.field.aggregatable or (numbers_only and found.field.type not in NUMBER_TYPES):
        raise malformed(f"field {found.field.name} does not support aggregate operator {name}")
    if name == "COUNT":
        return _Measure(_COUNT, lambda rows: Decimal(len(values(rows))))
    if name == "COUNT_DISTINCT":
        return _Measure(_COUNT, lambda rows: Decimal(len(set(values(rows)))))
    if name in {"MIN", "MAX"}:
        pick = min if name == "MIN" else max
        return _Measure(found.field, lambda rows: pick(values(rows), default=None, key=_sort_key))
    return _Measure(_SUM, lambda rows: _total(name, [Decimal(value) for value in values(rows)]))


def _total(name: str, numbers: list[Decimal]) -> Decimal | None:
    if not numbers:
        return None
    total = sum(numbers, Decimal(0))
    return total if name == "SUM" else total / len(numbers)


def _having(scope: Scope, query: Query, condition: Condition, rows: list[Row]) -> bool:
    if isinstance(condition, Not):
        return not _having(scope, query, condition.condition, rows)
    if isinstance(condition, Junction):
        holds = [_having(scope, query, each, rows) for each in condition.conditions]
        return all(holds) if condition.operator == "AND" else any(holds)
    return _compared(scope, query, condition, rows)


def _compared(scope: Scope, query: Query, condition: Comparison, rows: list[Row]) -> bool:
    _check_grouped(scope, query, condition.operand)
    measure = _measure(scope, condition.operand)
    return value_test(scope, measure.field, condition, _no_subquery)(measure.of(rows))


def _no_subquery(_: Query) -> set[str]:
    raise malformed("HAVING knows no nested query")
