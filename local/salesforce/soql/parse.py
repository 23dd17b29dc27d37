"""SOQL tokens into a query."""

from __future__ import annotations

from decimal import Decimal

from local.salesforce.soql.errors import malformed, unexpected
from local.salesforce.soql.lexer import Token, tokens, unquoted
from local.salesforce.soql.tree import (
    Comparison,
    Condition,
    DateLiteral,
    Function,
    Junction,
    Literal,
    Moment,
    Not,
    Operand,
    Order,
    Path,
    Query,
    Selected,
)
from local.salesforce.values import parse_datetime, show_datetime

FUNCTIONS = frozenset(
    {
        "COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX", "CALENDAR_YEAR", "CALENDAR_MONTH", "CALENDAR_QUARTER",
        "DAY_ONLY", "DAY_IN_MONTH", "HOUR_IN_DAY", "TOLABEL", "FORMAT", "CONVERTCURRENCY",
    }
)  # fmt: skip
_COMPARE = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_CLAUSES = ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "WITH", "ALL", "USING", "UPDATE")
_LENGTH = 100_000
_LEVELS = 5


def parse(text: str) -> Query:
    """The query; ApiError MALFORMED_QUERY says what stands in the wrong place."""
    if len(text) > _LENGTH:
        raise malformed("SOQL statements can have at most 100,000 characters")
    parser = _Parser(text, tokens(text))
    query = parser.query(level=1)
    parser.expect_end()
    return query


