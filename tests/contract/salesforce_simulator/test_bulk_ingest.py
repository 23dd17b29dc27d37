"""Bulk API 2.0 ingest jobs."""

from __future__ import annotations

import pytest

from local.salesforce.switches import Switches
from local.salesforce.visibility import Org
from tests.contract.salesforce_simulator.bulk_driver import Bulk
from tests.contract.salesforce_simulator.driver import Client
from tests.contract.salesforce_simulator.small_package import write_package, write_permission_set

KEY = {"externalIdFieldName": "Storefront_Key__c"}


@pytest.fixture
def bulk(org):
    return Bulk(org)


def test_a_new_job_is_open_and_its_upload_url_has_no_leading_slash(bulk):
    """A new job is Open; its contentUrl starts without a slash and its apiVersion is a number. [recorded]"""
    job = bulk.make("upsert", **KEY).body
    assert job["contentUrl"] == f"services/data/v66.0/jobs/ingest/{job['id']}/batches"
    assert job["id"].startswith("750")
    del job["contentUrl"], job["id"], job["createdById"], job["createdDate"], job["systemModstamp"]
    assert job == {
        "operation": "upsert", "object": "Contact", "state": "Open", "externalIdFieldName": "Storefront_Key__c",
        "concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": 66.0, "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }  # fmt: skip


def test_a_job_goes_from_open_to_complete_and_its_rows_are_not_there_at_once(bulk):
    """A job goes from Open over UploadComplete and InProgress to JobComplete; its rows are not there before.
    [documented: Bulk API 2.0 Developer Guide, Get Information About an Ingest Job]
    """
    job = bulk.started("insert", "LastName\nByron\n")
    seen = ["UploadComplete", bulk.info(job)["state"]]
    assert bulk.org.rows("SELECT Id FROM Contact") == []
    info = bulk.info(job)
    assert [*seen, info["state"]] == ["UploadComplete", "InProgress", "JobComplete"]
    assert (info["numberRecordsProcessed"], info["numberRecordsFailed"], info["jobType"]) == (
        1,
        0,
        "V2Ingest",
    )
    assert bulk.org.rows("SELECT LastName FROM Contact")[0]["LastName"] == "Byron"


def test_results_repeat_the_rows_behind_salesforces_own_columns(bulk):
    """Results put Salesforce's own columns before the header as it was uploaded, and quote all cells.
    [recorded]
    """
    run = bulk.run("insert", "LastName,Phone\nByron,\n,1\n")
    created = bulk.org.rows("SELECT Id FROM Contact")[0]["Id"]
    assert (
        run.raw("successfulResults")
        == f'"sf__Id","sf__Created",LastName,Phone\n"{created}","true","Byron",""\n'
    )
    assert run.raw("failedResults") == (
        '"sf__Id","sf__Error",LastName,Phone\n'
        '"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","","1"\n'
    )
    assert run.raw("unprocessedrecords/") == "LastName,Phone\n"


def test_failed_rows_leave_the_job_complete(bulk):
    """A job whose rows failed is JobComplete all the same: only counters and results tell. [recorded]"""
    run = bulk.run("insert", "LastName,Email\nByron,a@example.com\nKing,nonsense\n")
    assert (run.info["state"], run.info["numberRecordsProcessed"], run.info["numberRecordsFailed"]) == (
        "JobComplete",
        2,
        1,
    )
    assert run.errors[0].startswith("INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --")


def test_an_error_without_fields_ends_in_a_colon_and_two_dashes(bulk):
    """An error of a row is code, message and fields between colons, and two dashes; without fields their
    place stays empty. [assumed]
    """
    bulk.org.create("Contact", LastName="a", Storefront_Key__c="taken")
    error = bulk.run("insert", "LastName,Storefront_Key__c\nb,taken\n").errors[0]
    assert error.startswith(
        "DUPLICATE_VALUE:duplicate value found: Storefront_Key__c duplicates value on record with id:"
    )
    assert error.endswith(":--")


def test_an_upsert_creates_and_updates_by_its_key(bulk):
    """An upsert updates the record with the row's key, or creates one; sf__Created tells which.
    [documented: Bulk API 2.0 Developer Guide]
    """
    known = bulk.org.create("Contact", LastName="old", Phone="1", Storefront_Key__c="k1")
    run = bulk.run("upsert", "Storefront_Key__c,LastName\nk1,new\nk2,other\n", **KEY)
    assert [(each["sf__Created"], each["Storefront_Key__c"]) for each in run.succeeded] == [
        ("false", "k1"),
        ("true", "k2"),
    ]
    assert run.succeeded[0]["sf__Id"] == known
    assert bulk.org.read("Contact", known)["LastName"] == "new"


def test_an_empty_cell_leaves_the_field_and_na_empties_it(bulk):
    """An empty cell leaves the field as it is, #N/A empties it.
    [documented: Bulk API 2.0 Developer Guide, Prepare CSV Files]
    """
    known = bulk.org.create("Contact", LastName="a", Phone="1", Fax="2")
    run = bulk.run("update", f"Id,Phone,Fax\n{known},,#N/A\n")
    assert run.info["numberRecordsFailed"] == 0
    row = bulk.org.read("Contact", known)
    assert (row["Phone"], row["Fax"]) == ("1", None)


def test_a_required_field_can_not_be_emptied_in_bulk_either(bulk):
    """#N/A does not empty a required field. [assumed]"""
    known = bulk.org.create("Contact", LastName="a")
    assert bulk.run("update", f"Id,LastName\n{known},#N/A\n").errors[0].startswith("REQUIRED_FIELD_MISSING:")


def test_parents_are_named_by_a_column_with_their_key(bulk):
    """A column `Parent__r.Key` (`Account.Key` for standard relationships) names a parent by a key; one that
    is not there fails the row. The error's words were recorded, #N/A for no parent is assumed.
    [documented: Bulk API 2.0 Developer Guide, Relationship Fields in a Header Row]
    """
    order = bulk.org.order(Storefront_Key__c="shop:1")
    sheet = "Name,Carrier__c,Order__r.Storefront_Key__c\np,post,shop:1\nq,post,shop:2\n"
    run = bulk.run("insert", sheet, "Parcel__c")
    parcel = run.succeeded[0]["sf__Id"]
    assert bulk.org.read("Parcel__c", parcel)["Order__c"] == order
    assert run.errors == [
        "INVALID_FIELD:Foreign key external ID: shop:2 not found for field Storefront_Key__c in entity Order:--"
    ]
    bulk.run("update", f"Id,Order__r.Storefront_Key__c\n{parcel},#N/A\n", "Parcel__c")
    assert bulk.org.read("Parcel__c", parcel)["Order__c"] is None


def test_a_polymorphic_parent_names_its_type(bulk):
    """A parent that may be of several objects is named with its type, as in `Owner:User.Username`; that the
    job fails without it is assumed.
    [documented: Bulk API 2.0 Developer Guide, Relationship Fields in a Header Row]
    """
    user = bulk.org.rows("SELECT Id, Username FROM User ORDER BY Username DESC")[0]
    sheet = "LastName,Company,{}\na,b," + user["Username"] + "\n"
    run = bulk.run("insert", sheet.format("Owner:User.Username"), "Lead")
    assert bulk.org.read("Lead", run.succeeded[0]["sf__Id"])["OwnerId"] == user["Id"]
    for header in ("Owner.Username", "Owner:Account.Storefront_Key__c"):
        run = bulk.run("insert", sheet.format(header), "Lead")
        assert run.info["errorMessage"] == f"InvalidBatch : Field name not found : {header}"


@pytest.mark.parametrize(
    "header",
    [
        "Nothing__c", "Order__r.Nothing__c", "Nothing__r.Storefront_Key__c", "Order__r.Name",
        "Order__r.Account.Storefront_Key__c",
    ],
)  # fmt: skip
def test_an_unknown_column_fails_the_whole_job(bulk, header):
    """An unknown field in the header fails the whole job, and so does a parent named by a field that is no
    key, or a parent's parent. That all rows are unprocessed then is assumed.
    [documented: Bulk API 2.0 Developer Guide, Relationship Fields in a Header Row]
    """
    run = bulk.run("insert", f"Name,Carrier__c,{header}\np,post,x\n", "Parcel__c")
    assert run.info["state"] == "Failed"
    assert run.info["errorMessage"] == f"InvalidBatch : Field name not found : {header}"
    assert (run.succeeded, run.failed) == ([], [])
    assert run.rows("unprocessedrecords") == [{"Name": "p", "Carrier__c": "post", header: "x"}]


def test_a_field_that_the_user_may_not_see_is_an_unknown_column(tmp_path):
    """A field that the user may not see does not exist for the API.
    [documented: Salesforce Help, field-level security]
    """
    write_permission_set(write_package(tmp_path), "Connector", {"Contact": "cru"}, {})
    bulk = Bulk(Client(tmp_path, permission_set="Connector"))
    run = bulk.run("insert", "LastName,Storefront_Key__c\na,b\n")
    assert run.info["errorMessage"] == "InvalidBatch : Field name not found : Storefront_Key__c"


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("Due__c", "2026-11-20x", "xsd:date"), ("Sent__c", "yesterday", "xsd:dateTime"),
        ("Weight__c", "heavy", "xsd:double"), ("Weight__c", "NaN", "xsd:double"),
        ("Weight__c", "Infinity", "xsd:double"),
        ("Insured__c", "maybe", "xsd:boolean"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_of_the_fields_type_fails_its_row(bulk, column, cell, kind):
    """A cell that is none of the field's type fails its row; the error counts columns from 0 and names the
    XML schema type. Seen for a date; the other types are assumed. [recorded]
    """
    run = bulk.run("insert", f"Name,Carrier__c,{column}\np,post,{cell}\n", "Parcel__c")
    wanted = (
        f"Failed to deserialize field at col 2. Due to, '{cell}' is not a valid value for the type {kind}"
    )
    assert run.errors == [f"INVALID_FIELD:{wanted}:{column} --"]


def test_values_are_written_as_text_of_their_type(bulk):
    """Numbers, checkboxes, dates and times stand in the sheet as in JSON.
    [documented: Bulk API 2.0 Developer Guide, Valid Date Format in Records]
    """
    header = "Name,Carrier__c,Weight__c,Insured__c,Due__c,Sent__c"
    sheet = f"{header}\np,post,1.25,FALSE,2026-11-20,2026-11-20T10:00:00+01:00\n"
    row = bulk.org.read("Parcel__c", bulk.run("insert", sheet, "Parcel__c").succeeded[0]["sf__Id"])
    found = [row[name] for name in ("Weight__c", "Insured__c", "Due__c", "Sent__c")]
    assert found == [1.25, False, "2026-11-20", "2026-11-20T09:00:00.000+0000"]


def test_line_endings_must_be_those_that_the_job_announced(bulk):
    """Rows must end as the job's lineEnding says, or the job fails as a whole; the words are assumed.
    [reported]
    """
    run = bulk.run("insert", "LastName\r\nByron\r\n")
    assert run.info["state"] == "Failed"
    assert run.info["errorMessage"].endswith(
        "LineEnding is invalid on user data. Current LineEnding setting is LF"
    )
    assert bulk.run("insert", "LastName\nByron\n", lineEnding="CRLF").info["state"] == "Failed"
    run = bulk.run("insert", "LastName\r\nByron\r\n", lineEnding="CRLF")
    assert run.raw("successfulResults").startswith('"sf__Id","sf__Created",LastName\r\n')


def test_another_delimiter_and_lines_within_cells(bulk):
    """A job may choose another column delimiter; a quoted cell may hold delimiters, quotes and lines.
    [documented: Bulk API 2.0 Developer Guide, Create a Job]
    """
    run = bulk.run(
        "insert", 'LastName;Description\nByron;"first; ""x""\nsecond"\n', columnDelimiter="SEMICOLON"
    )
    row = bulk.org.read("Contact", run.raw("successfulResults").split('"')[5])
    assert row["Description"] == 'first; "x"\nsecond'


@pytest.mark.parametrize("sheet", ['LastName\n"open\n', "LastName,Phone\nByron\n", ""])
def test_a_sheet_that_is_not_csv_fails_the_job(bulk, sheet):
    """A sheet that can't be read fails the job as a whole. [assumed]"""
    run = bulk.run("insert", sheet)
    assert run.info["state"] == "Failed"
    assert run.info["errorMessage"].startswith("InvalidBatch : ")
    assert bulk.org.rows("SELECT Id FROM Contact") == []


TOO_LONG = [
    "LastName\n" + "x" * 32_001 + "\n",
    "LastName" + ",Phone" * 12 + "\n" + ",".join(["x" * 31_000] * 13) + "\n",
    "LastName" + ",Phone" * 5_000 + "\n",
]


@pytest.mark.parametrize("sheet", TOO_LONG, ids=["field", "record", "columns"])
def test_a_record_beyond_the_limits_fails_the_job(bulk, sheet):
    """A field has at most 32,000 characters, a record 400,000 in at most 5,000 fields. That the whole job
    fails is assumed. [documented: Bulk API 2.0 Developer Guide, Limits]
    """
    run = bulk.run("insert", sheet)
    assert run.info["state"] == "Failed"
    assert run.info["errorMessage"].startswith("InvalidBatch : ")
    assert bulk.org.rows("SELECT Id FROM Contact") == []


def test_a_key_that_several_records_have_fails_its_row(bulk):
    """A row whose key several records have is refused with their ids, and none of them is changed; only the
    other rows are written. [documented]
    """
    ids = [bulk.org.create("Parcel__c", Name="p", Carrier__c="post", Batch__c="b1") for _ in range(2)]
    sheet = "Batch__c,Name,Carrier__c\nb1,q,post\nb2,q,post\n"
    run = bulk.run("upsert", sheet, "Parcel__c", externalIdFieldName="Batch__c")
    assert [each["Batch__c"] for each in run.succeeded] == ["b2"]
    assert run.errors[0].startswith("DUPLICATE_EXTERNAL_ID:")
    assert all(each in run.errors[0] for each in ids)
    assert [bulk.org.read("Parcel__c", each)["Name"] for each in ids] == ["p", "p"]


def test_a_deletion_takes_ids_and_nothing_else(bulk):
    """A sheet of deletions has the column Id and no other. That a record deleted before fails its row alone
    is assumed. [reported]
    """
    ids = [bulk.org.create("Contact", LastName=name) for name in "ab"]
    assert bulk.run("delete", f"Id,LastName\n{ids[0]},a\n").info["state"] == "Failed"
    run = bulk.run("delete", f"Id\n{ids[0]}\n{ids[1]}\n{ids[1]}\n")
    assert [each["sf__Id"] for each in run.succeeded] == ids
    assert (run.failed[0]["sf__Id"], run.errors) == (ids[1], ["ENTITY_IS_DELETED:entity is deleted:--"])
    assert bulk.org.rows("SELECT Id FROM Contact") == []


def test_updates_and_upserts_need_the_column_that_finds_the_record(bulk):
    """A sheet without the column of the id or key fails the job, a row without its value only itself. The
    code of the row is assumed. [reported]
    """
    for operation, name, more in (("update", "Id", {}), ("upsert", "Storefront_Key__c", KEY)):
        run = bulk.run(operation, "LastName\na\n", **more)
        assert run.info["errorMessage"] == f"InvalidBatch : Field name not found : {name}"
    assert bulk.run("update", "Id,LastName\n,a\n").errors == [
        "MISSING_ARGUMENT:Id not specified in an update call:--"
    ]
    run = bulk.run("upsert", "Storefront_Key__c,LastName\n,a\n", **KEY)
    assert run.errors == ["MISSING_ARGUMENT:Storefront_Key__c not specified:--"]


def test_an_upsert_by_id_creates_where_there_is_none(bulk):
    """An upsert may go by Id; a row without one creates a record. [reported]"""
    known = bulk.org.create("Contact", LastName="a")
    run = bulk.run("upsert", f"Id,LastName\n{known},b\n,c\n", externalIdFieldName="Id")
    assert [each["sf__Created"] for each in run.succeeded] == ["false", "true"]


def test_the_same_key_twice_in_one_chunk_fails_the_later_row(bulk):
    """The same key twice in one chunk fails a row as a duplicate; that it is the later one is assumed.
    [reported]
    """
    run = bulk.run("upsert", "Storefront_Key__c,LastName\nk,a\nk,b\n", **KEY)
    assert len(run.succeeded) == 1
    assert run.errors[0].startswith("DUPLICATE_VALUE:")


def test_the_same_key_in_another_chunk_is_an_update(bulk):
    """Rows are processed in chunks of 200, one after the other: a key of an earlier chunk is a record by
    then. [assumed]
    """
    rows = "".join(f"k{number % 200},n{number}\n" for number in range(201))
    run = bulk.run("upsert", f"Storefront_Key__c,LastName\n{rows}", **KEY)
    assert (len(run.succeeded), run.succeeded[-1]["sf__Created"]) == (201, "false")
    assert (
        bulk.org.rows("SELECT LastName FROM Contact WHERE Storefront_Key__c = 'k0'")[0]["LastName"] == "n200"
    )


def test_a_row_that_fails_late_leaves_nothing_behind(bulk):
    """Each row succeeds or fails on its own: nothing of a refused one is written.
    [documented: Bulk API 2.0 Developer Guide]
    """
    account = bulk.org.create("Account", Name="x")
    order = bulk.org.create("Order", AccountId=account, EffectiveDate="2026-11-20", Status="Draft")
    assert bulk.run("update", f"Id,Description,EndDate\n{order},new,2026-01-01\n", "Order").failed
    assert bulk.org.read("Order", order)["Description"] is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"operation": "replace"}, "INVALIDJOB"),
        ({"operation": "upsert"}, "INVALIDJOB"),
        ({"operation": "upsert", "externalIdFieldName": "Phone"}, "INVALIDJOB"),
        ({"operation": "insert", "externalIdFieldName": "Storefront_Key__c"}, "INVALIDJOB"),
        ({"operation": "insert", "object": "Nothing__c"}, "INVALIDENTITY"),
        ({"operation": "insert", "object": "User"}, "INVALIDENTITY"),
        ({"operation": "hardDelete"}, "FEATURENOTENABLED"),
        ({"operation": "insert", "columnDelimiter": "COLON"}, "INVALIDJOB"),
        ({"operation": "insert", "lineEnding": "CR"}, "INVALIDJOB"),
        ({"operation": "insert", "contentType": "XML"}, "INVALIDJOB"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_at_once(bulk, more, code):
    """The fields of a new job and their values are fixed, upserts alone need a key, and deleting for good
    needs a permission of its own. The codes are assumed.
    [documented: Bulk API 2.0 Developer Guide, Create a Job]
    """
    assert bulk.org.call("POST", "jobs/ingest", {"object": "Contact", **more}).error == (400, code)


def test_data_is_uploaded_once_as_csv_while_the_job_is_open(bulk):
    """Data is put once, as CSV in UTF-8, while the job is Open; nobody closes a job twice. The codes are
    assumed. [documented: Bulk API 2.0 Developer Guide, Upload Job Data]
    """
    job = bulk.make("insert").id
    assert bulk.upload(job, "{}", "application/json").status == 415
    assert bulk.upload(job, b"LastName\n\xff\n").error == (400, "INVALIDJOB")
    assert bulk.upload(job, "LastName\na\n").status == 201
    assert bulk.upload(job, "LastName\nb\n").error == (400, "INVALIDJOBSTATE")
    bulk.close(job)
    assert bulk.close(job).error == (400, "INVALIDJOBSTATE")
    bulk.finish(job)
    assert len(bulk.org.rows("SELECT Id FROM Contact")) == 1


def test_an_upload_is_answered_without_the_usage_header(bulk):
    """Sforce-Limit-Info comes with data calls, but not with the answer to an upload. [recorded]"""
    job = bulk.make("insert")
    assert "Sforce-Limit-Info" in job.headers
    assert "Sforce-Limit-Info" not in bulk.upload(job.id, "LastName\na\n").headers


def test_data_is_at_most_150_megabytes_in_base64(bulk, monkeypatch):
    """Data has at most 150 MB after its conversion to base64, which makes it a third larger. The code is
    assumed. [documented: Bulk API 2.0 Developer Guide, Upload Job Data]
    """
    monkeypatch.setattr("local.salesforce.bulk.api._LARGEST", 40)
    job = bulk.make("insert").id
    assert bulk.upload(job, "LastName\n" + "x" * 22).error == (400, "INVALIDJOB")
    assert bulk.upload(job, "LastName\n" + "x" * 21).status == 201


def test_a_job_fails_when_its_object_is_gone_before_its_work(bulk, tmp_path):
    """A job whose object the user can't see any more when its turn comes fails. [assumed]"""
    job = bulk.started("insert", "Name,Carrier__c\np,post\n", "Parcel__c")
    bulk.org.simulator.world.org = Org(tmp_path, "", Switches())
    info = bulk.finish(job)
    assert (info["state"], info["numberRecordsProcessed"]) == ("Failed", 0)
    assert info["errorMessage"].startswith("InvalidEntity : ")
