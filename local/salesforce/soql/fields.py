"""Field paths of a query: which field they name and how to read it from a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from local.salesforce.errors import ApiError
from local.salesforce.schema import Field, SObject
from local.salesforce.soql.errors import malformed, no_column, no_object, no_relation
from local.salesforce.soql.tree import Function, Operand, Path, Query
from local.salesforce.values import Row, Value
from local.salesforce.world import World, linked

Reader = Callable[[Row], "Value | None"]
_DATE_PARTS: dict[str, Callable[[str], Value]] = {
    "CALENDAR_YEAR": lambda text: Decimal(text[:4]),
    "CALENDAR_MONTH": lambda text: Decimal(text[5:7]),
    "CALENDAR_QUARTER": lambda text: Decimal((int(text[5:7]) + 2) // 3),
    "DAY_IN_MONTH": lambda text: Decimal(text[8:10]),
    "HOUR_IN_DAY": lambda text: Decimal(text[11:13]),
    "DAY_ONLY": lambda text: text[:10],
}


_PARENT_LEVELS = 5
_OF_TIMES = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})


@dataclass(frozen=True)
class Scope:
    """What the names of a query mean: its object, alias and text."""

    world: World
    sobject: SObject
    query: Query

    @property
    def text(self) -> str:
        """The query's text, for errors."""
        return self.query.text


@dataclass(frozen=True)
class Column:
    """A field reached from the query's object, through parents or not."""

    field: Field
    read: Reader
    parents: tuple[Field, ...] = ()


def scope_of(world: World, query: Query) -> Scope:
    """The scope of a top-level query; ApiError when its object does not exist."""
    sobject = world.org.schema.find(query.source)
    if sobject is None:
        raise no_object(query.text, query.source_at, query.source)
    if sobject.is_event:
        raise ApiError(
            400, "INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} does not support query"
        )
    return Scope(world, sobject, query)


def column(scope: Scope, path: Path) -> Column:
    """The column of a path; ApiError when a step does not exist or is hidden."""
    steps = _own_steps(scope, path)
    if len(steps) > _PARENT_LEVELS + 1:
        raise malformed(f"SOQL relationship paths cannot exceed {_PARENT_LEVELS} levels: {path}")
    here, parents = scope.sobject, []
    for step in steps[:-1]:
        link = here.parents.get(step.lower())
        target = _target(scope.world, link) if link else None
        if link is None or target is None:
            raise no_relation(scope.text, path.at, step, here.name)
        parents.append(link)
        here = target
    field = here.find(steps[-1])
    if field is None:
        raise no_column(scope.text, path.at, str(path), here.name)
    return Column(field, _reader(scope.world, tuple(parents), field), tuple(parents))


def _target(world: World, link: Field) -> SObject | None:
    """The object behind a reference; of several (an owner is a user or a queue) the first that exists."""
    return next((each for name in link.reference_to if (each := world.org.schema.find(name))), None)


def _own_steps(scope: Scope, path: Path) -> tuple[str, ...]:
    """The steps without the object's own name or alias in front."""
    first = path.steps[0].lower()
    own = {scope.sobject.name.lower(), (scope.query.alias or "").lower()}
    if len(path.steps) > 1 and first in own and first not in scope.sobject.parents:
        return path.steps[1:]
    return path.steps


def _reader(world: World, parents: tuple[Field, ...], field: Field) -> Reader:
    name, empty = field.name, False if field.type == "boolean" else None
    if not parents:
        return lambda row: row.get(name, empty)

    def read(row: Row) -> Value | None:
        found: Row | None = row
        for link in parents:
            found = linked(world, link.reference_to, found.get(link.name)) if found else None
        return None if found is None else found.get(name, empty)

    return read


def operand(scope: Scope, what: Operand) -> Column:
    """The column of a path or of a date function over one; aggregates are refused here."""
    if isinstance(what, Path):
        return column(scope, what)
    return date_function(scope, what)


def date_function(scope: Scope, function: Function) -> Column:
    """A part of a date: a number, or the day as text."""
    part = _DATE_PARTS.get(function.name)
    if function.argument is None or part is None:
        raise malformed(f"{function.name} is not allowed here")
    inner = column(scope, function.argument)
    if inner.field.type not in ({"datetime"} if function.name in _OF_TIMES else {"date", "datetime"}):
        raise malformed(f"{function.name} does not take {function.argument}")
    kind = "date" if function.name == "DAY_ONLY" else "int"

    def read(row: Row) -> Value | None:
        value = inner.read(row)
        return None if value is None else part(str(value))

    return Column(Field(function.name, kind), read)
