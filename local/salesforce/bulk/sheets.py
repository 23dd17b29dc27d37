"""The CSV of jobs: what is uploaded and what is handed back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from local.salesforce.bulk.jobs import DELIMITERS, LINE_ENDINGS, Job

_CELL, _RECORD, _COLUMNS = 32_000, 400_000, 5_000


class Unreadable(Exception):
    """The whole job fails with this message."""


def read_sheet(job: Job) -> None:
    """Read the uploaded text into the job's header, columns and rows; Unreadable fails the job.

    Line endings must be those that the job announced (the message is Salesforce's).
    """
    text = (job.data or "").removeprefix("\ufeff")
    ending = LINE_ENDINGS[job.line_ending]
    first = text.split("\n", 1)[0]
    if "\n" in text and first.endswith("\r") != (ending == "\r\n"):
        raise Unreadable(
            f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {job.line_ending}"
        )
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[job.delimiter], strict=True)
        )
    except csv.Error as problem:
        raise Unreadable(f"InvalidBatch : Failed to parse CSV. {problem}") from None
    if not rows:
        raise Unreadable("InvalidBatch : The batch is empty")
    job.columns = [each.strip() for each in rows[0]]
    job.rows = [row for row in rows[1:] if row]
    _check_sizes(job)


def _check_sizes(job: Job) -> None:
    if len(job.columns) > _COLUMNS:
        raise Unreadable(f"InvalidBatch : A record has at most {_COLUMNS} fields")
    for number, row in enumerate(job.rows, 1):
        if len(row) != len(job.columns):
            wanted = len(job.columns)
            raise Unreadable(f"InvalidBatch : Row {number} has {len(row)} columns, the header has {wanted}")
        if any(len(cell) > _CELL for cell in row) or sum(map(len, row)) > _RECORD:
            raise Unreadable(
                f"InvalidBatch : Row {number} exceeds {_CELL} characters a field or {_RECORD} in all"
            )


def write_sheet(job: Job, own: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    """Results: columns of Salesforce's own, in quotes, before the header as it was uploaded; all cells in quotes."""
    delimiter, ending = DELIMITERS[job.delimiter], LINE_ENDINGS[job.line_ending]
    header = delimiter.join([*(f'"{name}"' for name in own), job.header])
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(rows)
    return f"{header}{ending}{out.getvalue()}".encode()
