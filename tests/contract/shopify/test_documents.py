"""The adapter's GraphQL documents against Shopify's Admin schema 2026-10 (a cut of names and types)."""

import pytest
from graphql import FieldNode, GraphQLSchema, IntValueNode, Visitor, parse, validate, visit
from graphql.language import print_ast

from connector.storefronts.shopify.api import API_VERSION
from local.storefronts.shopify.graphql_api import load_schema
from tests.contract.shopify.documents import documents

POINTS_PER_QUERY = 1000
IDS_PER_QUERY = {"Transactions": 100, "Refunds": 4, "Fulfillments": 5}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return load_schema()


class _Points(Visitor):
    """One point for each object that a document may bring."""

    def __init__(self, ids: int) -> None:
        super().__init__()
        self.sizes = [1]
        self.points = 0
        self.ids = ids

    def enter_field(self, node: FieldNode, *_: object) -> None:
        sizes = {argument.name.value: argument.value for argument in node.arguments or ()}
        factor = self.ids if "ids" in sizes else 1
        if isinstance(first := sizes.get("first"), IntValueNode):
            factor = int(first.value)
        self.sizes.append(self.sizes[-1] * factor)
        if node.selection_set:
            self.points += self.sizes[-1]

    def leave_field(self, *_: object) -> None:
        self.sizes.pop()


def test_schema_is_of_the_version_that_is_called() -> None:
    assert API_VERSION in (load_schema.__doc__ or "")


@pytest.mark.parametrize("document", documents())
def test_document_is_valid(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


@pytest.mark.parametrize(
    ("right", "wrong"), [("displayFinancialStatus", "financialStatus"), ("first: 20", "size: 20")]
)
def test_schema_finds_a_wrong_name(schema: GraphQLSchema, right: str, wrong: str) -> None:
    document = documents()[0]
    assert right in document
    assert validate(schema, parse(document.replace(right, wrong)))


@pytest.mark.parametrize("document", documents())
def test_document_stays_below_the_cost_of_one_query(document: str) -> None:
    parsed = parse(document)
    name = document.split("(")[0].split()[-1]
    points = _Points(IDS_PER_QUERY.get(name, 1))
    visit(parsed, points)
    assert 0 < points.points < POINTS_PER_QUERY, print_ast(parsed)
