"""Running a parsed query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cmp_to_key

from local.salesforce.errors import ApiError
from local.salesforce.schema import Field
from local.salesforce.soql.aggregate import grouped, is_aggregate
from local.salesforce.soql.errors import malformed, no_relation, not_filterable
from local.salesforce.soql.fields import Column, Scope, column, date_function, operand, scope_of
from local.salesforce.soql.filters import Predicate, candidates, predicate
from local.salesforce.soql.joins import check_joins
from local.salesforce.soql.parse import parse
from local.salesforce.soql.tree import Condition, Function, Order, Path, Query, Selected
from local.salesforce.values import Row, Value, attributes, show, show_address
from local.salesforce.world import World, linked

_OFFSET_LIMIT = 2_000
Record = dict[str, object]
Shower = Callable[[Row, Record], None]


@dataclass(frozen=True)
class Found:
    """The result of a query: its records, or only their number for `COUNT()`."""

    records: list[Record]
    total: int
    sobject: str = ""
    grouped: bool = False


def run_query(world: World, text: str, version: str, *, deleted: bool = False) -> Found:
    """Parse and run a query; `deleted` also reads the recycle bin (`queryAll`)."""
    query = parse(text)
    scope = scope_of(world, query)
    rows = _matching(scope, query, deleted=deleted)
    if len(query.selected) == 1 and query.selected[0].what == Function("COUNT", None) and not query.group_by:
        return Found([], len(rows[: query.limit]), scope.sobject.name)
    aggregates = any(is_aggregate(each.what) for each in query.selected)
    if aggregates and query.limit is not None and not query.group_by:
        raise malformed("LIMIT beside an aggregate function needs GROUP BY")
    if query.group_by or aggregates:
        records = _cut(query, grouped(scope, query, rows))
        return Found(records, len(records), scope.sobject.name, grouped=True)
    shower = _shower(scope, query, version)
    records = _cut(query, [shower(row) for row in _ordered(scope, query.order_by, rows)])
    return Found(records, len(records), scope.sobject.name)


def _cut(query: Query, records: list[Record]) -> list[Record]:
    if query.offset > _OFFSET_LIMIT:
        raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_OFFSET_LIMIT}")
    end = None if query.limit is None else query.offset + query.limit
    return records[query.offset : end]


def _matching(scope: Scope, query: Query, *, deleted: bool) -> list[Row]:
    test: Predicate = lambda _: True  # noqa: E731
    if query.where is not None:
        test = _where(scope, query.where)
    rows = None if deleted else candidates(scope, query.where)
    if rows is None:
        rows = scope.world.store.rows(scope.sobject.name, deleted=deleted)
    return [row for row in rows if test(row)]


def _where(scope: Scope, condition: Condition) -> Predicate:
    check_joins(scope, condition)
    return predicate(scope, condition, lambda inner: _ids(scope.world, replace(inner, text=scope.text)))


def _ids(world: World, query: Query) -> set[str]:
    """The values of a semi-join's one field."""
    scope, chosen = scope_of(world, query), query.selected[0].what
    assert isinstance(chosen, Path), "check_joins refuses others"
    wanted = column(scope, chosen)
    values = (wanted.read(row) for row in _matching(scope, query, deleted=False))
    return {str(value) for value in values if value is not None}


def _ordered(scope: Scope, orders: tuple[Order, ...], rows: list[Row]) -> list[Row]:
    """Rows by ORDER BY; empty values come first unless NULLS LAST."""
    for order in reversed(orders):
        found = operand(scope, order.what)
        if not found.field.filterable or found.field.type == "multipicklist":
            raise not_filterable(found.field.name, "sorted")
        rows = sorted(rows, key=cmp_to_key(_comparison(found, order)))
    return rows


def _comparison(found: Column, order: Order) -> Callable[[Row, Row], int]:
    nulls = 1 if order.nulls_last else -1
    sign = -1 if order.descending else 1

    def compare(one: Row, other: Row) -> int:
        left, right = _sortable(found.field, found.read(one)), _sortable(found.field, found.read(other))
        if left is None or right is None:
            return 0 if left is right else (nulls if left is None else -nulls)
        return sign * ((left > right) - (left < right))  # type: ignore[operator]  # both are of the field's one type

    return compare


def _sortable(field: Field, value: Value | None) -> Value | None:
    return value.casefold() if isinstance(value, str) and field.type not in {"id", "reference"} else value


