"""SOQL (fact sheet, 2.2, 3.6 and 7.4)."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.driver import BASE


@pytest.fixture
def shop(org):
    """Three accounts created a day apart, contacts on the first, an order with two items."""
    for number, (name, city, size) in enumerate(
        (("Alpha", "Graz", 5), ("beta", "Linz", None), ("Gamma %", None, 20))
    ):
        org.upsert("Account", f"shop:{number}", Name=name, BillingCity=city, NumberOfEmployees=size)
        org.clock.pass_(86_400)
        org.log_in()
    for first, last in (("Ada", "Byron"), (None, "Weber")):
        org.create("Contact", FirstName=first, LastName=last, Account={"Storefront_Key__c": "shop:0"})
    return org


def names(org, where):
    return [each["Name"] for each in org.rows(f"SELECT Name FROM Account WHERE {where}")]


def test_records_show_their_type_and_place(shop):
    reply = shop.query("SELECT Id, Name FROM Account WHERE Name = 'Alpha'")
    record_id = reply.body["records"][0]["Id"]
    assert reply.body == {
        "totalSize": 1, "done": True,
        "records": [
            {
                "attributes": {"type": "Account", "url": f"{BASE}/sobjects/Account/{record_id}"},
                "Id": record_id, "Name": "Alpha",
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Name = 'ALPHA'", ["Alpha"]),
        ("Name != 'alpha'", ["beta", "Gamma %"]),
        ("Name <> 'alpha'", ["beta", "Gamma %"]),
        ("Name > 'b'", ["beta", "Gamma %"]),
        ("Name IN ('alpha', 'beta')", ["Alpha", "beta"]),
        ("Name NOT IN ('alpha', 'beta')", ["Gamma %"]),
        ("Name LIKE '%a'", ["Alpha", "beta"]),
        ("Name LIKE 'b_ta'", ["beta"]),
        (r"Name LIKE '%\%'", ["Gamma %"]),
        ("BillingCity = null", ["Gamma %"]),
        ("BillingCity != null", ["Alpha", "beta"]),
        ("BillingCity != 'Graz'", ["beta", "Gamma %"]),
        ("NumberOfEmployees > 5", ["Gamma %"]),
        ("NumberOfEmployees >= 5", ["Alpha", "Gamma %"]),
        ("NumberOfEmployees < 20", ["Alpha"]),
        ("NumberOfEmployees <= 20", ["Alpha", "Gamma %"]),
        ("NOT Name = 'Alpha'", ["beta", "Gamma %"]),
        ("NOT (Name = 'Alpha' OR Name = 'beta')", ["Gamma %"]),
        ("Name = 'Alpha' OR Name = 'beta'", ["Alpha", "beta"]),
        ("Name LIKE '%a' AND BillingCity = 'Linz'", ["beta"]),
        ("(Name = 'Alpha' AND BillingCity = 'Linz') OR NumberOfEmployees = 20", ["Gamma %"]),
        ("IsDeleted = false", ["Alpha", "beta", "Gamma %"]),
        ("IsDeleted = true", []),
        ("Storefront_Key__c = 'shop:1'", ["beta"]),
        ("Storefront_Key__c = 'SHOP:1'", []),
        ("Storefront_Key__c IN ('shop:2', 'shop:0', 'shop:9')", ["Alpha", "Gamma %"]),
        ("Owner.LastName = 'integration'", ["Alpha", "beta", "Gamma %"]),
        ("Id IN (SELECT AccountId FROM Contact)", ["Alpha"]),
        ("Id NOT IN (SELECT AccountId FROM Contact WHERE LastName = 'x')", ["Alpha", "beta", "Gamma %"]),
        ("CreatedDate = 2026-11-21T09:30:00Z", ["beta"]),
        ("CreatedDate > 2026-11-21T10:30:00+01:00", ["Gamma %"]),
        ("CreatedDate >= 2026-11-21T09:30:00.000Z AND CreatedDate < 2026-11-22T09:30:00Z", ["beta"]),
        ("CreatedDate = YESTERDAY", ["Gamma %"]),
        ("CreatedDate = TODAY", []),
        ("CreatedDate < TODAY", ["Alpha", "beta", "Gamma %"]),
        ("CreatedDate = LAST_N_DAYS:2", ["beta", "Gamma %"]),
        ("CreatedDate = N_DAYS_AGO:3", ["Alpha"]),
        ("CreatedDate >= N_DAYS_AGO:2", ["beta", "Gamma %"]),
        ("CreatedDate = THIS_MONTH", ["Alpha", "beta", "Gamma %"]),
        ("CreatedDate = LAST_WEEK", ["Alpha", "beta"]),
        ("CreatedDate = THIS_WEEK", ["Gamma %"]),
        ("CreatedDate = LAST_YEAR", []),
        ("CreatedDate IN (YESTERDAY, N_DAYS_AGO:3)", ["Alpha", "Gamma %"]),
        ("DAY_ONLY(CreatedDate) = 2026-11-21", ["beta"]),
        ("CALENDAR_YEAR(CreatedDate) = 2026 AND DAY_IN_MONTH(CreatedDate) = 22", ["Gamma %"]),
    ],
)
def test_conditions(shop, where, found):
    reply = shop.query(f"SELECT Name FROM Account WHERE {where} ORDER BY CreatedDate")
    assert reply.status == 200, reply.body
    assert [each["Name"] for each in reply.body["records"]] == found


def test_quotes_in_text_are_escaped(org):
    org.create("Account", Name="O'Neil \\ Co")
    assert names(org, r"Name = 'O\'Neil \\ Co'") == ["O'Neil \\ Co"]


def test_sorting_puts_empty_values_first_unless_told(shop):
    def sorted_by(order):
        return [each["Name"] for each in shop.rows(f"SELECT Name FROM Account ORDER BY {order}")]

    assert sorted_by("Name") == ["Alpha", "beta", "Gamma %"]
    assert sorted_by("Name DESC") == ["Gamma %", "beta", "Alpha"]
    assert sorted_by("NumberOfEmployees") == ["beta", "Alpha", "Gamma %"]
    assert sorted_by("NumberOfEmployees DESC NULLS LAST") == ["Gamma %", "Alpha", "beta"]
    assert sorted_by("Owner.Name, NumberOfEmployees DESC NULLS LAST, Id") == ["Gamma %", "Alpha", "beta"]


def test_limit_and_offset(shop):
    rows = shop.rows("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1")
    assert [each["Name"] for each in rows] == ["beta"]
    assert shop.query("SELECT Name FROM Account LIMIT 1 OFFSET 2001").error == (
        400,
        "NUMBER_OUTSIDE_VALID_RANGE",
    )


def test_fields_of_parents_are_nested(shop):
    row = shop.rows("SELECT Account.Name, Account.Owner.Name FROM Contact WHERE FirstName = 'Ada'")[0]
    assert row["Account"]["attributes"]["type"] == "Account"
    assert row["Account"]["Name"] == "Alpha"
    assert row["Account"]["Owner"]["Name"] == "Storefront Integration"
    alone = shop.create("Contact", LastName="alone")
    assert shop.rows(f"SELECT Account.Name FROM Contact WHERE Id = '{alone}'")[0]["Account"] is None


def test_children_are_a_nested_result_or_null(shop):
    rows = shop.rows(
        "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC LIMIT 1) FROM Account ORDER BY Name"
    )
    contacts = rows[0]["Contacts"]
    assert (contacts["totalSize"], contacts["done"]) == (1, True)
    assert contacts["records"][0]["LastName"] == "Weber"
    assert rows[1]["Contacts"] is None


def test_children_of_an_own_object_are_called_by_r(org):
    order = org.order()
    org.create("Parcel__c", Carrier__c="Post", Order__c=order)
    row = org.rows(
        "SELECT (SELECT Carrier__c, Order__r.OrderNumber FROM Parcels__r WHERE Carrier__c = 'Post') FROM Order"
    )[0]
    assert row["Parcels__r"]["records"][0]["Carrier__c"] == "Post"
    assert org.query("SELECT (SELECT Id FROM Parcels) FROM Order").error == (400, "INVALID_FIELD")


def test_the_objects_own_name_or_alias_may_lead_a_path(shop):
    rows = shop.rows(
        "SELECT Account.Name, (SELECT Contact.LastName FROM Account.Contacts) FROM Account WHERE Account.Name = 'beta'"
    )
    assert rows[0]["Name"] == "beta"
    assert shop.rows("SELECT a.Name FROM Account a WHERE a.Name = 'beta'")[0]["Name"] == "beta"


def test_counting(shop):
    reply = shop.query("SELECT COUNT() FROM Account WHERE Name != 'beta'")
    assert reply.body == {"totalSize": 2, "done": True, "records": []}
    assert shop.rows("SELECT COUNT(NumberOfEmployees) FROM Account")[0]["expr0"] == 2


def test_aggregates_are_records_of_their_own_type(shop):
    row = shop.rows(
        "SELECT COUNT(Id) n, SUM(NumberOfEmployees), AVG(NumberOfEmployees) a, MIN(Name) lo, MAX(CreatedDate) hi,"
        " COUNT_DISTINCT(BillingCity) cities FROM Account"
    )[0]
    assert row == {
        "attributes": {"type": "AggregateResult"}, "n": 3, "expr0": 25.0, "a": 12.5, "lo": "Alpha",
        "hi": "2026-11-22T09:30:00.000+0000", "cities": 2,
    }  # fmt: skip


def test_grouping_and_having(shop):
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
    order, (_, entry) = org.order(), org.priced_product()
    for _ in range(10):
        org.create("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=1, UnitPrice=0.1)
    assert org.rows("SELECT SUM(TotalPrice) total FROM OrderItem")[0]["total"] == 1.0


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELEKT Name FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name", "MALFORMED_QUERY"),
        ("SELECT FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account WHERE", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account WHERE Name = 'x", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account LIMIT ten", "MALFORMED_QUERY"),
        ("SELECT Name, Name FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY"),
        ('SELECT Name FROM Account WHERE Name = "x"', "MALFORMED_QUERY"),
        ("SELECT Name FROM Account WHERE IsDeleted > true", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account GROUP BY", "MALFORMED_QUERY"),
        ("SELECT * FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account; DELETE", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account WHERE CreatedDate = SOMEDAY", "MALFORMED_QUERY"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Account", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Name FROM Account ORDER BY Nope", "INVALID_FIELD"),
        ("SELECT Nope.Name FROM Account", "INVALID_FIELD"),
        ("SELECT (SELECT Id FROM Nopes) FROM Account", "INVALID_FIELD"),
        ("SELECT Name FROM Nope", "INVALID_TYPE"),
        ("SELECT Name FROM Account WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE NumberOfEmployees = '5'", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE CreatedDate = '2026-11-20T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE CreatedDate = 2026-11-20", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Name FROM Account ORDER BY Description", "INVALID_FIELD"),
        ("SELECT Name FROM Account WHERE Id = 'rubbish'", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
def test_errors(org, soql, code):
    assert org.query(soql).error == (400, code)


def test_the_message_of_an_unknown_column_points_at_it(org):
    message = org.query("SELECT Bacon__c FROM Account LIMIT 2").body[0]["message"]
    lines = message.split("\n")
    assert lines[1:3] == ["SELECT Bacon__c FROM Account LIMIT 2", "       ^"]
    assert lines[3] == "ERROR at Row:1:Column:8"
    assert lines[4].startswith("No such column 'Bacon__c' on entity 'Account'.")


def test_the_first_unexpected_word_is_named(org):
    assert org.query("SELEKT Name FROM Account").body[0]["message"] == "unexpected token: SELEKT"


def test_fields_all(org):
    org.create("Account", Name="x", BillingCity="Graz")
    row = org.rows("SELECT FIELDS(ALL) FROM Account LIMIT 200")[0]
    assert row["Name"] == "x"
    assert row["BillingAddress"]["city"] == "Graz"
    assert "Storefront_Key__c" not in org.rows("SELECT FIELDS(STANDARD) FROM Account")[0]


def test_pages_of_2000_or_as_asked(org):
    """2,000 records a page; `batchSize` asks for 200 to 2,000."""
    for start in range(0, 2_100, 200):
        records = [{"attributes": {"type": "Account"}, "Name": f"{start + n:04d}"} for n in range(200)][
            : 2_100 - start
        ]
        org.call("POST", "composite/sobjects", {"records": records})
    first = org.query("SELECT Name FROM Account ORDER BY Name").body
    assert (first["totalSize"], first["done"], len(first["records"])) == (2_100, False, 2_000)
    second = org.raw("GET", first["nextRecordsUrl"]).body
    assert (second["totalSize"], second["done"], len(second["records"])) == (2_100, True, 100)
    assert second["records"][-1]["Name"] == "2099"
    assert "nextRecordsUrl" not in second
    small = org.query("SELECT Name FROM Account", Sforce_Query_Options="batchSize=500").body
    assert len(small["records"]) == 500
    tiny = org.query("SELECT Name FROM Account", Sforce_Query_Options="batchSize=1").body
    assert len(tiny["records"]) == 200
    assert org.call("GET", "query/01gNOPE-2000").error == (400, "INVALID_QUERY_LOCATOR")


def test_query_all_reads_the_recycle_bin(org):
    gone = org.create("Account", Name="gone")
    org.call("DELETE", f"sobjects/Account/{gone}")
    assert org.rows("SELECT Id FROM Account") == []
    found = org.call("GET", "queryAll?q=SELECT+Id,IsDeleted+FROM+Account+WHERE+IsDeleted=true").body[
        "records"
    ]
    assert [(each["Id"], each["IsDeleted"]) for each in found] == [(gone, True)]


def test_changes_are_listed_by_id(org):
    """`updated` and `deleted` between two times; the end at least a minute after the start."""
    kept, gone = org.create("Account", Name="a"), org.create("Account", Name="b")
    org.clock.pass_(600)
    org.call("DELETE", f"sobjects/Account/{gone}")
    org.clock.pass_(600)
    window = "start=2026-11-20T09:00:00%2B00:00&end=2026-11-20T09:50:00%2B00:00"
    updated = org.call("GET", f"sobjects/Account/updated/?{window}").body
    assert updated == {"ids": [kept], "latestDateCovered": "2026-11-20T09:50:00.000+0000"}
    deleted = org.call("GET", f"sobjects/Account/deleted/?{window}").body
    assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-11-20T09:40:00.000+0000"}]
    assert set(deleted) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    later = "start=2026-11-20T09:45:00Z&end=2026-11-20T09:50:00Z"
    assert org.call("GET", f"sobjects/Account/updated?{later}").body["ids"] == []


@pytest.mark.parametrize(
    "window",
    [
        "start=2026-11-20T09:00:00Z&end=2026-11-20T09:00:50Z", "start=2026-10-01T09:00:00Z&end=2026-11-20T09:00:50Z",
        "start=yesterday&end=today", "",
    ],
)  # fmt: skip
def test_windows_that_are_refused(org, window):
    """At most 30 days back."""
    assert org.call("GET", f"sobjects/Account/updated?{window}").error == (400, "INVALID_REPLICATION_DATE")