class _Parser:
    """A reader of tokens with one method per part of the grammar."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self._text = text
        self._tokens = found
        self._next = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _word(self, *words: str) -> bool:
        if self._token.is_word(*words):
            self._next += 1
            return True
        return False

    def _symbol(self, text: str) -> bool:
        if self._token.kind == "symbol" and self._token.text == text:
            self._next += 1
            return True
        return False

    def _need_word(self, word: str) -> None:
        if not self._word(word):
            raise unexpected(self._token.text)

    def _need_symbol(self, text: str) -> None:
        if not self._symbol(text):
            raise unexpected(self._token.text)

    def _name(self) -> Token:
        if self._token.kind != "word":
            raise unexpected(self._token.text)
        return self._take()

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self._token.kind != "end":
            raise unexpected(self._token.text)

    def query(self, *, level: int) -> Query:
        """SELECT ... to the end of the query or to the closing parenthesis; children are a level below."""
        self._need_word("SELECT")
        selected = [self._selected(level)]
        while self._symbol(","):
            selected.append(self._selected(level))
        self._need_word("FROM")
        source = self._name()
        alias = self._alias()
        where = self._condition() if self._word("WHERE") else None
        group_by = self._group_by()
        having = self._condition() if group_by and self._word("HAVING") else None
        order_by = self._order_by()
        limit = self._whole_number() if self._word("LIMIT") else None
        offset = self._whole_number() if self._word("OFFSET") else 0
        self._trailer()
        return Query(
            source.text,
            tuple(selected),
            where,
            group_by,
            having,
            order_by,
            limit,
            offset,
            self._text,
            source.at,
            alias,
        )

    def _alias(self) -> str | None:
        if self._token.kind == "word" and self._token.text.upper() not in _CLAUSES:
            return self._take().text
        return None

    def _trailer(self) -> None:
        """`FOR UPDATE`, `FOR VIEW`, `ALL ROWS` are accepted and change nothing here."""
        if self._word("FOR") and not self._word("UPDATE", "VIEW", "REFERENCE"):
            raise unexpected(self._token.text)
        if self._word("ALL"):
            self._need_word("ROWS")

    def _selected(self, level: int) -> Selected:
        if self._symbol("("):
            if level == _LEVELS:
                raise unexpected("(")
            inner = self.query(level=level + 1)
            self._need_symbol(")")
            return Selected(inner)
        if self._token.is_word("FIELDS"):
            return self._all_fields()
        what = self._operand()
        alias = None
        if isinstance(what, Function) or not self._token.is_word("FROM"):
            alias = self._field_alias()
        return Selected(what, alias)

    def _field_alias(self) -> str | None:
        if self._token.kind == "word" and not self._token.is_word("FROM"):
            return self._take().text
        return None

    def _all_fields(self) -> Selected:
        self._take()
        self._need_symbol("(")
        what = self._name().text.upper()
        if what not in {"ALL", "STANDARD", "CUSTOM"}:
            raise unexpected(what)
        self._need_symbol(")")
        return Selected(what)

    def _operand(self) -> Operand:
        token = self._name()
        if not self._symbol("("):
            return Path(tuple(token.text.split(".")), token.at)
        name = token.text.upper()
        if name not in FUNCTIONS:
            raise unexpected(token.text)
        argument = None if self._token.text == ")" else self._operand()
        if isinstance(argument, Function):
            raise unexpected(argument.name)
        self._need_symbol(")")
        if argument is None and name != "COUNT":
            raise malformed(f"Function {name} must have an argument")
        return Function(name, argument)

    def _condition(self) -> Condition:
        first = self._unit()
        for operator in ("AND", "OR"):
            if not self._token.is_word(operator):
                continue
            conditions = [first]
            while self._word(operator):
                conditions.append(self._unit())
            # What follows is for the caller: Salesforce wants parentheses where AND and OR meet.
            return Junction(operator, tuple(conditions))
        return first

    def _unit(self) -> Condition:
        if self._word("NOT"):
            return Not(self._unit())
        if self._symbol("("):
            inner = self._condition()
            self._need_symbol(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        operand = self._operand()
        token = self._take()
        if token.kind == "symbol" and token.text in _COMPARE:
            return Comparison(operand, "!=" if token.text == "<>" else token.text, self._literal())
        if token.is_word("LIKE"):
            return Comparison(operand, "LIKE", self._literal(pattern=True))
        if token.is_word("INCLUDES", "EXCLUDES"):
            return Comparison(operand, token.text.upper(), self._list())
        if token.is_word("NOT"):
            self._need_word("IN")
            return Comparison(operand, "NOT IN", self._list_or_query())
        if token.is_word("IN"):
            return Comparison(operand, "IN", self._list_or_query())
        raise unexpected(token.text)

    def _list_or_query(self) -> tuple[Literal, ...] | Query:
        self._need_symbol("(")
        inner: tuple[Literal, ...] | Query
        inner = self.query(level=_LEVELS) if self._token.is_word("SELECT") else self._literals()
        self._need_symbol(")")
        return inner

    def _list(self) -> tuple[Literal, ...]:
        self._need_symbol("(")
        found = self._literals()
        self._need_symbol(")")
        return found

    def _literals(self) -> tuple[Literal, ...]:
        found = [self._literal()]
        while self._symbol(","):
            found.append(self._literal())
        return tuple(found)

    def _literal(self, *, pattern: bool = False) -> Literal:
        token = self._take()
        if token.kind == "string":
            return unquoted(token.text, pattern=pattern)
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind in {"date", "datetime"}:
            return _moment(token)
        if token.kind == "word":
            return _keyword(token)
        raise unexpected(token.text)

    def _group_by(self) -> tuple[Operand, ...]:
        if not self._word("GROUP"):
            return ()
        self._need_word("BY")
        found = [self._operand()]
        while self._symbol(","):
            found.append(self._operand())
        return tuple(found)

    def _order_by(self) -> tuple[Order, ...]:
        if not self._word("ORDER"):
            return ()
        self._need_word("BY")
        found = [self._order()]
        while self._symbol(","):
            found.append(self._order())
        return tuple(found)

    def _order(self) -> Order:
        what = self._operand()
        descending = self._word("DESC")
        if not descending:
            self._word("ASC")
        last = False
        if self._word("NULLS"):
            last = self._token.is_word("LAST")
            if not self._word("FIRST", "LAST"):
                raise unexpected(self._token.text)
        return Order(what, descending, last)

    def _whole_number(self) -> int:
        token = self._take()
        if token.kind != "number" or not token.text.isdigit():
            raise unexpected(token.text)
        return int(token.text)


def _moment(token: Token) -> Moment:
    """The day or time that a literal names; there are no 30 days in February."""
    moment = parse_datetime(f"{token.text}T00:00:00Z" if token.kind == "date" else token.text)
    if moment is None:
        raise malformed(f"invalid date: {token.text}")
    if token.kind == "date":
        return Moment(token.text, is_date=True)
    return Moment(show_datetime(moment), is_date=False)


def _keyword(token: Token) -> Literal:
    word = token.text.upper()
    if word in {"TRUE", "FALSE"}:
        return word == "TRUE"
    if word == "NULL":
        return None
    name, _, number = word.partition(":")
    return DateLiteral(name, int(number) if number else 0)
