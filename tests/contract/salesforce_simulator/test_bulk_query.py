"""Bulk API 2.0 query jobs."""

from __future__ import annotations

import pytest

from local.salesforce.switches import Switches
from tests.contract.salesforce_simulator.bulk_driver import Bulk
from tests.contract.salesforce_simulator.driver import Client


@pytest.fixture
def bulk(org):
    return Bulk(org)


def make(bulk, soql, operation="query", **more):
    return bulk.org.call("POST", "jobs/query", {"operation": operation, "query": soql, **more})


def results(bulk, job, **options):
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return bulk.text(f"query/{job}/results?{query}")


def answer(bulk, soql, operation="query", **more):
    job = make(bulk, soql, operation, **more).id
    assert bulk.finish(job, "query")["state"] == "JobComplete"
    return results(bulk, job)[0]


def test_a_query_job_starts_by_itself_and_runs_till_complete(bulk):
    """A query job is UploadComplete from the start and names its object; nothing is uploaded. [recorded]"""
    bulk.org.create("Account", Name="Weber")
    job = make(bulk, "SELECT Id FROM Account").body
    assert (job["state"], job["object"], job["operation"]) == ("UploadComplete", "Account", "query")
    assert "contentUrl" not in job
    states = [bulk.info(job["id"], "query")["state"] for _ in range(2)]
    assert states == ["InProgress", "JobComplete"]
    info = bulk.info(job["id"], "query")
    assert (info["jobType"], info["numberRecordsProcessed"]) == ("V2Query", 1)


def test_the_result_is_csv_with_everything_in_quotes(bulk):
    """All cells of a result are in quotes, empty values empty; parents' fields stand under their path. That
    checkboxes are true or false is assumed. [reported]
    """
    account = bulk.org.create("Account", Name='Weber, "Sons"')
    bulk.org.create("Contact", LastName="Byron", AccountId=account)
    bulk.org.create("Contact", LastName="King")
    text = answer(bulk, "SELECT LastName, Account.Name, DoNotCall, Phone FROM Contact ORDER BY LastName")
    assert text == (
        '"LastName","Account.Name","DoNotCall","Phone"\n'
        '"Byron","Weber, ""Sons""","false",""\n'
        '"King","","false",""\n'
    )


def test_pages_follow_the_locator_until_it_says_null(bulk):
    """Sforce-Locator names the next page and is `null` at the end; Sforce-NumberOfRecords counts the page.
    The codes are assumed. [documented: Bulk API 2.0 Developer Guide, Get Results for a Query Job]
    """
    for name in "abc":
        bulk.org.create("Account", Name=name)
    job = make(bulk, "SELECT Name FROM Account ORDER BY Name").id
    bulk.finish(job, "query")
    first, headers = results(bulk, job, maxRecords=2)
    assert (first, headers["Sforce-NumberOfRecords"]) == ('"Name"\n"a"\n"b"\n', "2")
    second, headers = results(bulk, job, maxRecords=2, locator=headers["Sforce-Locator"])
    assert (second, headers["Sforce-Locator"], headers["Sforce-NumberOfRecords"]) == (
        '"Name"\n"c"\n',
        "null",
        "1",
    )
    path = f"jobs/query/{job}/results"
    assert bulk.org.call("GET", f"{path}?locator=nonsense").error == (400, "INVALID_QUERY_LOCATOR")
    assert bulk.org.call("GET", f"{path}?maxRecords=0").error == (400, "INVALIDJOB")


def test_the_rows_are_those_of_the_time_the_job_ran(bulk):
    """A job's result is of the time when it ran. [assumed]"""
    job = make(bulk, "SELECT Name FROM Account").id
    bulk.finish(job, "query")
    bulk.org.create("Account", Name="late")
    assert results(bulk, job)[0] == '"Name"\n'


def test_query_all_reads_the_recycle_bin(bulk):
    """The operation queryAll also reads the recycle bin.
    [documented: Bulk API 2.0 Developer Guide, Create a Query Job]
    """
    account = bulk.org.create("Account", Name="gone")
    bulk.org.call("DELETE", f"sobjects/Account/{account}")
    assert answer(bulk, "SELECT Name FROM Account") == '"Name"\n'
    assert (
        answer(bulk, "SELECT Name, IsDeleted FROM Account", "queryAll")
        == '"Name","IsDeleted"\n"gone","true"\n'
    )


