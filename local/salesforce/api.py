"""The versioned data API: which resource answers which path."""

from __future__ import annotations

from local.salesforce.batch import answer_batch, answer_tree, batch_requests
from local.salesforce.bulk.api import answer_jobs
from local.salesforce.bulk.jobs import Jobs
from local.salesforce.composite import answer_composite
from local.salesforce.errors import method_not_allowed, resource_not_found
from local.salesforce.graph import answer_graph
from local.salesforce.querying import Cursors, answer_query
from local.salesforce.record_collections import answer_collection
from local.salesforce.sobjects import answer_sobjects
from local.salesforce.usage import Usage, answer_limits
from local.salesforce.wire import Answer, Request
from local.salesforce.world import ORGANIZATION_ID, USER_ID, Call, World

VERSIONS = tuple(f"{number}.0" for number in range(60, 68))
_RELEASES = {
    "60.0": "Spring '24", "61.0": "Summer '24", "62.0": "Winter '25", "63.0": "Spring '25", "64.0": "Summer '25",
    "65.0": "Winter '26", "66.0": "Spring '26", "67.0": "Summer '26",
}  # fmt: skip


class Api:
    """The resources below `/services/data/vXX.0`, for one call at a time."""

    def __init__(self, world: World, usage: Usage, cursors: Cursors, jobs: Jobs) -> None:
        self._world = world
        self._usage = usage
        self._cursors = cursors
        self._jobs = jobs

    def answer(self, call: Call, request: Request) -> Answer:
        """Answer a request or sub-request; ApiError for every refusal."""
        if request.version.removeprefix("v") not in VERSIONS:
            raise resource_not_found()
        first = request.path[0] if request.path else ""
        if first == "sobjects":
            return answer_sobjects(self._world, call, request)
        if first in {"query", "queryAll"} and len(request.path) <= 2:
            return answer_query(self._world, self._cursors, request)
        if first == "composite":
            return self._composite(call, request)
        if first == "limits" and len(request.path) <= 2:
            return answer_limits(self._world, self._usage, self._jobs, request)
        if first == "jobs":
            return answer_jobs(self._world, self._jobs, request)
        if not first and request.method == "GET":
            return Answer(200, _resources(request.version))
        raise resource_not_found()

    def _composite(self, call: Call, request: Request) -> Answer:
        second = request.path[1] if len(request.path) > 1 else ""
        if second == "sobjects":
            return answer_collection(self._world, call, request)
        if request.method == "GET" and not second:
            base = f"/services/data/{request.version}/composite"
            return Answer(200, {name: f"{base}/{name}" for name in ("tree", "batch", "sobjects", "graph")})
        if request.method != "POST":
            raise method_not_allowed(request.method, "POST")
        if second == "tree":
            return answer_tree(self._world, call, request)
        if request.path == ("composite",):
            return answer_composite(self._world, lambda inner: self.answer(call, inner), request)
        if request.path == ("composite", "graph"):
            return answer_graph(self._world, lambda inner: self.answer(call, inner), request)
        if request.path == ("composite", "batch"):
            self._usage.spend(self._world.switches.api_daily_maximum, len(batch_requests(request)) - 1)
            return answer_batch(self._world, lambda inner: self.answer(call, inner), request)
        raise resource_not_found()


def _resources(version: str) -> dict[str, str]:
    """The resources by name, and the identity URL of the connected user, which clients read its id from."""
    names = ("sobjects", "query", "queryAll", "composite", "limits", "jobs")
    return {
        **{name: f"/services/data/{version}/{name}" for name in names},
        "identity": f"https://login.salesforce.com/id/{ORGANIZATION_ID}/{USER_ID}",
    }


def versions() -> list[dict[str, str]]:
    """`GET /services/data`, which needs no session."""
    return [
        {"label": _RELEASES[each], "url": f"/services/data/v{each}", "version": each} for each in VERSIONS
    ]
