"""JMESPath over model values, compiled once.

Plain paths, literals, and/or/not, comparisons and the functions below become Python closures, since an order takes a
hundred of them; everything else of JMESPath runs in the library's own interpreter, with the same result.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import jmespath
from jmespath import functions as jmespath_functions
from jmespath.visitor import Options, TreeInterpreter

from connector.model import Model
from connector.settings.mappings import FUNCTIONS

Scope = Mapping[str, object]
Evaluate = Callable[[object], object]
Node = dict[str, Any]
"""One node of the library's syntax tree: type, value, children."""


class Nothing:
    """What `when` and `unless` give when they switch a value off: the field is then not sent at all."""

    def __bool__(self) -> bool:
        return False


NOTHING = Nothing()


class Functions(jmespath_functions.Functions):
    """The connector's own functions, and a `join` that passes over missing parts."""

    def __init__(self, zone: ZoneInfo, values: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self._zone = zone
        self._values = values

    def _get_allowed_pytypes(self, types: Any) -> Any:
        """Money is a number to every function that takes numbers."""
        allowed, parts = super()._get_allowed_pytypes(types)  # type: ignore[misc]  # not in the stubs
        allowed += ["Decimal"] if "float" in allowed else []
        return allowed, [(*part, "Decimal") if "float" in part else part for part in parts]

    def _convert_to_jmespath_type(self, name: Any) -> Any:
        return "number" if name == "Decimal" else super()._convert_to_jmespath_type(name)  # type: ignore[misc]  # not in the stubs

    @jmespath_functions.signature({"types": []})
    def _func_to_string(self, value: object) -> str:
        """Text as it is, an amount as its digits, anything else as JSON."""
        if isinstance(value, (str, Decimal)):
            return str(value)
        return json.dumps(value, separators=(",", ":"), default=str)

    @jmespath_functions.signature({"types": []})
    def _func_to_number(self, value: object) -> object:
        """An amount as it is; text and numbers as the library does."""
        return value if isinstance(value, Decimal) else super()._func_to_number(value)  # type: ignore[misc]

    @jmespath_functions.signature({"types": []})
    def _func_date(self, moment: object) -> str | None:
        """The calendar day of a moment in the store's time zone."""
        return moment.astimezone(self._zone).date().isoformat() if isinstance(moment, datetime) else None

    @jmespath_functions.signature({"types": ["string"]}, {"types": []})
    def _func_join(self, separator: str, parts: object) -> str | None:
        """The parts that exist, joined; None if none does."""
        return separator.join(str(part) for part in as_list(parts) if part not in (None, "")) or None

    @jmespath_functions.signature({"types": ["string"]}, {"types": []})
    def _func_lookup(self, name: str, value: object) -> object:
        """The value's translation in the mapping's value map `name`; the value itself where it has none."""
        return self._values.get(name, {}).get(str(value), value)

    @jmespath_functions.signature({"types": []}, {"types": []})
    def _func_when(self, condition: object, value: object) -> object:
        """The value if the condition holds; otherwise the field is not sent."""
        return value if truth(condition) else NOTHING

    @jmespath_functions.signature({"types": []}, {"types": []})
    def _func_unless(self, condition: object, value: object) -> object:
        """The value unless the condition holds."""
        return NOTHING if truth(condition) else value


class Compiler:
    """Compiles the expressions of one store: its time zone and the mapping's value maps are bound in."""

    def __init__(self, zone: ZoneInfo, values: Mapping[str, Mapping[str, str]]) -> None:
        self._functions = Functions(zone, values)
        self._interpreter = TreeInterpreter(Options(custom_functions=self._functions))

    def compile(self, text: str) -> Evaluate:
        """The expression as a function of a scope."""
        return self._build(cast(Node, jmespath.compile(text).parsed))

    def _build(self, node: Node) -> Evaluate:
        builder = _BUILDERS.get(str(node["type"]))
        if builder is not None:
            built = builder(self, node)
            if built is not None:
                return built
        return lambda scope: self._interpreter.visit(cast(Any, node), _with_lists(scope))

    def _field(self, node: Node) -> Evaluate:
        name = str(node["value"])
        return lambda scope: look_up(scope, name)

    def _path(self, node: Node) -> Evaluate | None:
        names = _names(node)
        if names is None:
            return None
        first, *rest = names

        def walk(scope: object) -> object:
            value = look_up(scope, first)
            for name in rest:
                value = look_up(value, name)
            return value

        return walk

    def _literal(self, node: Node) -> Evaluate:
        value = node["value"]
        return lambda scope: value

    def _logic(self, node: Node) -> Evaluate:
        left, right = (self._build(child) for child in _children(node))
        if node["type"] == "or_expression":
            return lambda scope: value if truth(value := left(scope)) else right(scope)
        return lambda scope: right(scope) if truth(value := left(scope)) else value

    def _not(self, node: Node) -> Evaluate:
        (inner,) = (self._build(child) for child in _children(node))
        return lambda scope: not truth(inner(scope))

    def _equality(self, node: Node) -> Evaluate | None:
        if node["value"] not in ("eq", "ne"):
            return None
        left, right = (self._build(child) for child in _children(node))
        if node["value"] == "eq":
            return lambda scope: _equal(left(scope), right(scope))
        return lambda scope: not _equal(left(scope), right(scope))

    def _call(self, node: Node) -> Evaluate | None:
        if node["value"] not in FUNCTIONS:
            return None
        function = getattr(self._functions, f"_func_{node['value']}")
        arguments = [self._build(child) for child in _children(node)]
        return lambda scope: function(*[argument(scope) for argument in arguments])

    def _list(self, node: Node) -> Evaluate:
        parts = [self._build(child) for child in _children(node)]
        return lambda scope: [part(scope) for part in parts]


_BUILDERS: Mapping[str, Callable[[Compiler, Node], Evaluate | None]] = {
    "field": Compiler._field,
    "subexpression": Compiler._path,
    "literal": Compiler._literal,
    "or_expression": Compiler._logic,
    "and_expression": Compiler._logic,
    "not_expression": Compiler._not,
    "comparator": Compiler._equality,
    "function_expression": Compiler._call,
    "multi_select_list": Compiler._list,
}


def look_up(value: object, name: str) -> object:
    """A field of a dict or a model value; None for anything else, as in JMESPath."""
    if isinstance(value, Model):
        return value.get(name)
    return value.get(name) if type(value) is dict else None


def truth(value: object) -> bool:
    """JMESPath's idea of truth: nothing and emptiness are false, numbers never are."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return True
    return bool(value)


def _equal(left: object, right: object) -> bool:
    """JMESPath's equality: true is not the number one."""
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def _with_lists(scope: object) -> object:
    """Tuples of a scope as lists, which is all that the library's projections take."""
    if type(scope) is not dict:
        return scope
    return {name: list(value) if type(value) is tuple else value for name, value in scope.items()}


def as_list(value: object) -> list[object]:
    """A list or tuple as a list; anything else as nothing."""
    return list(value) if isinstance(value, (list, tuple)) else []


def _children(node: Node) -> list[Node]:
    children = node["children"]
    assert isinstance(children, list)
    return children


def _names(node: Node) -> list[str] | None:
    """`a.b.c` as names; None if there is more in it than plain fields."""
    if node["type"] == "field":
        return [str(node["value"])]
    if node["type"] != "subexpression":
        return None
    names: list[str] = []
    for child in _children(node):
        part = _names(child)
        if part is None:
            return None
        names += part
    return names
