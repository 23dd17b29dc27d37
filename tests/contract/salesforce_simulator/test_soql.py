"""SOQL: what queries find and how it is shown."""

from __future__ import annotations

import pytest

from tests.contract.salesforce_simulator.driver import BASE, Client
from tests.contract.salesforce_simulator.shop import stocked
from tests.contract.salesforce_simulator.small_package import write_field, write_package


@pytest.fixture
def shop(org):
    return stocked(org)


def names(org, where):
    return [each["Name"] for each in org.rows(f"SELECT Name FROM Account WHERE {where}")]


def test_records_show_their_type_and_place(shop):
    """A record of a result shows its type and its URL under `attributes`. [recorded]"""
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
    """Text is compared in any case, but for case-sensitive keys; date literals are days or spans of days of
    the user's time zone, here UTC. That `!=` finds empty values and `<` does not is assumed.
    [documented: SOQL and SOSL Reference, Comparison Operators]
    """
    reply = shop.query(f"SELECT Name FROM Account WHERE {where} ORDER BY CreatedDate")
    assert reply.status == 200, reply.body
    assert [each["Name"] for each in reply.body["records"]] == found


def test_quotes_in_text_are_escaped(org):
    """A backslash escapes quotes, backslashes, control characters and a code of four digits.
    [documented: SOQL and SOSL Reference, Quoted String Escape Sequences]
    """
    org.create("Account", Name="O'Neil \\ Cié")
    assert names(org, r"Name = 'O\'Neil \\ Ci\u00e9'") == ["O'Neil \\ Cié"]
    assert names(org, r"Name = 'O\N'") == []


def test_sorting_puts_empty_values_first_unless_told(shop):
    """Empty values come first unless NULLS LAST; case does not matter.
    [documented: SOQL and SOSL Reference, ORDER BY]
    """

    def sorted_by(order):
        return [each["Name"] for each in shop.rows(f"SELECT Name FROM Account ORDER BY {order}")]

    assert sorted_by("Name") == ["Alpha", "beta", "Gamma %"]
    assert sorted_by("Name DESC") == ["Gamma %", "beta", "Alpha"]
    assert sorted_by("NumberOfEmployees") == ["beta", "Alpha", "Gamma %"]
    assert sorted_by("NumberOfEmployees DESC NULLS LAST") == ["Gamma %", "Alpha", "beta"]
    assert sorted_by("Owner.Name, NumberOfEmployees DESC NULLS LAST, Id") == ["Gamma %", "Alpha", "beta"]


def test_limit_and_offset(shop):
    """OFFSET is at most 2,000; below a query it needs LIMIT 1 around it.
    [documented: SOQL and SOSL Reference, OFFSET]
    """
    rows = shop.rows("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1")
    assert [each["Name"] for each in rows] == ["beta"]
    later = "SELECT (SELECT LastName FROM Contacts ORDER BY LastName OFFSET 1) FROM Account ORDER BY Name"
    assert [each["LastName"] for each in shop.rows(f"{later} LIMIT 1")[0]["Contacts"]["records"]] == ["Weber"]
    assert shop.query(f"{later} LIMIT 2").error == (400, "MALFORMED_QUERY")
    assert shop.query("SELECT Name FROM Account LIMIT 1 OFFSET 2001").error == (
        400,
        "NUMBER_OUTSIDE_VALID_RANGE",
    )


def test_fields_of_parents_are_nested(shop):
    """A parent's fields stand in an object under the relationship's name, which is null without a parent.
    That null is assumed. [recorded]
    """
    row = shop.rows("SELECT Account.Name, Account.Owner.Name FROM Contact WHERE FirstName = 'Ada'")[0]
    assert row["Account"]["attributes"]["type"] == "Account"
    assert row["Account"]["Name"] == "Alpha"
    assert row["Account"]["Owner"]["Name"] == "Storefront Integration"
    alone = shop.create("Contact", LastName="alone")
    assert shop.rows(f"SELECT Account.Name FROM Contact WHERE Id = '{alone}'")[0]["Account"] is None


def test_children_are_a_nested_result_or_null(shop):
    """Children are a result of their own under the relationship's name, or null. [recorded]"""
    rows = shop.rows(
        "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC LIMIT 1) FROM Account ORDER BY Name"
    )
    contacts = rows[0]["Contacts"]
    assert (contacts["totalSize"], contacts["done"]) == (1, True)
    assert contacts["records"][0]["LastName"] == "Weber"
    assert rows[1]["Contacts"] is None


