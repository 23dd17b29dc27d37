"""SOQL: aggregates and groups."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.shop import stocked


@pytest.fixture
def shop(org):
    return stocked(org)


def test_counting(shop):
    """COUNT() gives a number and no records; COUNT of a field leaves empty values out.
    [documented: SOQL and SOSL Reference, COUNT()]
    """
    reply = shop.query("SELECT COUNT() FROM Account WHERE Name != 'beta'")
    assert reply.body == {"totalSize": 2, "done": True, "records": []}
    assert shop.rows("SELECT COUNT(NumberOfEmployees) FROM Account")[0]["expr0"] == 2


def test_aggregates_are_records_of_their_own_type(shop):
    """Aggregates come as records of type AggregateResult, named by alias or as expr0, expr1 and so on.
    [recorded]
    """
    row = shop.rows(
        "SELECT COUNT(Id) n, SUM(NumberOfEmployees), AVG(NumberOfEmployees) a, MIN(Name) lo, MAX(CreatedDate) hi,"
        " COUNT_DISTINCT(BillingCity) cities FROM Account"
    )[0]
    assert row == {
        "attributes": {"type": "AggregateResult"}, "n": 3, "expr0": 25.0, "a": 12.5, "lo": "Alpha",
        "hi": "2026-11-22T09:30:00.000+0000", "cities": 2,
    }  # fmt: skip


def test_grouping_and_having(shop):
    """GROUP BY makes a record of each group, also by a parent's field or a part of a date; HAVING chooses
    among groups, ORDER BY sorts them by an aggregate. [documented: SOQL and SOSL Reference, GROUP BY]
    """
    soql = "SELECT Account.Name, COUNT(Id) n FROM Contact GROUP BY Account.Name"
    shop.create("Contact", LastName="c", Account={"Storefront_Key__c": "shop:1"})
    assert {each["Name"]: each["n"] for each in shop.rows(soql)} == {"Alpha": 2, "beta": 1}
    assert [each["Name"] for each in shop.rows(f"{soql} HAVING COUNT(Id) > 1")] == ["Alpha"]
    assert [each["n"] for each in shop.rows(f"{soql} ORDER BY COUNT(Id) DESC LIMIT 1")] == [2]
    by_day = shop.rows(
        "SELECT DAY_ONLY(CreatedDate) d, COUNT(Id) n FROM Account GROUP BY DAY_ONLY(CreatedDate)"
    )
    assert [(each["d"], each["n"]) for each in by_day] == [
        ("2026-11-20", 1),
        ("2026-11-21", 1),
        ("2026-11-22", 1),
    ]


def test_a_sum_of_money_is_exact(org):
    """Sums of money have no error of binary fractions. [assumed]"""
    order, (_, entry) = org.order(), org.priced_product()
    for _ in range(10):
        org.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=1, UnitPrice=0.1)
    assert org.rows("SELECT SUM(TotalPrice) total FROM OrderItem")[0]["total"] == 1.0


@pytest.mark.parametrize(
    ("field", "grouped"),
    [
        ("NumberOfEmployees", True), ("BillingCity", True), ("IsDeleted", True), ("OwnerId", True),
        ("AnnualRevenue", False), ("BillingLatitude", False), ("CreatedDate", False), ("Description", False),
    ],
)  # fmt: skip
def test_not_all_types_can_be_grouped(shop, field, grouped):
    """Doubles, currencies, percents, times and long text are not groupable, as describes show. The code is
    assumed. [recorded]
    """
    reply = shop.query(f"SELECT {field}, COUNT(Id) FROM Account GROUP BY {field}")
    assert reply.status == 200 if grouped else reply.error == (400, "INVALID_FIELD")


@pytest.mark.parametrize("function", ["SUM(Name)", "AVG(CreatedDate)", "SUM(Id)"])
def test_sums_and_averages_are_of_numbers(shop, function):
    """SUM and AVG take numbers. The code is assumed.
    [documented: SOQL and SOSL Reference, Aggregate Functions]
    """
    assert shop.query(f"SELECT {function} FROM Account").error == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize("function", ["MAX(IsDeleted)", "COUNT(IsDeleted)", "MIN(Description)"])
def test_checkboxes_and_long_text_have_no_aggregates(shop, function):
    """Checkboxes and long text are not aggregatable, as describes show. The code is assumed. [recorded]"""
    assert shop.query(f"SELECT {function} FROM Account").error == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Name, COUNT(Id) FROM Account",
        "SELECT BillingCity, COUNT(Id) FROM Account GROUP BY Name",
        "SELECT COUNT(Id) FROM Account GROUP BY Name ORDER BY BillingCity",
        "SELECT COUNT(Id) FROM Account GROUP BY Name HAVING BillingCity LIKE 'G%'",
    ],
)
def test_what_stands_beside_groups_is_grouped_or_aggregated(shop, soql):
    """SELECT and HAVING name grouped fields and aggregates only; that ORDER BY does too is assumed.
    [documented: SOQL and SOSL Reference, HAVING]
    """
    assert shop.query(soql).error == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT (SELECT Id FROM Contacts), COUNT(Id) FROM Account GROUP BY Name",
        "SELECT FIELDS(STANDARD) FROM Account GROUP BY Name",
    ],
)
def test_groups_have_no_children(shop, soql):
    """A query with GROUP BY selects no children; that FIELDS() is not for it either is assumed.
    [documented: SOQL and SOSL Reference, Considerations for GROUP BY]
    """
    assert shop.query(soql).error == (400, "MALFORMED_QUERY")


def test_having_filters_groups_only(shop):
    """HAVING belongs to GROUP BY, filters by grouped fields too, and holds no semi-join.
    [documented: SOQL and SOSL Reference, Considerations for HAVING]
    """
    soql = "SELECT Name FROM Account GROUP BY Name HAVING"
    assert [each["Name"] for each in shop.rows(f"{soql} COUNT(Id) = 1 AND Name LIKE 'b%'")] == ["beta"]
    assert shop.query(f"{soql} Name IN (SELECT Id FROM Contact)").error == (400, "MALFORMED_QUERY")
    assert shop.query("SELECT Name FROM Account HAVING COUNT(Id) > 1").error == (400, "MALFORMED_QUERY")


def test_aggregates_with_a_limit_need_groups(shop):
    """LIMIT beside an aggregate function needs GROUP BY. The code is assumed.
    [documented: SOQL and SOSL Reference, Considerations for GROUP BY]
    """
    assert shop.query("SELECT MAX(CreatedDate) FROM Account LIMIT 1").error == (400, "MALFORMED_QUERY")
    assert len(shop.rows("SELECT Name, MAX(CreatedDate) FROM Account GROUP BY Name LIMIT 2")) == 2


@pytest.mark.parametrize("soql", ["COUNT() FROM Account GROUP BY Name", "COUNT(), MAX(Name) FROM Account"])
def test_groups_are_counted_by_a_field(shop, soql):
    """COUNT() without a field is not for GROUP BY; that it stands alone otherwise too is assumed.
    [documented: SOQL and SOSL Reference, Aggregate Functions]
    """
    assert shop.query(f"SELECT {soql}").error == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize("function", ["SUM(NumberOfEmployees)", "COUNT(Id)", "COUNT()"])
def test_aggregates_are_not_for_where(shop, function):
    """Aggregates are allowed in HAVING, not in WHERE. The code is assumed.
    [documented: SOQL and SOSL Reference, HAVING]
    """
    assert shop.query(f"SELECT Id FROM Account WHERE {function} > 1").error == (400, "MALFORMED_QUERY")


@pytest.mark.parametrize("function", ["CALENDAR_YEAR(Name)", "DAY_ONLY(Birthdate)", "HOUR_IN_DAY(Birthdate)"])
def test_date_functions_take_dates(shop, function):
    """Parts of a date are of dates and times, the day and the hour of times only. The code is assumed.
    [documented: SOQL and SOSL Reference, Date Functions]
    """
    assert shop.query(f"SELECT Id FROM Contact WHERE {function} = 1").error == (400, "MALFORMED_QUERY")
