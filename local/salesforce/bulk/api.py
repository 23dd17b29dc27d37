"""`/jobs/ingest` and `/jobs/query`: the resources of Bulk API 2.0."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from local.salesforce.bulk.ingest import work_on
from local.salesforce.bulk.jobs import (
    ABORTED,
    COMPLETE,
    DELIMITERS,
    FINISHED,
    LINE_ENDINGS,
    OPEN,
    RUNNING,
    UPLOADED,
    Job,
    Jobs,
    invalid_job,
    invalid_state,
)
from local.salesforce.bulk.querying import check_query, result_page, run_job
from local.salesforce.bulk.sheets import write_sheet
from local.salesforce.errors import ApiError, method_not_allowed, resource_not_found
from local.salesforce.schema import SObject
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import World

_OPERATIONS = {
    "ingest": ("insert", "update", "upsert", "delete", "hardDelete"),
    "query": ("query", "queryAll"),
}
_CSV = {"Content-Type": "text/csv"}
# Of the data in base64, to which Salesforce turns it.
_LARGEST = 150_000_000
_PAGE = 50_000


def advance(world: World, jobs: Jobs) -> None:
    """One step for every job that waits: into InProgress, then batch by batch to its end."""
    for job in jobs.jobs.values():
        if job.state == UPLOADED:
            job.move(RUNNING, world.now())
        elif job.state == RUNNING and job.kind == "query":
            run_job(world, job)
        elif job.state == RUNNING:
            work_on(world, jobs, job)


def answer_jobs(world: World, jobs: Jobs, request: Request) -> Answer:
    """Route `/jobs/...`."""
    path = [decoded(part) for part in request.path[1:]]
    if not path or path[0] not in _OPERATIONS:
        raise resource_not_found()
    if len(path) == 1:
        return _all(world, jobs, request, path[0])
    job = jobs.find(world, path[0], path[1])
    if len(path) == 2:
        return _one(world, jobs, request, job)
    if len(path) == 3 and path[2] == "batches" and job.kind == "ingest":
        return _upload(world, request, job)
    if len(path) == 3 and request.method == "GET":
        return _results(request, job, path[2].lower())
    raise resource_not_found()


def _all(world: World, jobs: Jobs, request: Request, kind: str) -> Answer:
    if request.method == "GET":
        records = [each.described() for each in jobs.listed(world, kind)]
        return Answer(200, {"done": True, "records": records, "nextRecordsUrl": None})
    if request.method != "POST":
        raise method_not_allowed(request.method, "GET,POST")
    job = _new_job(world, request, kind)
    (_set_ingest if kind == "ingest" else _set_query)(world, jobs, job, request.members())
    return Answer(200, jobs.add(world, job).shown())


def _new_job(world: World, request: Request, kind: str) -> Job:
    members = request.members()
    operation = _choice(members, "operation", _OPERATIONS[kind], None)
    now, actor = world.now(), world.actor
    job = Job(
        "", kind, operation, str(members.get("object", "")), now, now, request.version, actor.user,
        actor.origin.replace("/api/rest/", "/api/bulkapi/"),
    )  # fmt: skip
    job.delimiter = _choice(members, "columnDelimiter", tuple(DELIMITERS), "COMMA")
    job.line_ending = _choice(members, "lineEnding", tuple(LINE_ENDINGS), "LF")
    _choice(members, "contentType", ("CSV",), "CSV")
    return job


def _choice(members: Mapping[str, object], name: str, known: tuple[str, ...], default: str | None) -> str:
    value = members.get(name, default)
    if value not in known:
        raise invalid_job(f"{name} must be one of {', '.join(known)}: {value}")
    return str(value)


def _set_ingest(world: World, jobs: Jobs, job: Job, members: Mapping[str, object]) -> None:
    sobject = world.org.schema.find(job.entity)
    if sobject is None or not sobject.allows:
        raise ApiError(400, "INVALIDENTITY", f"Entity '{job.entity}' is not supported by the Bulk API.")
    if job.operation == "hardDelete":
        # Needs a permission of its own, which the package does not grant.
        raise ApiError(400, "FEATURENOTENABLED", "hardDelete is not enabled for this user")
    if jobs.batches >= world.switches.bulk_daily_batches:
        raise ApiError(400, "EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
    job.entity = sobject.name
    given = members.get("externalIdFieldName")
    if job.operation == "upsert":
        job.key_field = _key_name(sobject, given)
    elif given is not None:
        raise invalid_job("externalIdFieldName is for upserts only")


def _key_name(sobject: SObject, given: object) -> str:
    if not isinstance(given, str) or not given:
        raise invalid_job("externalIdFieldName is required for upserts")
    field = sobject.find(given)
    if field is None or not (field.is_key or field.type == "id"):
        message = (
            f"Field name provided, {given} does not match an External ID, Salesforce Id, or indexed field"
        )
        raise invalid_job(f"{message} for {sobject.name}")
    return field.name


def _set_query(world: World, jobs: Jobs, job: Job, members: Mapping[str, object]) -> None:
    text = members.get("query")
    if not isinstance(text, str) or not text:
        raise invalid_job("query is required")
    if jobs.queries >= world.switches.bulk_daily_queries:
        raise ApiError(400, "EXCEEDEDQUOTA", "DailyBulkV2QueryJobs Limit exceeded.")
    job.entity = check_query(world, text, job.version, deleted=job.operation == "queryAll")
    job.query, job.state = text, UPLOADED
    jobs.queries += 1


def _one(world: World, jobs: Jobs, request: Request, job: Job) -> Answer:
    if request.method == "GET":
        return Answer(200, job.described())
    if request.method == "PATCH":
        _change_state(world, job, request.members().get("state"))
        return Answer(200, job.shown(brief=True))
    if request.method == "DELETE":
        if job.state in {OPEN, RUNNING}:
            raise invalid_state(f"A job in state {job.state} can't be deleted")
        del jobs.jobs[job.id]
        return Answer(204)
    raise method_not_allowed(request.method, "GET,PATCH,DELETE")


def _change_state(world: World, job: Job, wanted: object) -> None:
    if wanted == ABORTED:
        if job.state in FINISHED:
            raise invalid_state("Aborting already Completed Job not allowed")
        job.move(ABORTED, world.now())
    elif wanted == UPLOADED and job.kind == "ingest":
        if job.state != OPEN:
            raise invalid_state(f"Closing a job in state {job.state} not allowed")
        job.move(UPLOADED, world.now())
    else:
        raise invalid_job(f"state can't be set to {wanted}")


def _upload(world: World, request: Request, job: Job) -> Answer:
    """Take the data, once; 201 without a body."""
    if request.method != "PUT":
        raise method_not_allowed(request.method, "PUT")
    if not request.headers.get("content-type", "").startswith("text/csv"):
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be text/csv")
    if job.state != OPEN or job.data is not None:
        raise invalid_state("Data can be uploaded once, and only while the job is open")
    if 4 * -(-len(request.raw) // 3) > _LARGEST:
        raise ApiError(400, "INVALIDJOB", f"The data must not exceed {_LARGEST} bytes in base64")
    try:
        job.data = request.raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ApiError(400, "INVALIDJOB", "The data must be UTF-8") from None
    job.header = job.data.removeprefix("\ufeff").split("\n", 1)[0].removesuffix("\r")
    job.modified = world.now()
    return Answer(201)


def _results(request: Request, job: Job, name: str) -> Answer:
    if job.kind == "query":
        if name != "results":
            raise resource_not_found()
        return _query_results(request, job)
    sheets = {
        "successfulresults": (("sf__Id", "sf__Created"), job.succeeded),
        "failedresults": (("sf__Id", "sf__Error"), job.failed),
        "unprocessedrecords": ((), job.rows[job.position :]),
    }
    if name not in sheets:
        raise resource_not_found()
    if job.state not in FINISHED:
        raise invalid_state(f"A job in state {job.state} has no results yet")
    if name == "unprocessedrecords" and not job.columns:
        return Answer(200, (job.data or "").encode(), _CSV)
    return Answer(200, write_sheet(job, *sheets[name]), _CSV)


def _query_results(request: Request, job: Job) -> Answer:
    """One page; the header names the next one, and says `null` on the last."""
    if job.state != COMPLETE:
        raise invalid_state(f"A job in state {job.state} has no results")
    start = _place(request.query.get("locator", ""))
    size = request.query.get("maxRecords", str(_PAGE))
    if not size.isdigit() or int(size) < 1:
        raise invalid_job(f"maxRecords must be a positive number: {size}")
    end = min(start + int(size), len(job.rows))
    locator = base64.b64encode(str(end).encode()).decode() if end < len(job.rows) else "null"
    headers = {**_CSV, "Sforce-Locator": locator, "Sforce-NumberOfRecords": str(end - start)}
    return Answer(200, result_page(job, start, int(size)), headers)


def _place(locator: str) -> int:
    try:
        return int(base64.b64decode(locator, validate=True)) if locator else 0
    except (ValueError, binascii.Error):
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from None
