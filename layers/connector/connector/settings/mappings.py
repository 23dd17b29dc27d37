"""The shape of layers/settings/mappings/*.yaml. What the parts mean stands in docs/mapping.md.

A record says what is written: object, key, fields, links to other records. Shared records belong to several orders
(the customer, the products); the others belong to the one record that the mapping is about.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field, model_validator

from connector.settings.stores import Misplaced, Section

FUNCTIONS = ("date", "join", "lookup", "unless", "when")
"""What expressions may call beside JMESPath's own functions; docs/mapping.md describes them."""


def _expression(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(f"not a JMESPath expression: {' '.join(str(error).split())}") from None
    return text


Expression = Annotated[str, AfterValidator(_expression)]
ApiName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


Each = Literal["items", "products"]
"""What a record may be repeated for: the rows of the order (`item`), the products that they need (`product`)."""


class LinkSpec(Section):
    """A reference to another record of this mapping; `key` is needed when there are several of it."""

    record: str
    key: Expression | None = None


def targets(link: "str | tuple[str, ...] | LinkSpec") -> tuple[str, ...]:
    """The names of the records that a link may lead to, in order of preference."""
    if isinstance(link, str):
        return (link,)
    return (link.record,) if isinstance(link, LinkSpec) else link


class RecordSpec(Section):
    """One kind of Salesforce record. `create_only` names fields and links that are sent only while creating."""

    object: ApiName
    key: Expression
    each: Each | None = None
    when: Expression | None = None
    fields: dict[ApiName, Expression] = {}
    defaults: dict[ApiName, Expression] = {}
    """What a field gets while creating when its own expression has no value; never overwrites anything."""
    links: dict[ApiName, str | tuple[str, ...] | LinkSpec] = {}
    """Field to the record that it refers to; of several names the first that this order has."""
    create_only: tuple[ApiName, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "RecordSpec":
        for name in self.create_only:
            if name not in self.fields and name not in self.links:
                raise Misplaced(("create_only",), f"{name} is neither a field nor a link of this record")
        return self


class SharedSpec(Section):
    """Records that several orders share, under one identity.

    `newest`: field by field, the newest order that has a value wins. `once`: created when missing, never changed.
    """

    id: Expression
    each: Each | None = None
    policy: Literal["newest", "once"]
    when: Expression | None = None
    records: dict[str, RecordSpec]


class GoneSpec(Section):
    """What is written when the storefront deleted the record for good: these fields of this record, if it exists."""

    record: str
    fields: dict[ApiName, Expression]


class MappingSpec(Section):
    """One mapping file."""

    entity: Literal["order"]
    values: dict[str, dict[str, str]] = {}
    """Named value maps for the function `lookup`."""
    shared: dict[str, SharedSpec] = {}
    records: dict[str, RecordSpec]
    gone: GoneSpec | None = None

    @property
    def objects(self) -> frozenset[str]:
        """The Salesforce objects that it writes."""
        return frozenset(record.object for _, record in self._all_records())

    @model_validator(mode="after")
    def _links_lead_somewhere(self) -> "MappingSpec":
        records = list(self._all_records())
        names = {place[-1] for place, _ in records}
        for place, record in records:
            for field, link in record.links.items():
                for target in targets(link):
                    if target not in names:
                        raise Misplaced((*place, "links", field), f"no record is named {target!r}")
        if self.gone is not None and self.gone.record not in self.records:
            raise Misplaced(("gone", "record"), f"no record is named {self.gone.record!r}")
        return self

    def _all_records(self) -> Iterator[tuple[tuple[str, ...], RecordSpec]]:
        for group, shared in self.shared.items():
            for name, record in shared.records.items():
                yield ("shared", group, "records", name), record
        for name, record in self.records.items():
            yield ("records", name), record
