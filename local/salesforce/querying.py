"""`/query`, `/queryAll` and their further pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from local.salesforce.errors import ApiError, method_not_allowed
from local.salesforce.soql.run import Record, run_query
from local.salesforce.wire import Answer, Request, decoded
from local.salesforce.world import World

_PAGE, _SMALLEST = 2_000, 200
_KEPT = 100


@dataclass
class Cursors:
    """Results whose further pages may still be asked for, newest last."""

    results: dict[str, list[Record]] = field(default_factory=dict)
    number: int = 0

    def keep(self, records: list[Record]) -> str:
        """Keep a result and return its locator."""
        self.number += 1
        locator = f"01g{self.number:012d}AAA"
        self.results[locator] = records
        if len(self.results) > _KEPT:
            del self.results[next(iter(self.results))]
        return locator


def answer_query(world: World, cursors: Cursors, request: Request) -> Answer:
    """Run a query or give a further page of one."""
    if request.method != "GET":
        raise method_not_allowed(request.method, "GET")
    if len(request.path) == 2:
        return _further(cursors, request, decoded(request.path[1]))
    text = request.query.get("q")
    if not text:
        raise ApiError(400, "MALFORMED_QUERY", "A query string has to be specified")
    found = run_query(world, text, request.version, deleted=request.path[0] == "queryAll")
    size = _page_size(request)
    if found.grouped and len(found.records) > size:
        message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", message)
    locator = cursors.keep(found.records) if len(found.records) > size else ""
    return Answer(200, _page(request, found.records, found.total, 0, size, locator))


def _page_size(request: Request) -> int:
    match = re.search(r"batchSize\s*=\s*(\d+)", request.headers.get("sforce-query-options", ""))
    return min(max(int(match[1]), _SMALLEST), _PAGE) if match else _PAGE


def _further(cursors: Cursors, request: Request, place: str) -> Answer:
    locator, _, start = place.rpartition("-")
    records = cursors.results.get(locator)
    if records is None or not start.isdigit():
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return Answer(200, _page(request, records, len(records), int(start), _page_size(request), locator))


def _page(
    request: Request, records: list[Record], total: int, start: int, size: int, locator: str
) -> dict[str, object]:
    end = start + size
    page: dict[str, object] = {"totalSize": total, "done": end >= len(records)}
    if end < len(records):
        page["nextRecordsUrl"] = f"/services/data/{request.version}/{request.path[0]}/{locator}-{end}"
    page["records"] = records[start:end]
    return page
