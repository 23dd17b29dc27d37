"""The work of ingest jobs: rows become records, in chunks of 200 that are transactions of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from local.salesforce.bulk.columns import Column, read_cell, read_column
from local.salesforce.bulk.jobs import COMPLETE, FAILED, Job, Jobs
from local.salesforce.bulk.sheets import Unreadable, read_sheet
from local.salesforce.errors import ApiError
from local.salesforce.ids import full_id
from local.salesforce.lookup import MultipleMatches
from local.salesforce.records import create, update, upsert
from local.salesforce.removal import delete
from local.salesforce.schema import SObject
from local.salesforce.world import Actor, Call, World

CHUNK = 200
SERVER_BATCH = 10_000


@dataclass
class Task:
    """A job with what its columns mean. `seen` holds the keys of the chunk at hand."""

    world: World
    job: Job
    sobject: SObject
    columns: list[Column]
    seen: set[str] = field(default_factory=set)

    @property
    def call(self) -> Call:
        """How the job's writes look to rules and ordered faults."""
        job = self.job
        return Call(job.version, f"/services/data/{job.version}/jobs/ingest/{job.id}")


def work_on(world: World, jobs: Jobs, job: Job) -> None:
    """Process the next batch of rows; the last one completes the job. A sheet that can't be read fails it."""
    sobject = world.org.schema.find(job.entity)
    try:
        if sobject is None:
            raise Unreadable(f"InvalidEntity : Entity '{job.entity}' is not supported by the Bulk API.")
        if not job.columns:
            read_sheet(job)
        columns = [read_column(world, sobject, each) for each in job.columns]
        _check_columns(job, columns)
    except Unreadable as problem:
        job.error = str(problem)
        job.move(FAILED, world.now())
        return
    task = Task(world, job, sobject, columns)
    end = min(job.position + world.switches.bulk_batch, len(job.rows))
    jobs.batches += max(1, -(-(end - job.position) // SERVER_BATCH))
    with world.acting(Actor(job.user, job.origin)):
        while job.position < end:
            _work_on_chunk(task, min(job.position + CHUNK, end))
    if job.position == len(job.rows):
        job.move(COMPLETE, world.now())


def _check_columns(job: Job, columns: list[Column]) -> None:
    """Updates and deletions need ids, upserts their key; deletions take nothing else."""
    names = {each.name for each in columns if each.target is None}
    if job.operation == "delete" and [each.name for each in columns] != ["Id"]:
        raise Unreadable("InvalidBatch : The 'delete' batch must contain only ids")
    wanted = {"update": "Id", "upsert": job.key_field}.get(job.operation)
    if wanted and wanted not in names:
        raise Unreadable(f"InvalidBatch : Field name not found : {wanted}")


def _work_on_chunk(task: Task, end: int) -> None:
    job = task.job
    task.seen.clear()
    with task.world.store.transaction():
        for row in job.rows[job.position : end]:
            _work_on_row(task, row)
    job.position = end


def _work_on_row(task: Task, row: list[str]) -> None:
    job = task.job
    try:
        record_id, created = _OPERATIONS[job.operation](task, row)
    except ApiError as error:
        job.failed.append([_given_id(task, row), shown_error(error), *row])
    except MultipleMatches as several:
        message = f"More than one record found: [{', '.join(several.ids)}]"
        job.failed.append(["", shown_error(ApiError(400, "DUPLICATE_EXTERNAL_ID", message, [])), *row])
    else:
        job.succeeded.append([record_id, str(created).lower(), *row])


def shown_error(error: ApiError) -> str:
    """`CODE:message:field1,field2 --`."""
    fields = ",".join(error.fields or [])
    return f"{error.code}:{error.message}:{fields + ' ' if fields else ''}--"


def _given_id(task: Task, row: list[str]) -> str:
    return next((cell for column, cell in zip(task.columns, row, strict=True) if column.name == "Id"), "")


def _body(task: Task, row: list[str], *without: str) -> Mapping[str, object]:
    """The row as a body: empty cells are left out, which leaves their fields unchanged."""
    return {
        column.name: read_cell(task.sobject, column, cell, number)
        for number, (column, cell) in enumerate(zip(task.columns, row, strict=True))
        if cell != "" and column.name not in without
    }


def _insert(task: Task, row: list[str]) -> tuple[str, bool]:
    return create(task.world, task.call, task.sobject, _body(task, row)), True


def _needed_id(task: Task, row: list[str], operation: str) -> str:
    given = _given_id(task, row)
    if not given:
        raise ApiError(400, "MISSING_ARGUMENT", f"Id not specified in {operation} call", [])
    return given


def _update(task: Task, row: list[str]) -> tuple[str, bool]:
    given = _needed_id(task, row, "an update")
    update(task.world, task.call, task.sobject, given, _body(task, row, "Id"))
    return full_id(given) or given, False


def _delete(task: Task, row: list[str]) -> tuple[str, bool]:
    given = _needed_id(task, row, "a delete")
    delete(task.world, task.call, task.sobject, given)
    return full_id(given) or given, False


def _upsert(task: Task, row: list[str]) -> tuple[str, bool]:
    key = task.sobject.fields[task.job.key_field]
    if key.type == "id":
        return _update(task, row) if _given_id(task, row) else _insert(task, row)
    body = dict(_body(task, row))
    value = body.pop(key.name, None)
    if value is None:
        raise ApiError(400, "MISSING_ARGUMENT", f"{key.name} not specified", [])
    folded = key.key(str(value))
    if folded in task.seen:
        raise ApiError(400, "DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [key.name])
    task.seen.add(folded)
    done = upsert(task.world, task.call, task.sobject, key, value, body)
    return done.id, done.created


_OPERATIONS: dict[str, Callable[[Task, list[str]], tuple[str, bool]]] = {
    "insert": _insert,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
}
