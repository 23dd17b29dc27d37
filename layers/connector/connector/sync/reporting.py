"""What an operator sees of a flow: one log line per outcome, metrics, no content and no personal data."""

import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from connector.errors import Deferred, Failed, Parked
from connector.mapping.plans import Target
from connector.salesforce.session import Session
from connector.sync.work import Work

_METRICS = {
    "written": "RecordsWritten",
    "unchanged": "RecordsUnchanged",
    "stale": "RecordsStale",
    "gone": "RecordsDeletedAtSource",
    "deferred": "RecordsDeferred",
    "parked": "ParkedRecords",
    "waiting": "WaitingRecords",
    "failed": "RecordsFailed",
}


class Reporter:
    """Log lines and metrics of one flow; counts are flushed once per batch."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger, self._metrics = logger, metrics
        self._counts: Counter[str] = Counter()
        self._told: set[str] = set()

    def settled(self, work: Work) -> None:
        """One line for one record's outcome."""
        word, details = _describe(work)
        self._counts[_METRICS[word]] += 1
        self._counts["MessagesCoalesced"] += len(work.superseded)
        if word == "written" and work.order is not None and work.order.residual:
            self._counts["OrdersWithResidual"] += 1
        level = self._logger.error if word == "failed" else self._logger.info
        line: dict[str, Any] = {
            "store": work.key.store,
            "entity": work.key.entity,
            "id": work.key.id,
            "attempt": work.message.attempt,
            "deferrals": work.message.deferrals,
            "outcome": word,
            "trace": work.message.change.trace_id,
        }
        level(word, extra=line | details)

    def failed(self, work: Work, error: Exception) -> None:
        """Where an unexpected error arose. Its text may hold content, so only type and places are logged."""
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        self._logger.error(
            "unexpected error",
            extra={
                "store": work.key.store,
                "id": work.key.id,
                "error": type(error).__name__,
                "places": places,
            },
        )

    def unreadable(self, message_id: str, error: Exception) -> None:
        """A message that is no change."""
        self._counts["RecordsFailed"] += 1
        self._logger.error("not a change", extra={"message_id": message_id, "error": type(error).__name__})

    def called(self, session: Session, calls: int) -> None:
        """What a batch cost of the org's allowance."""
        self._counts["SalesforceCalls"] += calls
        if session.usage is not None and session.usage.allowed:
            percent = 100 * session.usage.used / session.usage.allowed
            self._metrics.add_metric("SalesforceApiUsage", MetricUnit.Percent, percent)

    def paused(self, lines: Mapping[str, Sequence[Target]]) -> None:
        """Mapping lines that are left out, by store: counted for each batch, told once for each container."""
        self._counts["MappingLinesPaused"] += sum(map(len, lines.values()))
        for store, fields in lines.items():
            if fields and store not in self._told:
                self._told.add(store)
                names = [f"{object_name}.{field}" for object_name, field in fields]
                self._logger.warning("mapping lines paused", extra={"store": store, "fields": names})

    def flush(self) -> None:
        """Emit the counts."""
        for name, count in self._counts.items():
            if count:
                self._metrics.add_metric(name, MetricUnit.Count, count)
        self._counts.clear()
        if self._metrics.metric_set:
            self._metrics.flush_metrics()


def _describe(work: Work) -> tuple[str, dict[str, str]]:
    outcome = work.outcome
    if isinstance(outcome, Parked):
        word = "parked" if outcome.urgency == "person" else "waiting"
        return word, {"reason": outcome.reason, "field": outcome.field, "why": outcome.message}
    if isinstance(outcome, Deferred):
        return "deferred", {"reason": outcome.reason, "why": outcome.detail}
    if isinstance(outcome, Failed) or outcome is None:
        return "failed", {"why": str(outcome or "left open by the batch")}
    remarks = "; ".join(work.remarks)
    return str(outcome), {"remarks": remarks} if remarks else {}
