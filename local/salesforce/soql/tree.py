"""What a parsed SOQL query consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True)
class Path:
    """A field, perhaps of a parent: `Account.Owner.Name`. `at` is its place in the query text."""

    steps: tuple[str, ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.steps)


@dataclass(frozen=True)
class Function:
    """`COUNT(Id)`, `SUM(Amount)`, `CALENDAR_YEAR(CloseDate)`; no argument in `COUNT()`."""

    name: str
    argument: Path | None


@dataclass(frozen=True)
class DateLiteral:
    """`TODAY`, `LAST_N_DAYS:7` and their like."""

    name: str
    number: int = 0


@dataclass(frozen=True)
class Moment:
    """A date (`2026-11-20`) or a date and time literal; `text` in the form in which rows hold it."""

    text: str
    is_date: bool


Literal: TypeAlias = "str | Decimal | bool | DateLiteral | Moment | None"
Operand: TypeAlias = "Path | Function"


@dataclass(frozen=True)
class Comparison:
    """`field operator value`; `IN`, `NOT IN`, `INCLUDES` and `EXCLUDES` hold a tuple or a query."""

    operand: Operand
    operator: str
    value: Literal | tuple[Literal, ...] | Query


@dataclass(frozen=True)
class Not:
    """A negated condition."""

    condition: Condition


@dataclass(frozen=True)
class Junction:
    """Conditions that must all (`AND`) or any (`OR`) hold."""

    operator: str
    conditions: tuple[Condition, ...]


Condition: TypeAlias = "Comparison | Not | Junction"


@dataclass(frozen=True)
class Selected:
    """One entry of the SELECT list."""

    what: Path | Function | Query | str
    alias: str | None = None


@dataclass(frozen=True)
class Order:
    """One entry of ORDER BY."""

    what: Operand
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    """A whole query; in a sub-query `source` is a relationship name."""

    source: str
    selected: tuple[Selected, ...]
    where: Condition | None = None
    group_by: tuple[Operand, ...] = ()
    having: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    text: str = field(default="", compare=False)
    source_at: int = 0
    alias: str | None = None
