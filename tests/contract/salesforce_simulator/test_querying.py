"""The resources for queries and for lists of changes."""

from __future__ import annotations

from urllib.parse import quote

import pytest


def test_pages_of_2000_or_as_asked(org):
    """A page has 2,000 records, or as many as `batchSize` asks for, which is 200 to 2,000. The code for an
    unknown locator is assumed. [documented: REST API Developer Guide, Query Options Header]
    """
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
    """queryAll also finds what is in the recycle bin. [documented: REST API Developer Guide, QueryAll]"""
    gone = org.create("Account", Name="gone")
    org.call("DELETE", f"sobjects/Account/{gone}")
    assert org.rows("SELECT Id FROM Account") == []
    found = org.call("GET", "queryAll?q=SELECT+Id,IsDeleted+FROM+Account+WHERE+IsDeleted=true").body[
        "records"
    ]
    assert [(each["Id"], each["IsDeleted"]) for each in found] == [(gone, True)]


def test_changes_are_listed_by_id(org):
    """`updated` and `deleted` list the ids of changes between two times, and up to when they are known.
    [documented: REST API Developer Guide, Get Updated and Get Deleted]
    """
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
    """The start lies at most 30 days back, and the end at least a minute after it. The code is assumed.
    [documented: REST API Developer Guide, Get Updated]
    """
    assert org.call("GET", f"sobjects/Account/updated?{window}").error == (400, "INVALID_REPLICATION_DATE")


def test_aggregates_have_one_page_only(org):
    """The result of a query with GROUP BY has no further pages. The code is assumed.
    [documented: SOQL and SOSL Reference, Considerations for GROUP BY]
    """
    for start in (0, 200):
        records = [{"attributes": {"type": "Account"}, "Name": f"{start + n}"} for n in range(200)]
        org.call("POST", "composite/sobjects", {"records": records[: 201 - start]})
    soql, small = (
        "SELECT Name, COUNT(Id) FROM Account GROUP BY Name",
        {"Sforce_Query_Options": "batchSize=200"},
    )
    assert org.query(soql, **small).error == (400, "EXCEEDED_ID_LIMIT")
    assert org.query(f"{soql} LIMIT 200", **small).body["done"] is True
    assert len(org.query(soql).body["records"]) == 201


@pytest.mark.parametrize("resource", ["query", "queryAll"])
def test_a_query_is_a_get_with_its_text(org, resource):
    """A query is a GET; without its text it is malformed, which was reported. The code for other methods is
    assumed. [documented: REST API Developer Guide, Query]
    """
    assert org.call("POST", f"{resource}?q=SELECT+Id+FROM+Account", {}).error == (405, "METHOD_NOT_ALLOWED")
    assert org.call("GET", resource).error == (400, "MALFORMED_QUERY")
    assert org.call("GET", f"{resource}?q=").error == (400, "MALFORMED_QUERY")
    assert org.call("GET", f"{resource}?q=SELECT+Id+FROM+Account").status == 200


def test_an_address_with_its_headers_has_a_limit(org):
    """URL and headers of a request have 16,384 bytes together; longer ones are 414. [documented: REST API
    Developer Guide, Status Codes and Error Responses]
    """
    soql = "SELECT Id FROM Account WHERE Name = '{}'"
    assert (
        org.simulator.handle(
            "GET", f"/services/data/v66.0/query?q={quote(soql.format('x' * 16_300))}", {}
        ).status
        == 414
    )
    assert org.query(soql.format("x" * 15_000)).status == 200
