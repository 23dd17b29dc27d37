"""Semi-joins and anti-joins, `Id IN (SELECT ...)`: where they may stand and what they may select."""

from __future__ import annotations

from dataclasses import replace

from local.salesforce.soql.errors import malformed
from local.salesforce.soql.fields import Scope, column, operand, scope_of
from local.salesforce.soql.tree import Comparison, Condition, Junction, Not, Path, Query

_MOST = 2
_LINKS = frozenset({"id", "reference"})


def check_joins(scope: Scope, condition: Condition) -> None:
    """ApiError for joins that Salesforce does not know."""
    parts = condition.conditions if isinstance(condition, Junction) else (condition,)
    if any(not isinstance(each, Comparison) and _has_join(each) for each in parts):
        raise malformed("Semi join sub-selects are only allowed at the top level WHERE expressions")
    joins = [each for each in parts if isinstance(each, Comparison) and isinstance(each.value, Query)]
    if len(joins) > _MOST:
        raise malformed(f"A WHERE clause has at most {_MOST} semi join sub-selects")
    for each in joins:
        _check_join(scope, each)


def _has_join(condition: Condition) -> bool:
    if isinstance(condition, Not):
        return _has_join(condition.condition)
    if isinstance(condition, Junction):
        return any(_has_join(each) for each in condition.conditions)
    return isinstance(condition.value, Query)


def _check_join(scope: Scope, join: Comparison) -> None:
    assert isinstance(join.value, Query)
    query = replace(join.value, text=scope.text)
    if operand(scope, join.operand).field.type not in _LINKS:
        raise malformed("The left operand of a semi join must be an ID or a reference")
    if query.order_by or query.limit is not None or query.offset:
        raise malformed("A semi join sub-select has no ORDER BY, LIMIT or OFFSET")
    if query.where is not None and _has_join(query.where):
        raise malformed("A semi join sub-select has no sub-select of its own")
    chosen = query.selected[0].what
    if len(query.selected) != 1 or not isinstance(chosen, Path):
        raise malformed("A semi join sub-select must select exactly one field")
    if column(scope_of(scope.world, query), chosen).field.type not in _LINKS:
        raise malformed("A semi join sub-select must select an ID or a reference")
