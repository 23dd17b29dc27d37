"""Checks a mapping's expressions against the model: names, what functions take, value maps."""

from collections.abc import Iterator, Mapping

from connector.model.scope import ELEMENTS, GONE_NAMES, NAMES, SINGULAR
from connector.settings.inference import Inference
from connector.settings.mappings import LinkSpec, MappingSpec, RecordSpec
from connector.settings.shapes import Shapes, shapes_of

Place = tuple[int | str, ...]
"""The way to a part of the mapping file, as names."""

Names = Mapping[str, Shapes]


def check_mapping(spec: MappingSpec) -> Iterator[tuple[Place, str]]:
    """Every expression that cannot work, with its place and what is wrong with it."""
    checker = _Checker(Inference(spec.values))
    names = names_of(NAMES)
    for name, shared in spec.shared.items():
        place: Place = ("shared", name)
        inner = with_element(names, shared.each)
        yield from checker.check((*place, "id"), shared.id, inner)
        yield from checker.check((*place, "when"), shared.when, inner)
        for record_name, record in shared.records.items():
            yield from checker.check_record((*place, "records", record_name), record, inner)
    for name, record in spec.records.items():
        yield from checker.check_record(("records", name), record, names)
    if spec.gone is not None:
        gone = names_of(GONE_NAMES)
        yield from checker.check(("gone", "record"), spec.records[spec.gone.record].key, gone)
        yield from checker.check_fields(("gone", "fields"), spec.gone.fields, gone)


def names_of(annotations: Mapping[str, object]) -> dict[str, Shapes]:
    """Names with what they may hold."""
    return {name: shapes_of(annotation) for name, annotation in annotations.items()}


def with_element(names: Names, each: str | None) -> Names:
    """The names inside `each`: one element has a name of its own there."""
    if each is None:
        return names
    singular = SINGULAR[each]
    return {**names, singular: shapes_of(ELEMENTS[singular])}


class _Checker:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def check(self, place: Place, text: str | None, names: Names) -> Iterator[tuple[Place, str]]:
        if text is not None:
            self._inference.infer(text, names)
            yield from ((place, problem) for problem in self._inference.problems)

    def check_fields(
        self, place: Place, fields: Mapping[str, str], names: Names
    ) -> Iterator[tuple[Place, str]]:
        for name, text in fields.items():
            yield from self.check((*place, name), text, names)

    def check_record(self, place: Place, record: RecordSpec, names: Names) -> Iterator[tuple[Place, str]]:
        inner = with_element(names, record.each)
        yield from self.check((*place, "key"), record.key, inner)
        yield from self.check((*place, "when"), record.when, inner)
        yield from self.check_fields((*place, "fields"), record.fields, inner)
        yield from self.check_fields((*place, "defaults"), record.defaults, inner)
        for field, link in record.links.items():
            if isinstance(link, LinkSpec):
                yield from self.check((*place, "links", field, "key"), link.key, inner)
