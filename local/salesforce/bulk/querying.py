"""The work of query jobs: a SOQL query whose result is read in pages of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from local.salesforce.bulk.jobs import COMPLETE, DELIMITERS, LINE_ENDINGS, Job
from local.salesforce.errors import ApiError
from local.salesforce.soql.aggregate import is_aggregate
from local.salesforce.soql.fields import Scope, column, scope_of
from local.salesforce.soql.parse import parse
from local.salesforce.soql.run import run_query
from local.salesforce.soql.tree import Path, Query, Selected
from local.salesforce.world import World


def check_query(world: World, text: str, version: str, *, deleted: bool) -> str:
    """The name of the object that a job may query; ApiError for what queries in bulk do not do."""
    query = parse(text)
    if query.group_by or query.offset or any(is_aggregate(each.what) for each in query.selected):
        raise _not_enabled("Aggregate functions, GROUP BY and OFFSET are not supported in Bulk V2 Query")
    if any(isinstance(each.what, Query) for each in query.selected):
        raise _not_enabled("Aggregate Relationships not supported in Bulk V2 Query with CSV content type")
    scope = scope_of(world, query)
    for each in query.selected:
        _path(scope, each)
    run_query(world, text, version, deleted=deleted)
    return scope.sobject.name


def _not_enabled(message: str) -> ApiError:
    return ApiError(400, "FEATURENOTENABLED", message)


def _path(scope: Scope, selected: Selected) -> tuple[str, ...]:
    """The names under which a selected field stands in a record."""
    if not isinstance(selected.what, Path):
        raise _not_enabled("Only fields can be selected in Bulk V2 Query")
    found = column(scope, selected.what)
    if found.field.type == "address":
        raise _not_enabled("Selecting compound data not supported in Bulk Query")
    return (*(each.relationship or "" for each in found.parents), found.field.name)


def run_job(world: World, job: Job) -> None:
    """Run the query and keep its rows as text."""
    query = parse(job.query)
    scope = scope_of(world, query)
    paths = [_path(scope, each) for each in query.selected]
    found = run_query(world, job.query, job.version, deleted=job.operation == "queryAll")
    job.columns = [".".join(path) for path in paths]
    job.rows = [[_cell(_read(record, path)) for path in paths] for record in found.records]
    job.position = len(job.rows)
    job.move(COMPLETE, world.now())


def _read(record: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = record
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def result_page(job: Job, start: int, size: int) -> bytes:
    """Some rows below the header; everything in quotes."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=DELIMITERS[job.delimiter],
        lineterminator=LINE_ENDINGS[job.line_ending],
        quoting=csv.QUOTE_ALL,
    )
    writer.writerows([job.columns, *job.rows[start : start + size]])
    return out.getvalue().encode()