def test_the_job_chooses_delimiter_and_line_ending(bulk):
    """A query job chooses the delimiter and the line ending of its result.
    [documented: Bulk API 2.0 Developer Guide, Create a Query Job]
    """
    bulk.org.create("Account", Name="Weber", Phone="1")
    text = answer(bulk, "SELECT Name, Phone FROM Account", columnDelimiter="PIPE", lineEnding="CRLF")
    assert text == '"Name"|"Phone"\r\n"Weber"|"1"\r\n'


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT COUNT() FROM Account",
        "SELECT COUNT(Id) FROM Account",
        "SELECT Name FROM Account GROUP BY Name",
        "SELECT Name FROM Account LIMIT 5 OFFSET 5",
        "SELECT Name, (SELECT Id FROM Contacts) FROM Account",
        "SELECT BillingAddress FROM Account",
        "SELECT FIELDS(STANDARD) FROM Contact",
        "SELECT toLabel(LeadSource) FROM Contact",
    ],
)
def test_what_queries_in_bulk_do_not_do(bulk, soql):
    """Queries in bulk have no aggregates, no GROUP BY, no OFFSET, no children, no compound fields and no
    FIELDS(). That other functions can't be selected is assumed, and so is the code.
    [documented: Bulk API 2.0 Developer Guide, Create a Query Job]
    """
    assert make(bulk, soql).error == (400, "FEATURENOTENABLED")


def test_children_in_bulk_are_refused_as_aggregate_relationships(bulk):
    """A bulk query for children is refused in words about aggregate relationships and CSV. [reported]"""
    refused = make(bulk, "SELECT Name, (SELECT Id FROM Contacts) FROM Account")
    assert refused.body[0]["message"].startswith("Aggregate Relationships not supported in Bulk V2 Query")


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE"),
        ("SELECT Id FROM Account WHERE Nothing__c = 1", "INVALID_FIELD"),
        ("SELEKT Id FROM Account", "MALFORMED_QUERY"),
        ("", "INVALIDJOB"),
    ],
)
def test_a_wrong_query_is_refused_when_the_job_is_made(bulk, soql, code):
    """A wrong query is refused when the job is made, with the code that a query call gives. [assumed]"""
    assert make(bulk, soql).error == (400, code)


def test_aborting_deleting_and_early_results(bulk):
    """A query job is aborted and deleted, but not closed, and has no results before its end. The codes are
    assumed, but the one for aborting twice.
    [documented: Bulk API 2.0 Developer Guide, Supported URIs and Methods]
    """
    job = make(bulk, "SELECT Id FROM Account").id
    assert bulk.org.call("GET", f"jobs/query/{job}/results").error == (400, "INVALIDJOBSTATE")
    job = make(bulk, "SELECT Id FROM Account").id
    assert bulk.org.call("PATCH", f"jobs/query/{job}", {"state": "Aborted"}).body["state"] == "Aborted"
    assert bulk.org.call("PATCH", f"jobs/query/{job}", {"state": "Aborted"}).error == (400, "INVALIDJOBSTATE")
    assert bulk.org.call("PATCH", f"jobs/query/{job}", {"state": "UploadComplete"}).error == (
        400,
        "INVALIDJOB",
    )
    assert bulk.org.call("DELETE", f"jobs/query/{job}").status == 204
    assert bulk.org.call("GET", f"jobs/query/{job}").error == (404, "NOT_FOUND")


def test_a_query_job_is_no_ingest_job(bulk):
    """Query jobs and ingest jobs are resources of their own.
    [documented: Bulk API 2.0 Developer Guide, Supported URIs and Methods]
    """
    job = make(bulk, "SELECT Id FROM Account").id
    assert bulk.org.call("GET", f"jobs/ingest/{job}").error == (404, "NOT_FOUND")


def test_query_jobs_count_against_the_days_allowance(package):
    """An org has 10,000 query jobs in 24 hours, and limits shows what is left. The code is assumed.
    [documented: Bulk API 2.0 Developer Guide, Limits]
    """
    bulk = Bulk(Client(package, switches=Switches(bulk_daily_queries=1)))
    make(bulk, "SELECT Id FROM Account")
    assert bulk.org.call("GET", "limits").body["DailyBulkV2QueryJobs"] == {"Max": 1, "Remaining": 0}
    assert make(bulk, "SELECT Id FROM Account").error == (400, "EXCEEDEDQUOTA")
