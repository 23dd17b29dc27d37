"""Reading an expression without an order: what it may deliver, and names that do not exist.

Follows JMESPath's own syntax tree (https://jmespath.org/specification.html). What cannot be told is `unknown`, never a
problem.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import jmespath
from jmespath.functions import Functions

from connector.settings.shapes import (
    BOOLEAN,
    DATE,
    FALSE,
    NOTHING,
    NUMBER,
    TEXT,
    TRUE,
    UNKNOWN,
    UNSENT,
    Shape,
    Shapes,
    constants,
    falsy,
    just,
    list_of,
    object_with,
    part_names,
    part_of,
    shapes_of_value,
    texts,
    truthy,
    union,
)

Node = Mapping[str, Any]

OWN_FUNCTIONS: Mapping[str, int] = {"date": 1, "join": 2, "lookup": 2, "unless": 2, "when": 2}
"""The connector's functions and how many arguments they take (see `connector.mapping.expressions`)."""


class Inference:
    """Reads the expressions of one mapping; `problems` gathers what is wrong with the last one."""

    def __init__(self, values: Mapping[str, Mapping[str, str]]) -> None:
        self._values = values
        self.problems: list[str] = []

    def infer(self, text: str, names: Mapping[str, Shapes]) -> Shapes:
        """What the expression may deliver where these names exist."""
        self.problems = []
        return self._visit(cast(Node, jmespath.compile(text).parsed), object_with(names))

    def _visit(self, node: Node, current: Shapes) -> Shapes:
        reader = _READERS.get(str(node["type"]))
        return UNKNOWN if reader is None else reader(self, node, current)

    def _children(self, node: Node, current: Shapes) -> list[Shapes]:
        return [self._visit(child, current) for child in node["children"]]

    def _field(self, node: Node, current: Shapes) -> Shapes:
        name = str(node["value"])
        found = {shape: part_of(shape, name) for shape in current}
        there = [shapes for shapes in found.values() if shapes is not None]
        lacking = [shape for shape, shapes in found.items() if shapes is None]
        if lacking and all(shapes == NOTHING for shapes in there):
            self.problems.append(_no_such_part(lacking[0], name))
            return UNKNOWN
        return union(there) | (NOTHING if lacking else frozenset())

    def _chain(self, node: Node, current: Shapes) -> Shapes:
        for child in node["children"]:
            current = self._visit(child, current)
        return current

    def _current(self, node: Node, current: Shapes) -> Shapes:
        return current

    def _literal(self, node: Node, current: Shapes) -> Shapes:
        return shapes_of_value(node["value"])

    def _or(self, node: Node, current: Shapes) -> Shapes:
        left, right = self._children(node, current)
        return truthy(left) | (right if falsy(left) else frozenset())

    def _and(self, node: Node, current: Shapes) -> Shapes:
        left, right = self._children(node, current)
        return falsy(left) | (right if truthy(left) else frozenset())

    def _not(self, node: Node, current: Shapes) -> Shapes:
        (inner,) = self._children(node, current)
        return (FALSE if truthy(inner) else frozenset()) | (TRUE if falsy(inner) else frozenset())

    def _comparator(self, node: Node, current: Shapes) -> Shapes:
        left, right = (constants(side) for side in self._children(node, current))
        if node["value"] not in ("eq", "ne"):
            return BOOLEAN | NOTHING
        if left is None or right is None:
            return BOOLEAN
        outcomes = {(a == b) is (node["value"] == "eq") for a in left for b in right}
        return union(TRUE if outcome else FALSE for outcome in outcomes)

    def _list(self, node: Node, current: Shapes) -> Shapes:
        return list_of(union(self._children(node, current)))

    def _index(self, node: Node, current: Shapes) -> Shapes:
        return self._elements(current) | NOTHING

    def _projection(self, node: Node, current: Shapes) -> Shapes:
        left, right, *condition = node["children"]
        element = self._elements(self._visit(left, current))
        for child in condition:
            self._visit(child, element)
        return list_of(self._visit(right, element) - NOTHING) | NOTHING

    def _flatten(self, node: Node, current: Shapes) -> Shapes:
        (inner,) = self._children(node, current)
        elements = self._elements(inner)
        flat = union(shape.element if shape.kind == "list" else just(shape) for shape in elements)
        return list_of(flat) | NOTHING

    def _elements(self, shapes: Shapes) -> Shapes:
        """What the lists among the shapes hold."""
        lists = [shape.element for shape in shapes if shape.kind == "list"]
        if lists:
            return union(lists)
        if not any(shape.kind in ("unknown", "nothing", "unsent") for shape in shapes):
            self.problems.append("[] goes over a list, and this is none")
        return UNKNOWN

    def _function(self, node: Node, current: Shapes) -> Shapes:
        name, arguments = str(node["value"]), node["children"]
        problem = _call_problem(name, len(arguments))
        if problem:
            self.problems.append(problem)
            return UNKNOWN
        own = _OWN.get(name)
        if own is not None:
            return own(self, arguments, current)
        return _library_result(name, self._children(node, current))

    def _date(self, arguments: list[Node], current: Shapes) -> Shapes:
        given = self._visit(arguments[0], current)
        if not any(shape.kind in ("moment", "unknown") for shape in given):
            self.problems.append(
                "date() takes a moment such as order.placed_at; of anything else it makes nothing"
            )
        return DATE | (given & NOTHING)

    def _join(self, arguments: list[Node], current: Shapes) -> Shapes:
        self._visit(arguments[0], current)
        separator, parts = arguments[0].get("value"), arguments[1]
        if parts["type"] != "multi_select_list":
            given = self._visit(parts, current)
            longest = next((shape.longest for shape in given if shape.kind == "list"), None)
            return just(Shape("text", longest=longest)) | NOTHING
        shapes = [self._visit(part, current) for part in parts["children"]]
        sure = any(falsy(part) <= texts([""]) for part in shapes)
        text = just(Shape("text", longest=_joined_length(len(str(separator)), shapes)))
        return text if sure else text | NOTHING

    def _lookup(self, arguments: list[Node], current: Shapes) -> Shapes:
        name, given = arguments[0].get("value"), self._visit(arguments[1], current)
        translations = self._values.get(str(name))
        if arguments[0]["type"] != "literal" or translations is None:
            known = ", ".join(sorted(self._values)) or "none"
            self.problems.append(
                f"lookup(): no value map is named {name!r} under `values`; there are: {known}"
            )
            return UNKNOWN
        return union(_translated(shape, translations) for shape in given)

    def _when(self, arguments: list[Node], current: Shapes) -> Shapes:
        condition, value = (self._visit(part, current) for part in arguments)
        return (value if truthy(condition) else frozenset()) | (UNSENT if falsy(condition) else frozenset())

    def _unless(self, arguments: list[Node], current: Shapes) -> Shapes:
        condition, value = (self._visit(part, current) for part in arguments)
        return (value if falsy(condition) else frozenset()) | (UNSENT if truthy(condition) else frozenset())


