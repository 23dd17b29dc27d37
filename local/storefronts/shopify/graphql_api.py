"""The Admin GraphQL API: documents are checked against the vendor's schema, paid for, then executed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)

from local.storefronts.payload import Json
from local.storefronts.shopify.cost import MOST_POINTS, Bucket, actual_cost, requested_cost
from local.storefronts.shopify.paging import Connection, limited

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")

Resolver = Callable[[Json], object]


def load_schema() -> GraphQLSchema:
    """The derived subset of the vendor's schema, version 2026-10."""
    return build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))


class GraphqlApi:
    """Executes documents over root fields given as functions; `roots` are those of QueryRoot and Mutation."""

    def __init__(self, roots: Mapping[str, Resolver], bucket: Bucket) -> None:
        self._schema = load_schema()
        self._roots = dict(roots)
        self.bucket = bucket

    def execute(self, request: Json) -> Json:
        """The answer's JSON to `{query, variables, operationName}`; errors are inside, the status is always 200."""
        try:
            document = parse(str(request.get("query") or ""), no_location=False)
        except GraphQLError as error:
            return {"errors": [_refusal(error, "parseError")]}
        invalid = validate(self._schema, document)
        if invalid:
            return {"errors": [_refusal(error, "undefinedField") for error in invalid]}
        variables = _with_defaults(document, request)
        points = requested_cost(self._schema, document, variables)
        if points > MOST_POINTS:
            return self._too_dear(points)
        if not self.bucket.take(points):
            return self.throttled(points)
        return self._run(document, variables, request, points)

    def throttled(self, points: int = 10) -> Json:
        """The answer to a call that the bucket cannot pay."""
        extensions = {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}
        return {
            "errors": [{"message": "Throttled", "extensions": extensions}],
            "extensions": {"cost": self._cost(points, None)},
        }

    def _run(self, document: DocumentNode, variables: Json, request: Json, points: int) -> Json:
        result = execute_sync(
            self._schema,
            document,
            root_value=self._roots,
            variable_values=variables,
            operation_name=request.get("operationName"),
            field_resolver=_resolve,
            type_resolver=_type_name,
        )
        used = min(points, max(1, actual_cost(result.data or {}) - 1))
        self.bucket.give_back(points - used)
        answer: Json = {"data": result.data}
        if result.errors:
            answer["errors"] = [_refusal(error, "INTERNAL_SERVER_ERROR") for error in result.errors]
        return answer | {"extensions": {"cost": self._cost(points, used)}}

    def _too_dear(self, points: int) -> Json:
        message = f"Query cost is {points}, which exceeds the single query max cost limit {MOST_POINTS}."
        extensions = {"code": "MAX_COST_EXCEEDED", "cost": points, "maxCost": MOST_POINTS}
        return {"errors": [{"message": message, "extensions": extensions}]}

    def _cost(self, requested: int, actual: int | None) -> Json:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": self.bucket.status(),
        }


def _with_defaults(document: DocumentNode, request: Json) -> Json:
    """The request's variables, and the defaults of those that it leaves out."""
    defaults: Json = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            for definition in node.variable_definitions or ():
                if definition.default_value is not None:
                    defaults[definition.variable.name.value] = value_from_ast_untyped(
                        definition.default_value
                    )
    return defaults | (request.get("variables") or {})


def _resolve(source: Mapping[str, object], info: GraphQLResolveInfo[object], **arguments: object) -> object:
    name = info.field_name
    if name not in source:
        raise GraphQLError(f"not simulated: {info.parent_type.name}.{name}")
    value = source[name]
    if callable(value):
        at_root = info.parent_type.name in ("QueryRoot", "Mutation")
        value = value(arguments) if at_root else value()
    if isinstance(value, Connection):
        return _page(value, arguments)
    first = arguments.get("first")
    return limited(value, first) if isinstance(value, list) and isinstance(first, int) else value


def _page(connection: Connection, given: Json) -> Json:
    window: Json = {name: given.get(name) for name in ("first", "after", "last", "before")}
    return connection.page(**window, reverse=bool(given.get("reverse")))


def _type_name(
    value: Mapping[str, object], info: GraphQLResolveInfo[object], kind: GraphQLAbstractType
) -> str:
    return str(value["__typename"])


def _refusal(error: GraphQLError, code: str) -> Json:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    found = error.extensions.get("code", code) if error.extensions else code
    answer: Json = {"message": error.message, "locations": places, "extensions": {"code": found}}
    return answer | ({"path": list(error.path)} if error.path else {})