def test_children_of_an_own_object_are_called_by_r(org):
    """The children of an own object are called by their relationship's name with `__r`.
    [documented: SOQL and SOSL Reference, Relationship Names]
    """
    order = org.order()
    org.create("Parcel__c", Carrier__c="Post", Order__c=order)
    row = org.rows(
        "SELECT (SELECT Carrier__c, Order__r.OrderNumber FROM Parcels__r WHERE Carrier__c = 'Post') FROM Order"
    )[0]
    assert row["Parcels__r"]["records"][0]["Carrier__c"] == "Post"
    assert org.query("SELECT (SELECT Id FROM Parcels) FROM Order").error == (400, "INVALID_FIELD")


def test_the_objects_own_name_or_alias_may_lead_a_path(shop):
    """The object's own name may stand before a field and before the children's name. An alias does so too,
    which is documented. [recorded]
    """
    rows = shop.rows(
        "SELECT Account.Name, (SELECT Contact.LastName FROM Account.Contacts) FROM Account WHERE Account.Name = 'beta'"
    )
    assert rows[0]["Name"] == "beta"
    assert shop.rows("SELECT a.Name FROM Account a WHERE a.Name = 'beta'")[0]["Name"] == "beta"


def test_fields_all(org):
    """FIELDS(ALL), FIELDS(STANDARD) and FIELDS(CUSTOM) stand for the fields of that kind, FIELDS(STANDARD)
    also without a LIMIT. [documented: SOQL and SOSL Reference, SELECT]
    """
    org.create("Account", Name="x", BillingCity="Graz")
    row = org.rows("SELECT FIELDS(ALL) FROM Account LIMIT 200")[0]
    assert row["Name"] == "x"
    assert row["BillingAddress"]["city"] == "Graz"
    assert "Storefront_Key__c" not in org.rows("SELECT FIELDS(STANDARD) FROM Account")[0]


def test_children_go_down_to_the_fifth_level(org):
    """From version 58.0 children may have children in a query, to five levels with the first object.
    [documented: SOQL and SOSL Reference, Relationship Query Limitations]
    """
    order = org.order()
    parcel = org.create("Parcel__c", Name="p", Carrier__c="Post", Order__c=order)
    label = org.create("Label__c", Parcel__c=parcel)
    soql = "SELECT Id, (SELECT Id, (SELECT Id FROM Labels__r) FROM Parcels__r) FROM Order"
    found = org.rows(soql)[0]["Parcels__r"]["records"][0]["Labels__r"]["records"]
    assert [each["Id"] for each in found] == [label]
    nested = "SELECT Id FROM Contacts"
    for _ in range(4):
        nested = f"SELECT Id, ({nested}) FROM Contacts"
    assert org.query(f"SELECT Id, ({nested}) FROM Account").error == (400, "MALFORMED_QUERY")


def test_several_values_of_a_picklist_are_asked_for_by_includes(tmp_path):
    """INCLUDES and EXCLUDES are for picklists with several values; values joined by semicolons must all be
    there. Such a field is not sorted by. The code for other fields is assumed.
    [documented: SOQL and SOSL Reference, multi-select picklists]
    """
    root = write_package(tmp_path)
    values = "".join(f"<value><fullName>{each}</fullName></value>" for each in "abc")
    values = f"<valueSet><valueSetDefinition><sorted>false</sorted>{values}</valueSetDefinition></valueSet>"
    write_field(root, "Parcel__c", "Marks__c", f"<type>MultiselectPicklist</type>{values}")
    org = Client(root)
    for name, marks in (("one", "a"), ("two", "a;b"), ("three", None)):
        org.create("Parcel__c", Name=name, Carrier__c="Post", Marks__c=marks)

    def found(where):
        return [each["Name"] for each in org.rows(f"SELECT Name FROM Parcel__c WHERE {where}")]

    assert found("Marks__c INCLUDES ('a')") == ["one", "two"]
    assert found("Marks__c INCLUDES ('b;a', 'c')") == ["two"]
    assert found("Marks__c EXCLUDES ('b')") == ["one", "three"]
    wrong = (400, "INVALID_QUERY_FILTER_OPERATOR")
    assert org.query("SELECT Id FROM Parcel__c WHERE Name INCLUDES ('a')").error == wrong
    assert org.query("SELECT Id FROM Parcel__c WHERE Marks__c LIKE 'a%'").error == wrong
    assert org.query("SELECT Id FROM Parcel__c ORDER BY Marks__c").error == (400, "INVALID_FIELD")
