"""Opening a batch for one Lambda invocation: clocks, lease, tables, log and metrics."""

import time
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics

from connector.sync.batch import Batch
from connector.sync.flow import Flow
from connector.sync.messages import Postponer
from connector.sync.parking import ErrorDesk
from connector.sync.records import Records
from connector.sync.reporting import Reporter
from connector.sync.shared import SharedRecords

PARALLEL = 8
"""DynamoDB calls at once; they wait on the network."""

LEASE_MARGIN_SECONDS = 2.0
"""Clocks of two containers may differ a little."""


def open_batch(flow: Flow, context: Any) -> Batch:
    """The batch of this invocation. Its leases end when Lambda would end the invocation: a crash blocks no longer."""
    environment = flow.environment
    deadline = time.time() + context.get_remaining_time_in_millis() / 1000
    lease = (context.aws_request_id, deadline + LEASE_MARGIN_SECONDS, time.time)
    flow.orgs.begin(deadline)
    return Batch(
        flow=flow,
        reporter=_reporter(environment.flow),
        records=Records(environment.records_table, *lease),
        shared=SharedRecords(environment.records_table, *lease),
        desk=ErrorDesk(environment.parked_table, environment.payload_bucket, environment.flow),
        postponer=Postponer(environment.queues[environment.flow], environment.time_scale),
        pool=_pool(),
        now=time.time,
    )


@cache
def _pool() -> Executor:
    return ThreadPoolExecutor(PARALLEL)


@cache
def _reporter(flow: str) -> Reporter:
    metrics = Metrics()
    metrics.set_default_dimensions(service=flow)
    return Reporter(Logger(), metrics)