_READERS: Mapping[str, Callable[[Inference, Node, Shapes], Shapes]] = {
    "field": Inference._field,
    "subexpression": Inference._chain,
    "index_expression": Inference._chain,
    "pipe": Inference._chain,
    "current": Inference._current,
    "identity": Inference._current,
    "slice": Inference._current,
    "literal": Inference._literal,
    "or_expression": Inference._or,
    "and_expression": Inference._and,
    "not_expression": Inference._not,
    "comparator": Inference._comparator,
    "multi_select_list": Inference._list,
    "index": Inference._index,
    "projection": Inference._projection,
    "filter_projection": Inference._projection,
    "flatten": Inference._flatten,
    "function_expression": Inference._function,
}

_OWN: Mapping[str, Callable[[Inference, list[Node], Shapes], Shapes]] = {
    "date": Inference._date,
    "join": Inference._join,
    "lookup": Inference._lookup,
    "when": Inference._when,
    "unless": Inference._unless,
}

_LIBRARY_RESULTS: Mapping[str, Shapes] = {
    **dict.fromkeys(("abs", "ceil", "floor", "length", "sum"), NUMBER),
    **dict.fromkeys(("avg", "to_number"), NUMBER | NOTHING),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), BOOLEAN),
    **dict.fromkeys(("to_string", "type"), TEXT),
    "keys": list_of(TEXT),
}


def _library_result(name: str, arguments: list[Shapes]) -> Shapes:
    if name in ("sort", "sort_by", "reverse"):
        return arguments[0]
    if name in ("max", "max_by", "min", "min_by"):
        return union(shape.element or UNKNOWN for shape in arguments[0]) | NOTHING
    if name == "not_null":
        sure = any(not given & NOTHING for given in arguments)
        return union(arguments) - NOTHING if sure else union(arguments)
    return _LIBRARY_RESULTS.get(name, UNKNOWN)


def _call_problem(name: str, count: int) -> str | None:
    library = Functions.FUNCTION_TABLE.get(name)
    if name not in OWN_FUNCTIONS and library is None:
        return f"no function is named {name}" + _hint(name, {*OWN_FUNCTIONS, *Functions.FUNCTION_TABLE})
    signature = library["signature"] if library else ()
    wanted = OWN_FUNCTIONS.get(name, len(signature))
    if count == wanted or (count > wanted and any(part.get("variadic") for part in signature)):
        return None
    return f"{name}() takes {wanted} arguments, not {count}"


def _no_such_part(shape: Shape, name: str) -> str:
    if shape.kind != "object":
        kind = {"moment": "date and time"}.get(shape.kind, shape.kind)
        return f"a {kind} has no part {name!r}" + ("; use [*] for its elements" if kind == "list" else "")
    names = part_names(shape)
    if shape.model is None:
        return f"nothing is named {name!r} here; there are {', '.join(sorted(names))}" + _hint(name, names)
    return f"{shape.model.__name__} has no {name!r}" + _hint(name, names)


def _hint(name: str, names: set[str]) -> str:
    from difflib import get_close_matches  # only a mistake needs it, and flows start faster without

    close = get_close_matches(name, sorted(names), 1, 0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _translated(shape: Shape, translations: Mapping[str, str]) -> Shapes:
    """What `lookup` makes of a shape: a translation, or the value itself where there is none."""
    if shape.kind in ("nothing", "unsent"):
        return just(shape)
    if shape.closed and shape.kind == "text":
        return texts(translations.get(str(value), str(value)) for value in shape.values)
    found = frozenset(translations.values())
    if shape.kind == "text":
        return just(Shape("text", found, longest=shape.longest))
    return just(shape) | (texts(found) if found else frozenset())


def _joined_length(separator: int, parts: list[Shapes]) -> int | None:
    """Characters of the parts whose length is known, joined; None where none is."""
    lengths = [max((length for shape in part if (length := _length(shape))), default=0) for part in parts]
    return sum(lengths) + separator * (len(parts) - 1) if any(lengths) else None


def _length(shape: Shape) -> int:
    if shape.closed and shape.kind == "text":
        return max((len(str(value)) for value in shape.values), default=0)
    return shape.longest or 0
