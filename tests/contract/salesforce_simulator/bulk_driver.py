"""Drives bulk jobs as a client does: create, upload, close, poll, read."""

from __future__ import annotations

import csv
import io
import json

from tests.contract.salesforce_simulator.driver import BASE, Client, Reply


class Bulk:
    """Bulk API 2.0 of one org."""

    def __init__(self, org: Client):
        self.org = org

    def make(self, operation: str, sobject: str = "Contact", **more: object) -> Reply:
        body = {"object": sobject, "operation": operation, "contentType": "CSV", "lineEnding": "LF", **more}
        return self.org.call("POST", "jobs/ingest", body)

    def upload(self, job: str, sheet: str | bytes, content_type: str = "text/csv; charset=UTF-8") -> Reply:
        data = sheet if isinstance(sheet, bytes) else sheet.encode()
        return self.org.raw("PUT", f"{BASE}/jobs/ingest/{job}/batches", data, Content_Type=content_type)

    def close(self, job: str) -> Reply:
        return self.org.call("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"})

    def info(self, job: str, kind: str = "ingest") -> dict[str, object]:
        return self.org.call("GET", f"jobs/{kind}/{job}").body

    def finish(self, job: str, kind: str = "ingest") -> dict[str, object]:
        """Poll until the job is over."""
        for _ in range(100):
            info = self.info(job, kind)
            if info["state"] in {"JobComplete", "Failed", "Aborted"}:
                return info
        raise AssertionError(info)

    def started(self, operation: str, sheet: str, sobject: str = "Contact", **more: object) -> str:
        """A job whose data is uploaded and closed."""
        job = self.make(operation, sobject, **more).id
        assert self.upload(job, sheet).status == 201
        assert self.close(job).status == 200
        return job

    def run(self, operation: str, sheet: str, sobject: str = "Contact", **more: object) -> Run:
        """A whole job and what became of it."""
        job = self.started(operation, sheet, sobject, **more)
        return Run(self, job, self.finish(job))

    def text(self, path: str) -> tuple[str, dict[str, str]]:
        sent = {"Host": "org.example", "Authorization": f"Bearer {self.org.token}"}
        response = self.org.simulator.handle("GET", f"{BASE}/jobs/{path}", sent, b"")
        assert response.status == 200, json.loads(response.body)
        return response.body.decode(), dict(response.headers)


class Run:
    """A job that is over."""

    def __init__(self, bulk: Bulk, job: str, info: dict[str, object]):
        self.bulk, self.job, self.info = bulk, job, info

    def raw(self, name: str) -> str:
        return self.bulk.text(f"ingest/{self.job}/{name}")[0]

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.raw(name))))

    @property
    def succeeded(self) -> list[dict[str, str]]:
        return self.rows("successfulResults/")

    @property
    def failed(self) -> list[dict[str, str]]:
        return self.rows("failedResults/")

    @property
    def errors(self) -> list[str]:
        return [each["sf__Error"] for each in self.failed]
