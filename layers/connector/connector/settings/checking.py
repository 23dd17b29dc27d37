"""Checks a mapping's expressions against the model: names, functions, value maps, what `each` goes over."""

from collections.abc import Generator, Iterator, Mapping

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
        inner = yield from checker.check_each(place, shared.each, names)
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
    singular = SINGULAR.get(each or "")
    return names if singular is None else {**names, singular: shapes_of(ELEMENTS[singular])}


class _Checker:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def check(self, place: Place, text: str | None, names: Names) -> Iterator[tuple[Place, str]]:
        if text is not None:
            self._inference.infer(text, names)
            yield from ((place, problem) for problem in self._inference.problems)

    def check_fields(self, place: Place, fields: Mapping[str, str], names: Names) -> Iterator[tuple[Place, str]]:
        for name, text in fields.items():
            yield from self.check((*place, name), text, names)

    def check_each(self, place: Place, each: str | None, names: Names) -> Generator[tuple[Place, str], None, Names]:
        if each is not None and each not in SINGULAR:
            yield (*place, "each"), f"goes over {' or '.join(SINGULAR)}, not over {each}"
        return with_element(names, each)

    def check_record(self, place: Place, record: RecordSpec, names: Names) -> Iterator[tuple[Place, str]]:
        inner = yield from self.check_each(place, record.each, names)
        yield from self.check((*place, "key"), record.key, inner)
        yield from self.check((*place, "when"), record.when, inner)
        yield from self.check_fields((*place, "fields"), record.fields, inner)
        yield from self.check_fields((*place, "defaults"), record.defaults, inner)
        for field, link in record.links.items():
            if isinstance(link, LinkSpec):
                yield from self.check((*place, "links", field, "key"), link.key, inner)
