"""Jobs: what they are told, how far they are, and how Salesforce shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from local.salesforce.errors import ApiError, resource_not_found
from local.salesforce.ids import full_id, make_id
from local.salesforce.world import World

KEPT = timedelta(days=7)
DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
OPEN, UPLOADED, RUNNING = "Open", "UploadComplete", "InProgress"
COMPLETE, FAILED, ABORTED = "JobComplete", "Failed", "Aborted"
FINISHED = frozenset({COMPLETE, FAILED, ABORTED})


@dataclass
class Job:
    """One job. Rows are lists of cells as text; `position` counts the rows that were processed."""

    id: str
    kind: str
    operation: str
    entity: str
    created: str
    modified: str
    version: str
    user: str
    origin: str
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    key_field: str = ""
    query: str = ""
    state: str = OPEN
    data: str | None = None
    header: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    position: int = 0
    succeeded: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    error: str = ""

    def shown(self, *, brief: bool = False) -> dict[str, object]:
        """The job as a create (or, `brief`, the change of its state) answers it."""
        body: dict[str, object] = {
            "id": self.id, "operation": self.operation, "object": self.entity, "createdById": self.user,
            "createdDate": self.created, "systemModstamp": self.modified, "state": self.state,
        }  # fmt: skip
        if self.key_field:
            body["externalIdFieldName"] = self.key_field
        body |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(self.version[1:])}
        if brief:
            return body
        if self.kind == "ingest" and self.state == OPEN:
            # Without a leading slash, unlike every other URL of the API.
            body["contentUrl"] = f"services/data/{self.version}/jobs/ingest/{self.id}/batches"
        return {**body, "lineEnding": self.line_ending, "columnDelimiter": self.delimiter}

    def described(self) -> dict[str, object]:
        """The job as `GET` shows it: with counters, and the reason of a failure."""
        body = {**self.shown(), "jobType": "V2Ingest" if self.kind == "ingest" else "V2Query"}
        body["numberRecordsProcessed"] = self.position
        if self.kind == "ingest":
            body["numberRecordsFailed"] = len(self.failed)
        body |= {"retries": 0, "totalProcessingTime": 0}
        if self.kind == "ingest":
            body |= {"apiActiveProcessingTime": 0, "apexProcessingTime": 0}
        if self.error:
            body["errorMessage"] = self.error
        return body

    @property
    def progress(self) -> tuple[str, str, int]:
        """Which job, in which state and how far; differs after every change."""
        return self.id, f"{self.state} {self.modified} {self.data is None}", self.position

    def move(self, state: str, now: str) -> None:
        """Enter a state."""
        self.state, self.modified = state, now


@dataclass
class Jobs:
    """The org's jobs, and what they have used of the day's allowance."""

    jobs: dict[str, Job] = field(default_factory=dict)
    batches: int = 0
    queries: int = 0

    def add(self, world: World, job: Job) -> Job:
        """Number a job and keep it."""
        job.id = make_id("750", world.store.next_number("job"))
        self.jobs[job.id] = job
        return job

    def find(self, world: World, kind: str, job_id: str) -> Job:
        """The job of this id; 404 for an unknown one and for one whose seven days are over."""
        job = self.jobs.get(full_id(job_id) or "")
        if job is None or job.kind != kind or _is_over(world, job):
            raise resource_not_found()
        return job

    def listed(self, world: World, kind: str) -> list[Job]:
        """The jobs of a kind, newest last."""
        return [each for each in self.jobs.values() if each.kind == kind and not _is_over(world, each)]

    def clear(self) -> None:
        """Forget all jobs and counts."""
        self.jobs.clear()
        self.batches = self.queries = 0

    def export(self) -> list[dict[str, object]]:
        """The jobs as JSON, for keeping them in a file."""
        return [asdict(each) for each in self.jobs.values()]

    def load(self, kept: Iterable[Mapping[str, object]]) -> None:
        """Take jobs from a file."""
        for each in kept:
            job = Job(**each)  # type: ignore[arg-type]  # what export wrote
            self.jobs[job.id] = job


def _is_over(world: World, job: Job) -> bool:
    created = datetime.strptime(job.created, "%Y-%m-%dT%H:%M:%S.%f%z")
    return world.clock() - created > KEPT


def invalid_job(message: str) -> ApiError:
    """400 for a job that can't be made as it was asked for."""
    return ApiError(400, "INVALIDJOB", f"InvalidJob : {message}")


def invalid_state(message: str) -> ApiError:
    """400 for a step that the job's state does not allow."""
    return ApiError(400, "INVALIDJOBSTATE", message)
