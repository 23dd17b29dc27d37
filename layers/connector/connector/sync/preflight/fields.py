"""One line of a mapping against the field that it fills: kind of value, length, picklist, access.

What Salesforce takes for which type: docs/mapping.md. What a line may deliver comes from
`connector.settings.inference`; where that cannot be told, nothing is found.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from connector.mapping.lines import Line
from connector.salesforce.facts import FieldFact
from connector.settings.shapes import Kind, Shape, Shapes
from connector.sync.preflight.findings import Severity


class Trouble(NamedTuple):
    """What is wrong with a line, before it is known where."""

    severity: Severity
    what: str
    what_to_do: str


_TEXTS = frozenset(
    {
        "string",
        "textarea",
        "phone",
        "url",
        "email",
        "picklist",
        "multipicklist",
        "combobox",
        "encryptedstring",
    }
)
_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_KNOWN = _TEXTS | _NUMBERS | {"boolean", "date", "datetime", "reference", "id"}
_TAKEN: Mapping[Kind, frozenset[str]] = {
    "text": _TEXTS | {"reference", "id"},
    "list": _TEXTS,
    "number": _NUMBERS,
    "boolean": frozenset({"boolean"}),
    "date": _TEXTS | {"date"},
    "moment": _TEXTS | {"datetime"},
    "object": frozenset(),
}
_WORDS: Mapping[Kind, str] = {
    "text": "a text",
    "list": "a list of texts",
    "number": "a number",
    "boolean": "true or false",
    "date": "a day",
    "moment": "a date and time",
    "object": "something with parts",
}
_ADVICE: Mapping[tuple[Kind, str], str] = {
    ("moment", "date"): "Write date(...) around it: that is the day in the store's time zone.",
    ("object", ""): "Name one of its parts.",
    ("number", "string"): "Write to_string(...) around it.",
    ("boolean", "string"): "Write to_string(...) around it.",
}


def check_value(line: Line, fact: FieldFact) -> Iterator[Trouble]:
    """What the line may deliver against what the field takes."""
    if line.part == "link":
        if fact.type != "reference":
            yield Trouble(
                "error", f"a link needs a lookup, and this is a {fact.type}", "Link by a lookup field."
            )
        return
    yield from _wrong_kinds(line.delivers, fact)
    if fact.type in _TEXTS:
        yield from _cut_texts(line.delivers, fact)
    if fact.values is not None:
        yield from _refused_values(line, fact.values)
    if fact.type == "boolean" and _may_be_empty(line.delivers):
        yield Trouble("warning", "may have no value, and a checkbox is never empty", "Add: || `false`")


def check_access(line: Line, fact: FieldFact, creates: bool) -> Iterator[Trouble]:
    """Whether the connector's user may give the field when the mapping gives it."""
    if not fact.createable and not fact.updateable:
        yield Trouble(
            "error",
            "can be read but not written by the connector's user",
            "Give its permission set edit access to the field; if Salesforce computes it, take the line out.",
        )
    elif creates and not fact.createable:
        yield Trouble("error", "cannot be given to a new record", "Take the line out; it suits `gone` only.")
    elif not fact.updateable and not (line.create_only or line.part == "default"):
        yield Trouble("error", "can be given to a new record only", "Add it to this record's create_only.")


def may_deliver_nothing(lines: list[Line]) -> bool:
    """Whether a field can end up empty though all these lines fill it."""
    return all(line.part != "link" and _may_be_empty(line.delivers) for line in lines)


def _may_be_empty(shapes: Shapes) -> bool:
    return any(shape.kind in ("nothing", "unsent") for shape in shapes)


def _wrong_kinds(shapes: Shapes, fact: FieldFact) -> Iterator[Trouble]:
    if fact.type not in _KNOWN:
        return
    for kind in sorted({shape.kind for shape in shapes if fact.type not in _TAKEN.get(shape.kind, _KNOWN)}):
        advice = _ADVICE.get((kind, "string" if fact.type in _TEXTS else fact.type)) or _ADVICE.get(
            (kind, "")
        )
        yield Trouble(
            "error",
            f"the line delivers {_WORDS[kind]}, and the field is a {fact.type}",
            advice or "Map another value, or another field.",
        )


def _cut_texts(shapes: Shapes, fact: FieldFact) -> Iterator[Trouble]:
    longest = max((_length(shape) for shape in shapes if shape.kind in ("text", "list")), default=0)
    if fact.length is not None and longest > fact.length:
        yield Trouble(
            "warning",
            f"holds {fact.length} characters, and the value may have {longest}: the rest is cut",
            "Make the field longer, or map the value to a long text field too.",
        )


def _length(shape: Shape) -> int:
    known = max((len(text) for text in shape.values if isinstance(text, str)), default=0)
    return max(known, shape.longest or 0)


def _refused_values(line: Line, taken: tuple[str, ...]) -> Iterator[Trouble]:
    texts = [shape for shape in line.delivers if shape.kind == "text"]
    refused = sorted({str(value) for shape in texts for value in shape.values if value} - set(taken))
    if refused:
        yield Trouble(
            "error",
            f"the restricted picklist has no {', '.join(map(repr, refused))}; it has {_some(taken)}",
            "Translate the value with lookup() and a value map, or add it to the picklist.",
        )
    elif any(not shape.closed for shape in texts) and not _is_checked_elsewhere(line.field):
        yield Trouble(
            "warning",
            f"the restricted picklist takes {_some(taken)} only, and the storefront may say something else",
            "Translate every value with lookup() and a value map, or lift the restriction.",
        )


def _is_checked_elsewhere(field: str) -> bool:
    """Currencies have a check of their own, and the lists of countries and states are the ISO codes themselves."""
    return field == "CurrencyIsoCode" or field.endswith(("CountryCode", "StateCode"))


def _some(values: tuple[str, ...]) -> str:
    shown = ", ".join(repr(value) for value in values[:10])
    return f"{shown} and {len(values) - 10} more" if len(values) > 10 else shown or "no value at all"
