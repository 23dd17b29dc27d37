"""The lines of a mapping that one store really sends to one org.

A line that `when` or `unless` switch off for good (a state code where the org has no state picklist), and a record
whose `when` cannot hold (an opportunity where the store wants none), are not among them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connector.mapping.plans import Target
from connector.mapping.scopes import gone_names_for, names_for
from connector.model.scope import OrgView
from connector.settings.checking import with_element
from connector.settings.inference import Inference
from connector.settings.mappings import MappingSpec, RecordSpec, SharedSpec
from connector.settings.shapes import UNKNOWN, UNSENT, Shapes, truthy
from connector.settings.stores import Store

Part = Literal["field", "default", "link"]
_NOTHING_ELSE: Mapping[str, object] = {"defaults": {}, "links": {}, "create_only": ()}
Names = Mapping[str, Shapes]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a Salesforce field and what it may get. A link's value is a reference, which is not inferred."""

    part: Part
    field: str
    delivers: Shapes
    create_only: bool


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """One record of a mapping that the store may write. `creates` is False for what only an existing one gets."""

    name: str
    object: str
    lines: tuple[Line, ...]
    creates: bool = True


class Lines:
    """The lines of one mapping for one store and org."""

    def __init__(self, spec: MappingSpec, store_name: str, store: Store, org: OrgView) -> None:
        self._spec = spec
        self._inference = Inference(spec.values)
        self._names = names_for(store_name, store, org)
        self._gone_names = gone_names_for(store_name, store, org)

    def records(
        self, wanted: Callable[[str, str], bool] = lambda object_name, field: True
    ) -> Iterator[WrittenRecord]:
        """All records that may be written, with those lines whose object and field are wanted."""
        for name, record, names in self._sent_records():
            yield WrittenRecord(name, record.object, tuple(self._lines(record, names, wanted)))
        gone = self._spec.gone
        if gone is not None:
            record = self._spec.records[gone.record].model_copy(
                update={"fields": gone.fields, **_NOTHING_ELSE}
            )
            lines = tuple(self._lines(record, self._gone_names, wanted))
            yield WrittenRecord(gone.record, record.object, lines, creates=False)

    def missing(self, has: Callable[[str, str], bool]) -> tuple[Target, ...]:
        """The object and field of every line that would be sent if the org had the field."""
        records = self.records(lambda object_name, field: not has(object_name, field))
        found = (Target(record.object, line.field) for record in records for line in record.lines)
        return tuple(dict.fromkeys(found))

    def _sent_records(self) -> Iterator[tuple[str, RecordSpec, Names]]:
        for shared in self._spec.shared.values():
            names = with_element(self._names, shared.each)
            if self._holds(shared, names):
                yield from self._holding(shared.records, names)
        yield from self._holding(self._spec.records, self._names)

    def _holding(
        self, records: Mapping[str, RecordSpec], names: Names
    ) -> Iterator[tuple[str, RecordSpec, Names]]:
        for name, record in records.items():
            inner = with_element(names, record.each)
            if self._holds(record, inner):
                yield name, record, inner

    def _holds(self, part: RecordSpec | SharedSpec, names: Names) -> bool:
        return part.when is None or bool(truthy(self._inference.infer(part.when, names)))

    def _lines(self, record: RecordSpec, names: Names, wanted: Callable[[str, str], bool]) -> Iterator[Line]:
        parts: tuple[tuple[Part, Mapping[str, str]], ...] = (
            ("field", record.fields),
            ("default", record.defaults),
        )
        for part, fields in parts:
            for name, text in fields.items():
                if wanted(record.object, name) and (delivers := self._inference.infer(text, names)) != UNSENT:
                    yield Line(part, name, delivers, name in record.create_only)
        for name in record.links:
            if wanted(record.object, name):
                yield Line("link", name, UNKNOWN, name in record.create_only)