def _shower(scope: Scope, query: Query, version: str) -> Callable[[Row], Record]:
    _check_selected(scope, query)
    parts = [part for each in query.selected for part in _parts(scope, each, version)]

    def shown(row: Row) -> Record:
        record: Record = {"attributes": attributes(scope.sobject, row, version)}
        for part in parts:
            part(row, record)
        return record

    return shown


def _check_selected(scope: Scope, query: Query) -> None:
    seen: set[str] = set()
    for each in query.selected:
        if isinstance(each.what, Path) and each.alias:
            raise malformed("only aggregate expressions use field aliasing")
        for name in _names(scope, each.what):
            if name.lower() in seen:
                raise malformed(f"duplicate field selected: {name}")
            seen.add(name.lower())


def _names(scope: Scope, what: Path | Function | Query | str) -> list[str]:
    """The fields that an entry of the SELECT list stands for."""
    if isinstance(what, str):
        return _all_fields(scope, what)
    return [str(what)] if isinstance(what, Path) else []


def _parts(scope: Scope, selected: Selected, version: str) -> list[Shower]:
    what = selected.what
    if isinstance(what, str):
        return [_plain(column(scope, Path((name,))), scope) for name in _all_fields(scope, what)]
    if isinstance(what, Query):
        return [_children(scope, what, version)]
    if isinstance(what, Function):
        return [_function(scope, what, selected.alias)]
    found = column(scope, what)
    return [_through_parents(scope, found, what, version) if found.parents else _plain(found, scope)]


def _all_fields(scope: Scope, which: str) -> list[str]:
    if which != "STANDARD" and not (scope.query.limit and scope.query.limit <= 200):
        raise malformed(f"The SOQL FIELDS({which}) function must have a LIMIT of at most 200")
    fields = scope.sobject.fields.values()
    return [each.name for each in fields if which == "ALL" or each.custom == (which == "CUSTOM")]


def _plain(found: Column, scope: Scope) -> Shower:
    name = found.field.name

    def put(row: Row, record: Record) -> None:
        if found.field.type == "address":
            record[name] = show_address(scope.sobject, row, found.field)
        else:
            record[name] = show(found.field, found.read(row))

    return put


def _function(scope: Scope, function: Function, alias: str | None) -> Shower:
    if function.name in {"TOLABEL", "FORMAT", "CONVERTCURRENCY"} and function.argument is not None:
        found = column(scope, function.argument)
    else:
        found = date_function(scope, function)
    name = alias or found.field.name

    def put(row: Row, record: Record) -> None:
        record[name] = show(found.field, found.read(row))

    return put


def _through_parents(scope: Scope, found: Column, path: Path, version: str) -> Shower:
    """`Account.Owner.Name` becomes nested objects; a missing parent becomes null."""
    names = [link.relationship or "" for link in found.parents]

    def put(row: Row, record: Record) -> None:
        here, at = record, row
        for name, link in zip(names, found.parents, strict=True):
            parent = linked(scope.world, link.reference_to, at.get(link.name))
            sobject = scope.world.org.schema.of_id(str(at.get(link.name, "")))
            if parent is None or sobject is None:
                here.setdefault(name, None)
                return
            inner = here.setdefault(name, {"attributes": attributes(sobject, parent, version)})
            assert isinstance(inner, dict)
            here, at = inner, parent
        here[found.field.name] = show(found.field, at.get(found.field.name))

    return put


def _children(scope: Scope, query: Query, version: str) -> Shower:
    """A sub-query over a child relationship; null when there are no children."""
    name = query.source.split(".")[-1]
    link = scope.world.org.schema.child(scope.sobject.name, name)
    if link is None:
        raise no_relation(scope.text, query.source_at, name, scope.sobject.name)
    if query.offset and scope.query.limit != 1:
        raise malformed("OFFSET in a sub-query needs LIMIT 1 in the query around it")
    child = scope.world.org.schema.objects[link.child]
    inner = Scope(scope.world, child, replace(query, text=scope.text))
    shower = _shower(inner, inner.query, version)
    test = _where(inner, query.where) if query.where else None

    def put(row: Row, record: Record) -> None:
        rows = scope.world.store.having(link.child, link.field, row["Id"])
        rows = _ordered(inner, query.order_by, [each for each in rows if test is None or test(each)])
        records = _cut(query, [shower(each) for each in rows])
        shown: Record = {"totalSize": len(records), "done": True, "records": records}
        record[link.field.children or name] = shown if records else None

    return put
