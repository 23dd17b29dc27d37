"""One record as the flow would send it, beside the row that Salesforce holds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from connector.mapping.plans import Record, Target
from connector.salesforce.facts import FieldFact, OrgFacts
from connector.salesforce.graphs import KEY_FIELD, Node
from connector.salesforce.rows import Row
from connector.sync.drafting import is_region, relationship
from connector.sync.preview.report import Action, FieldPreview, RecordPreview

IsPersonal = Callable[[str, str], bool]
"""Of a record's name in the mapping and a field."""

_ID_LENGTH = 15
"""An id's other three characters are a checksum, which not every source gives."""


class Comparison:
    """Compares what is sent with the rows of one org."""

    def __init__(self, rows: Mapping[Target, Row], facts: OrgFacts, is_personal: IsPersonal) -> None:
        self._rows, self._facts, self._is_personal = rows, facts, is_personal

    def holds(self, target: Target) -> bool:
        """Whether Salesforce has the record."""
        return target in self._rows

    def preview(self, record: Record, node: Node | None) -> RecordPreview:
        """What the node would do to the record; without one it is left alone."""
        row = self._rows.get(record.target)
        fields = () if node is None else tuple(self._moved(record, node, row or {}))
        action: Action = "leave"
        if node is not None:
            action = "create" if row is None else ("change" if fields else "leave")
        refused = tuple(field.name for field in fields if self._lacks(record, field.name, field.new))
        return RecordPreview(action, record.name, *record.target, self._id(record.target), fields, refused)

    def preview_delete(self, target: Target) -> RecordPreview:
        """A row that the order has no longer."""
        return RecordPreview("delete", "", *target, self._id(target))

    def _id(self, target: Target) -> str | None:
        row = self._rows.get(target)
        return str(row["Id"]) if row else None

    def _moved(self, record: Record, node: Node, row: Row) -> Iterator[FieldPreview]:
        for name, value in node.body.items():
            own = name in record.fields or name in record.defaults
            if own and not same(row.get(name), value, self._kind(record, name)):
                yield FieldPreview(name, row.get(name), value, self._is_personal(record.name, name))
        for name, target in record.links.items():
            held = _linked_key(row, name)
            if (name in node.body or relationship(name) in node.body) and held != target.key:
                yield FieldPreview(name, held, target.key, personal=False)

    def _kind(self, record: Record, field: str) -> str:
        fact = self._fact(record, field)
        return fact.type if fact else ""

    def _lacks(self, record: Record, field: str, value: object) -> bool:
        """Whether the record is refused because a restricted picklist lacks this value."""
        if is_region(field):
            return False
        fact = self._fact(record, field)
        picks = fact.values if fact and fact.type == "picklist" else None
        return picks is not None and isinstance(value, str) and value not in picks

    def _fact(self, record: Record, field: str) -> FieldFact | None:
        return self._facts.objects.get(record.target.object, {}).get(field)


def same(held: object, sent: object, kind: str) -> bool:
    """Whether Salesforce would hold after the write what it holds now. `kind` is the field's type by its describe.

    Salesforce trims texts, lowers emails, writes moments with an offset, and has no empty checkbox.
    """
    if isinstance(held, bool) or isinstance(sent, bool):
        return bool(held) == bool(sent)
    if held in (None, "") or sent in (None, ""):
        return held in (None, "") and sent in (None, "")
    if _is_number(held) and _is_number(sent):
        return Decimal(str(held)) == Decimal(str(sent))
    return _normal(str(held), kind) == _normal(str(sent), kind)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _normal(text: str, kind: str) -> object:
    text = text.replace("\r\n", "\n").strip()
    if kind == "datetime":
        return _moment(text)
    if kind in ("reference", "id"):
        return text[:_ID_LENGTH]
    return text.lower() if kind == "email" else text


def _moment(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _linked_key(row: Row, field: str) -> object:
    """The key of the record that a lookup leads to; its id if it has no key."""
    parent = row.get(relationship(field))
    key = parent.get(KEY_FIELD) if isinstance(parent, dict) else None
    return key or row.get(field)
