"""What a query costs and the bucket that pays for it (reference, limits).

An object is one point, a scalar none, a mutation ten, a connection two and as many times its nodes as it asks for;
of fragments on different types the dearest counts. The vendor's exact figures are not public: ours lean to the dear
side, so that a query that passes here passes there.
"""

import threading
from collections.abc import Callable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_object_type,
)
from graphql.type import GraphQLOutputType, get_nullable_type

from local.storefronts.payload import Json

MOST_POINTS = 1_000
MUTATION_POINTS = 10


class Bucket:
    """Points of one app in one shop: so many at most, so many more each second."""

    def __init__(self, clock: Callable[[], float], maximum: float = 2_000, per_second: float = 100) -> None:
        self.maximum = maximum
        self.per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._available = maximum
        self._filled_at = clock()

    def take(self, points: float) -> bool:
        """Pay; false if the bucket does not hold enough."""
        with self._lock:
            self._fill()
            if self._available < points:
                return False
            self._available -= points
            return True

    def give_back(self, points: float) -> None:
        """What was asked for and not used."""
        with self._lock:
            self._available = min(self.maximum, self._available + points)

    def drain(self) -> None:
        """Take everything, as another app user's burst would."""
        with self._lock:
            self._fill()
            self._available = 0

    def status(self) -> Json:
        """As `extensions.cost.throttleStatus` tells it."""
        with self._lock:
            self._fill()
            return {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": int(self._available),
                "restoreRate": self.per_second,
            }

    def _fill(self) -> None:
        now = self._clock()
        self._available = min(self.maximum, self._available + (now - self._filled_at) * self.per_second)
        self._filled_at = now


def requested_cost(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, object]) -> int:
    """Points that a valid document asks for. Variables have their defaults filled in already."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    counter = _Counter(schema, fragments, variables)
    points = 0
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            root = schema.get_root_type(node.operation)
            points += MUTATION_POINTS if node.operation is OperationType.MUTATION else 0
            points += counter.selections(node.selection_set, root) if root else 0
    return points


def actual_cost(value: object) -> int:
    """Points of an answer's data: its objects."""
    if isinstance(value, dict):
        return 1 + sum(map(actual_cost, value.values()))
    return sum(map(actual_cost, value)) if isinstance(value, list) else 0


class _Counter:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, object],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def selections(self, selected: SelectionSetNode | None, owner: GraphQLCompositeType) -> int:
        points, by_type = 0, [0]
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                points += self._field(node, owner)
            elif isinstance(node, InlineFragmentNode | FragmentSpreadNode):
                condition, inner = self._fragment(node, owner)
                by_type.append(self.selections(inner, condition))
        return points + (sum(by_type) if is_object_type(owner) else max(by_type))

    def _fragment(
        self, node: InlineFragmentNode | FragmentSpreadNode, owner: GraphQLCompositeType
    ) -> tuple[GraphQLCompositeType, SelectionSetNode]:
        source = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        if source.type_condition is None:
            return owner, source.selection_set
        named = self._schema.get_type(source.type_condition.name.value)
        return (named if is_composite_type(named) else owner), source.selection_set

    def _field(self, node: FieldNode, owner: GraphQLCompositeType) -> int:
        if (
            not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
            or node.name.value not in owner.fields
        ):
            return 0
        field = owner.fields[node.name.value]
        inner = get_named_type(field.type)
        if not is_composite_type(inner):
            return 0
        if inner.name.endswith("Connection"):
            return 2 + self._count(node) * self.selections(node.selection_set, inner)
        if inner.name == "PageInfo" or inner.name.endswith("Edge"):
            return self.selections(node.selection_set, inner)
        times = self._count(node) if _is_list(field.type) and not owner.name.endswith("Connection") else 1
        return times * (1 + self.selections(node.selection_set, inner))

    def _count(self, node: FieldNode) -> int:
        """How many elements a list field may bring: its `first`, `last` or number of `ids`; 1 if it does not say."""
        for argument in node.arguments or ():
            value: object = argument.value
            if isinstance(value, VariableNode):
                value = self._variables.get(value.name.value)
            if argument.name.value in ("first", "last") and isinstance(value, IntValueNode | int):
                return int(value.value) if isinstance(value, IntValueNode) else value
            if argument.name.value == "ids" and isinstance(value, ListValueNode | list):
                return len(value.values) if isinstance(value, ListValueNode) else len(value)
        return 1


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(get_nullable_type(kind))
