"""Schedules and event rules: functions that nobody waits for."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from local.stack.aws import Aws
from local.stack.cron import next_time
from local.stack.deployment import EventRule, Schedule
from local.stack.names import ACCOUNT, REGION
from local.stack.workers import Pool

RETRY_DELAYS_S = (60, 120)  # Lambda's two further attempts of an asynchronous invocation
POLL_S = 1
RARE_S = 3600


class Timer:
    """Fires one schedule until `stop`; times between firings are multiplied by the time scale."""

    def __init__(self, schedule: Schedule, pool: Pool, time_scale: float) -> None:
        self.schedule = schedule
        self.pool = pool
        self.time_scale = time_scale
        self._stopping = threading.Event()
        next_time(schedule.expression, datetime.now(UTC))  # a bad expression stops the start
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def rare(self) -> bool:
        """Whether it fires once in hours; then a fresh stack would not have what it prepares for a long time."""
        now = datetime.now(UTC)
        first = next_time(self.schedule.expression, now)
        return (next_time(self.schedule.expression, first) - first).total_seconds() >= RARE_S

    def fire(self) -> None:
        """One invocation now, which is waited for."""
        event = self.schedule.payload or scheduled_event(self.schedule.name, datetime.now(UTC))
        outcome = self.pool.invoke(event.encode())
        if outcome.error is not None:
            print(f"{self.pool.function.flow}: {outcome.error}", file=sys.stderr)

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join(1)

    def _run(self) -> None:
        scaled_now = datetime.now(UTC)
        while True:
            due = next_time(self.schedule.expression, scaled_now)
            if self._stopping.wait((due - scaled_now).total_seconds() * self.time_scale):
                return
            scaled_now = due
            event = self.schedule.payload or scheduled_event(self.schedule.name, datetime.now(UTC))
            invoke_asynchronously(self.pool, event.encode(), self._stopping, self.time_scale)


class RuleListener:
    """Hands the events of a rule to its function, by way of a queue of its own in the embedded AWS."""

    def __init__(self, rule: EventRule, pool: Pool, aws: Aws, time_scale: float) -> None:
        self.rule = rule
        self.pool = pool
        self.aws = aws
        self.time_scale = time_scale
        name = f"local-rule-{rule.name}"[:80]
        self.url = aws.ensure_queue(name, {"VisibilityTimeout": "900"})
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        aws.ensure_rule(rule.name, rule.bus, json.dumps(rule.pattern), [arn])
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join(POLL_S + 1)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                messages = self.aws.receive(self.url, 10, POLL_S)
                for message in messages:
                    event = message.body.encode()
                    invoke_asynchronously(self.pool, event, self._stopping, self.time_scale)
                self.aws.delete(self.url, messages)
            except (BotoCoreError, ClientError) as problem:
                print(f"{self.rule.name}: {problem}", file=sys.stderr)
                self._stopping.wait(1)


def invoke_asynchronously(pool: Pool, event: bytes, stopping: threading.Event, time_scale: float) -> None:
    """Invokes up to three times, as Lambda does; the last error is told on stderr."""
    for delay_s in (*RETRY_DELAYS_S, None):
        outcome = pool.invoke(event)
        if outcome.error is None or stopping.is_set():
            return
        if delay_s is None:
            print(f"{pool.function.flow}: given up after three attempts: {outcome.error}", file=sys.stderr)
        elif stopping.wait(delay_s * time_scale):
            return


def scheduled_event(rule: str, moment: datetime) -> str:
    """The event that EventBridge makes for a schedule without input."""
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
            "detail": {},
        }
    )
