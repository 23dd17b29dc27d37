"""Cut Shopify's published Admin schema down to the names and types that the connector's documents touch.

    python -m tests.contract.shopify.derive_schema PUBLISHED.graphql[.gz]

Writes admin-2026-10.graphql beside this file: no descriptions, no directives, no deprecated fields. A touched type
keeps all its fields whose types are touched too, so that a new field of a known type needs no new cut.
"""

import gzip
import sys
from collections.abc import Iterable
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_leaf_type,
    parse,
    visit,
)

from tests.contract.shopify.documents import documents

SUBSET = Path(__file__).with_name("admin-2026-10.graphql")
_OPEN_ENDED = ("QueryRoot", "Node")
"""Too wide to keep whole: only the fields that the documents ask for."""


class _Touched(Visitor):
    """Collects the types and fields on which documents stand."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.types: set[str] = set()
        self.fields: set[tuple[str, str]] = set()

    def enter_field(self, node, *_) -> None:
        parent, here = self.info.get_parent_type(), self.info.get_type()
        if parent is None or here is None:
            raise SystemExit(f"the published schema has no field {node.name.value} here")
        self.types |= {parent.name, get_named_type(here).name}
        self.fields.add((parent.name, node.name.value))


def derive(schema: GraphQLSchema, sources: Iterable[str]) -> str:
    """The schema definition language of the subset."""
    info = TypeInfo(schema)
    touched = _Touched(info)
    for source in sources:
        visit(parse(source), TypeInfoVisitor(info, touched))
    kept = _with_leaves(schema, _with_members(schema, touched.types), touched.fields)
    blocks = (_definition(schema.type_map[name], kept, touched.fields) for name in sorted(kept))
    return "schema { query: QueryRoot }\n\n" + "\n\n".join(block for block in blocks if block) + "\n"


def _with_members(schema: GraphQLSchema, names: set[str]) -> set[str]:
    unions = (schema.type_map[name] for name in names)
    return names | {
        member.name for union in unions if isinstance(union, GraphQLUnionType) for member in union.types
    }


def _with_leaves(schema: GraphQLSchema, names: set[str], fields: set[tuple[str, str]]) -> set[str]:
    """The types with the scalars and enums of their fields and arguments."""
    leaves: set[str] = set()
    for owner in names:
        for name, field in getattr(schema.type_map[owner], "fields", {}).items():
            own = get_named_type(field.type)
            known = names | {own.name} if is_leaf_type(own) else names
            if _is_kept(owner, name, field, known, fields):
                found = (own, *(get_named_type(argument.type) for argument in field.args.values()))
                leaves |= {leaf.name for leaf in found if is_leaf_type(leaf)}
    return names | leaves


def _definition(found: GraphQLNamedType, kept: set[str], fields: set[tuple[str, str]]) -> str:
    if isinstance(found, GraphQLScalarType):
        return "" if found.name in ("String", "Int", "Float", "Boolean", "ID") else f"scalar {found.name}"
    if isinstance(found, GraphQLEnumType):
        return f"enum {found.name} {{\n" + "".join(f"  {value}\n" for value in found.values) + "}"
    if isinstance(found, GraphQLUnionType):
        return f"union {found.name} = " + " | ".join(member.name for member in found.types)
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    keyword = "interface" if isinstance(found, GraphQLInterfaceType) else "type"
    parents = " & ".join(parent.name for parent in found.interfaces if parent.name in kept)
    lines = (
        f"  {name}{_arguments(field, kept)}: {field.type}\n"
        for name, field in found.fields.items()
        if _is_kept(found.name, name, field, kept, fields)
    )
    return f"{keyword} {found.name}{' implements ' + parents if parents else ''} {{\n" + "".join(lines) + "}"


def _is_kept(
    owner: str, name: str, field: GraphQLField, kept: set[str], fields: set[tuple[str, str]]
) -> bool:
    if (owner, name) in fields or (owner, name) == ("Node", "id"):
        return True
    return (
        owner not in _OPEN_ENDED
        and field.deprecation_reason is None
        and get_named_type(field.type).name in kept
    )


def _arguments(field: GraphQLField, kept: set[str]) -> str:
    given = [
        f"{name}: {argument.type}"
        for name, argument in field.args.items()
        if get_named_type(argument.type).name in kept
    ]
    return f"({', '.join(given)})" if given else ""


def main(published: Path) -> None:
    """Read the published schema and write the subset."""
    raw = published.read_bytes()
    text = (gzip.decompress(raw) if published.suffix == ".gz" else raw).decode()
    SUBSET.write_text(derive(build_schema(text, assume_valid=True), documents()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
