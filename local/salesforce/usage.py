"""How many calls came in: per path for tests and benchmarks, and against the daily limit."""

from __future__ import annotations

import re
from collections import Counter

from local.salesforce.bulk.jobs import Jobs
from local.salesforce.errors import ApiError
from local.salesforce.ids import full_id
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import World

_DATA = re.compile(r"/services/data/v\d+\.\d/")


class Usage:
    """Counts of calls since the start or the last reset."""

    def __init__(self) -> None:
        self.used = 0
        self.paths: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()

    def count(self, method: str, path: str) -> None:
        """Count an HTTP request, whatever becomes of it."""
        plain = normalised(path)
        self.paths[plain] += 1
        self.requests[f"{method} {plain}"] += 1

    def spend(self, maximum: int, calls: int = 1) -> None:
        """Take calls from the day's allowance; ApiError when it is used up."""
        if self.used + calls > maximum:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += calls

    def reset(self) -> None:
        """Start to count anew."""
        self.used = 0
        self.paths.clear()
        self.requests.clear()

    def as_json(self) -> dict[str, object]:
        """`GET /_calls`: `total` counts data calls; logins and the list of versions stand in `paths` only."""
        total = sum(count for path, count in self.paths.items() if _DATA.match(path))
        return {"total": total, "paths": dict(self.paths), "requests": dict(self.requests)}


def normalised(path: str) -> str:
    """The path with ids and key values replaced by `{id}` and `{key}`."""
    parts = path.rstrip("/").split("/")
    if "sobjects" in parts:
        at = parts.index("sobjects")
        rest = parts[at + 2 :]
        if len(rest) == 2 and parts[at - 1] != "composite":
            parts[-1] = "{key}"
        elif len(rest) == 1 and full_id(decoded(rest[0])):
            parts[-1] = "{id}"
    elif "jobs" in parts and len(parts) > parts.index("jobs") + 2:
        parts[parts.index("jobs") + 2] = "{id}"
    elif len(parts) > 2 and parts[-2] in {"query", "queryAll"}:
        parts[-1] = "{id}"
    return "/".join(parts)


def answer_limits(world: World, usage: Usage, jobs: Jobs, request: Request) -> Answer:
    """`/limits` and `/limits/recordCount`."""
    if request.path[1:] == ("recordCount",):
        return Answer(200, {"sObjects": _record_counts(world, request)})
    maximum = world.switches.api_daily_maximum
    fixed = {
        "DailyAsyncApexExecutions": 250_000, "DailyDurableStreamingApiEvents": 10_000,
        "DailyStreamingApiEvents": 10_000, "DataStorageMB": 5, "FileStorageMB": 20,
        "HourlyTimeBasedWorkflow": 50, "SingleEmail": 15, "StreamingApiConcurrentClients": 20,
    }  # fmt: skip
    counted = {
        "DailyApiRequests": (maximum, usage.used),
        "DailyBulkApiBatches": (world.switches.bulk_daily_batches, jobs.batches),
        "DailyBulkV2QueryJobs": (world.switches.bulk_daily_queries, jobs.queries),
    }
    limits = {name: {"Max": most, "Remaining": max(most - used, 0)} for name, (most, used) in counted.items()}
    return Answer(
        200, {**limits, **{name: {"Max": value, "Remaining": value} for name, value in fixed.items()}}
    )


def _record_counts(world: World, request: Request) -> list[dict[str, object]]:
    wanted = [name for name in request.query.get("sObjects", "").split(",") if name]
    found = []
    for name in wanted or sorted(world.org.schema.objects):
        sobject = world.org.schema.find(name)
        count = world.store.count(sobject.name) if sobject else 0
        if sobject and count:
            found.append({"count": count, "name": sobject.name})
    return found
