"""SOQL: what is refused."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("soql", "word"),
    [
        ("SELEKT Name FROM Account", "SELEKT"),
        ("SELECT Name FROM Account LIMIT 1 Name", "Name"),
        ("SELECT Name FROM Account LIMIT ten", "ten"),
        ("SELECT Name FROM Account ORDER BY Name NULLS", "<EOF>"),
        ("SELECT Name FROM Account ORDER BY Name NULLS MIDDLE", "MIDDLE"),
        ("SELECT Name FROM Account FOR", "<EOF>"),
        ("SELECT Name FROM Account FOR SALE", "SALE"),
        ("SELECT Name FROM Account WHERE Name NEAR 'x'", "NEAR"),
        ("SELECT Name FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "OR"),
        ("SELECT FIELDS(SOME) FROM Account LIMIT 1", "SOME"),
        ("SELECT SHOUT(Name) FROM Account", "SHOUT"),
        ("SELECT SUM(MAX(NumberOfEmployees)) FROM Account", "MAX"),
    ],
)
def test_the_first_unexpected_word_is_named(org, soql, word):
    """A text that is no SOQL is MALFORMED_QUERY, and the message names the first word that has no place there;
    seen for a misspelt SELECT. [recorded]
    """
    reply = org.query(soql)
    assert (reply.error, reply.body[0]["message"]) == ((400, "MALFORMED_QUERY"), f"unexpected token: {word}")


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Name",
        "SELECT FROM Account",
        "SELECT * FROM Account",
        "SELECT Name FROM 5",
        "SELECT Name FROM Account; DELETE",
        "SELECT Name FROM Account GROUP BY",
        "SELECT Name FROM Account WHERE",
        "SELECT Name FROM Account WHERE Name",
        "SELECT Name FROM Account WHERE Name = )",
        "SELECT Name FROM Account WHERE Name = 'x",
        "SELECT Name FROM Account WHERE Name IN 'x'",
        "SELECT Name FROM Account WHERE (Name = 'x'",
        "SELECT Name FROM Account WHERE CreatedDate = SOMEDAY",
        "SELECT Name FROM Account WHERE CreatedDate > 2026-02-30T00:00:00Z",
        "SELECT Id FROM Contact WHERE Birthdate > 2026-13-01",
        "SELECT COUNT(Id FROM Account",
    ],
)
def test_what_is_no_soql_is_malformed(org, soql):
    """A text that is no SOQL is MALFORMED_QUERY. [documented: SOQL and SOSL Reference]"""
    assert org.query(soql).error == (400, "MALFORMED_QUERY")


def test_a_path_goes_up_five_levels_at_most(org):
    """A path names up to five parents, one after the other. The code is assumed. [documented: SOQL and SOSL
    Reference, Relationship Query Limitations]
    """
    assert org.query(f"SELECT {'Parent.' * 5}Name FROM Account").status == 200
    assert org.query(f"SELECT {'Parent.' * 6}Name FROM Account").error == (400, "MALFORMED_QUERY")


def test_only_a_count_has_no_argument(org):
    """COUNT() counts records; each other function has an argument. The code is assumed.
    [documented: SOQL and SOSL Reference, Aggregate Functions]
    """
    reply = org.query("SELECT SUM() FROM Account")
    assert reply.error == (400, "MALFORMED_QUERY")
    assert reply.body[0]["message"] == "Function SUM must have an argument"


def test_a_name_in_double_quotes_is_malformed(org):
    """Text stands in single quotes; double quotes are an error. The code is assumed.
    [documented: SOQL and SOSL Reference, fieldExpression]
    """
    assert org.query('SELECT Name FROM Account WHERE Name = "x"').error == (400, "MALFORMED_QUERY")


def test_and_and_or_meet_in_parentheses_only(org):
    """AND and OR are nested by parentheses. The code is assumed. [documented: SOQL and SOSL Reference, WHERE]"""
    mixed = "Name = 'a' AND Name = 'b' OR Name = 'c'"
    assert org.query(f"SELECT Id FROM Account WHERE {mixed}").error == (400, "MALFORMED_QUERY")
    assert org.query("SELECT Id FROM Account WHERE Name = 'a' AND (Name = 'b' OR Name = 'c')").status == 200


@pytest.mark.parametrize("text", [r"a\qb", r"100\%", r"\u12"])
def test_a_backslash_that_escapes_nothing_is_malformed(org, text):
    r"""A backslash before anything that is no escape is an error, and `\%` is one in LIKE only. The code is
    assumed. [documented: SOQL and SOSL Reference, Quoted String Escape Sequences]
    """
    assert org.query(f"SELECT Id FROM Account WHERE Name = '{text}'").error == (400, "MALFORMED_QUERY")


def test_a_query_has_at_most_100_000_characters(org):
    """A query has at most 100,000 characters, which a job can hold. The code is assumed.
    [documented: SOQL and SOSL Reference]
    """
    start = "SELECT Id FROM Account WHERE Name = '"
    for length, status in ((100_000, 400), (99_999, 200)):
        job = {"operation": "query", "query": f"{start}{'x' * (length - len(start))}'"}
        assert org.call("POST", "jobs/query", job).status == status


def test_a_field_is_selected_once(org):
    """A field stands once in SELECT, also beside FIELDS(). The code is assumed.
    [documented: SOQL and SOSL Reference, SELECT]
    """
    assert org.query("SELECT Name, Name FROM Account").error == (400, "MALFORMED_QUERY")
    assert org.query("SELECT Id, FIELDS(ALL) FROM Account LIMIT 9").error == (400, "MALFORMED_QUERY")
    assert org.query("SELECT Id, FIELDS(CUSTOM) FROM Account LIMIT 9").status == 200


def test_only_aggregates_and_grouped_fields_have_other_names(org):
    """A field of a query without groups has no alias. [reported]"""
    assert org.query("SELECT Name label FROM Account").error == (400, "MALFORMED_QUERY")
    assert org.query("SELECT Name label FROM Account GROUP BY Name").status == 200


def test_all_fields_are_given_for_200_records_at_most(org):
    """FIELDS(ALL) and FIELDS(CUSTOM) need a LIMIT of at most 200. The code is assumed.
    [documented: SOQL and SOSL Reference, SELECT]
    """
    for which in ("ALL", "CUSTOM"):
        soql = f"SELECT FIELDS({which}) FROM Account"
        assert org.query(soql).error == (400, "MALFORMED_QUERY")
        assert org.query(f"{soql} LIMIT 201").error == (400, "MALFORMED_QUERY")
        assert org.query(f"{soql} LIMIT 200").status == 200


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nope FROM Account", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Name FROM Account ORDER BY Nope", "INVALID_FIELD"),
        ("SELECT Nope.Name FROM Account", "INVALID_FIELD"),
        ("SELECT (SELECT Id FROM Nopes) FROM Account", "INVALID_FIELD"),
        ("SELECT Name FROM Nope", "INVALID_TYPE"),
    ],
)
def test_unknown_fields_and_objects(org, soql, code):
    """An unknown field is INVALID_FIELD, an unknown object INVALID_TYPE. [recorded]"""
    assert org.query(soql).error == (400, code)


@pytest.mark.parametrize(
    "where",
    [
        "Name = 5", "NumberOfEmployees = '5'", "CreatedDate = '2026-11-20T00:00:00Z'", "CreatedDate = 2026-11-20",
        "Name = TODAY", "NumberOfEmployees > TODAY", "Name LIKE 5",
    ],
)  # fmt: skip
def test_a_value_is_of_its_fields_type(org, where):
    """The value of a condition is of the field's type: quotes for text, none for numbers, dates and times.
    The code is assumed. [documented: SOQL and SOSL Reference, fieldExpression]
    """
    assert org.query(f"SELECT Name FROM Account WHERE {where}").error == (400, "INVALID_FIELD")


@pytest.mark.parametrize("clause", ["WHERE Description = 'x'", "ORDER BY Description"])
def test_long_text_is_neither_searched_nor_sorted(org, clause):
    """Long text is not filterable and not sortable, as describes show; the code was reported. [recorded]"""
    assert org.query(f"SELECT Name FROM Account {clause}").error == (400, "INVALID_FIELD")


@pytest.mark.parametrize(
    "where",
    [
        "Id LIKE '001%'", "OwnerId LIKE '005%'", "NumberOfEmployees LIKE '5'", "CreatedDate LIKE TODAY",
        "IsDeleted LIKE 'true'", "IsDeleted > true", "Name > null",
    ],
)  # fmt: skip
def test_an_operator_must_fit_the_field(org, where):
    """LIKE is for text only; the code was reported for it. That checkboxes and null know no order is assumed.
    [documented: SOQL and SOSL Reference, Comparison Operators]
    """
    wrong = (400, "INVALID_QUERY_FILTER_OPERATOR")
    assert org.query(f"SELECT Name FROM Account WHERE {where}").error == wrong


def test_an_id_in_a_condition_must_look_like_one(org):
    """An id that is none is INVALID_QUERY_FILTER_OPERATOR. [reported]"""
    reply = org.query("SELECT Name FROM Account WHERE Id = 'rubbish'")
    assert reply.error == (400, "INVALID_QUERY_FILTER_OPERATOR")


JOIN = "Id IN (SELECT AccountId FROM Contact)"


@pytest.mark.parametrize(
    "where",
    [
        f"NOT {JOIN}",
        f"Name = 'x' AND (Name = 'y' OR {JOIN})",
        f"Name = 'x' AND NOT (Name = 'y' AND {JOIN})",
        f"{JOIN} AND {JOIN} AND {JOIN}",
        "Name IN (SELECT AccountId FROM Contact)",
        "Id IN (SELECT LastName FROM Contact)",
        "Id IN (SELECT AccountId, Id FROM Contact)",
        "Id IN (SELECT COUNT() FROM Contact)",
        "Id IN (SELECT AccountId FROM Contact ORDER BY LastName)",
        "Id IN (SELECT AccountId FROM Contact LIMIT 1)",
        "Id IN (SELECT AccountId FROM Contact OFFSET 1)",
        "Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT CustomerAuthorizedById FROM Order))",
        "Id IN (SELECT (SELECT Id FROM Contacts) FROM Account)",
    ],
)
def test_semi_joins_are_few_flat_and_of_ids(org, where):
    """At most two semi-joins, at the top of WHERE and never behind NOT; each compares an id with one id of
    other records, without an order, a limit or a join of its own. [reported]
    """
    assert org.query(f"SELECT Id FROM Account WHERE {where}").error == (400, "MALFORMED_QUERY")
    assert org.query(f"SELECT Id FROM Account WHERE {JOIN} AND {JOIN}").status == 200


def test_the_message_of_an_unknown_column_points_at_it(org):
    """The message about an unknown field shows the query, points at the place and says row and column.
    [recorded]
    """
    message = org.query("SELECT Bacon__c FROM Account LIMIT 2").body[0]["message"]
    lines = message.split("\n")
    assert lines[1:3] == ["SELECT Bacon__c FROM Account LIMIT 2", "       ^"]
    assert lines[3] == "ERROR at Row:1:Column:8"
    assert lines[4].startswith("No such column 'Bacon__c' on entity 'Account'.")
