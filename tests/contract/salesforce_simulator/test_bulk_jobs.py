"""The life of bulk jobs: results, ends, allowances, transactions."""

from __future__ import annotations

import pytest

from local.salesforce.switches import Switches
from tests.contract.salesforce_simulator.bulk_driver import Bulk
from tests.contract.salesforce_simulator.driver import BASE, Client
from tests.contract.salesforce_simulator.test_server import Running

KEY = {"externalIdFieldName": "Storefront_Key__c"}


@pytest.fixture
def bulk(org):
    return Bulk(org)


def small_batches(package, **more):
    return Bulk(Client(package, switches=Switches(bulk_batch=2, **more)))


def test_results_wait_for_the_end_of_the_job(bulk):
    """A job has no results before its end; the code is assumed. [assumed]"""
    job = bulk.started("insert", "LastName\na\n")
    assert bulk.org.call("GET", f"jobs/ingest/{job}/failedResults").error == (400, "INVALIDJOBSTATE")


def test_an_aborted_job_keeps_what_was_done_and_shows_the_rest(package):
    """An aborted job keeps what was done and shows the other rows as unprocessed, which is documented; a
    finished job can't be aborted. [recorded]
    """
    bulk = small_batches(package)
    job = bulk.started("insert", "LastName\na\nb\nc\nd\ne\n")
    bulk.info(job)
    assert bulk.info(job)["numberRecordsProcessed"] == 2
    # The abort itself comes after the org has gone on with the next batch.
    assert bulk.org.call("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"}).body["state"] == "Aborted"
    assert len(bulk.org.rows("SELECT Id FROM Contact")) == 4
    assert bulk.text(f"ingest/{job}/unprocessedrecords/")[0] == 'LastName\n"e"\n'
    again = bulk.org.call("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"})
    assert again.error == (400, "INVALIDJOBSTATE")


def test_jobs_are_listed_and_deleted_and_expire_after_seven_days(bulk):
    """Jobs are listed, and gone after seven days. One is deleted when UploadComplete or over, but not while
    Open or InProgress; the code is assumed. [documented: Bulk API 2.0 Developer Guide, Delete a Job]
    """
    done, waiting = bulk.started("insert", "LastName\na\n"), bulk.make("insert").id
    bulk.finish(done)
    listed = bulk.org.call("GET", "jobs/ingest").body
    assert ([each["id"] for each in listed["records"]], listed["done"]) == ([done, waiting], True)
    assert bulk.org.call("DELETE", f"jobs/ingest/{waiting}").error == (400, "INVALIDJOBSTATE")
    assert bulk.org.call("DELETE", f"jobs/ingest/{done}").status == 204
    assert bulk.org.call("GET", f"jobs/ingest/{done}").error == (404, "NOT_FOUND")
    bulk.org.clock.pass_(7 * 86_400 + 1)
    bulk.org.log_in()
    assert bulk.org.call("GET", f"jobs/ingest/{waiting}").error == (404, "NOT_FOUND")
    assert bulk.org.call("GET", "jobs/ingest").body["records"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "jobs"),
        ("GET", "jobs/nothing"),
        ("GET", "jobs/ingest/{ingest}/nothing"),
        ("POST", "jobs/ingest/{ingest}/failedResults"),
        ("GET", "jobs/ingest/{ingest}/failedResults/more"),
        ("GET", "jobs/query/{query}/failedResults"),
        ("GET", "jobs/ingest/{query}"),
        ("GET", "jobs/ingest/750000000000099AAA"),
    ],
)
def test_what_the_guide_does_not_list_is_not_found(bulk, method, path):
    """Jobs have the resources that the guide lists; an ingest job is no query job. The code is assumed.
    [documented: Bulk API 2.0 Developer Guide, Supported URIs and Methods]
    """
    query = {"operation": "query", "query": "SELECT Id FROM Account"}
    ids = {"ingest": bulk.make("insert").id, "query": bulk.org.call("POST", "jobs/query", query).id}
    assert bulk.org.call(method, path.format(**ids)).error == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "jobs/ingest"), ("POST", "jobs/ingest/{}"), ("GET", "jobs/ingest/{}/batches")],
)
def test_each_resource_of_jobs_has_its_methods(bulk, method, path):
    """Jobs are made and listed, one is read, changed and deleted, and its data is put; no more. The code is
    assumed. [documented: Bulk API 2.0 Developer Guide, Supported URIs and Methods]
    """
    job = bulk.make("insert").id
    assert bulk.org.call(method, path.format(job)).error == (405, "METHOD_NOT_ALLOWED")
    assert bulk.info(job)["state"] == "Open"


