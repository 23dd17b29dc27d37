"""Rows by the values of a field: few queries, short enough, and nothing that a value holds becomes part of one."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from connector.salesforce.reading import KEYS_PER_QUERY
from connector.salesforce.rows import read_rows
from local.salesforce.soql.lexer import tokens, unquoted

FIELDS = ["Name", "Account.Storefront_Key__c"]


class Asked:
    """A session that notes its queries."""

    def __init__(self):
        self.queries = []

    def query(self, soql, deleted):
        assert not deleted
        self.queries.append(soql)
        return [{"Id": str(len(self.queries))}]


def values_of(soql):
    return [unquoted(token.text, pattern=False) for token in tokens(soql) if token.kind == "string"]


@given(st.sets(st.text(min_size=1, max_size=300), max_size=250))
def test_every_value_is_asked_for_once_in_addresses_that_salesforce_takes(values):
    asked = Asked()
    rows = list(read_rows(asked, "Order", FIELDS, "Storefront_Key__c", values))
    assert sorted(value for soql in asked.queries for value in values_of(soql)) == sorted(values)
    assert len(rows) == len(asked.queries)
    for soql in asked.queries:
        assert len(values_of(soql)) <= KEYS_PER_QUERY
        assert len(quote(soql, safe="")) < 16_384 - 1_000


def test_short_keys_share_queries_up_to_the_limit():
    asked = Asked()
    list(read_rows(asked, "Order", FIELDS, "Storefront_Key__c", [f"shop:{number}" for number in range(201)]))
    assert [len(values_of(soql)) for soql in asked.queries] == [100, 100, 1]
    assert asked.queries[0].startswith(
        "SELECT Id, Storefront_Key__c, Name, Account.Storefront_Key__c FROM Order WHERE "
    )


def test_nothing_is_asked_for_nobody():
    asked = Asked()
    assert list(read_rows(asked, "Order", FIELDS, "Storefront_Key__c", [])) == []
    assert asked.queries == []
