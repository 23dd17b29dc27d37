"""What a mapping expression may deliver, as far as the model alone tells: kinds, possible texts, parts."""

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from operator import itemgetter
from typing import Annotated, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from connector.model import Model
from connector.model.scope import LONG_TEXTS

Kind = Literal[
    "text", "number", "boolean", "date", "moment", "list", "object", "nothing", "unsent", "unknown"
]
Constant: TypeAlias = str | bool


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing that an expression may deliver. `unsent` is a field that `when` or `unless` switch off."""

    kind: Kind
    values: frozenset[Constant] = frozenset()
    """Texts or booleans that are known to be possible."""
    closed: bool = False
    """Whether `values` are all."""
    longest: int | None = None
    """Characters of a text, where they are known."""
    model: type[Model] | None = None
    known: "tuple[tuple[str, frozenset[Shape]], ...]" = ()
    """Parts of an object of which more is known than its model says."""
    element: "frozenset[Shape]" = frozenset()
    """What a list, or an object with free names, holds."""


Shapes: TypeAlias = frozenset[Shape]


def just(shape: Shape) -> Shapes:
    """This shape and no other."""
    return frozenset({shape})


NOTHING, UNSENT, UNKNOWN = just(Shape("nothing")), just(Shape("unsent")), just(Shape("unknown"))
TEXT, NUMBER = just(Shape("text")), just(Shape("number"))
DATE, MOMENT = just(Shape("date")), just(Shape("moment"))
TRUE = just(Shape("boolean", frozenset({True}), closed=True))
FALSE = just(Shape("boolean", frozenset({False}), closed=True))
BOOLEAN = TRUE | FALSE


def texts(values: Iterable[str]) -> Shapes:
    """One of these texts and no other."""
    return just(Shape("text", frozenset(values), closed=True))


def list_of(element: Shapes) -> Shapes:
    """A list."""
    return just(Shape("list", element=element))


def object_with(parts: Mapping[str, Shapes], model: type[Model] | None = None) -> Shapes:
    """An object; without a model it has exactly these parts."""
    return just(Shape("object", model=model, known=tuple(sorted(parts.items(), key=itemgetter(0)))))


_SCALARS: Mapping[object, Shapes] = {
    type(None): NOTHING,
    str: TEXT,
    bool: BOOLEAN,
    int: NUMBER,
    float: NUMBER,
    Decimal: NUMBER,
    datetime: MOMENT,
    date: DATE,
}


@cache
def shapes_of(annotation: object) -> Shapes:
    """What a value of this type annotation can be."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if origin in (Union, types.UnionType):
        return union(shapes_of(part) for part in arguments)
    if origin is Literal:
        return union(shapes_of_value(value) for value in arguments)
    if origin is Annotated:
        return shapes_of(arguments[0])
    if origin in (tuple, list):
        return list_of(shapes_of(arguments[0]))
    if origin is dict:
        return just(Shape("object", element=shapes_of(arguments[1])))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return just(Shape("object", model=annotation))
    return UNKNOWN


def shapes_of_value(value: object) -> Shapes:
    """What this one value is."""
    if isinstance(value, str):
        return texts([value])
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, list):
        return list_of(union(shapes_of_value(part) for part in value))
    return _SCALARS.get(type(value), UNKNOWN)


def union(many: Iterable[Shapes]) -> Shapes:
    """Any of these."""
    return frozenset(shape for shapes in many for shape in shapes)


@cache
def parts_of(model: type[Model]) -> Mapping[str, Shapes]:
    """The fields and properties of a model, as expressions see them."""
    annotations: dict[str, object] = {name: field.annotation for name, field in model.model_fields.items()}
    for ancestor in model.__mro__[: model.__mro__.index(Model)]:
        for name, member in vars(ancestor).items():
            function = _getter(member)
            if function is not None and not name.startswith("_"):
                annotations.setdefault(name, get_type_hints(function).get("return"))
    return {name: _measured(model, name, shapes_of(found)) for name, found in annotations.items()}


def _getter(member: object) -> Callable[..., object] | None:
    if isinstance(member, property):
        return member.fget
    return member.func if isinstance(member, cached_property) else None


def _measured(model: type[Model], name: str, shapes: Shapes) -> Shapes:
    longest = LONG_TEXTS.get((model, name))
    if longest is None:
        return shapes
    return frozenset(
        replace(shape, longest=longest) if shape.kind in ("text", "list") else shape for shape in shapes
    )


def part_of(shape: Shape, name: str) -> Shapes | None:
    """A part of a value by name; None where there cannot be one."""
    if shape.kind == "unknown":
        return UNKNOWN
    if shape.kind in ("nothing", "unsent"):
        return NOTHING
    if shape.kind != "object":
        return None
    known = dict(shape.known)
    if name in known:
        return known[name]
    if shape.element:
        return shape.element | NOTHING
    return parts_of(shape.model).get(name) if shape.model else None


def part_names(shape: Shape) -> set[str]:
    """The names of an object's parts."""
    return {name for name, _ in shape.known} | set(parts_of(shape.model) if shape.model else ())


def truthy(shapes: Shapes) -> Shapes:
    """The part of the shapes that JMESPath takes for true."""
    return union(_split(shape)[0] for shape in shapes)


def falsy(shapes: Shapes) -> Shapes:
    """The part of the shapes that JMESPath takes for false: nothing, false, and what is empty."""
    return union(_split(shape)[1] for shape in shapes)


def _split(shape: Shape) -> tuple[Shapes, Shapes]:
    whole, none = just(shape), frozenset[Shape]()
    if shape.kind in ("nothing", "unsent"):
        return none, whole
    if shape.kind in ("number", "date", "moment") or shape.model is not None:
        return whole, none
    if shape.kind == "boolean" or (shape.kind == "text" and shape.closed):
        true = frozenset(value for value in shape.values if value)
        false = shape.values - true
        return (
            just(replace(shape, values=true)) if true else none,
            just(replace(shape, values=false)) if false else none,
        )
    if shape.kind == "text":
        return whole, texts([""])
    return whole, whole


def constants(shapes: Shapes) -> frozenset[Constant | None] | None:
    """All values that the shapes can be; None where they cannot be counted."""
    found: set[Constant | None] = set()
    for shape in shapes:
        if shape.kind in ("nothing", "unsent"):
            found.add(None)
        elif shape.closed and shape.kind in ("text", "boolean"):
            found |= shape.values
        else:
            return None
    return frozenset(found)