def test_batches_count_against_the_days_allowance(package):
    """An org has 15,000 batches of up to 10,000 rows in 24 hours, and limits shows what is left. The code is
    assumed. [documented: Bulk API 2.0 Developer Guide, Limits]
    """
    bulk = small_batches(package, bulk_daily_batches=2)
    bulk.run("insert", "LastName\na\nb\nc\n")
    assert bulk.org.call("GET", "limits").body["DailyBulkApiBatches"] == {"Max": 2, "Remaining": 0}
    assert bulk.make("insert").error == (400, "EXCEEDEDQUOTA")


def test_a_chunk_of_200_rows_is_one_transaction_of_the_bulk_api(heard):
    """Each chunk of 200 rows is a transaction of its own; changeOrigin names the bulk API and the client that
    made the job. [assumed]
    """
    bulk = Bulk(heard)
    sent = {"Sforce_Call_Options": "client=storefront_connector"}
    job = heard.call("POST", "jobs/ingest", {"object": "Contact", "operation": "insert"}, **sent).id
    bulk.upload(job, "LastName\n" + "".join(f"n{number}\n" for number in range(201)))
    bulk.close(job)
    bulk.finish(job)
    heads = [each["ChangeEventHeader"] for each in heard.payloads()]
    assert {each["changeOrigin"] for each in heads} == {
        "com/salesforce/api/bulkapi/66.0;client=storefront_connector"
    }
    keys = [each["transactionKey"] for each in heads]
    assert (len(set(keys)), keys.count(keys[0]), keys.count(keys[-1])) == (2, 200, 1)


def test_faults_hit_single_rows_of_a_job(bulk):
    """A locked row is a failed row, not a failed job. [assumed]"""
    bulk.org.control("POST", "/_faults", {"fault": "lock", "node": "King"})
    run = bulk.run("insert", "LastName\nByron\nKing\nLovelace\n")
    assert [each["LastName"] for each in run.succeeded] == ["Byron", "Lovelace"]
    assert run.errors[0].startswith("UNABLE_TO_LOCK_ROW:")


def test_commerce_rules_hold_in_bulk_too(bulk):
    """What holds for a record holds for a row of a job; the order's total rolls up as well. [assumed]"""
    _, entry = bulk.org.priced_product(price=5)
    bulk.org.change("PricebookEntry", entry, Storefront_Key__c="sku")
    order = bulk.org.order(Storefront_Key__c="shop:1")
    sheet = "Order.Storefront_Key__c,PricebookEntry.Storefront_Key__c,Quantity,UnitPrice,Storefront_Key__c\n"
    run = bulk.run(
        "upsert", f"{sheet}shop:1,sku,3,3.33,shop:1:1\nshop:1,sku,0,1,shop:1:2\n", "OrderItem", **KEY
    )
    assert (len(run.succeeded), run.errors[0].split(":")[0]) == (1, "FIELD_INTEGRITY_EXCEPTION")
    assert bulk.org.read("Order", order)["TotalAmount"] == 9.99


def test_calls_are_counted_under_the_job_and_not_its_id(bulk):
    """Calls are counted per resource, without ids of jobs. [ours]"""
    run = bulk.run("insert", "LastName\na\n")
    assert run.succeeded
    paths = bulk.org.control("GET", "/_calls").body["paths"]
    assert {path.removeprefix(BASE) for path in paths if "/jobs/" in path} == {
        "/jobs/ingest", "/jobs/ingest/{id}", "/jobs/ingest/{id}/batches", "/jobs/ingest/{id}/successfulResults",
    }  # fmt: skip


def test_simple_salesforce_runs_jobs_and_a_restart_loses_none(package, tmp_path):
    """simple-salesforce's own client for jobs polls until their end; `--data` keeps jobs. [ours]"""
    running = Running(package, tmp_path)
    sf = running.client()
    sf.bulk2_url = f"{running.url}/services/data/v66.0/jobs/"
    records = [{"Storefront_Key__c": f"k{number}", "LastName": f"n{number}"} for number in range(300)]
    results = sf.bulk2.Contact.upsert(records=records, external_id_field="Storefront_Key__c", wait=0.1)
    assert [(each["numberRecordsProcessed"], each["numberRecordsFailed"]) for each in results] == [(300, 0)]
    pages = list(sf.bulk2.Contact.query("SELECT Id, LastName FROM Contact", max_records=200, wait=0.1))
    assert [len(each.strip().splitlines()) for each in pages] == [201, 101]
    job = results[0]["job_id"]
    assert running.stop() == 0
    again = Running(package, tmp_path)
    try:
        sf = again.client()
        assert sf.restful(f"jobs/ingest/{job}")["numberRecordsProcessed"] == 300
    finally:
        assert again.stop() == 0
